// TlsWiring: certificates and keys, from the files of a Config to the listeners of ServerOptions.
// Of its two sources a build has the one that fits: a ringpostd without TLS has no listener that
// needs any (LoadConfig() sees to it).
//
// Blocks: not for a shard. Errors: name the file and what is wrong with it: unreadable, no
// certificate, expired, not yet valid, the key of another.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "ringpost/server/options.h"
#include "server/config.h"

namespace ringpost::tls {
class TicketKeys;
}

namespace ringpost::daemon {

// By which session tickets are sealed for as long as the process lives; so they outlive a reload.
// nullptr in a build without TLS.
std::shared_ptr<tls::TicketKeys> MakeTicketKeys();

// Whether a listener needs a certificate that nobody has configured.
bool NeedsSelfSigned(const Config& config);

// Gives each listener of `options`, which were made of `config`, what encrypts its sessions. Makes
// the self-signed certificate, in the data folder, where one is needed. `remarks`: what the
// operator should know.
absl::Status AddSecurity(const Config& config, absl::Time now,
                         const std::shared_ptr<tls::TicketKeys>& ticket_keys,
                         server::ServerOptions& options, std::vector<std::string>& remarks);

// Whether AddSecurity() would find what is configured. Makes nothing.
absl::Status CheckCertificates(const Config& config, absl::Time now);

}  // namespace ringpost::daemon
