// CertificateNames: whom a certificate names: the common name of its subject, and addresses. Its
// hosts are crypto::Certificate::names.
//
//   std::optional<CertificateNames> names = ReadCertificateNames(certificate.der);
//
// Reads DER (X.690 §10) along the one path of RFC 5280 §4.1 that leads to names, and checks nothing
// else: it is for certificates that TLS has verified. Limits: none of its own; it goes over the
// octets once, no deeper than that path.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringpost::auth::internal {

struct CertificateNames {
  // Empty: the subject has none, has several of which none is the one, or has it in a character set
  // that is neither ASCII nor UTF-8.
  std::string common_name = {};
  // rfc822Name of subjectAltName (RFC 5280 §4.2.1.6). Where there is none, emailAddress of the
  // subject, where addresses stood before (§4.1.2.6).
  std::vector<std::string> addresses = {};
};

// Names are as they stand there, whatever octets they have. nullopt: it is no certificate.
std::optional<CertificateNames> ReadCertificateNames(std::string_view der);

}  // namespace ringpost::auth::internal
