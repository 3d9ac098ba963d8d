// Logins that others decide on: Dovecot (auth.dovecot_socket) and an authorization server
// ([oauth]).
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "ringpost/hooks/authenticator.h"
#include "ringpost/io/offload.h"
#include "server/config.h"

namespace ringpost::daemon {

// The authenticators of a shard, in the order of their rank; none where nobody else is asked.
using RemoteAuthenticators =
    std::function<std::vector<std::shared_ptr<hooks::Authenticator>>(io::Shard& shard)>;

// Reads the files of secrets. `pool`, whose threads wait for the network, is made when it is needed
// and not there, so that a reload goes on with the same one.
absl::StatusOr<RemoteAuthenticators> LoadRemoteAuthenticators(
    const Config& config, std::shared_ptr<io::OffloadPool>& pool);

}  // namespace ringpost::daemon
