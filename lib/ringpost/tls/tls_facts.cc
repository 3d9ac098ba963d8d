#include "ringpost/tls/tls_facts.h"

namespace ringpost::tls {

std::string_view TlsVersionName(TlsVersion version) {
  return version == TlsVersion::kTls12 ? "TLSv1.2" : "TLSv1.3";
}

std::string_view TlsErrorName(TlsError error) {
  switch (error) {
    case TlsError::kProtocol:
      return "protocol";
    case TlsError::kTruncated:
      return "truncated";
    case TlsError::kNoSharedVersion:
      return "no-shared-version";
    case TlsError::kNoSharedCipher:
      return "no-shared-cipher";
    case TlsError::kNoApplicationProtocol:
      return "no-application-protocol";
    case TlsError::kCertificateMissing:
      return "certificate-missing";
    case TlsError::kCertificateUntrusted:
      return "certificate-untrusted";
    case TlsError::kCertificateExpired:
      return "certificate-expired";
    case TlsError::kCertificateName:
      return "certificate-name";
    case TlsError::kRefusedByPeer:
      return "refused-by-peer";
    case TlsError::kInternal:
      return "internal";
  }
  return "";
}

}  // namespace ringpost::tls
