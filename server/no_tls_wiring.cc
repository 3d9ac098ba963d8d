#include "server/tls_wiring.h"

namespace ringpost::daemon {

bool NeedsSelfSigned(const Config&) { return false; }

absl::Status AddSecurity(const Config&, absl::Time, server::ServerOptions&,
                         std::vector<std::string>&) {
  return absl::OkStatus();
}

absl::Status CheckCertificates(const Config&, absl::Time) { return absl::OkStatus(); }

}  // namespace ringpost::daemon
