#include "live_tls.h"

namespace ringpost::dialogs {

std::shared_ptr<const net::TransportSecurity> MakeLiveSecurity() { return nullptr; }

std::unique_ptr<LiveTls> LiveTls::Create(Wire) { return nullptr; }

}  // namespace ringpost::dialogs
