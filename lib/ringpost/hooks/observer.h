// Observer: told, never asked. It hears of each stage of each session, in batches, after the fact;
// it cannot slow a session down.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

#include "absl/time/time.h"
#include "ringpost/io/socket_address.h"
#include "ringpost/net/security_facts.h"
#include "ringpost/smtp/server_session.h"

namespace ringpost::hooks {

struct SessionOpened {
  absl::Time at;
  std::string_view session_id;
  const io::SocketAddress& client;
  const io::SocketAddress& server;
};

// An AUTH came to its end. Nothing of what the client sent but the name is told.
struct AuthenticationDecided {
  absl::Time at;
  std::string_view session_id;
  const io::SocketAddress& client;
  std::string_view mechanism;
  std::string_view user;           // who it is, or claims to be; empty when it never said
  std::string_view authorization;  // as whom it acts; empty when it was refused
  uint16_t reply_code;             // 235: accepted; 0: the client broke it off
  std::string_view reason;         // of a refusal; not for clients
};

struct SenderDecided {
  std::string_view session_id;
  std::string_view sender;  // without brackets; "" for <>
  uint16_t reply_code;
};

struct RecipientDecided {
  std::string_view session_id;
  std::string_view recipient;
  uint16_t reply_code;
  std::string_view reply_text;
};

enum class MessageFate : uint8_t { kStored, kDiscarded, kRefused, kAborted };
std::string_view MessageFateName(MessageFate fate);

struct MessageFinished {
  absl::Time at;
  absl::Duration duration;  // since MAIL
  std::string_view session_id;
  std::string_view store_id;  // what the store calls it
  const io::SocketAddress& client;
  std::string_view hello_name;
  std::string_view protocol_keyword;
  std::string_view sender;
  std::string_view first_recipient;
  uint32_t recipient_count;
  uint64_t octets;
  MessageFate fate;
  uint16_t reply_code;  // 0 when nobody was there to be told
  std::string_view reply_text;
  std::string_view reason;               // of an abort or an internal failure; not for clients
  std::string_view authentication = {};  // who sent it; empty: nobody logged in
  const net::SecurityFacts* security = nullptr;  // nullptr: it came in plain
};

struct SessionEnded {
  absl::Time at;
  absl::Duration duration;
  std::string_view session_id;
  const io::SocketAddress& client;
  std::string_view hello_name;
  smtp::CloseReason reason;
  uint32_t message_count;
  uint32_t error_count;
  uint32_t command_count;
  uint64_t received_octets;
  uint64_t sent_octets;
  std::string_view detail = {};                  // why there is no TLS, or none any more
  std::string_view authentication = {};          // who logged in last
  const net::SecurityFacts* security = nullptr;  // nullptr: it was plain
};

using Observation = std::variant<SessionOpened, AuthenticationDecided, SenderDecided,
                                 RecipientDecided, MessageFinished, SessionEnded>;

// The stages that an observer wants to hear of; others cost nothing.
struct ObservedStages {
  bool session_opened = false;
  bool authentication_decided = true;
  bool sender_decided = false;
  bool recipient_decided = false;
  bool message_finished = true;
  bool session_ended = true;
};

class Observer {
 public:
  virtual ~Observer() = default;

  virtual ObservedStages stages() const { return {}; }
  // In the order in which they happened on this shard. Views are valid during the call. Must not
  // block; the calls of one shard never overlap, those of several shards do when they share the
  // observer.
  virtual void OnObservations(std::span<const Observation> observations) = 0;
};

}  // namespace ringpost::hooks
