#include "ringpost/auth/token_introspection.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "ringpost/auth/internal/introspection_response.h"
#include "ringpost/auth/internal/token_cache.h"
#include "ringpost/auth/internal/user_name.h"
#include "ringpost/base/ascii.h"
#include "ringpost/base/base64.h"
#include "ringpost/base/status_macros.h"
#include "ringpost/base/text.h"
#include "ringpost/crypto/hash.h"

namespace ringpost::auth {
namespace {

using internal::IntrospectionResponse;

// As application/x-www-form-urlencoded has it (RFC 6749 appendix B).
std::string FormEncode(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (IsAsciiAlnum(c) || c == '-' || c == '.' || c == '_') {
      encoded.push_back(c);
    } else {
      Append(encoded, '%', kDigits[octet / 16], kDigits[octet % 16]);
    }
  }
  return encoded;
}

std::string AuthorizationOf(const IntrospectionOptions& options) {
  if (!options.bearer_token.empty()) return Concat("Bearer ", options.bearer_token);
  if (options.client_id.empty()) return {};
  return Concat("Basic ", EncodeBase64(Concat(FormEncode(options.client_id), ':',
                                              FormEncode(options.client_secret))));
}

bool Contains(const std::vector<std::string>& texts, const std::string& text) {
  return std::ranges::find(texts, text) != texts.end();
}

bool IsGood(const IntrospectionResponse& response, const IntrospectionOptions& options,
            absl::Time now) {
  if (!response.is_active || response.expires <= now || response.not_before > now) return false;
  if (!options.required_audience.empty() &&
      !Contains(response.audience, options.required_audience)) {
    return false;
  }
  if (!options.accepted_clients.empty() &&
      !Contains(options.accepted_clients, response.client_id)) {
    return false;
  }
  return std::ranges::all_of(options.required_scopes, [&](const std::string& scope) {
    return Contains(response.scopes, scope);
  });
}

// Why the server gave no answer about the token.
absl::Status FailureOf(int status) {
  const std::string text = Concat("the introspection endpoint answered ", status);
  // It does not know us, or does not let us ask: no token's fault.
  if (status == 401 || status == 403) return absl::FailedPreconditionError(text);
  return absl::UnavailableError(text);
}

}  // namespace

struct TokenIntrospection::State {
  io::Shard& shard;
  const std::shared_ptr<io::OffloadPool> pool;
  const IntrospectionOptions options;
  const ClientFactory make_client;
  const std::string authorization;
  internal::TokenCache cache;
  std::vector<std::unique_ptr<HttpClient>> spare_clients = {};
  size_t request_count = 0;  // under way

  absl::StatusOr<std::unique_ptr<HttpClient>> TakeClient() {
    if (spare_clients.empty()) return make_client();
    std::unique_ptr<HttpClient> client = std::move(spare_clients.back());
    spare_clients.pop_back();
    return client;
  }
};

TokenIntrospection::TokenIntrospection(io::Shard& shard, std::shared_ptr<io::OffloadPool> pool,
                                       IntrospectionOptions options, ClientFactory make_client)
    : state_(new State{.shard = shard,
                       .pool = std::move(pool),
                       .options = options,
                       .make_client = std::move(make_client),
                       .authorization = AuthorizationOf(options),
                       .cache = internal::TokenCache(options.cache_limit)}) {}

TokenIntrospection::~TokenIntrospection() = default;

Task<hooks::AuthenticatedUser> TokenIntrospection::OnToken(const hooks::Context&,
                                                           const sasl::TokenOffered& offer) {
  std::string digest = crypto::Digest(crypto::HashAlgorithm::kSha256, offer.token);
  if (std::optional<std::string> user = state_->cache.Find(digest, state_->shard.Now())) {
    return ReadyTask<hooks::AuthenticatedUser>(std::move(user));
  }
  return AskServer(std::move(digest), offer.token);
}

Task<hooks::AuthenticatedUser> TokenIntrospection::AskServer(std::string digest,
                                                             std::string_view token) {
  State& state = *state_;
  if (state.request_count >= state.options.request_limit) {
    co_return absl::ResourceExhaustedError("too many tokens are looked up at the same time");
  }
  CO_ASSIGN_OR_RETURN(std::unique_ptr<HttpClient> client, state.TakeClient());
  const HttpRequest request = {
      .body = Concat("token=", FormEncode(token), "&token_type_hint=access_token"),
      .authorization = state.authorization};
  ++state.request_count;
  absl::StatusOr<absl::StatusOr<HttpResponse>> response = co_await io::Offload(
      state.shard, *state.pool, [&client, &request] { return client->Post(request); });
  --state.request_count;
  state.spare_clients.push_back(std::move(client));
  CO_RETURN_IF_ERROR(response.status());
  CO_RETURN_IF_ERROR(response->status());
  co_return Judge(std::move(digest), **response);
}

hooks::AuthenticatedUser TokenIntrospection::Judge(std::string digest,
                                                   const HttpResponse& response) {
  State& state = *state_;
  const IntrospectionOptions& options = state.options;
  if (response.status != 200) return FailureOf(response.status);
  absl::StatusOr<IntrospectionResponse> said =
      internal::ParseIntrospectionResponse(response.body, options.user_claim);
  if (!said.ok()) return said.status();
  const absl::Time now = state.shard.WallNow();
  if (!IsGood(*said, options, now)) return std::nullopt;
  if (!internal::IsUserName(said->user)) {
    return absl::FailedPreconditionError(
        Concat("a good token has no user name in \"", options.user_claim, "\""));
  }
  const absl::Duration kept = std::min(options.cache_time, said->expires - now);
  if (kept > absl::ZeroDuration()) {
    state.cache.Add(std::move(digest), said->user, state.shard.Now() + kept);
  }
  return std::optional(std::move(said->user));
}

}  // namespace ringpost::auth
