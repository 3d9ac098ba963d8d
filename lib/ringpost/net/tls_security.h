// TlsSecurity: the TransportSecurity that is TLS. Built where TLS is (-Dtls).
//
//   listener.security = std::make_shared<TlsSecurity>(*tls::TlsServerContext::Create(options,
//   now));
#pragma once

#include <memory>

#include "ringpost/net/transport_security.h"
#include "ringpost/tls/tls_context.h"

namespace ringpost::net {

class TlsSecurity final : public TransportSecurity {
 public:
  explicit TlsSecurity(std::shared_ptr<const tls::TlsServerContext> context);

  std::unique_ptr<SecureTransport> Secure(std::unique_ptr<Transport> plain) const override;

 private:
  const std::shared_ptr<const tls::TlsServerContext> context_;
};

}  // namespace ringpost::net
