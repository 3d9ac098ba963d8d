#include "ringpost/tls/tls_facts.h"

#include "gtest/gtest.h"

namespace ringpost::tls {
namespace {

TEST(TlsFacts, VersionsAreWrittenAsInReceived) {
  EXPECT_EQ(TlsVersionName(TlsVersion::kTls12), "TLSv1.2");
  EXPECT_EQ(TlsVersionName(TlsVersion::kTls13), "TLSv1.3");
}

TEST(TlsFacts, ErrorsHaveNames) {
  EXPECT_EQ(TlsErrorName(TlsError::kTruncated), "truncated");
  EXPECT_EQ(TlsErrorName(TlsError::kCertificateName), "certificate-name");
}

}  // namespace
}  // namespace ringpost::tls
