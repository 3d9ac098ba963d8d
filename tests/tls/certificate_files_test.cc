#include "ringpost/tls/certificate_files.h"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "gtest/gtest.h"
#include "ringpost/tls/tls_context.h"

namespace ringpost::tls {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);
constexpr absl::Duration kDay = absl::Hours(24);

class CertificateFilesTest : public ::testing::Test {
 protected:
  CertificateFilesTest() {
    std::string pattern = ::testing::TempDir() + "/certificatesXXXXXX";
    folder_ = mkdtemp(pattern.data());
    file_ = folder_ / "self-signed.pem";
  }
  ~CertificateFilesTest() override { std::filesystem::remove_all(folder_); }

  SelfSignedCertificate Get(absl::Time now = kNow,
                            std::vector<std::string> names = {"mx.example"}) {
    auto got = ReadOrMakeSelfSigned(file_, names, now);
    EXPECT_TRUE(got.ok()) << got.status();
    return got.ok() ? *got : SelfSignedCertificate{};
  }
  void Write(const std::string& text) { std::ofstream(file_) << text; }

  std::filesystem::path folder_;
  std::string file_;
};

TEST_F(CertificateFilesTest, MakesOneThatAServerCanUse) {
  const SelfSignedCertificate made = Get();
  EXPECT_TRUE(made.is_new);
  EXPECT_TRUE(TlsServerContext::Create({.certificates = {made.pair}}, kNow).ok());
  EXPECT_TRUE(TlsServerContext::Create({.certificates = {made.pair}}, kNow + kDay * 364).ok());
  EXPECT_FALSE(TlsServerContext::Create({.certificates = {made.pair}}, kNow + kDay * 366).ok());
}

TEST_F(CertificateFilesTest, ItsFileIsItsOwnersAlone) {
  Get();
  struct stat facts = {};
  ASSERT_EQ(stat(file_.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600u);
  EXPECT_FALSE(std::filesystem::exists(file_ + ".new"));
}

TEST_F(CertificateFilesTest, KeepsWhatItMade) {
  const auto first = crypto::ParseCertificates(Get().pair.certificate_pem);
  const SelfSignedCertificate again = Get(kNow + kDay * 300);
  EXPECT_FALSE(again.is_new);
  EXPECT_EQ(crypto::ParseCertificates(again.pair.certificate_pem)->front().fingerprint,
            first->front().fingerprint);
  EXPECT_TRUE(TlsServerContext::Create({.certificates = {again.pair}}, kNow).ok());
}

TEST_F(CertificateFilesTest, MakesAnotherBeforeItEnds) {
  Get();
  EXPECT_TRUE(Get(kNow + kDay * 340).is_new);
}

TEST_F(CertificateFilesTest, MakesAnotherForOtherNames) {
  Get();
  EXPECT_FALSE(Get(kNow, {"MX.example"}).is_new);
  EXPECT_TRUE(Get(kNow, {"mx.example", "mail.example"}).is_new);
}

TEST_F(CertificateFilesTest, MakesAnotherForWhatIsNoCertificate) {
  Write("half of a cert");
  EXPECT_TRUE(Get().is_new);
}

TEST_F(CertificateFilesTest, ALeftoverOfABrokenOffReplacementDoesNotStopIt) {
  std::ofstream(file_ + ".new") << "left over";
  EXPECT_TRUE(Get().is_new);
  EXPECT_FALSE(Get().is_new);
}

TEST_F(CertificateFilesTest, NamesTheFileThatIsMissing) {
  const auto read = ReadCertificateFiles(file_, file_);
  EXPECT_TRUE(absl::IsNotFound(read.status()));
  EXPECT_NE(std::string(read.status().message()).find(file_), std::string::npos);
}

TEST_F(CertificateFilesTest, RefusesAFileThatIsTooLarge) {
  Write(std::string(kLongestFileOctets + 1, 'x'));
  EXPECT_TRUE(absl::IsInvalidArgument(ReadCertificateFiles(file_, file_).status()));
}

TEST_F(CertificateFilesTest, AFolderThatIsNotThereIsAnError) {
  EXPECT_TRUE(absl::IsNotFound(
      ReadOrMakeSelfSigned(file_ + "/in/no/folder", {"mx.example"}, kNow).status()));
}

}  // namespace
}  // namespace ringpost::tls
