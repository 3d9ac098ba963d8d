#include "dialog.h"

#include <algorithm>

namespace ringpost::sasl {

std::optional<ServerAnswer> Users::Answer(const ServerEvent& event) const {
  if (const auto* offer = std::get_if<PasswordOffered>(&event)) {
    const auto found = passwords.find(offer->user);
    const bool is_right = found != passwords.end() && found->second == offer->password;
    return is_right ? ServerAnswer(Accepted()) : ServerAnswer(Refused());
  }
  if (const auto* wanted = std::get_if<ScramKeysWanted>(&event)) {
    const auto found = keys.find(wanted->user);
    return found != keys.end() ? ServerAnswer(found->second) : ServerAnswer(Refused());
  }
  if (const auto* offer = std::get_if<TokenOffered>(&event)) {
    const auto found = tokens.find(offer->token);
    return found != tokens.end() ? ServerAnswer(AcceptedAs{found->second})
                                 : ServerAnswer(Refused());
  }
  if (std::holds_alternative<ExternalOffered>(event)) {
    return certificate_user.empty() ? ServerAnswer(Refused())
                                    : ServerAnswer(AcceptedAs{certificate_user});
  }
  if (const auto* wanted = std::get_if<AuthorizationWanted>(&event)) {
    const auto pair =
        std::pair<std::string, std::string>(wanted->authentication, wanted->authorization);
    const bool may = std::find(may_act_as.begin(), may_act_as.end(), pair) != may_act_as.end();
    return may ? ServerAnswer(Accepted()) : ServerAnswer(Refused());
  }
  return std::nullopt;
}

ServerEvent Settle(ServerMechanism& server, const Users& users, ServerEvent event) {
  while (const auto answer = users.Answer(event)) event = server.Answer(*answer);
  return event;
}

Outcome Talk(ClientMechanism& client, ServerMechanism& server, const Users& users,
             const Spoil& spoil) {
  Outcome outcome;
  const auto say = [&](std::string& octets) {
    spoil(outcome.said.size(), octets);
    outcome.said.push_back(octets);
  };
  std::optional<std::string> response = client.InitialResponse();
  if (response) say(*response);
  for (;;) {
    ServerEvent event = Settle(server, users, server.Next(response));
    if (auto* challenge = std::get_if<Challenge>(&event)) {
      say(challenge->octets);
      response = client.Next(challenge->octets);
      if (!response) return outcome;
      say(*response);
      continue;
    }
    if (const auto* success = std::get_if<Succeeded>(&event)) {
      outcome.server_believes = true;
      outcome.client_believes = client.is_complete();
      outcome.identity = success->identity;
    }
    if (const auto* failure = std::get_if<Failed>(&event)) outcome.reason = failure->reason;
    return outcome;
  }
}

}  // namespace ringpost::sasl
