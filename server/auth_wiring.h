// What [auth] comes to: Authenticators for each shard, and what AUTH may offer.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ringpost/hooks/authenticator.h"
#include "ringpost/io/offload.h"
#include "ringpost/server/options.h"
#include "server/config.h"

namespace ringpost::daemon {

// The threads that hash passwords: the same ones after a reload, unless it wants others.
class HashingPool {
 public:
  std::shared_ptr<io::OffloadPool> For(const AuthConfig& config);

 private:
  size_t thread_count_ = 0;
  size_t queue_limit_ = 0;
  std::shared_ptr<io::OffloadPool> pool_;
};

// The authenticators of a shard that ask nobody else, in the order of their rank; none where nobody
// can log in by what we have ourselves.
using LocalAuthenticators = std::function<std::vector<std::shared_ptr<hooks::Authenticator>>()>;

// Whether client certificates are to log in.
bool HasCertificateLogin(const AuthConfig& config);

// Reads the users file and the certificates file. `hashing` is asked for threads where passwords
// are to be hashed. InvalidArgument where certificates are to log in and never could.
absl::StatusOr<LocalAuthenticators> LoadLocalAuthenticators(const Config& config,
                                                            HashingPool& hashing);

// Reads the secret file.
absl::StatusOr<server::AuthenticationOptions> LoadAuthenticationOptions(const Config& config);

// Whether the files are good, and certificates that are to log in can.
absl::Status CheckAuthentication(const Config& config);

// What of [auth] and the listeners' `auth` cannot work as it is meant, in words.
std::vector<std::string> RemarksOnAuthentication(const Config& config);

}  // namespace ringpost::daemon
