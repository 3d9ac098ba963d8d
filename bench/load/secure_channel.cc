#include "load/secure_channel.h"

#include <utility>

#include "ringpost/base/text.h"
#include "ringpost/tls/tls_context.h"
#include "ringpost/tls/tls_engine.h"
#include "ringpost/tls/tls_facts.h"

namespace ringpost::load {
namespace {

using Context = std::shared_ptr<const tls::TlsClientContext>;

SecureChannel::Progress ProgressOf(tls::TlsProgress progress) {
  switch (progress) {
    case tls::TlsProgress::kDone:
      return SecureChannel::Progress::kDone;
    case tls::TlsProgress::kNeedInput:
      return SecureChannel::Progress::kNeedInput;
    case tls::TlsProgress::kClosed:
      return SecureChannel::Progress::kClosed;
    case tls::TlsProgress::kFailed:
      break;
  }
  return SecureChannel::Progress::kFailed;
}

class EngineChannel final : public SecureChannel {
 public:
  EngineChannel(Context context, std::string server_name, bool resumes)
      : context_(std::move(context)), server_name_(std::move(server_name)), resumes_(resumes) {}

  void Begin() override {
    engine_ = tls::TlsEngine::ForClient(
        context_, {.server_name = server_name_, .session = std::move(session_)});
    session_ = nullptr;
  }
  void Receive(std::span<char> ciphertext) override { engine_->Receive(ciphertext); }
  Progress Handshake() override { return ProgressOf(engine_->Handshake()); }
  ReadResult Read() override {
    const tls::TlsEngine::ReadResult read = engine_->Read();
    return {.progress = ProgressOf(read.progress), .plaintext = read.plaintext};
  }
  Progress Write(std::string_view plaintext) override {
    return ProgressOf(engine_->Write(plaintext));
  }
  void Close() override {
    // The tickets of TLS 1.3 have come by now: with the first that was read.
    if (resumes_) session_ = engine_->session();
    engine_->Close();
  }
  void End() override { engine_ = nullptr; }

  bool has_output() const override { return engine_ != nullptr && !engine_->output().empty(); }
  std::string TakeOutput() override { return engine_->TakeOutput(); }

  bool is_resumed() const override { return engine_->facts().is_resumed; }
  std::string cipher() const override {
    const tls::TlsFacts& facts = engine_->facts();
    return Concat(tls::TlsVersionName(facts.version), " ", facts.cipher_suite);
  }
  sasl::ChannelBindings channel_bindings() const override {
    const std::string& exporter = engine_->facts().tls_exporter;
    if (!exporter.empty()) return {.tls_exporter = exporter};
    return {.tls_server_end_point = engine_->TlsServerEndPoint()};
  }
  std::string error_text() const override {
    return Concat(tls::TlsErrorName(engine_->error()), ": ", engine_->error_text());
  }

 private:
  const Context context_;
  const std::string server_name_;
  const bool resumes_;
  std::unique_ptr<tls::TlsEngine> engine_;
  std::shared_ptr<const tls::TlsSession> session_;
};

class EngineChannels final : public SecureChannels {
 public:
  EngineChannels(Context context, const TlsOptions& options)
      : context_(std::move(context)),
        server_name_(options.server_name),
        resumes_(options.resumes) {}

  std::unique_ptr<SecureChannel> Make() const override {
    return std::make_unique<EngineChannel>(context_, server_name_, resumes_);
  }

 private:
  const Context context_;
  const std::string server_name_;
  const bool resumes_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<SecureChannels>> MakeSecureChannels(const TlsOptions& options,
                                                                   absl::Time now) {
  tls::TlsClientOptions client = {.roots_pem = options.roots_pem,
                                  // Who asks for it knows a server that has tickets.
                                  .resumes_tls12 = options.resumes};
  if (options.version.has_value()) {
    client.oldest_version = client.newest_version = *options.version;
  }
  absl::StatusOr<Context> context = tls::TlsClientContext::Create(client, now);
  if (!context.ok()) return context.status();
  return std::make_unique<EngineChannels>(*std::move(context), options);
}

}  // namespace ringpost::load
