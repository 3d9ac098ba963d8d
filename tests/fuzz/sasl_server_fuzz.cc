// The server's side of each mechanism: what a client says, in lines, the first octet choosing the
// mechanism. Names in its questions are clean and bounded, and where the application refuses
// everything nobody gets in.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "fuzz_input.h"
#include "ringpost/base/ascii.h"
#include "ringpost/base/check.h"
#include "ringpost/sasl/server.h"
#include "toy_hash.h"

using ringpost::Check;
namespace sasl = ringpost::sasl;

namespace {

bool IsClean(std::string_view name) {
  return name.size() <= sasl::kLongestNameOctets &&
         std::none_of(name.begin(), name.end(), ringpost::IsAsciiControl);
}

struct Application {
  bool accepts;

  sasl::ServerAnswer Verdict() const {
    return accepts ? sasl::ServerAnswer(sasl::Accepted()) : sasl::ServerAnswer(sasl::Refused());
  }
  sasl::ServerAnswer AnswerTo(const sasl::PasswordOffered& offer) const {
    Check(IsClean(offer.user) && !offer.user.empty(), "a user's name");
    Check(offer.password.find('\0') == offer.password.npos, "a password");
    return Verdict();
  }
  sasl::ServerAnswer AnswerTo(const sasl::ScramKeysWanted& wanted) const {
    Check(IsClean(wanted.user) && !wanted.user.empty(), "a user's name");
    if (!accepts) return sasl::Refused();
    return sasl::MakeScramKeys(ringpost::fuzz::kToyHash, "pencil", "salt", 4096);
  }
  sasl::ServerAnswer AnswerTo(const sasl::TokenOffered& offer) const {
    Check(IsClean(offer.user) && !offer.token.empty(), "a claim");
    if (!accepts) return sasl::Refused();
    return sasl::AcceptedAs{"alice"};
  }
  sasl::ServerAnswer AnswerTo(const sasl::ExternalOffered& offer) const {
    Check(IsClean(offer.user), "a claim");
    if (!accepts) return sasl::Refused();
    return sasl::AcceptedAs{"alice"};
  }
  sasl::ServerAnswer AnswerTo(const sasl::AuthorizationWanted& wanted) const {
    Check(IsClean(wanted.authorization) && wanted.authorization != wanted.authentication,
          "an identity");
    return Verdict();
  }
};

sasl::ServerEvent Settle(sasl::ServerMechanism& server, const Application& application,
                         sasl::ServerEvent event) {
  for (;;) {
    if (const auto* asked = std::get_if<sasl::PasswordOffered>(&event)) {
      event = server.Answer(application.AnswerTo(*asked));
    } else if (const auto* wanted = std::get_if<sasl::ScramKeysWanted>(&event)) {
      event = server.Answer(application.AnswerTo(*wanted));
    } else if (const auto* token = std::get_if<sasl::TokenOffered>(&event)) {
      event = server.Answer(application.AnswerTo(*token));
    } else if (const auto* external = std::get_if<sasl::ExternalOffered>(&event)) {
      event = server.Answer(application.AnswerTo(*external));
    } else if (const auto* other = std::get_if<sasl::AuthorizationWanted>(&event)) {
      event = server.Answer(application.AnswerTo(*other));
    } else {
      return event;
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  ringpost::fuzz::FuzzInput input(data, size);
  // Letters, so that seeds can be written by hand: 'a' is the first mechanism.
  const size_t choice = input.TakeOctet();
  const auto mechanism = sasl::kAllMechanisms[(choice + 256 - 'a') % sasl::kAllMechanisms.size()];
  const Application application = {.accepts = choice < 'r'};
  const auto server = sasl::MakeServer(mechanism, {.channel_bindings = {.tls_exporter = "exported"},
                                                   .offers_channel_binding = true,
                                                   .hash = &ringpost::fuzz::kToyHash,
                                                   .nonce = "servernonce",
                                                   .fake_secret = "secret"});

  std::string_view rest = input.Rest();
  for (int steps = 0; steps < 10; ++steps) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    sasl::ServerEvent event = Settle(*server, application, server->Next(rest.substr(0, end)));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (const auto* success = std::get_if<sasl::Succeeded>(&event)) {
      Check(application.accepts, "somebody got in");
      Check(IsClean(success->identity.authentication) && IsClean(success->identity.authorization),
            "an identity");
      return 0;
    }
    if (!std::holds_alternative<sasl::Challenge>(event)) return 0;
  }
  Check(false, "an authentication without end");
  return 0;
}
