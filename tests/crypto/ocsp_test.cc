#include "ringpost/crypto/ocsp.h"

#include "gtest/gtest.h"

namespace ringpost::crypto {
namespace {

// What a real response makes of it is tested where there is an authority to sign one:
// tests/tls/openssl_peer_test.cc.
TEST(OcspResponse, ThatIsNoneIsRefused) {
  const absl::Time now = absl::FromUnixSeconds(1'800'000'000);
  const auto pair = MakeSelfSignedCertificate(
      {.names = {"mx.example"}, .not_before = now, .not_after = now + absl::Hours(1)});
  const Certificate certificate = ParseCertificates(pair->certificate_pem)->front();
  // RFC 6960 §4.2.1: an error (tryLater) has no more than its status.
  constexpr std::string_view kTryLater("\x30\x03\x0a\x01\x03", 5);
  for (const auto& [der, text] :
       {std::pair(std::string_view(), "the OCSP response cannot be read"),
        std::pair(std::string_view("x"), "the OCSP response cannot be read"),
        std::pair(std::string_view(certificate.der), "the OCSP response cannot be read"),
        std::pair(kTryLater, "the OCSP response is an error of the responder")}) {
    EXPECT_EQ(CheckOcspResponse(certificate, certificate, der, now).status(),
              absl::InvalidArgumentError(text));
  }
}

}  // namespace
}  // namespace ringpost::crypto
