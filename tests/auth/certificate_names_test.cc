#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "client_certificates.h"
#include "ringpost/auth/internal/certificate_names.h"
#include "ringpost/base/text.h"

namespace ringpost::auth::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// The last of them: the subject stands behind the issuer, which has the same name.
std::string Replaced(std::string der, std::string_view old, std::string_view by) {
  const size_t at = der.rfind(old);
  EXPECT_NE(at, der.npos) << old;
  return der.replace(at, old.size(), by);
}

TEST(CertificateNames, AreThoseOfSubjectAndExtensions) {
  const auto names = ReadCertificateNames(kTwoAddresses);
  ASSERT_TRUE(names.has_value());
  EXPECT_EQ(names->common_name, "Robot One");
  EXPECT_THAT(names->addresses, ElementsAre("alice@example.org", "bob@example.org"));
}

TEST(CertificateNames, AddressesStandInTheSubjectOfOldOnes) {
  const auto names = ReadCertificateNames(kAddressInSubject);
  ASSERT_TRUE(names.has_value());
  EXPECT_EQ(names->common_name, "carol");
  EXPECT_THAT(names->addresses, ElementsAre("carol@example.org"));
}

TEST(CertificateNames, OfTwoCommonNamesNoneIsTheOne) {
  const auto names = ReadCertificateNames(kTwoCommonNames);
  ASSERT_TRUE(names.has_value());
  EXPECT_EQ(names->common_name, "");
  EXPECT_THAT(names->addresses, IsEmpty());
}

TEST(CertificateNames, AreReadInAsciiAndUtf8Alone) {
  const auto with_tag = [](std::string_view tag) {
    return ReadCertificateNames(
               Replaced(kTwoAddresses, "\x0c\tRobot One", std::string(tag) + "\tRobot One"))
        ->common_name;
  };
  EXPECT_EQ(with_tag("\x13"), "Robot One");  // PrintableString
  EXPECT_EQ(with_tag("\x16"), "Robot One");  // IA5String
  EXPECT_EQ(with_tag("\x14"), "");           // TeletexString
  EXPECT_EQ(with_tag("\x1e"), "");           // BMPString, of two octets each
}

// No CertificateNames can be read of a certificate that is cut anywhere, or whose outer lengths
// lie.
TEST(CertificateNames, OfWhatIsCutThereAreNone) {
  for (const std::string* der : {&kTwoAddresses, &kAddressInSubject, &kTwoCommonNames}) {
    for (size_t octets = 0; octets < der->size(); ++octets) {
      EXPECT_FALSE(ReadCertificateNames(der->substr(0, octets)).has_value()) << octets;
    }
  }
}

TEST(CertificateNames, WantTheFormOfDer) {
  // An indefinite length, and one of more octets than there are.
  EXPECT_FALSE(ReadCertificateNames(std::string("\x30\x80\0\0", 4)).has_value());
  EXPECT_FALSE(ReadCertificateNames("\x30\x89\x01\x01\x01\x01\x01\x01\x01\x01\x01").has_value());
  // Another element than a sequence.
  EXPECT_FALSE(ReadCertificateNames(Concat("\x31", kTwoAddresses.substr(1))).has_value());
  // An extension, and an attribute of the subject, that are none.
  EXPECT_FALSE(
      ReadCertificateNames(Replaced(kTwoAddresses, "\x06\x03\x55\x1d\x11", "\x04\x03\x55\x1d\x11"))
          .has_value());
  EXPECT_FALSE(ReadCertificateNames(
                   Replaced(kTwoCommonNames, "\x06\x03\x55\x04\x03", "\x04\x03\x55\x04\x03"))
                   .has_value());
}

// Whoever takes them as an account sees to it.
TEST(CertificateNames, AreAsTheyStandThere) {
  const std::string der =
      Replaced(kTwoAddresses, "alice@example.org", std::string_view("alice\0example.org", 17));
  EXPECT_EQ(ReadCertificateNames(der)->addresses[0], std::string_view("alice\0example.org", 17));
}

}  // namespace
}  // namespace ringpost::auth::internal
