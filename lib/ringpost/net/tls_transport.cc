#include "ringpost/net/tls_transport.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "ringpost/base/status_macros.h"
#include "ringpost/base/text.h"

namespace ringpost::net {
namespace {

using tls::TlsProgress;

// A few of the thread's that nobody leases are kept, the last one on top: what it was filled with
// is still in the cache.
class PlaintextBuffer final : public io::Buffer {
 public:
  static PlaintextBuffer& Take() {
    std::vector<std::unique_ptr<PlaintextBuffer>>& unleased = Unleased();
    if (unleased.empty()) return *new PlaintextBuffer;
    PlaintextBuffer* const buffer = unleased.back().release();
    unleased.pop_back();
    return *buffer;
  }
  std::span<char> octets() { return octets_; }

 private:
  static constexpr size_t kMostKept = 4;

  static std::vector<std::unique_ptr<PlaintextBuffer>>& Unleased() {
    thread_local std::vector<std::unique_ptr<PlaintextBuffer>> unleased;
    return unleased;
  }
  void OnUnleased() override {
    std::unique_ptr<PlaintextBuffer> self(this);
    if (Unleased().size() < kMostKept) Unleased().push_back(std::move(self));
  }

  char octets_[TlsTransport::kPlaintextBytes];
};

}  // namespace

TlsTransport::TlsTransport(std::unique_ptr<Transport> beneath,
                           std::unique_ptr<tls::TlsEngine> engine)
    : beneath_(std::move(beneath)), engine_(std::move(engine)) {}

TlsTransport::~TlsTransport() = default;

Task<absl::Status> TlsTransport::Handshake(io::Wait wait, HandshakePace* pace) {
  for (;;) {
    if (pace != nullptr) CO_RETURN_IF_ERROR(co_await pace->Await(wait));
    const TlsProgress progress = engine_->Handshake();
    if (progress == TlsProgress::kDone && engine_->output_can_wait()) break;
    // After a failure too: the alert tells the peer why.
    const absl::Status sent = co_await FinishWrite(wait);
    if (progress == TlsProgress::kFailed) co_return ErrorOfEngine();
    CO_RETURN_IF_ERROR(sent);
    if (progress == TlsProgress::kDone) break;
    CO_RETURN_IF_ERROR(co_await ReadCiphertext(wait));
  }
  // A client may have sent its first command with the end of its handshake.
  Decrypt();
  co_return absl::OkStatus();
}

const SecurityFacts& TlsTransport::facts() {
  if (facts_ == nullptr) {
    const tls::TlsFacts& facts = engine_->facts();
    facts_ = std::make_unique<Facts>();
    facts_->tls_server_end_point = engine_->TlsServerEndPoint();
    facts_->views = {.version = tls::TlsVersionName(facts.version),
                     .cipher_suite = facts.cipher_suite,
                     .key_bits = facts.key_bits,
                     .server_name = facts.server_name,
                     .application_protocol = facts.application_protocol,
                     .is_resumed = facts.is_resumed,
                     .peer_certificate = facts.peer_certificate,
                     .peer_is_verified = facts.peer_is_verified,
                     .tls_exporter = facts.tls_exporter,
                     .tls_server_end_point = facts_->tls_server_end_point};
  }
  return facts_->views;
}

Task<absl::StatusOr<io::Chunk>> TlsTransport::Read(io::Wait wait) {
  while (ready_.octets.empty()) {
    Decrypt();
    SendUrgentOutput();
    if (!ready_.octets.empty()) break;
    if (reading_ == TlsProgress::kClosed) co_return io::Chunk{};
    if (reading_ == TlsProgress::kFailed) co_return ErrorOfEngine();
    CO_RETURN_IF_ERROR(co_await ReadCiphertext(wait));
  }
  io::Chunk chunk = std::exchange(ready_, {});
  // So that has_input() knows, as far as that needs no waiting.
  Decrypt();
  while (!has_input() && beneath_->has_unread_octets()) {
    CO_RETURN_IF_ERROR(co_await ReadCiphertext(wait));
    Decrypt();
  }
  co_return chunk;
}

bool TlsTransport::has_input() const {
  return !ready_.octets.empty() || reading_ == TlsProgress::kClosed ||
         reading_ == TlsProgress::kFailed;
}

void TlsTransport::BeginWrite(std::string_view octets) {
  if (octets.empty()) return;
  if (engine_->Write(octets) != TlsProgress::kDone) write_has_failed_ = true;
  SendOutput();
}

void TlsTransport::BeginLastWrite(std::string_view octets) {
  if (octets.empty()) return;
  if (engine_->Write(octets) != TlsProgress::kDone) write_has_failed_ = true;
  engine_->Close();
  has_said_last_ = true;
  SendOutput();
}

Task<absl::Status> TlsTransport::FinishWrite(io::Wait wait) {
  SendOutput();
  while (beneath_->is_writing()) {
    CO_RETURN_IF_ERROR(co_await beneath_->FinishWrite(wait));
    SendOutput();
  }
  // It may have ended before it was waited for, and not well.
  CO_RETURN_IF_ERROR(co_await beneath_->FinishWrite(wait));
  if (write_has_failed_) co_return ErrorOfEngine();
  co_return absl::OkStatus();
}

Task<void> TlsTransport::Close(io::Wait wait) {
  ready_ = {};
  if (!has_said_last_) engine_->Close();
  has_said_last_ = true;
  static_cast<void>(co_await FinishWrite(wait));
  co_await beneath_->Close(wait);
  ciphertext_ = {};
}

// Into ready_, as much as there is; or reading_ says why not.
void TlsTransport::Decrypt() {
  if (!ready_.octets.empty() || reading_ != TlsProgress::kNeedInput) return;
  if (!engine_->has_unread_input() && !engine_->input_has_ended()) return;
  PlaintextBuffer& buffer = PlaintextBuffer::Take();
  io::BufferLease lease(buffer);
  size_t octets = 0;
  while (kPlaintextBytes - octets >= tls::TlsEngine::kRecordRoom) {
    const tls::TlsEngine::ReadResult read = engine_->Read(buffer.octets().subspan(octets));
    if (read.progress != TlsProgress::kDone) {
      reading_ = read.progress;
      break;
    }
    octets += read.octets;
  }
  if (reading_ == TlsProgress::kNeedInput && !engine_->has_unread_input()) ciphertext_ = {};
  if (octets == 0) return;
  const std::string_view plaintext(buffer.octets().data(), octets);
  // A command does not keep a whole buffer.
  constexpr size_t kSmallOctets = 1024;
  ready_ = octets <= kSmallOctets ? io::CopyOfChunk(plaintext)
                                  : io::Chunk{.octets = plaintext, .lease = std::move(lease)};
}

Task<absl::Status> TlsTransport::ReadCiphertext(io::Wait wait) {
  ciphertext_ = {};
  CO_ASSIGN_OR_RETURN(ciphertext_, co_await beneath_->Read(wait));
  if (ciphertext_.octets.empty()) {
    engine_->EndInput();
  } else {
    engine_->Receive(ciphertext_.octets);
  }
  co_return absl::OkStatus();
}

// What the engine has to say, once the last has left.
void TlsTransport::SendOutput() {
  has_to_send_ = !engine_->output().empty();
  if (!has_to_send_ || beneath_->is_writing()) return;
  has_to_send_ = false;
  sending_ = engine_->TakeOutput();
  if (has_said_last_) {
    beneath_->BeginLastWrite(sending_);
  } else {
    beneath_->BeginWrite(sending_);
  }
}

// An alert; but a peer that changes its keys over and over must not make us hold all the answers.
void TlsTransport::SendUrgentOutput() {
  constexpr size_t kLongestHeld = 4096;
  if (!engine_->output_can_wait() || engine_->output().size() > kLongestHeld) SendOutput();
}

absl::Status TlsTransport::ErrorOfEngine() const {
  return absl::UnavailableError(
      Concat("TLS ", tls::TlsErrorName(engine_->error()), ": ", engine_->error_text()));
}

}  // namespace ringpost::net
