#include "server/auth_wiring.h"

#include <algorithm>
#include <string>
#include <utility>

#include "ringpost/auth/certificate_login.h"
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

// A login that can never be is no remark: who asks for it relies on it.
absl::Status CheckCertificateLogin(const Config& config) {
  constexpr std::string_view kOpening =
      "client certificates are to log in (auth.certificates_file, auth.certificate_account), but ";
  const bool is_offered = std::ranges::any_of(config.auth.mechanisms, [](const auto& name) {
    return sasl::ParseMechanism(name) == sasl::Mechanism::kExternal;
  });
  if (!is_offered) {
    return absl::InvalidArgumentError(Concat(kOpening, "auth.mechanisms has no EXTERNAL"));
  }
  if (config.tls.client_roots.empty()) {
    return absl::InvalidArgumentError(Concat(kOpening, "tls.client_roots trusts nobody's"));
  }
  const bool is_asked_for =
      std::ranges::any_of(config.listeners, [&](const ListenerConfig& listener) {
        return AuthOf(listener) != ListenerAuth::kNone &&
               TlsOf(listener, config.tls) != ListenerTls::kNone &&
               listener.client_certificates != ClientCertificates::kNone;
      });
  if (!is_asked_for) {
    return absl::InvalidArgumentError(Concat(
        kOpening, "no listener with TLS and AUTH asks for any (listener.client_certificates)"));
  }
  return absl::OkStatus();
}

absl::StatusOr<auth::CertificateLoginOptions> LoadCertificateLogin(
    const Config& config, std::shared_ptr<const auth::Users> users) {
  auth::CertificateLoginOptions options = {.account = config.auth.certificate_account,
                                           .users = std::move(users)};
  if (!HasCertificateLogin(config.auth)) return options;
  if (absl::Status status = CheckCertificateLogin(config); !status.ok()) return status;
  if (config.auth.certificates_file.empty()) return options;
  auto listed = auth::ReadCertificatesFile(PathBelow(config.server, config.auth.certificates_file));
  if (!listed.ok()) return listed.status();
  options.listed = *std::move(listed);
  return options;
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

bool HasCertificateLogin(const AuthConfig& config) {
  return !config.certificates_file.empty() ||
         config.certificate_account != auth::CertificateAccount::kNone;
}

absl::StatusOr<LocalAuthenticators> LoadLocalAuthenticators(const Config& config,
                                                            HashingPool& hashing) {
  absl::StatusOr<std::shared_ptr<const auth::Users>> users = LoadUsers(config);
  if (!users.ok()) return users.status();
  absl::StatusOr<auth::CertificateLoginOptions> certificates = LoadCertificateLogin(config, *users);
  if (!certificates.ok()) return certificates.status();
  const std::shared_ptr<io::OffloadPool> pool =
      *users != nullptr ? hashing.For(config.auth) : nullptr;
  return LocalAuthenticators([users = *std::move(users), pool, certificates = *certificates,
                              has_certificates = HasCertificateLogin(config.auth)] {
    std::vector<std::shared_ptr<hooks::Authenticator>> authenticators;
    if (users != nullptr) {
      authenticators.push_back(std::make_shared<auth::UsersFileAuthenticator>(users, pool));
    }
    if (has_certificates) {
      authenticators.push_back(std::make_shared<auth::CertificateAuthenticator>(certificates));
    }
    return authenticators;
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
  if (absl::Status status = LoadCertificateLogin(config, *users).status(); !status.ok()) {
    return status;
  }
  return LoadFakeSecret(config).status();
}

std::vector<std::string> RemarksOnAuthentication(const Config& config) {
  std::vector<std::string> remarks;
  const auto has_auth = [](const ListenerConfig& listener) {
    return AuthOf(listener) != ListenerAuth::kNone;
  };
  const bool is_offered = std::ranges::any_of(config.listeners, has_auth);
  const bool has_users = !config.auth.users_file.empty() || !config.auth.dovecot_socket.empty() ||
                         !config.oauth.introspection_url.empty() ||
                         HasCertificateLogin(config.auth);
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
