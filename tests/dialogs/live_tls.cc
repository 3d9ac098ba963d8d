#include "live_tls.h"

#include <utility>

#include "absl/time/clock.h"
#include "ringpost/net/tls_security.h"
#include "ringpost/tls/tls_engine.h"

namespace ringpost::dialogs {
namespace {

using tls::TlsProgress;

class EngineTls final : public LiveTls {
 public:
  explicit EngineTls(Wire wire)
      : wire_(std::move(wire)),
        engine_(
            tls::TlsEngine::ForClient(*tls::TlsClientContext::Create({}, absl::UnixEpoch()), {})) {}

  bool Handshake() override {
    for (;;) {
      const TlsProgress progress = engine_->Handshake();
      SendOutput();
      if (progress != TlsProgress::kNeedInput) return progress == TlsProgress::kDone;
      ReceiveMore();
    }
  }

  void Send(std::string_view plaintext) override {
    engine_->Write(plaintext);
    SendOutput();
  }

  std::string Receive() override {
    for (;;) {
      const tls::TlsEngine::ReadResult read = engine_->Read();
      if (read.progress == TlsProgress::kDone) return std::string(read.plaintext);
      if (read.progress != TlsProgress::kNeedInput) return {};
      ReceiveMore();
    }
  }

  void SayGoodbye() override {
    engine_->Close();
    SendOutput();
  }

 private:
  void SendOutput() {
    wire_.send(engine_->output());
    engine_->ClearOutput();
  }
  void ReceiveMore() {
    ciphertext_ = wire_.receive();
    if (ciphertext_.empty()) {
      engine_->EndInput();
    } else {
      engine_->Receive(ciphertext_);
    }
  }

  const Wire wire_;
  const std::unique_ptr<tls::TlsEngine> engine_;
  std::string ciphertext_;  // what the engine reads from
};

}  // namespace

std::shared_ptr<const net::TransportSecurity> MakeLiveSecurity() {
  const absl::Time now = absl::Now();
  const auto pair = crypto::MakeSelfSignedCertificate({.names = {"localhost"},
                                                       .not_before = now - absl::Hours(1),
                                                       .not_after = now + absl::Hours(24)});
  return std::make_shared<net::TlsSecurity>(
      *tls::TlsServerContext::Create({.certificates = {*pair}}, now));
}

std::unique_ptr<LiveTls> LiveTls::Create(Wire wire) {
  return std::make_unique<EngineTls>(std::move(wire));
}

}  // namespace ringpost::dialogs
