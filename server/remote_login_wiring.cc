#include "server/remote_login_wiring.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "ringpost/auth/dovecot_authenticator.h"
#include "ringpost/auth/secret_file.h"
#include "ringpost/auth/token_introspection.h"
#include "ringpost/base/text.h"
#include "server/wiring.h"

namespace ringpost::daemon {
namespace {

constexpr io::OffloadPool::Options kIntrospectionPool = {.thread_count = 8, .queue_limit = 256};

// The first line of a file; empty when there is no file to be read.
absl::StatusOr<std::string> LoadSecret(const Config& config, const std::string& file) {
  if (file.empty()) return std::string();
  const std::string path = PathBelow(config.server, file);
  absl::StatusOr<std::string> text = auth::ReadSecretFile(path);
  if (!text.ok()) return text.status();
  text->resize(std::min(text->find_first_of("\r\n"), text->size()));
  if (text->empty()) return absl::InvalidArgumentError(Concat(path, ": its first line is empty"));
  return text;
}

absl::StatusOr<auth::IntrospectionOptions> LoadIntrospection(const Config& config) {
  const OauthConfig& oauth = config.oauth;
  absl::StatusOr<std::string> secret = LoadSecret(config, oauth.client_secret_file);
  if (!secret.ok()) return secret.status();
  absl::StatusOr<std::string> token = LoadSecret(config, oauth.bearer_token_file);
  if (!token.ok()) return token.status();
  return auth::IntrospectionOptions{.client_id = oauth.client_id,
                                    .client_secret = *std::move(secret),
                                    .bearer_token = *std::move(token),
                                    .user_claim = oauth.user_claim,
                                    .required_scopes = oauth.scopes,
                                    .required_audience = oauth.audience,
                                    .accepted_clients = oauth.clients,
                                    .cache_time = oauth.cache_time};
}

auth::HttpClientOptions HttpOptions(const Config& config) {
  return {.url = config.oauth.introspection_url,
          .ca_file = PathBelow(config.server, config.oauth.ca_file),
          .timeout = config.oauth.timeout};
}

}  // namespace

absl::StatusOr<RemoteAuthenticators> LoadRemoteAuthenticators(
    const Config& config, std::shared_ptr<io::OffloadPool>& pool) {
  std::optional<auth::IntrospectionOptions> introspection;
  if (!config.oauth.introspection_url.empty()) {
    absl::StatusOr<auth::IntrospectionOptions> loaded = LoadIntrospection(config);
    if (!loaded.ok()) return loaded.status();
    introspection = *std::move(loaded);
    if (pool == nullptr) pool = std::make_shared<io::OffloadPool>(kIntrospectionPool);
  }
  return RemoteAuthenticators([config, introspection, pool](io::Shard& shard) {
    std::vector<std::shared_ptr<hooks::Authenticator>> authenticators;
    // Before Dovecot: who names an authorization server means it.
    if (introspection.has_value()) {
      authenticators.push_back(std::make_shared<auth::TokenIntrospection>(
          shard, pool, *introspection,
          [http = HttpOptions(config)] { return auth::MakeHttpClient(http); }));
    }
    if (!config.auth.dovecot_socket.empty()) {
      authenticators.push_back(std::make_shared<auth::DovecotAuthenticator>(
          shard,
          auth::DovecotOptions{.address = *io::ParseSocketAddress(config.auth.dovecot_socket)}));
    }
    return authenticators;
  });
}

}  // namespace ringpost::daemon
