#include "ringpost/crypto/certificate.h"

#include "gtest/gtest.h"
#include "ringpost/crypto/hash.h"

namespace ringpost::crypto {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);

CertificateAndKey Make(std::vector<std::string> names = {"mx.example.com"}) {
  auto made = MakeSelfSignedCertificate({.names = std::move(names),
                                         .not_before = kStart,
                                         .not_after = kStart + absl::Hours(24 * 365)});
  EXPECT_TRUE(made.ok()) << made.status();
  return *made;
}

TEST(Certificate, SaysWhatItWasMadeOf) {
  const auto chain =
      ParseCertificates(Make({"mx.example.com", "Mail.example.com"}).certificate_pem);
  ASSERT_TRUE(chain.ok()) << chain.status();
  ASSERT_EQ(chain->size(), 1u);
  const Certificate& certificate = chain->front();
  EXPECT_EQ(certificate.subject, "CN=mx.example.com");
  EXPECT_EQ(certificate.issuer, "CN=mx.example.com");
  EXPECT_EQ(certificate.names, (std::vector<std::string>{"mx.example.com", "mail.example.com"}));
  EXPECT_EQ(certificate.not_before, kStart);
  EXPECT_EQ(certificate.not_after, kStart + absl::Hours(24 * 365));
  EXPECT_EQ(certificate.key_type, KeyType::kEcdsa);
  EXPECT_EQ(certificate.fingerprint, Digest(HashAlgorithm::kSha256, certificate.der));
  EXPECT_EQ(certificate.end_point_hash, certificate.fingerprint);
}

TEST(Certificate, IsReadFromDerToo) {
  const Certificate certificate = ParseCertificates(Make().certificate_pem)->front();
  EXPECT_EQ(ParseCertificate(certificate.der)->fingerprint, certificate.fingerprint);
  EXPECT_FALSE(ParseCertificate(certificate.der + "x").ok());
  EXPECT_FALSE(ParseCertificate(certificate.der.substr(1)).ok());
  EXPECT_FALSE(ParseCertificate("").ok());
}

TEST(Certificate, AChainIsReadInItsOrder) {
  const std::string first = Make({"a.example"}).certificate_pem;
  const std::string second = Make({"b.example"}).certificate_pem;
  const auto chain = ParseCertificates("text in front\n" + first + "\n" + second);
  ASSERT_EQ(chain->size(), 2u);
  EXPECT_EQ((*chain)[1].subject, "CN=b.example");
}

TEST(Certificate, IsRefusedWhenItCannotBeRead) {
  EXPECT_FALSE(ParseCertificates("").ok());
  EXPECT_FALSE(ParseCertificates("no certificate").ok());
  std::string broken = Make().certificate_pem;
  broken.replace(60, 4, "####");
  EXPECT_FALSE(ParseCertificates(broken).ok());
  EXPECT_FALSE(ParseCertificates(Make().certificate_pem + broken).ok()) << "none is left out";
}

TEST(Certificate, TwoAreNeverTheSame) {
  EXPECT_NE(ParseCertificates(Make().certificate_pem)->front().fingerprint,
            ParseCertificates(Make().certificate_pem)->front().fingerprint);
}

TEST(Certificate, NeedsAName) { EXPECT_FALSE(MakeSelfSignedCertificate({}).ok()); }

TEST(CheckKey, KnowsItsOwn) {
  const CertificateAndKey one = Make(), other = Make();
  const Certificate certificate = ParseCertificates(one.certificate_pem)->front();
  EXPECT_TRUE(CheckKey(certificate, one.key_pem).ok());
  EXPECT_EQ(CheckKey(certificate, other.key_pem).message(),
            "the private key is not that of the certificate");
}

TEST(CheckKey, SaysThatAKeyCannotBeRead) {
  const CertificateAndKey one = Make();
  const Certificate certificate = ParseCertificates(one.certificate_pem)->front();
  for (const std::string& key : {std::string(), std::string("no key"), one.certificate_pem}) {
    EXPECT_TRUE(CheckKey(certificate, key).message().find("cannot be read") !=
                absl::string_view::npos);
  }
}

}  // namespace
}  // namespace ringpost::crypto
