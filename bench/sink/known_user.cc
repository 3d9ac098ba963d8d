#include "sink/known_user.h"

#include <utility>
#include <variant>

#include "ringpost/base/base64.h"
#include "ringpost/base/text.h"
#include "ringpost/crypto/hash.h"
#include "ringpost/crypto/secure_random.h"

namespace ringpost::sink {
namespace {

using sasl::Mechanism;

constexpr smtp::Reply kAuthenticated = smtp::Reply::Fixed(235, {2, 7, 0}, "Welcome");
constexpr smtp::Reply kUnknown = smtp::Reply::Fixed(535, {5, 7, 8}, "Who are you?");
constexpr size_t kNonceOctets = 18;

const HashFunctions& HashOf(Mechanism mechanism) {
  const bool is_sha1 = mechanism == Mechanism::kScramSha1 || mechanism == Mechanism::kScramSha1Plus;
  return crypto::HashFunctionsOf(is_sha1 ? crypto::HashAlgorithm::kSha1
                                         : crypto::HashAlgorithm::kSha256);
}

sasl::ScramKeys MakeKeys(Mechanism mechanism, std::string_view password) {
  return sasl::MakeScramKeys(HashOf(mechanism), password,
                             crypto::RandomOctets(sasl::kScramSaltOctets),
                             sasl::kLeastScramIterations);
}

sasl::ServerAnswer AcceptedIf(bool is_right) {
  return is_right ? sasl::ServerAnswer(sasl::Accepted()) : sasl::Refused();
}

template <typename Event>
constexpr bool kIsQuestion =
    !std::is_same_v<Event, sasl::Challenge> && !std::is_same_v<Event, sasl::Succeeded> &&
    !std::is_same_v<Event, sasl::Failed>;

}  // namespace

KnownUser::KnownUser(std::string name, std::string password)
    : name_(std::move(name)),
      password_(std::move(password)),
      sha1_(MakeKeys(Mechanism::kScramSha1, password_)),
      sha256_(MakeKeys(Mechanism::kScramSha256, password_)) {}

const sasl::ScramKeys& KnownUser::scram_keys(Mechanism mechanism) const {
  const bool is_sha1 = mechanism == Mechanism::kScramSha1 || mechanism == Mechanism::kScramSha1Plus;
  return is_sha1 ? sha1_ : sha256_;
}

std::string OfferedMechanisms(bool has_channel_binding) {
  std::string names;
  for (const Mechanism mechanism : sasl::kAllMechanisms) {
    if (mechanism == Mechanism::kExternal) continue;
    if (sasl::BindsChannel(mechanism) && !has_channel_binding) continue;
    Append(names, names.empty() ? "" : " ", sasl::MechanismName(mechanism));
  }
  return names;
}

Login::Login(const KnownUser& user, Mechanism mechanism, sasl::ChannelBindings bindings)
    : user_(user),
      machine_(sasl::MakeServer(mechanism,
                                {.channel_bindings = bindings,
                                 .offers_channel_binding = !bindings.empty(),
                                 .hash = &HashOf(mechanism),
                                 .nonce = EncodeBase64(crypto::RandomOctets(kNonceOctets)),
                                 .fake_secret = crypto::RandomOctets(sasl::kScramSaltOctets)})) {}

Login::Step Login::Next(std::optional<std::string_view> response) {
  sasl::ServerEvent event = machine_->Next(response);
  for (;;) {
    if (const auto* const challenge = std::get_if<sasl::Challenge>(&event)) {
      return {.challenge = challenge->octets};
    }
    if (std::holds_alternative<sasl::Succeeded>(event)) return {.reply = kAuthenticated};
    if (std::holds_alternative<sasl::Failed>(event)) return {.reply = kUnknown};
    const sasl::ServerAnswer answer = std::visit(
        [this](const auto& question) -> sasl::ServerAnswer {
          if constexpr (kIsQuestion<std::decay_t<decltype(question)>>) {
            return AnswerTo(question);
          } else {
            return sasl::Refused();
          }
        },
        event);
    event = machine_->Answer(answer);
  }
}

sasl::ServerAnswer Login::AnswerTo(const sasl::PasswordOffered& event) const {
  return AcceptedIf(event.user == user_.name() && event.password == user_.password());
}

sasl::ServerAnswer Login::AnswerTo(const sasl::ScramKeysWanted& event) const {
  if (event.user != user_.name()) return sasl::Refused();
  return user_.scram_keys(event.mechanism);
}

sasl::ServerAnswer Login::AnswerTo(const sasl::TokenOffered& event) const {
  const bool is_other = !event.user.empty() && event.user != user_.name();
  if (is_other || event.token != user_.password()) return sasl::Refused();
  return sasl::AcceptedAs{user_.name()};
}

sasl::ServerAnswer Login::AnswerTo(const sasl::ExternalOffered&) const { return sasl::Refused(); }

sasl::ServerAnswer Login::AnswerTo(const sasl::AuthorizationWanted&) const {
  return sasl::Refused();
}

}  // namespace ringpost::sink
