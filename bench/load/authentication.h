// Authentication: the lines of one AUTH exchange (RFC 4954 §4), of a client of sasl/.
//
//   auto authentication = Authentication::Begin(credentials, bindings);   // nullopt: impossible
//   send(authentication->CommandLine());
//   while (the reply is 334) send(authentication->ResponseLine(its text));  // nullopt: not a
//   server if (the reply is 235) ... authentication->is_complete()
//
// What SCRAM derives from a password and a salt is kept for the thread, as mail programs keep it:
// else a load of logins would measure the generator.
//
// Limits: an initial response that would make the command longer than a command line may be waits
// for the server's challenge.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "load/options.h"
#include "ringpost/sasl/channel_binding.h"
#include "ringpost/sasl/client.h"

namespace ringpost::load {

// Whether these can be said by their mechanism: no empty name, no prohibited character.
bool CanSay(const Credentials& credentials);

class Authentication {
 public:
  // `bindings`: of the connection. nullopt: the mechanism needs one, and there is none; or it
  // cannot say these credentials.
  static std::optional<Authentication> Begin(const Credentials& credentials,
                                             sasl::ChannelBindings bindings);

  std::string CommandLine();
  // `challenge` in base64, as it stands in the reply. nullopt: it cannot be right.
  std::optional<std::string> ResponseLine(std::string_view challenge);
  // Whether the server has proved what this mechanism makes it prove.
  bool is_complete() const { return mechanism_->is_complete(); }

 private:
  Authentication(std::string_view name, std::unique_ptr<sasl::ClientMechanism> mechanism)
      : name_(name), mechanism_(std::move(mechanism)) {}

  std::string_view name_;
  std::unique_ptr<sasl::ClientMechanism> mechanism_;
  std::optional<std::string> held_back_;  // the initial response
};

}  // namespace ringpost::load
