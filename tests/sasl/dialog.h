// A client and a server of one mechanism talk to each other, in tests; what is said can be spoilt.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "ringpost/sasl/client.h"
#include "ringpost/sasl/server.h"

namespace ringpost::sasl {

// An application that knows its users.
struct Users {
  std::map<std::string, std::string, std::less<>> passwords = {};
  std::map<std::string, ScramKeys, std::less<>> keys = {};
  std::map<std::string, std::string, std::less<>> tokens = {};  // to users
  std::string certificate_user = {};
  std::vector<std::pair<std::string, std::string>> may_act_as = {};

  // nullopt: no question.
  std::optional<ServerAnswer> Answer(const ServerEvent& event) const;
};

struct Outcome {
  bool server_believes = false;
  bool client_believes = false;
  Identity identity = {};
  std::optional<FailureReason> reason = {};
  std::vector<std::string> said = {};  // by both in turns, from the initial response on

  bool succeeded() const { return server_believes && client_believes; }
};

// `spoil` may change the n-th thing that is said.
using Spoil = std::function<void(size_t n, std::string& octets)>;
Outcome Talk(
    ClientMechanism& client, ServerMechanism& server, const Users& users,
    const Spoil& spoil = [](size_t, std::string&) {});

// The first event that is no question.
ServerEvent Settle(ServerMechanism& server, const Users& users, ServerEvent event);

}  // namespace ringpost::sasl
