// Certificates: what one says, whether a key belongs to it, and a self-signed one.
//
//   auto chain = crypto::ParseCertificates(pem);
//   CO_RETURN_IF_ERROR(crypto::CheckKey(chain->front(), key_pem));
//
// Errors: InvalidArgument with a text that names what is wrong (unreadable, not of this key); never
// with octets of a key in it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace ringpost::crypto {

enum class KeyType : uint8_t { kRsa, kEcdsa, kEd25519, kOther };

struct Certificate {
  std::string subject = {};  // RFC 2253, with no control character
  std::string issuer = {};
  std::vector<std::string> names = {};  // DNS names of subjectAltName, in lower case
  absl::Time not_before = {};
  absl::Time not_after = {};
  KeyType key_type = KeyType::kOther;
  std::string der = {};
  std::string fingerprint = {};     // SHA-256 of `der`, 32 octets
  std::string end_point_hash = {};  // RFC 5929 §4.1: the hash of its signature, SHA-256 at least
};

// The PEM blocks of certificates in `pem`, in their order: its own first, then those that signed
// it.
absl::StatusOr<std::vector<Certificate>> ParseCertificates(std::string_view pem);
absl::StatusOr<Certificate> ParseCertificate(std::string_view der);

// Whether `key_pem`, without a passphrase, is the certificate's.
absl::Status CheckKey(const Certificate& certificate, std::string_view key_pem);

struct CertificateAndKey {
  std::string certificate_pem = {};
  std::string key_pem = {};
  // An OCSP response for it; may be empty.
  std::string ocsp_response_der = {};
};
struct SelfSignedOptions {
  std::vector<std::string> names = {};  // at least one; the first is the subject
  absl::Time not_before = {};
  absl::Time not_after = {};
};
// P-256.
absl::StatusOr<CertificateAndKey> MakeSelfSignedCertificate(const SelfSignedOptions& options);

}  // namespace ringpost::crypto
