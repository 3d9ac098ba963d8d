// TLS for the clients of a ServerWorld, and a certificate for its server.
#pragma once

#include <memory>
#include <string>

#include "ringpost/net/tls_security.h"
#include "ringpost/net/tls_transport.h"
#include "ringpost/testing/run_task.h"
#include "server_world.h"

namespace ringpost::server {

inline std::shared_ptr<const net::TransportSecurity> TestSecurity() {
  static const std::shared_ptr<const net::TransportSecurity> security = [] {
    const absl::Time now = testing::ManualClock::DefaultStart();
    const auto pair = crypto::MakeSelfSignedCertificate({.names = {"mx.example.com"},
                                                         .not_before = now - absl::Hours(1),
                                                         .not_after = now + absl::Hours(24)});
    return std::make_shared<net::TlsSecurity>(
        *tls::TlsServerContext::Create({.certificates = {*pair}}, now));
  }();
  return security;
}

// A client's transport, whose handshake is still to come.
inline std::unique_ptr<net::TlsTransport> ClientTls(
    std::unique_ptr<net::Transport> beneath, tls::TlsVersion version = tls::TlsVersion::kTls13) {
  static const auto tls13 = *tls::TlsClientContext::Create({}, absl::UnixEpoch());
  static const auto tls12 = *tls::TlsClientContext::Create(
      {.newest_version = tls::TlsVersion::kTls12}, absl::UnixEpoch());
  const auto& context = version == tls::TlsVersion::kTls12 ? tls12 : tls13;
  return std::make_unique<net::TlsTransport>(std::move(beneath),
                                             tls::TlsEngine::ForClient(context, {}));
}

inline absl::Status Encrypt(ServerWorld& world, Client& client,
                            tls::TlsVersion version = tls::TlsVersion::kTls13) {
  auto secure = ClientTls(std::move(client.transport()), version);
  net::TlsTransport& transport = *secure;
  client.transport() = std::move(secure);
  return testing::RunTask(world.shard(), transport.Handshake({}), absl::Hours(2));
}

}  // namespace ringpost::server
