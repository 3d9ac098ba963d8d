#include "server/auth_wiring.h"

#include <algorithm>
#include <string>
#include <utility>

#include "ringpost/auth/secret_file.h"
#include "ringpost/auth/users_file.h"
#include "ringpost/base/text.h"
#include "ringpost/sasl/mechanism.h"
#include "server/wiring.h"

namespace ringpost::daemon {
namespace {

constexpr size_t kShortestSecret = 16;

// nullptr: there is no file.
absl::StatusOr<std::shared_ptr<const auth::Users>> LoadUsers(const Config& config) {
  if (config.auth.users_file.empty()) return nullptr;
  return auth::ReadUsersFile(PathBelow(config.server, config.auth.users_file));
}

absl::StatusOr<std::string> LoadFakeSecret(const Config& config) {
  if (config.auth.secret_file.empty()) return std::string();
  const std::string path = PathBelow(config.server, config.auth.secret_file);
  absl::StatusOr<std::string> secret = auth::ReadSecretFile(path);
  if (secret.ok() && secret->size() < kShortestSecret) {
    return absl::InvalidArgumentError(
        Concat(path, ": a secret of less than ", kShortestSecret, " octets"));
  }
  return secret;
}

}  // namespace

std::shared_ptr<io::OffloadPool> HashingPool::For(const AuthConfig& config) {
  const bool is_same = pool_ != nullptr && thread_count_ == config.hashing_threads &&
                       queue_limit_ == config.hashing_queue;
  if (!is_same) {
    thread_count_ = config.hashing_threads;
    queue_limit_ = config.hashing_queue;
    pool_ = std::make_shared<io::OffloadPool>(io::OffloadPool::Options{
        .thread_count = config.hashing_threads, .queue_limit = config.hashing_queue});
  }
  return pool_;
}

absl::StatusOr<AuthenticatorFactory> LoadAuthenticator(const Config& config, HashingPool& hashing) {
  absl::StatusOr<std::shared_ptr<const auth::Users>> users = LoadUsers(config);
  if (!users.ok()) return users.status();
  if (*users == nullptr) {
    return AuthenticatorFactory([] { return std::shared_ptr<hooks::Authenticator>(); });
  }
  return AuthenticatorFactory([users = *std::move(users), pool = hashing.For(config.auth)] {
    return std::make_shared<auth::UsersFileAuthenticator>(users, pool);
  });
}

absl::StatusOr<server::AuthenticationOptions> LoadAuthenticationOptions(const Config& config) {
  absl::StatusOr<std::string> secret = LoadFakeSecret(config);
  if (!secret.ok()) return secret.status();
  const AuthConfig& auth = config.auth;
  server::AuthenticationOptions options = {
      .mechanisms = {.allowed = {},
                     .allows_plaintext_without_tls = auth.allows_plaintext_without_tls,
                     .allows_scram_without_tls = auth.allows_scram_without_tls},
      .throttle = auth.throttle,
      .fake_secret = *std::move(secret)};
  for (const std::string& name : auth.mechanisms) {
    options.mechanisms.allowed.push_back(*sasl::ParseMechanism(name));
  }
  return options;
}

absl::Status CheckAuthentication(const Config& config) {
  const absl::StatusOr<std::shared_ptr<const auth::Users>> users = LoadUsers(config);
  if (!users.ok()) return users.status();
  return LoadFakeSecret(config).status();
}

std::vector<std::string> RemarksOnAuthentication(const Config& config) {
  std::vector<std::string> remarks;
  const auto has_auth = [](const ListenerConfig& listener) {
    return AuthOf(listener) != ListenerAuth::kNone;
  };
  const bool is_offered = std::ranges::any_of(config.listeners, has_auth);
  const bool has_users = !config.auth.users_file.empty() || !config.auth.dovecot_socket.empty() ||
                         !config.oauth.introspection_url.empty();
  if (has_users && !is_offered) {
    remarks.emplace_back("users are there, but no listener offers AUTH (listener.auth)");
  }
  if (!has_users && is_offered) {
    remarks.emplace_back("a listener has AUTH (listener.auth), but nobody can log in ([auth])");
  }
  const bool allows_plain =
      config.auth.allows_plaintext_without_tls || config.auth.allows_scram_without_tls;
  for (const ListenerConfig& listener : config.listeners) {
    const bool is_plain = TlsOf(listener, config.tls) == ListenerTls::kNone;
    if (has_auth(listener) && is_plain && !allows_plain) {
      remarks.push_back(Concat("the listener ", FormatListenAddress(listener.address),
                               " has no TLS, so AUTH is not offered there"));
    }
  }
  return remarks;
}

}  // namespace ringpost::daemon
