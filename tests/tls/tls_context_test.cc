#include "ringpost/tls/tls_context.h"

#include "gtest/gtest.h"
#include "ringpost/tls/internal/context_state.h"
#include "test_certificates.h"

namespace ringpost::tls {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

std::string ErrorOf(const TlsServerOptions& options, absl::Time now = kNow) {
  const auto context = TlsServerContext::Create(options, now);
  return context.ok() ? std::string() : std::string(context.status().message());
}

TEST(TlsServerContext, TellsItsCertificates) {
  const auto context = TlsServerContext::Create(
      {.certificates = {MakeTestCertificate({.names = {"a.example", "b.example"}})}}, kNow);
  ASSERT_TRUE(context.ok()) << context.status();
  ASSERT_EQ((*context)->certificates().size(), 1u);
  EXPECT_EQ((*context)->certificates()[0].names.size(), 2u);
}

TEST(TlsServerContext, TakesASelfSignedCertificate) {
  const auto pair = crypto::MakeSelfSignedCertificate(
      {.names = {"localhost"}, .not_before = kNow, .not_after = kNow + absl::Hours(24 * 365)});
  EXPECT_EQ(ErrorOf({.certificates = {*pair}}), "");
}

TEST(TlsServerContext, SaysWhatIsWrong) {
  const auto good = MakeTestCertificate({.names = {"a.example"}});
  const auto other = MakeTestCertificate({.names = {"b.example"}});
  EXPECT_EQ(ErrorOf({}), "a TLS server needs a certificate");
  EXPECT_EQ(ErrorOf({.certificates = {{.certificate_pem = "x", .key_pem = good.key_pem}}}),
            "there is no certificate in PEM");
  EXPECT_EQ(
      ErrorOf({.certificates = {{.certificate_pem = good.certificate_pem, .key_pem = ""}}}),
      "certificate of CN=a.example: the private key cannot be read (PEM without a passphrase is "
      "wanted)");
  EXPECT_EQ(ErrorOf({.certificates = {{good.certificate_pem, other.key_pem}}}),
            "certificate of CN=a.example: the private key is not that of the certificate");
  EXPECT_EQ(ErrorOf({.certificates = {good}}, absl::FromUnixSeconds(4'200'000'000)),
            "certificate of CN=a.example: expired on 2100-01-01 00:00:00 UTC");
  EXPECT_EQ(ErrorOf({.certificates = {good}}, absl::FromUnixSeconds(0)),
            "certificate of CN=a.example: not valid before 2020-01-01 00:00:00 UTC");
  EXPECT_EQ(ErrorOf({.certificates = {good}, .client_roots_pem = "x"}),
            "certificate of CN=a.example: the trusted certificates cannot be read");
  EXPECT_EQ(
      ErrorOf({.certificates = {good}, .client_certificates = ClientCertificates::kRequired}),
      "certificate of CN=a.example: client certificates are required, but nobody is trusted to "
      "sign them");
  EXPECT_EQ(ErrorOf({.certificates = {good},
                     .oldest_version = TlsVersion::kTls13,
                     .newest_version = TlsVersion::kTls12}),
            "certificate of CN=a.example: the oldest version of TLS is newer than the newest");
}

TEST(TlsServerContext, ChoosesWhatTheClientCanVerify) {
  std::vector<crypto::Certificate> certificates = {
      {.names = {"a.example"}, .key_type = crypto::KeyType::kRsa},
      {.names = {"a.example"}, .key_type = crypto::KeyType::kEcdsa},
      {.names = {"b.example"}, .key_type = crypto::KeyType::kEcdsa}};
  const auto choose = [&](const ClientHello& hello) {
    return internal::ChooseCertificate(certificates, hello);
  };
  EXPECT_EQ(choose({.server_name = "a.example", .verifies_ecdsa = true, .verifies_rsa = true}), 1u);
  EXPECT_EQ(choose({.server_name = "a.example", .verifies_rsa = true}), 0u);
  EXPECT_EQ(choose({.server_name = "b.example", .verifies_rsa = true}), 2u) << "there is no other";
  EXPECT_EQ(choose({.verifies_ecdsa = true}), 1u) << "of the default's names";
  EXPECT_EQ(choose({}), 0u);
}

TEST(TlsClientContext, SaysWhatIsWrong) {
  EXPECT_FALSE(TlsClientContext::Create({.roots_pem = "x"}, kNow).ok());
  EXPECT_FALSE(TlsClientContext::Create({.certificate = {.certificate_pem = "x"}}, kNow).ok());
  EXPECT_TRUE(TlsClientContext::Create({}, kNow).ok());
}

}  // namespace
}  // namespace ringpost::tls
