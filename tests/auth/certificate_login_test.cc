#include "ringpost/auth/certificate_login.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

#include "client_certificates.h"
#include "ringpost/base/ascii.h"
#include "ringpost/base/text.h"
#include "ringpost/crypto/certificate.h"
#include "ringpost/sasl/client.h"
#include "ringpost/server/authentication.h"
#include "ringpost/testing/run_task.h"
#include "ringpost/testing/simulated_reactor.h"

namespace ringpost::auth {
namespace {

using ::testing::HasSubstr;
using testing::RunTask;

const std::string kDigits = [] {
  std::string digits(kFingerprintOfTwoAddresses);
  std::erase(digits, ':');
  return digits;
}();

std::string FingerprintOf(std::string_view der) {
  return crypto::ParseCertificate(der)->fingerprint;
}

std::shared_ptr<const ListedCertificates> Listed(std::string_view text) {
  absl::StatusOr<ListedCertificates> listed = ListedCertificates::Parse(text, "certificates");
  EXPECT_TRUE(listed.ok()) << listed.status();
  return std::make_shared<const ListedCertificates>(*std::move(listed));
}

std::string ErrorOf(std::string_view text) {
  return std::string(ListedCertificates::Parse(text, "certificates").status().message());
}

// --- The file
// ------------------------------------------------------------------------------------------------

TEST(ListedCertificates, AreFoundByFingerprint) {
  const auto listed = Listed(Concat("# ours\n\n", kFingerprintOfTwoAddresses, " alice\n"));
  EXPECT_EQ(listed->size(), 1u);
  ASSERT_NE(listed->Find(FingerprintOf(kTwoAddresses)), nullptr);
  EXPECT_EQ(listed->Find(FingerprintOf(kTwoAddresses))->account, "alice");
  EXPECT_EQ(listed->Find(FingerprintOf(kTwoCommonNames)), nullptr);
  EXPECT_EQ(listed->Find(""), nullptr);
}

TEST(ListedCertificates, AreWrittenInEachFormThatOpensslKnows) {
  std::string lower = kDigits;
  std::ranges::transform(lower, lower.begin(), AsciiToLower);
  for (const std::string& line :
       {Concat(kDigits, " alice"), Concat(lower, "\t alice \n"), Concat("  ", lower, " alice\r\n"),
        Concat(kFingerprintOfTwoAddresses, " alice\n\n")}) {
    const auto listed = Listed(line);
    ASSERT_NE(listed->Find(FingerprintOf(kTwoAddresses)), nullptr) << line;
    EXPECT_EQ(listed->Find(FingerprintOf(kTwoAddresses))->account, "alice") << line;
  }
}

TEST(ListedCertificates, AnAccountMayBeAnAddressOrHaveBlanks) {
  const auto listed = Listed(Concat(kDigits, " a b@example.org\n"));
  EXPECT_EQ(listed->Find(FingerprintOf(kTwoAddresses))->account, "a b@example.org");
}

TEST(ListedCertificates, ErrorsNameFileAndLine) {
  EXPECT_THAT(ErrorOf(Concat("# one\n", kDigits.substr(1), " alice\n")),
              HasSubstr("certificates:2: a SHA-256 fingerprint has 64 hexadecimal digits"));
  EXPECT_THAT(ErrorOf(Concat(kDigits, "\n")), HasSubstr("certificates:1: behind the fingerprint"));
  EXPECT_THAT(ErrorOf(Concat(kDigits, " #alice\n")), HasSubstr("certificates:1: a name has no"));
  EXPECT_EQ(ErrorOf(Concat(kDigits, " alice\n", kFingerprintOfTwoAddresses, " bob\n")),
            "certificates:2: the fingerprint is there already, in line 1");
}

TEST(ListedCertificates, WhatIsNoFingerprintIsRefused) {
  std::string half_separated(kFingerprintOfTwoAddresses);
  half_separated[5] = '0';
  for (const std::string& digits :
       {std::string("alice"), Concat(kDigits, "00"), kDigits.substr(0, 40),
        Concat(kDigits.substr(1), "g"), Concat(kFingerprintOfTwoAddresses, ":"),
        Concat("sha256:", kDigits), half_separated}) {
    EXPECT_THAT(ErrorOf(Concat(digits, " alice\n")), HasSubstr("64 hexadecimal digits")) << digits;
  }
}

class ReadCertificatesFileTest : public ::testing::Test {
 protected:
  ReadCertificatesFileTest() {
    std::string name = std::filesystem::temp_directory_path() / "ringpost-certificates-XXXXXX";
    folder_ = mkdtemp(name.data());
  }
  ~ReadCertificatesFileTest() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path folder_;
};

// Whoever may write there decides who logs in.
TEST_F(ReadCertificatesFileTest, RefusesAFileThatOthersMayWrite) {
  const std::string path = folder_ / "certificates";
  EXPECT_TRUE(absl::IsNotFound(ReadCertificatesFile(path).status()));
  std::ofstream(path) << kDigits << " alice\n";
  ASSERT_EQ(chmod(path.c_str(), 0660), 0);
  EXPECT_THAT(std::string(ReadCertificatesFile(path).status().message()),
              HasSubstr("it may be 0640 at most"));
  ASSERT_EQ(chmod(path.c_str(), 0640), 0);
  const auto listed = ReadCertificatesFile(path);
  ASSERT_TRUE(listed.ok()) << listed.status();
  EXPECT_NE((*listed)->Find(FingerprintOf(kTwoAddresses)), nullptr);
  std::ofstream(path) << "alice\n";
  EXPECT_THAT(std::string(ReadCertificatesFile(path).status().message()),
              HasSubstr(Concat(path, ":1: ")));
}

// --- The authenticator
// ------------------------------------------------------------------------------------------------

class CertificateAuthenticatorTest : public ::testing::Test {
 protected:
  hooks::Context Context() {
    return {shard_, session_, {.deadline = shard_.Now() + absl::Minutes(1)}};
  }
  // "": nobody.
  std::string Ask(CertificateLoginOptions options, std::string_view der,
                  std::string_view claimed = "") {
    CertificateAuthenticator authenticator(std::move(options));
    const auto user = RunTask(shard_, authenticator.OnCertificate(Context(), der, claimed));
    EXPECT_TRUE(user.ok()) << user.status();
    return user->value_or("");
  }
  // The whole exchange: the reply's code, who it is and as whom it acts.
  std::string Login(CertificateLoginOptions options, std::string authorization) {
    server::SharedAuthentication shared;
    server::AuthenticationEnvironment environment{.shared = shared};
    server::Authentication exchange(environment,
                                    std::make_shared<CertificateAuthenticator>(std::move(options)),
                                    sasl::Mechanism::kExternal, {}, false, kTwoAddresses);
    const auto step = RunTask(shard_, exchange.Next(Context(), authorization));
    return Concat(step.reply->code(), " ", step.identity.authentication, " ",
                  step.identity.authorization, step.reason);
  }

  testing::SimulatedDisk disk_;
  testing::SimulatedReactor reactor_{{}, disk_};
  io::Shard shard_{reactor_, 0, 1};
  io::SocketAddress address_ = *io::ParseSocketAddress("192.0.2.1:1024");
  hooks::SessionView session_{.id = "s",
                              .client = address_,
                              .server = address_,
                              .connected_at = {},
                              .protocol = smtp::Protocol::kSmtp,
                              .hello_name = "h",
                              .protocol_keyword = "ESMTPS"};
};

TEST_F(CertificateAuthenticatorTest, AnswersForCertificatesAlone) {
  const hooks::AuthenticatorAbilities able = CertificateAuthenticator({}).abilities();
  EXPECT_TRUE(able.certificates);
  EXPECT_FALSE(able.passwords || able.tokens || able.scram_sha1 || able.scram_sha256);
}

TEST_F(CertificateAuthenticatorTest, TheFileSaysWhoseItIs) {
  const CertificateLoginOptions options = {.listed = Listed(Concat(kDigits, " robot\n"))};
  EXPECT_EQ(Ask(options, kTwoAddresses), "robot");
  EXPECT_EQ(Ask(options, kTwoAddresses, "alice@example.org"), "robot");
  EXPECT_EQ(Ask(options, kAddressInSubject), "");
}

TEST_F(CertificateAuthenticatorTest, OrTheNameThatIsConfigured) {
  const auto ask = [&](CertificateAccount account, std::string_view der) {
    return Ask({.account = account}, der);
  };
  EXPECT_EQ(ask(CertificateAccount::kNone, kTwoAddresses), "");
  EXPECT_EQ(ask(CertificateAccount::kEmail, kTwoAddresses), "alice@example.org");
  EXPECT_EQ(ask(CertificateAccount::kEmail, kAddressInSubject), "carol@example.org");
  EXPECT_EQ(ask(CertificateAccount::kEmail, kTwoCommonNames), "");
  EXPECT_EQ(ask(CertificateAccount::kCommonName, kTwoAddresses), "Robot One");
  EXPECT_EQ(ask(CertificateAccount::kCommonName, kTwoCommonNames), "");
  EXPECT_EQ(ask(CertificateAccount::kDnsName, kTwoAddresses), "robot.example");
  EXPECT_EQ(ask(CertificateAccount::kDnsName, kAddressInSubject), "");
}

TEST_F(CertificateAuthenticatorTest, TheClientChoosesAmongTheNamesOfItsCertificate) {
  const CertificateLoginOptions options = {.account = CertificateAccount::kEmail};
  EXPECT_EQ(Ask(options, kTwoAddresses, "bob@example.org"), "bob@example.org");
  EXPECT_EQ(Ask(options, kTwoAddresses, "carol@example.org"), "alice@example.org");
}

TEST_F(CertificateAuthenticatorTest, TheFileComesBeforeTheName) {
  const auto ask = [&](std::string_view account) {
    return Ask({.listed = Listed(Concat(kDigits, " ", account, "\n")),
                .account = CertificateAccount::kEmail},
               kTwoAddresses, "bob@example.org");
  };
  EXPECT_EQ(ask("robot"), "robot");
  EXPECT_EQ(ask("!"), "");
}

TEST_F(CertificateAuthenticatorTest, WhoIsLockedHasNoCertificate) {
  const auto users = std::make_shared<const Users>(
      *Users::Parse("alice@example.org:!*\nbob@example.org:*\n", "users"));
  const CertificateLoginOptions options = {.account = CertificateAccount::kEmail, .users = users};
  EXPECT_EQ(Ask(options, kTwoAddresses), "");
  EXPECT_EQ(Ask(options, kTwoAddresses, "bob@example.org"), "bob@example.org");
  EXPECT_EQ(Ask(options, kAddressInSubject), "carol@example.org");
  EXPECT_EQ(Ask({.listed = Listed(Concat(kDigits, " alice@example.org\n")), .users = users},
                kTwoAddresses),
            "");
}

TEST_F(CertificateAuthenticatorTest, NamesThatNoUserCanHaveAreNone) {
  for (const std::string_view name :
       {std::string_view("alice\0example.org", 17), std::string_view("alice\nexample.org"),
        std::string_view("alice:example.org"),
        std::string_view("\xff"
                         "lice@example.org")}) {
    std::string der = kTwoAddresses;
    der.replace(der.find("alice@example.org"), name.size(), name);
    EXPECT_EQ(Ask({.account = CertificateAccount::kEmail}, der), "bob@example.org") << name;
  }
}

TEST_F(CertificateAuthenticatorTest, WhatIsNoCertificateIsNobodys) {
  for (const std::string& der : {std::string(), std::string("x"), kTwoAddresses.substr(1)}) {
    EXPECT_EQ(
        Ask({.listed = Listed(Concat(kDigits, " alice\n")), .account = CertificateAccount::kEmail},
            der),
        "");
  }
}

TEST_F(CertificateAuthenticatorTest, AnAuthorizationIdentityIsAskedForAsForOthers) {
  const CertificateLoginOptions options = {.account = CertificateAccount::kEmail};
  EXPECT_EQ(Login(options, ""), "235 alice@example.org alice@example.org");
  EXPECT_EQ(Login(options, "bob@example.org"), "235 bob@example.org bob@example.org");
  EXPECT_EQ(Login(options, "carol@example.org"), "535  authorization");
  EXPECT_EQ(Login({}, ""), "535  credentials");
}

}  // namespace
}  // namespace ringpost::auth
