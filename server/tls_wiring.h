// TlsWiring: certificates and keys, from the files of a Config to the listeners of ServerOptions.
// Of its two sources a build has the one that fits: a ringpostd without TLS has no listener that
// needs any (LoadConfig() sees to it).
//
// Blocks: not for a shard. Errors: name the file and what is wrong with it: unreadable, no
// certificate, expired, not yet valid, the key of another.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "ringpost/server/options.h"
#include "server/config.h"

namespace ringpost::daemon {

// Whether a listener needs a certificate that nobody has configured.
bool NeedsSelfSigned(const Config& config);

// Gives each listener of `options`, which were made of `config`, what encrypts its sessions. Makes
// the self-signed certificate, in the data folder, where one is needed. `remarks`: what the
// operator should know.
absl::Status AddSecurity(const Config& config, absl::Time now, server::ServerOptions& options,
                         std::vector<std::string>& remarks);

// Whether AddSecurity() would find what is configured. Makes nothing.
absl::Status CheckCertificates(const Config& config, absl::Time now);

}  // namespace ringpost::daemon
