// ClientMechanism: the client's side of one authentication, as a machine without I/O.
//
//   auto mechanism = sasl::MakeClient(Mechanism::kScramSha256, options);
//   send("AUTH SCRAM-SHA-256 ", mechanism->InitialResponse());
//   while (the server challenges) {
//     if (auto response = mechanism->Next(challenge)) send(*response); else cancel with "*";
//   }
//   // The server says that all is well: only when is_complete() is it the server that it should
//   be.
//
// Challenges and responses are decoded octets; base64 is the caller's.
// Errors: a challenge that cannot be right is answered by nullopt, and ends it. Limits: as
// server.h.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "ringpost/base/hash_functions.h"
#include "ringpost/sasl/channel_binding.h"
#include "ringpost/sasl/mechanism.h"

namespace ringpost::sasl {

class ClientMechanism {
 public:
  virtual ~ClientMechanism() = default;
  // What goes with the command, or answers a first, empty challenge. nullopt: the server begins.
  virtual std::optional<std::string> InitialResponse() = 0;
  // nullopt: cancel; the server is wrong, or is not who it should be.
  virtual std::optional<std::string> Next(std::string_view challenge) = 0;
  // Whether the server has proved what this mechanism makes it prove.
  virtual bool is_complete() const = 0;
};

struct ClientOptions {
  std::string user = {};
  std::string password = {};       // for OAUTHBEARER and XOAUTH2 the token
  std::string authorization = {};  // as whom to act; empty: as oneself

  // Of this connection; a -PLUS mechanism needs one, and takes tls-exporter before the other.
  ChannelBindings channel_bindings = {};
  // Whether the server offers a -PLUS mechanism: see ServerOptions::offers_channel_binding.
  bool server_offers_channel_binding = false;

  // For SCRAM, as in ServerOptions. Next() then takes milliseconds of CPU.
  const HashFunctions* hash = nullptr;
  std::string nonce = {};

  // For OAUTHBEARER: the server that was connected to; may be empty.
  std::string host = {};
  std::string port = {};
};

// nullptr when this mechanism cannot say these credentials: an empty user or password, prohibited
// characters. CHECKs that the options have what the mechanism needs.
std::unique_ptr<ClientMechanism> MakeClient(Mechanism mechanism, ClientOptions options);

}  // namespace ringpost::sasl
