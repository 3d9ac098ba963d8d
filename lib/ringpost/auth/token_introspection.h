// TokenIntrospection: asks an authorization server whose bearer token it is (RFC 7662): for
// OAUTHBEARER and XOAUTH2.
//
//   // Of its own: its threads wait for the network.
//   auto pool = std::make_shared<io::OffloadPool>(io::OffloadPool::Options{.thread_count = 4});
//   hooks.authenticator = std::make_shared<auth::TokenIntrospection>(
//       shard, pool, auth::IntrospectionOptions{.client_id = "mail", .client_secret = "..."},
//       [] { return auth::MakeHttpClient({.url = "https://login.example/introspect"}); });
//
// A token is good when the server says that it is active, and it has not expired, has every scope,
// and is for our audience and of our clients where these are set. Its user is what the claim says,
// letter by letter.
//
// A good token is good for cache_time without a question, never beyond its end: for so long one
// that was revoked still works. Refusals are not kept.
//
// Threads: the shard's; the pool may be shared with others. Limits: request_limit requests at the
// same time, further ones are ResourceExhausted; cache_limit entries. What a request may take,
// HttpClientOptions say: it cannot be cancelled. Errors: a server that cannot be asked, refuses us,
// or answers nonsense is a Status.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "ringpost/auth/http_client.h"
#include "ringpost/coro/task.h"
#include "ringpost/hooks/authenticator.h"
#include "ringpost/io/offload.h"
#include "ringpost/io/shard.h"

namespace ringpost::auth {

struct IntrospectionOptions {
  // How we show the server who we are: by Basic authentication (RFC 6749 §2.3.1), or by a token of
  // our own (RFC 7662 §2.1). Both empty: not at all.
  std::string client_id = {};
  std::string client_secret = {};
  std::string bearer_token = {};

  // Of the response, that names the user.
  std::string user_claim = "username";
  std::vector<std::string> required_scopes = {};
  std::string required_audience = {};              // empty: any
  std::vector<std::string> accepted_clients = {};  // of client_id; empty: any

  absl::Duration cache_time = absl::Minutes(1);
  size_t cache_limit = 10'000;
  size_t request_limit = 16;
};

class TokenIntrospection final : public hooks::Authenticator {
 public:
  using ClientFactory = std::function<absl::StatusOr<std::unique_ptr<HttpClient>>()>;

  // At most request_limit clients are made.
  TokenIntrospection(io::Shard& shard, std::shared_ptr<io::OffloadPool> pool,
                     IntrospectionOptions options, ClientFactory make_client);
  ~TokenIntrospection() override;

  hooks::AuthenticatorAbilities abilities() const override { return {.tokens = true}; }
  Task<hooks::AuthenticatedUser> OnToken(const hooks::Context& context,
                                         const sasl::TokenOffered& offer) override;

 private:
  struct State;

  Task<hooks::AuthenticatedUser> AskServer(std::string digest, std::string_view token);
  hooks::AuthenticatedUser Judge(std::string digest, const HttpResponse& response);

  std::unique_ptr<State> state_;
};

}  // namespace ringpost::auth
