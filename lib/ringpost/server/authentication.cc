#include "ringpost/server/authentication.h"

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

#include "ringpost/base/base64.h"
#include "ringpost/base/check.h"
#include "ringpost/crypto/hash.h"
#include "ringpost/crypto/secure_random.h"
#include "ringpost/io/operations.h"

namespace ringpost::server {

using sasl::FailureReason;
using sasl::Mechanism;
using smtp::Reply;

namespace {

constexpr Reply kSucceeded = Reply::Fixed(235, {2, 7, 0}, "Authentication succeeded");
constexpr Reply kWrong = Reply::Fixed(535, {5, 7, 8}, "Authentication credentials invalid");
constexpr Reply kMalformed = Reply::Fixed(501, {5, 5, 2}, "Malformed authentication response");
constexpr Reply kTooLong = Reply::Fixed(500, {5, 5, 6}, "Authentication response too long");
constexpr Reply kUnavailable =
    Reply::Fixed(454, {4, 7, 0}, "Temporary authentication failure, try again later");
constexpr Reply kTooMany = Reply::Fixed(454, {4, 7, 0}, "Too many logins, try again later");
constexpr Reply kBlocked = Reply::Fixed(454, {4, 7, 0}, "Too many failed logins, try again later");

constexpr size_t kNonceOctets = 18;  // RFC 5802 leaves it open; 16 or more are ours
constexpr size_t kFakeSecretOctets = 32;

constexpr std::array kStrongestFirst = {
    Mechanism::kExternal,    Mechanism::kScramSha256Plus, Mechanism::kScramSha1Plus,
    Mechanism::kScramSha256, Mechanism::kScramSha1,       Mechanism::kOauthBearer,
    Mechanism::kXoauth2,     Mechanism::kPlain,           Mechanism::kLogin};
static_assert(kStrongestFirst.size() == sasl::kAllMechanisms.size());

const HashFunctions* HashOf(Mechanism mechanism) {
  if (!sasl::IsScram(mechanism)) return nullptr;
  const bool is_sha1 = mechanism == Mechanism::kScramSha1 || mechanism == Mechanism::kScramSha1Plus;
  return &crypto::HashFunctionsOf(is_sha1 ? crypto::HashAlgorithm::kSha1
                                          : crypto::HashAlgorithm::kSha256);
}

sasl::ServerOptions MechanismOptions(const AuthenticationEnvironment& environment,
                                     const hooks::Authenticator& authenticator, Mechanism mechanism,
                                     sasl::ChannelBindings channel_bindings,
                                     bool offers_channel_binding) {
  const AuthenticationOptions& options = environment.options;
  return {.channel_bindings = std::move(channel_bindings),
          .offers_channel_binding = offers_channel_binding,
          .hash = HashOf(mechanism),
          .nonce = EncodeBase64(crypto::RandomOctets(kNonceOctets)),
          .fake_secret =
              options.fake_secret.empty() ? environment.shared.fake_secret : options.fake_secret,
          .fake_iteration_count = authenticator.abilities().scram_iteration_count,
          .oauth_scope = options.oauth_scope,
          .openid_configuration_url = options.openid_configuration_url};
}

// A blocked client, among the other failures of an attempt.
absl::Status BlockedError() { return absl::PermissionDeniedError(""); }

bool IsServed(Mechanism mechanism, const hooks::AuthenticatorAbilities& abilities) {
  switch (mechanism) {
    case Mechanism::kPlain:
    case Mechanism::kLogin:
      return abilities.passwords;
    case Mechanism::kScramSha1:
    case Mechanism::kScramSha1Plus:
      return abilities.scram_sha1;
    case Mechanism::kScramSha256:
    case Mechanism::kScramSha256Plus:
      return abilities.scram_sha256;
    case Mechanism::kOauthBearer:
    case Mechanism::kXoauth2:
      return abilities.tokens;
    case Mechanism::kExternal:
      return abilities.certificates;
  }
  Check(false, "no such mechanism");
  return false;
}

bool IsAllowed(Mechanism mechanism, const MechanismPolicy& policy, bool is_secure) {
  if (std::ranges::find(policy.allowed, mechanism) == policy.allowed.end()) return false;
  if (is_secure) return true;
  if (sasl::SendsSecret(mechanism)) return policy.allows_plaintext_without_tls;
  return !sasl::IsScram(mechanism) || policy.allows_scram_without_tls;
}

}  // namespace

SharedAuthentication::SharedAuthentication()
    : fake_secret(crypto::RandomOctets(kFakeSecretOctets)) {}

Authentication::Authentication(AuthenticationEnvironment& environment,
                               std::shared_ptr<hooks::Authenticator> authenticator,
                               Mechanism mechanism, sasl::ChannelBindings channel_bindings,
                               bool offers_channel_binding, std::string_view peer_certificate)
    : environment_(environment),
      authenticator_(std::move(authenticator)),
      mechanism_(sasl::MakeServer(
          mechanism, MechanismOptions(environment, *authenticator_, mechanism,
                                      std::move(channel_bindings), offers_channel_binding))),
      peer_certificate_(peer_certificate) {}

Task<AuthenticationStep> Authentication::Next(const hooks::Context& context,
                                              std::optional<std::string_view> response) {
  Check(!is_over_, "a response behind the end of the exchange");
  sasl::ServerEvent event = mechanism_->Next(response);
  for (;;) {
    if (auto* challenge = std::get_if<sasl::Challenge>(&event)) {
      co_return AuthenticationStep{.challenge = std::move(challenge->octets)};
    }
    if (auto* succeeded = std::get_if<sasl::Succeeded>(&event)) {
      co_return Succeed(context, std::move(succeeded->identity));
    }
    if (const auto* failed = std::get_if<sasl::Failed>(&event)) {
      co_return Fail(context, failed->reason);
    }
    const Answer answer =
        co_await std::visit([&](const auto& question) { return On(context, question); }, event);
    if (!answer.ok()) co_return GiveUp(answer.status());
    // Who answers too late has perhaps been told to stop.
    if (context.wait.deadline <= context.shard.Now()) {
      co_return GiveUp(absl::DeadlineExceededError(""));
    }
    event = mechanism_->Answer(*answer);
  }
}

// --- Questions
// ------------------------------------------------------------------------------------

Task<Authentication::Answer> Authentication::On(const hooks::Context& context,
                                                const sasl::PasswordOffered& offered) {
  const absl::Status begun = co_await BeginAttempt(context, offered.user);
  if (!begun.ok()) co_return begun;
  hooks::AuthenticatedUser user =
      co_await authenticator_->OnPassword(context, offered.user, offered.password);
  if (!user.ok()) co_return user.status();
  if (!user->has_value()) co_return sasl::ServerAnswer(sasl::Refused());
  authenticated_user_ = **std::move(user);
  co_return sasl::ServerAnswer(sasl::Accepted());
}

Task<Authentication::Answer> Authentication::On(const hooks::Context& context,
                                                const sasl::ScramKeysWanted& wanted) {
  const absl::Status begun = co_await BeginAttempt(context, wanted.user);
  if (!begun.ok()) co_return begun;
  authenticated_user_ = wanted.user;
  absl::StatusOr<std::optional<sasl::ScramKeys>> keys =
      co_await authenticator_->OnScram(context, wanted.user, wanted.mechanism);
  if (!keys.ok()) co_return keys.status();
  if (!keys->has_value()) co_return sasl::ServerAnswer(sasl::Refused());
  co_return sasl::ServerAnswer(**std::move(keys));
}

Task<Authentication::Answer> Authentication::On(const hooks::Context& context,
                                                const sasl::TokenOffered& offered) {
  const absl::Status begun = co_await BeginAttempt(context, offered.user);
  if (!begun.ok()) co_return begun;
  hooks::AuthenticatedUser user = co_await authenticator_->OnToken(context, offered);
  if (!user.ok()) co_return user.status();
  if (!user->has_value()) {
    // The client is told why by a challenge, and need not wait for the reply.
    attempt_->Fail(context.shard.Now());
    co_return sasl::ServerAnswer(sasl::Refused());
  }
  authenticated_user_ = **user;
  co_return sasl::ServerAnswer(sasl::AcceptedAs{**std::move(user)});
}

Task<Authentication::Answer> Authentication::On(const hooks::Context& context,
                                                const sasl::ExternalOffered& offered) {
  const absl::Status begun = co_await BeginAttempt(context, offered.user);
  if (!begun.ok()) co_return begun;
  if (peer_certificate_.empty()) co_return sasl::ServerAnswer(sasl::Refused());
  hooks::AuthenticatedUser user =
      co_await authenticator_->OnCertificate(context, peer_certificate_, offered.user);
  if (!user.ok()) co_return user.status();
  if (!user->has_value()) co_return sasl::ServerAnswer(sasl::Refused());
  authenticated_user_ = **user;
  co_return sasl::ServerAnswer(sasl::AcceptedAs{**std::move(user)});
}

Task<Authentication::Answer> Authentication::On(const hooks::Context& context,
                                                const sasl::AuthorizationWanted& wanted) {
  if (wanted.authorization == authenticated_user_) {
    co_return sasl::ServerAnswer(sasl::Accepted());
  }
  const absl::StatusOr<bool> may =
      co_await authenticator_->MayActAs(context, authenticated_user_, wanted.authorization);
  if (!may.ok()) co_return may.status();
  co_return *may ? sasl::ServerAnswer(sasl::Accepted()) : sasl::ServerAnswer(sasl::Refused());
}

Task<Authentication::Answer> Authentication::On(const hooks::Context&, const sasl::Challenge&) {
  return ReadyTask(Answer(absl::InternalError("no question")));
}

Task<Authentication::Answer> Authentication::On(const hooks::Context&, const sasl::Succeeded&) {
  return ReadyTask(Answer(absl::InternalError("no question")));
}

Task<Authentication::Answer> Authentication::On(const hooks::Context&, const sasl::Failed&) {
  return ReadyTask(Answer(absl::InternalError("no question")));
}

// --- The end
// --------------------------------------------------------------------------------------

// Counted before anything is looked at, so that many connections at once gain nothing.
Task<absl::Status> Authentication::BeginAttempt(const hooks::Context& context,
                                                std::string_view user) {
  claimed_user_ = user;
  attempt_.emplace(environment_.shared.throttle.Begin(
      context.session.client, user, environment_.options.throttle, context.shard.Now()));
  if (attempt_->is_blocked()) return ReadyTask(BlockedError());
  if (attempt_->delay() == absl::ZeroDuration()) return ReadyTask(absl::OkStatus());
  return io::Sleep(context.shard, attempt_->delay(), context.wait);
}

AuthenticationStep Authentication::Succeed(const hooks::Context& context, sasl::Identity identity) {
  is_over_ = true;
  attempt_->Succeed(context.shard.Now());
  if (identity.authorization == identity.authentication) {
    identity.authorization = authenticated_user_;
  }
  identity.authentication = authenticated_user_;
  return {.reply = kSucceeded, .identity = std::move(identity)};
}

AuthenticationStep Authentication::Fail(const hooks::Context& context, FailureReason reason) {
  is_over_ = true;
  // What does not even reach the question guesses nothing.
  if (attempt_.has_value()) attempt_->Fail(context.shard.Now());
  const auto step = [reason](const Reply& reply) {
    return AuthenticationStep{.reply = reply, .reason = sasl::FailureReasonName(reason)};
  };
  switch (reason) {
    case FailureReason::kMalformed:
    case FailureReason::kUnsupported:
      return step(kMalformed);
    case FailureReason::kTooLong:
      return step(kTooLong);
    case FailureReason::kBadName:
    case FailureReason::kChannelBinding:
    case FailureReason::kCredentials:
    case FailureReason::kAuthorization:
      return step(kWrong);
  }
  Check(false, "no such reason");
  return {};
}

AuthenticationStep Authentication::GiveUp(const absl::Status& status) {
  is_over_ = true;
  if (attempt_.has_value() && attempt_->is_blocked()) {
    return {.reply = kBlocked, .reason = "blocked"};
  }
  attempt_.reset();
  if (absl::IsResourceExhausted(status)) return {.reply = kTooMany, .reason = "too-many"};
  return {.reply = kUnavailable, .reason = "unavailable"};
}

std::span<const Mechanism> MechanismsStrongestFirst() { return kStrongestFirst; }

std::string OfferedMechanisms(const hooks::AuthenticatorAbilities& abilities,
                              const MechanismPolicy& policy, bool is_secure,
                              bool has_channel_binding, bool has_client_certificate) {
  std::string names;
  for (const Mechanism mechanism : kStrongestFirst) {
    if (!IsServed(mechanism, abilities) || !IsAllowed(mechanism, policy, is_secure)) continue;
    if (sasl::BindsChannel(mechanism) && !has_channel_binding) continue;
    if (mechanism == Mechanism::kExternal && !has_client_certificate) continue;
    if (!names.empty()) names += ' ';
    names += sasl::MechanismName(mechanism);
  }
  return names;
}

}  // namespace ringpost::server
