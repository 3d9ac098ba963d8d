// TlsFacts: what a TLS session is, once its handshake is done; for Received, the log, hooks and
// SASL. TlsError: why it ended.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ringpost/tls/tls_context.h"

namespace ringpost::tls {

struct TlsFacts {
  TlsVersion version = TlsVersion::kTls13;
  std::string cipher_suite = {};  // IANA's name: "TLS_AES_128_GCM_SHA256"
  int key_bits = 0;
  std::string server_name = {};           // which the client asked for; may be empty
  std::string application_protocol = {};  // empty: none was agreed on
  bool is_resumed = false;
  // DER. Empty: it showed none; a resumed session may have none any more.
  std::string peer_certificate = {};
  bool peer_is_verified = false;  // signed by whom we trust, and in time
  // RFC 9266: TLS 1.3 alone, for nothing tells whether TLS 1.2 had its extended master secret.
  std::string tls_exporter = {};
};

// "TLSv1.3", as Postfix and others write it in Received.
std::string_view TlsVersionName(TlsVersion version);

enum class TlsError : uint8_t {
  kProtocol,   // not TLS, or not as it should be
  kTruncated,  // the stream ended without close_notify: what came may not be all
  kNoSharedVersion,
  kNoSharedCipher,
  kNoApplicationProtocol,
  kCertificateMissing,
  kCertificateUntrusted,
  kCertificateExpired,
  kCertificateName,  // it is of another host
  kRefusedByPeer,    // it sent an alert
  kInternal,
};
std::string_view TlsErrorName(TlsError error);

}  // namespace ringpost::tls
