#include "load/secure_channel.h"

#include "gtest/gtest.h"
#include "ringpost/base/text.h"
#include "ringpost/crypto/certificate.h"
#include "ringpost/tls/ticket_keys.h"
#include "ringpost/tls/tls_engine.h"

namespace ringpost::load {
namespace {

using Progress = SecureChannel::Progress;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

// A channel, and the server's side of it.
class SecureChannelTest : public ::testing::Test {
 protected:
  SecureChannelTest()
      : certificate_(*crypto::MakeSelfSignedCertificate(
            {.names = {"mx.test"}, .not_before = kNow, .not_after = kNow + absl::Hours(24)})),
        context_(*tls::TlsServerContext::Create(
            {.certificates = {certificate_},
             .ticket_keys = std::make_shared<tls::TicketKeys>([] { return kNow; })},
            kNow)) {}

  void Use(const TlsOptions& options) { channel_ = (*MakeSecureChannels(options, kNow))->Make(); }

  // Both sides of a handshake, until the channel is done or has failed.
  Progress Connect() {
    server_ = tls::TlsEngine::ForServer(context_);
    channel_->Begin();
    for (;;) {
      const Progress progress = channel_->Handshake();
      ToServer();
      static_cast<void>(server_->Handshake());
      if (progress != Progress::kNeedInput) return progress;
      ToChannel();
    }
  }
  void ToServer() {
    from_channel_ = channel_->TakeOutput();
    if (!from_channel_.empty()) server_->Receive(from_channel_);
  }
  void ToChannel() {
    from_server_ = server_->TakeOutput();
    channel_->Receive(from_server_);
  }
  // Says `text` to the channel: with it come the tickets.
  std::string Say(std::string_view text) {
    EXPECT_EQ(server_->Write(text), tls::TlsProgress::kDone);
    ToChannel();
    std::string heard;
    for (;;) {
      const SecureChannel::ReadResult read = channel_->Read();
      if (read.progress != Progress::kDone) return heard;
      heard.append(read.plaintext);
    }
  }
  // A whole connection.
  void Visit() {
    ASSERT_EQ(Connect(), Progress::kDone);
    EXPECT_EQ(Say("220 a greeting"), "220 a greeting");
    channel_->Close();
    channel_->End();
  }

  const crypto::CertificateAndKey certificate_;
  const std::shared_ptr<const tls::TlsServerContext> context_;
  std::unique_ptr<SecureChannel> channel_;
  std::unique_ptr<tls::TlsEngine> server_;
  std::string from_channel_;
  std::string from_server_;
};

TEST_F(SecureChannelTest, TakesAnyCertificateWithoutRoots) {
  Use({.server_name = "other.test"});
  ASSERT_EQ(Connect(), Progress::kDone);
  EXPECT_TRUE(channel_->cipher().starts_with("TLSv1.3 TLS_AES_")) << channel_->cipher();
  EXPECT_FALSE(channel_->is_resumed());
  EXPECT_EQ(channel_->channel_bindings().tls_exporter, server_->facts().tls_exporter);
  EXPECT_EQ(server_->facts().server_name, "other.test");
}

TEST_F(SecureChannelTest, TakesTheRightCertificateAloneWithRoots) {
  Use({.roots_pem = certificate_.certificate_pem, .server_name = "mx.test"});
  EXPECT_EQ(Connect(), Progress::kDone);
  Use({.roots_pem = certificate_.certificate_pem, .server_name = "other.test"});
  EXPECT_EQ(Connect(), Progress::kFailed);
  EXPECT_TRUE(channel_->error_text().starts_with("certificate")) << channel_->error_text();
}

TEST_F(SecureChannelTest, SpeaksTheVersionThatWasAskedFor) {
  Use({.version = tls::TlsVersion::kTls12});
  ASSERT_EQ(Connect(), Progress::kDone);
  EXPECT_TRUE(channel_->cipher().starts_with("TLSv1.2 TLS_ECDHE_")) << channel_->cipher();
  EXPECT_TRUE(channel_->channel_bindings().tls_exporter.empty());
  EXPECT_EQ(channel_->channel_bindings().tls_server_end_point, server_->TlsServerEndPoint());
}

TEST_F(SecureChannelTest, ResumesWhatItClosedWhereItIsTo) {
  for (const auto version : {tls::TlsVersion::kTls12, tls::TlsVersion::kTls13}) {
    for (const bool resumes : {true, false}) {
      Use({.version = version, .resumes = resumes});
      Visit();
      for (int i = 0; i < 3; ++i) {
        ASSERT_EQ(Connect(), Progress::kDone);
        EXPECT_EQ(channel_->is_resumed(), resumes);
        Say("220 hello");
        channel_->Close();
        channel_->End();
      }
    }
  }
}

TEST_F(SecureChannelTest, AConnectionThatWasNotClosedIsNotResumed) {
  Use({.resumes = true});
  ASSERT_EQ(Connect(), Progress::kDone);
  Say("220 hello");
  channel_->End();
  ASSERT_EQ(Connect(), Progress::kDone);
  EXPECT_FALSE(channel_->is_resumed());
}

TEST_F(SecureChannelTest, RootsThatCannotBeReadAreAnError) {
  EXPECT_FALSE(MakeSecureChannels({.roots_pem = "no certificate"}, kNow).ok());
}

}  // namespace
}  // namespace ringpost::load
