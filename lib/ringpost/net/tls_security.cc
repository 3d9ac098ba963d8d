#include "ringpost/net/tls_security.h"

#include <utility>

#include "ringpost/net/tls_transport.h"

namespace ringpost::net {

TlsSecurity::TlsSecurity(std::shared_ptr<const tls::TlsServerContext> context)
    : context_(std::move(context)) {}

std::unique_ptr<SecureTransport> TlsSecurity::Secure(std::unique_ptr<Transport> plain) const {
  return std::make_unique<TlsTransport>(std::move(plain), tls::TlsEngine::ForServer(context_));
}

}  // namespace ringpost::net
