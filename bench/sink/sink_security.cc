#include "sink/sink_security.h"

#include "absl/time/clock.h"
#include "ringpost/crypto/certificate.h"
#include "ringpost/net/tls_security.h"
#include "ringpost/tls/certificate_files.h"
#include "ringpost/tls/ticket_keys.h"
#include "ringpost/tls/tls_context.h"

namespace ringpost::sink {
namespace {

absl::StatusOr<crypto::CertificateAndKey> CertificateOf(const SinkSecurityOptions& options,
                                                        absl::Time now) {
  if (!options.certificate_file.empty()) {
    const std::string& key_file =
        options.key_file.empty() ? options.certificate_file : options.key_file;
    return tls::ReadCertificateFiles(options.certificate_file, key_file);
  }
  // Clocks differ.
  return crypto::MakeSelfSignedCertificate({.names = {"localhost"},
                                            .not_before = now - absl::Hours(1),
                                            .not_after = now + absl::Hours(24 * 30)});
}

}  // namespace

absl::StatusOr<std::shared_ptr<const net::TransportSecurity>> MakeSinkSecurity(
    const SinkSecurityOptions& options, absl::Time now) {
  absl::StatusOr<crypto::CertificateAndKey> certificate = CertificateOf(options, now);
  if (!certificate.ok()) return certificate.status();
  auto context = tls::TlsServerContext::Create(
      {.certificates = {*std::move(certificate)},
       .ticket_keys = std::make_shared<tls::TicketKeys>([] { return absl::Now(); })},
      now);
  if (!context.ok()) return context.status();
  return std::make_shared<net::TlsSecurity>(*std::move(context));
}

}  // namespace ringpost::sink
