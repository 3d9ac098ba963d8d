// Client: one connection to the server under load, as a state machine over the reactor: a Dialog,
// the send of one write group, a receive; and a SecureChannel where the dialog uses TLS. No
// coroutine, and in the clear no allocation for a message.
//
//   Client client(context, /*slow_octets=*/0);
//   client.Dial();                 // ... host.OnReady(client)
//   client.Begin(outgoing, due);   // ... host.OnMessageEnd(), then OnReady() again
//   client.Quit();                 // ... host.OnClosed(client)
//
// Every phase is measured from the moment at which the write that asked for its reply began.
// Ownership: it outlives its connection; Abort() and OnClosed() come before it goes, CHECKs.
// Threads: its shard's.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "load/acceptance.h"
#include "load/authentication.h"
#include "load/dialog.h"
#include "load/script.h"
#include "load/secure_channel.h"
#include "load/tally.h"
#include "load/write_group.h"
#include "ringpost/base/instant.h"
#include "ringpost/base/intrusive_list.h"
#include "ringpost/io/shard.h"

namespace ringpost::load {

class Client;

// A message from when it is due to its final reply.
struct Flight {
  Outgoing outgoing = {};
  Instant due = {};
};

// What a client asks, and tells.
class ClientHost {
 public:
  // It is between messages: Begin(), Quit() or nothing for now.
  virtual void OnReady(Client& client) = 0;
  // Its body is about to be sent: is there a message to go right behind it?
  virtual bool TakeNext(Client& client, Flight& next) = 0;
  // A message has got its final reply, or none ever (`outcome` kNone).
  virtual void OnMessageEnd(const Flight& flight, Dialog::Outcome outcome) = 0;
  // The server does not offer what the run needs.
  virtual void OnLacking(std::string_view extension) = 0;
  // It got no further than TLS or AUTH, and so will the next that tries: `reason` is for people.
  virtual void OnHopeless(std::string_view reason) = 0;
  // Its QUIT was answered; `length` since it was dialled.
  virtual void OnFarewell(absl::Duration length) = 0;
  // It is to be woken after a while, by Continue().
  virtual void WakeAt(Client& client, Instant due) = 0;
  // The connection is gone; `error_number` is of a Connect that failed, or 0.
  virtual void OnClosed(Client& client, int error_number) = 0;

 protected:
  ~ClientHost() = default;
};

// What all clients of a shard share.
struct ClientContext {
  io::Shard& shard;
  const Script& script;
  const DialogOptions& dialog;
  const io::SocketAddress& target;
  Tally& tally;
  ClientHost& host;
  const SecureChannels* channels = nullptr;  // where the dialog uses TLS
  const Credentials* credentials = nullptr;  // where it has a mechanism
  AcceptanceObserver* observer = nullptr;
  absl::Duration timeout = absl::Seconds(30);
  // Whether replies are counted, whether what opens a connection is, and whether QUIT is.
  bool is_counting = false;
  bool counts_sessions = false;
  bool counts_farewells = false;
};

class Client final : public ListLink {
 public:
  static constexpr absl::Duration kSlowPeriod = absl::Milliseconds(100);

  // `slow_octets`: of a body in each kSlowPeriod; 0: as fast as it goes.
  Client(ClientContext& context, size_t slow_octets);
  ~Client();

  void Dial();
  // When ready.
  void Begin(const Flight& flight);
  void Quit();
  // Goes on with a body that is sent slowly.
  void Continue();
  // Closes without a word; OnClosed() follows.
  void Abort();
  // Gives up a wait that has lasted for too long.
  void CheckTime(Instant now);

  bool is_closed() const { return state_ == State::kClosed; }
  bool is_ready() const { return state_ == State::kOpen && dialog_.is_ready(); }
  bool is_sending_slowly() const { return rests_; }
  // Messages begun on this connection.
  uint64_t message_count() const { return message_count_; }
  // Connections in a row that came to nothing.
  uint32_t failure_count() const { return failure_count_; }
  // Went through its greeting; OnReady() was told.
  bool has_been_ready() const { return has_been_ready_; }

 private:
  enum class State : uint8_t {
    kClosed,
    kConnecting,
    kOpen,
    kAwaitingEnd,  // QUIT was answered: the server closes first
    kClosing,
  };
  struct Receiver final : io::Operation {
    explicit Receiver(Client& owner) : client(owner) {}
    void OnCompletion(io::Completion completion) override;
    Client& client;
  };
  // Connects, sends and closes: one at a time.
  struct Sender final : io::Operation {
    explicit Sender(Client& owner) : client(owner) {}
    void OnCompletion(io::Completion completion) override;
    Client& client;
  };

  Instant Now() const { return context_.shard.Now(); }
  void OnConnected(int32_t result);
  void OnOctets(const io::Chunk& input);
  void OnReplies(std::string_view input);
  void OnCiphertext(std::span<char> input);
  void OnStreamEnd(int32_t result);
  void OnSent(int32_t result);
  void OnEvent(const Dialog::Event& event);
  bool IsCounted(Phase phase) const;
  void BeginHandshake();
  bool AdvanceHandshake();
  bool Authenticate(const Dialog::Event& event);
  bool FailAuthentication(std::string_view reason);
  void Follow(Dialog::Step step);
  void Write(Dialog::Step step);
  void WriteBody();
  void SendNext();
  void SendEncrypted(std::string_view octets);
  void SendOutput();
  void Submit(std::string_view octets);
  bool OnCiphertextSent(size_t octets);
  void EndFlight(const Dialog::Event& event);
  void TellObserver(const Dialog::Event& event) const;
  void Launch(const Flight& flight);
  void FailFlights();
  void Fail(ErrorKind kind, Phase phase);
  void StartClose();
  void AdvanceClose();
  void EndClose();

  ClientContext& context_;
  const size_t slow_octets_;
  Receiver receiver_;
  Sender sender_;
  State state_ = State::kClosed;
  // Sender: of its operation in flight.
  bool connects_ = false;
  bool closes_ = false;
  bool rests_ = false;       // between two slices of a slow body
  bool sends_body_ = false;  // of the group
  bool has_been_ready_ = false;
  bool has_quit_ = false;  // sent QUIT
  bool is_aborted_ = false;
  bool is_encrypted_ = false;  // what is sent and received is TLS, from the ClientHello on
  bool is_handshaking_ = false;
  Dialog::Step deferred_ = Dialog::Step::kAwait;  // until the send in flight is through
  int socket_ = -1;
  int connect_error_ = 0;
  Dialog dialog_;
  WriteGroup group_;
  size_t segment_ = 0;
  size_t segment_sent_ = 0;  // octets of that segment
  size_t recipient_index_ = 0;
  std::unique_ptr<SecureChannel> channel_;
  std::string ciphertext_;  // on its way
  size_t ciphertext_sent_ = 0;
  size_t plaintext_octets_ = 0;  // of the segment, in the ciphertext
  std::optional<Authentication> authentication_;
  std::string authentication_line_;  // the next of it
  // The oldest first; two while a message stands behind a body.
  std::array<Flight, 2> flights_;
  size_t flight_count_ = 0;
  Instant dialled_at_;
  Instant written_at_;
  Instant waiting_since_;
  uint64_t message_count_ = 0;
  uint32_t failure_count_ = 0;
};

}  // namespace ringpost::load
