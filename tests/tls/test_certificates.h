// Certificates for tests, made when they are first wanted: an authority and what it signed.
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "ringpost/crypto/certificate.h"

namespace ringpost::tls {

enum class TestKey { kP256, kRsa };

struct TestCertificate {
  std::vector<std::string> names;
  TestKey key = TestKey::kP256;
  // Where its OCSP responder is; the authority is in its chain then.
  std::string ocsp_url = {};
  absl::Time not_before = absl::FromUnixSeconds(1'577'836'800);  // 2020
  absl::Time not_after = absl::FromUnixSeconds(4'102'444'800);   // 2100
};

// In PEM, of the one authority of the process; `other` has the same name and another key.
std::string AuthorityPem();
std::string OtherAuthorityPem();
crypto::CertificateAndKey MakeTestCertificate(const TestCertificate& wanted);
crypto::CertificateAndKey MakeCertificateOfOtherAuthority(const TestCertificate& wanted);

// What the authority says of the first certificate of `pair`, in DER.
struct TestOcspResponse {
  bool is_good = true;
  absl::Time this_update;
  absl::Time next_update;
};
std::string MakeOcspResponse(const crypto::CertificateAndKey& pair, const TestOcspResponse& wanted);

}  // namespace ringpost::tls
