// TlsEngine: one side of a TLS connection, without I/O: ciphertext in, plaintext out, and back.
//
//   auto engine = TlsEngine::ForServer(context);
//   while (engine->Handshake() == TlsProgress::kNeedInput) {
//     send(engine->output()), engine->ClearOutput();
//     engine->Receive(octets from the peer);
//   }
//   auto [progress, octets] = engine->Read(buffer);   // kNeedInput: Receive() more, and again
//   engine->Write("250 OK\r\n");
//   engine->Close();
//   send(engine->output());
//
// After every call output() may have something to send, after a failure too: the alert that tells
// the peer. Ciphertext that is given stays the caller's and is used in place: it must be valid
// until kNeedInput is returned or the engine goes.
//
// Renegotiation is not done. A stream that ends without close_notify is TlsError::kTruncated.
//
// Limits: the engine keeps at most one record in each direction, and nothing when idle between
// records; output() grows by what is written, so send it before writing more.
// Errors: kFailed, once and for ever; error() and error_text() say why.
// Threads: one; its context is shared.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ringpost/crypto/certificate.h"
#include "ringpost/tls/tls_context.h"
#include "ringpost/tls/tls_facts.h"

namespace ringpost::tls {

enum class TlsProgress : uint8_t {
  kDone,
  kNeedInput,  // all that was received is used up
  kClosed,     // the peer said that no more will come (close_notify)
  kFailed,
};

// What a client keeps to resume a session by.
class TlsSession {
 public:
  virtual ~TlsSession() = default;

 protected:
  TlsSession() = default;
};

struct TlsConnectOptions {
  // Sent as SNI, and compared with the certificate where the context has roots. May be empty.
  std::string server_name = {};
  // Of an earlier connection to the same server; nullptr: a full handshake.
  std::shared_ptr<const TlsSession> session = nullptr;
};

class TlsEngine {
 public:
  static std::unique_ptr<TlsEngine> ForServer(std::shared_ptr<const TlsServerContext> context);
  static std::unique_ptr<TlsEngine> ForClient(std::shared_ptr<const TlsClientContext> context,
                                              TlsConnectOptions options);
  ~TlsEngine();
  TlsEngine(const TlsEngine&) = delete;
  TlsEngine& operator=(const TlsEngine&) = delete;

  // At the start, and after kNeedInput.
  void Receive(std::string_view ciphertext);
  // The peer's stream has ended.
  void EndInput();
  bool input_has_ended() const;

  TlsProgress Handshake();

  struct ReadResult {
    TlsProgress progress;
    size_t octets = 0;  // of kDone, at least one
  };
  // Any record fits, with the octet of its type (RFC 8446 §5.2).
  static constexpr size_t kRecordRoom = 16'385;
  // After the handshake, like Write() and Close(). `plaintext` must have room; of a record for
  // which it is too short the rest is kept, and copied by the next call.
  ReadResult Read(std::span<char> plaintext);
  TlsProgress Write(std::string_view plaintext);
  // Says that nothing more will be written. Reading goes on.
  void Close();

  std::string_view output() const;
  // Whether the peer does not wait for any of it: a session ticket (RFC 8446 §4.6.1) and an answer
  // to a change of keys may go with what is written next.
  bool output_can_wait() const;
  // Also gives the memory back, where it was much.
  void ClearOutput();
  // output(), which is empty then: for who goes on with the engine while it is sent.
  std::string TakeOutput();
  // Whether Read() would not need input at once: there is ciphertext, or plaintext in a record.
  bool has_unread_input() const;

  // After the handshake.
  const TlsFacts& facts() const;
  // What facts().peer_certificate says; nullopt where there is none, or none that can be read.
  // Takes a tenth of a handshake: asked for by who needs it.
  std::optional<crypto::Certificate> ParsePeerCertificate() const;
  // RFC 5929 §4. Empty: there is none of the server's certificate any more. For a client as dear.
  std::string TlsServerEndPoint() const;
  // For a client, as soon as the server has sent its ticket: in TLS 1.3 that is read with the first
  // plaintext. nullptr before.
  std::shared_ptr<const TlsSession> session() const;

  TlsError error() const;
  // For a log: no octet of it is the peer's.
  const std::string& error_text() const;

 private:
  struct State;
  TlsEngine();

  std::unique_ptr<State> state_;
};

}  // namespace ringpost::tls
