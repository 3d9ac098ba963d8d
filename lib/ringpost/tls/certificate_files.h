// Certificates and keys in files, for the start of a program and for a reload of its configuration.
//
//   auto pair = tls::ReadCertificateFiles("/etc/ssl/mx.pem", "/etc/ssl/mx.key");
//   auto pair = tls::ReadOrMakeSelfSigned("/var/lib/ringpost/self-signed.pem", {"mx.example"},
//   now);
//
// Blocks: not for a shard. Errors: NotFound, PermissionDenied, InvalidArgument, Unavailable, with
// the file's name.
// Limits: a file has at most kLongestFileOctets.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "ringpost/crypto/certificate.h"

namespace ringpost::tls {

inline constexpr size_t kLongestFileOctets = 1024 * 1024;

// Both may be one file. An OCSP response is in the certificate's file with ".ocsp" behind its name,
// where there is one.
absl::StatusOr<crypto::CertificateAndKey> ReadCertificateFiles(const std::string& certificate_file,
                                                               const std::string& key_file);

struct SelfSignedCertificate {
  crypto::CertificateAndKey pair = {};
  bool is_new = false;
};
// What is in `file` (certificate and key), when it is of these names and good for some weeks more;
// else a new one for a year, which replaces it at once as a whole, readable by its owner alone.
absl::StatusOr<SelfSignedCertificate> ReadOrMakeSelfSigned(const std::string& file,
                                                           const std::vector<std::string>& names,
                                                           absl::Time now);

}  // namespace ringpost::tls
