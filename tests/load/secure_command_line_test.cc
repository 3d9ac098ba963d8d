// What the command line of ringpost-load says of TLS, where there is one.
#include <cstdio>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "load/command_line.h"
#include "ringpost/crypto/certificate.h"

namespace ringpost::load {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Pair;

std::variant<CommandLine, Farewell> Parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "ringpost-load");
  return ParseCommandLine(static_cast<int>(arguments.size()), arguments.data());
}
LoadOptions Options(const std::vector<const char*>& arguments) {
  const auto parsed = Parse(arguments);
  const auto* const farewell = std::get_if<Farewell>(&parsed);
  EXPECT_EQ(farewell, nullptr) << farewell->to_stderr;
  return farewell == nullptr ? std::get<CommandLine>(parsed).options : LoadOptions();
}
std::string MistakeOf(const std::vector<const char*>& arguments) {
  const auto parsed = Parse(arguments);
  const auto* const farewell = std::get_if<Farewell>(&parsed);
  return farewell == nullptr ? "" : farewell->to_stderr;
}

constexpr const char* kPlain = "smtp://127.0.0.1:2525";
constexpr const char* kSecure = "smtps://localhost:4650";

TEST(SecureCommandLine, TlsIsStartedOrThere) {
  EXPECT_EQ(Options({kPlain}).dialog.tls, TlsUse::kNone);
  const LoadOptions started = Options({kPlain, "--starttls", "--tls-version", "1.2"});
  EXPECT_EQ(started.dialog.tls, TlsUse::kStartTls);
  EXPECT_EQ(started.tls.version, tls::TlsVersion::kTls12);
  EXPECT_EQ(started.tls.server_name, "");
  EXPECT_FALSE(started.tls.resumes);
  const LoadOptions implicit = Options({kSecure, "--tls-resume"});
  EXPECT_EQ(implicit.dialog.tls, TlsUse::kImplicit);
  EXPECT_EQ(implicit.tls.server_name, "localhost");
  EXPECT_TRUE(implicit.tls.resumes);
  EXPECT_THAT(implicit.given, Contains(Pair("tls", "implicit")));
  EXPECT_THAT(implicit.given, Contains(Pair("tls-resume", "yes")));
}

TEST(SecureCommandLine, MistakesAreNamed) {
  EXPECT_THAT(MistakeOf({kSecure, "--starttls"}), HasSubstr("--starttls"));
  EXPECT_THAT(MistakeOf({kPlain, "--starttls", "--tls-version", "1.1"}),
              HasSubstr("--tls-version: '1.1'"));
  EXPECT_THAT(MistakeOf({kPlain, "--starttls", "--tls-ca", "/none"}),
              HasSubstr("--tls-ca: '/none'"));
}

TEST(SecureCommandLine, RootsAreReadAtTheStart) {
  const std::string path = ::testing::TempDir() + "secure_command_line_test.pem";
  const absl::Time now = absl::UnixEpoch();
  const auto pair = crypto::MakeSelfSignedCertificate(
      {.names = {"mx.test"}, .not_before = now, .not_after = now + absl::Hours(24)});
  std::ofstream(path) << pair->certificate_pem;
  const LoadOptions options =
      Options({kPlain, "--starttls", "--tls-ca", path.c_str(), "--tls-server-name", "mx.test"});
  EXPECT_EQ(options.tls.roots_pem, pair->certificate_pem);
  EXPECT_EQ(options.tls.server_name, "mx.test");
  std::ofstream(path) << "no certificate";
  EXPECT_THAT(MistakeOf({kPlain, "--starttls", "--tls-ca", path.c_str()}), HasSubstr("TLS: "));
  std::remove(path.c_str());
}

TEST(SecureCommandLine, PasswordsMayBeSentAndComeFromAFile) {
  const std::string path = ::testing::TempDir() + "secure_command_line_test.password";
  std::ofstream(path) << "pencil\nand a note\n";
  const LoadOptions options =
      Options({kSecure, "--auth", "PLAIN", "--user", "me", "--password-file", path.c_str()});
  EXPECT_EQ(options.credentials->password, "pencil");
  EXPECT_EQ(Options({kSecure, "--auth", "SCRAM-SHA-256-PLUS", "--user", "me", "--password", "x"})
                .dialog.mechanism,
            "SCRAM-SHA-256-PLUS");
  EXPECT_THAT(MistakeOf({kSecure, "--auth", "PLAIN", "--user", "me", "--password", "x",
                         "--password-file", path.c_str()}),
              HasSubstr("--password-file"));
  std::remove(path.c_str());
}

}  // namespace
}  // namespace ringpost::load
