// ServerMechanism: the server's side of one authentication, as a machine without I/O.
//
//   auto mechanism = sasl::MakeServer(Mechanism::kScramSha256, options);
//   ServerEvent event = mechanism->Next(initial_response);  // nullopt: there was none
//   for (;;) {
//     if (challenge) event = mechanism->Next(response to it);
//     else if (a question) event = mechanism->Answer(...);   // as the comment of the event names
//     else break;                                            // Succeeded or Failed: it is over
//   }
//
// Responses are decoded from base64 by the caller, who also sees to "*" and to timeouts. Names have
// been through SASLprep, have no control character, and at most kLongestNameOctets.
//
// Randomness and hashes come in by the options. A user who is not there gets the same dialog as one
// with a wrong password.
//
// Ownership: views in an event are valid until its answer. Errors: what the client did wrong is
// Failed; a call out of turn is our bug and CHECKs.
// Limits: a response is at most kLongestResponseOctets; all that is kept of it is bounded by that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "ringpost/base/hash_functions.h"
#include "ringpost/sasl/channel_binding.h"
#include "ringpost/sasl/mechanism.h"
#include "ringpost/sasl/scram_keys.h"

namespace ringpost::sasl {

inline constexpr size_t kLongestNameOctets = 255;
inline constexpr size_t kLongestPasswordOctets = 1024;
inline constexpr size_t kLongestResponseOctets = 12288;  // RFC 4954 §4, of base64

struct Identity {
  std::string authentication = {};  // who it is
  std::string authorization = {};   // as whom it acts; the same, when the client named no other
};

// Send it. The client's response is the next Next().
struct Challenge {
  std::string octets = {};
};

// Is this the user's password? Answer: Accepted or Refused.
struct PasswordOffered {
  std::string_view user = {};
  std::string_view password = {};  // through SASLprep too
};

// What is stored for SCRAM of this user? Answer: ScramKeys, or Refused when there is no such user.
struct ScramKeysWanted {
  std::string_view user = {};
  Mechanism mechanism;  // its hash is that of the keys
};

// Whose bearer token is this? Answer: AcceptedAs or Refused.
struct TokenOffered {
  std::string_view token = {};
  std::string_view user = {};  // whom the client claims to be; may be empty
  std::string_view host = {};  // to whom the client believes to talk; may be empty
  std::string_view port = {};
};

// Who is it, by its certificate? Answer: AcceptedAs or Refused.
struct ExternalOffered {
  std::string_view user = {};  // whom the client claims to be; empty: whom the certificate names
};

// May the one act as the other? Only asked when they differ. Answer: Accepted or Refused.
struct AuthorizationWanted {
  std::string_view authentication = {};
  std::string_view authorization = {};
};

struct Succeeded {
  Identity identity = {};
};

enum class FailureReason : uint8_t {
  kMalformed,       // not what the mechanism prescribes
  kTooLong,         // a name, a password or a message over its limit
  kBadName,         // prohibited characters, or no UTF-8
  kUnsupported,     // an extension that must be understood
  kChannelBinding,  // of another connection, of a kind that is not there, or stripped on the way
  kCredentials,     // wrong
  kAuthorization,   // right, but it may not act as that other one
};
std::string_view FailureReasonName(FailureReason reason);

struct Failed {
  FailureReason reason;
};

using ServerEvent = std::variant<Challenge, PasswordOffered, ScramKeysWanted, TokenOffered,
                                 ExternalOffered, AuthorizationWanted, Succeeded, Failed>;

struct Accepted {};
struct AcceptedAs {
  std::string user;
};
struct Refused {};
using ServerAnswer = std::variant<Accepted, AcceptedAs, Refused, ScramKeys>;

class ServerMechanism {
 public:
  virtual ~ServerMechanism() = default;
  // The client's response: the initial one first (nullopt: none came with the command; "" is an
  // empty one), then one for each Challenge.
  virtual ServerEvent Next(std::optional<std::string_view> response) = 0;
  // To the question that was yielded last.
  virtual ServerEvent Answer(const ServerAnswer& answer) = 0;
};

struct ServerOptions {
  // Of this connection. A -PLUS mechanism needs one.
  ChannelBindings channel_bindings = {};
  // Whether the client was offered a -PLUS mechanism: then one that says that it was not has been
  // lied to, and is refused (RFC 5802 §6).
  bool offers_channel_binding = false;

  // For SCRAM: SHA-1 or SHA-256, as the mechanism says; a nonce of visible ASCII without comma, new
  // each time, of at least 16 random octets; and what FakeScramKeys() wants.
  const HashFunctions* hash = nullptr;
  std::string nonce = {};
  std::string fake_secret = {};
  uint32_t fake_iteration_count = kLeastScramIterations;

  // For OAUTHBEARER and XOAUTH2, told to a client whose token is refused (RFC 7628 §3.2.2).
  std::string oauth_scope = {};
  std::string openid_configuration_url = {};
};

// CHECKs that the options have what the mechanism needs.
std::unique_ptr<ServerMechanism> MakeServer(Mechanism mechanism, ServerOptions options);

}  // namespace ringpost::sasl
