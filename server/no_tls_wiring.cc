#include "server/tls_wiring.h"

namespace ringpost::daemon {

std::shared_ptr<tls::TicketKeys> MakeTicketKeys() { return nullptr; }

bool NeedsSelfSigned(const Config&) { return false; }

absl::Status AddSecurity(const Config&, absl::Time, const std::shared_ptr<tls::TicketKeys>&,
                         server::ServerOptions&, std::vector<std::string>&) {
  return absl::OkStatus();
}

absl::Status CheckCertificates(const Config&, absl::Time) { return absl::OkStatus(); }

}  // namespace ringpost::daemon
