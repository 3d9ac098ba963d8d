// TlsTransport: a Transport through TLS over another.
//
//   auto tls = std::make_unique<TlsTransport>(std::move(tcp),
//                                             tls::TlsEngine::ForServer(context));
//   CO_RETURN_IF_ERROR(co_await tls->Handshake({.deadline = deadline}));
//
// A server makes it by TlsSecurity (tls_security.h), and knows it as a SecureTransport.
//
// Read() and Write() are for after the handshake. What an engine refuses is Unavailable with its
// reason; a stream that ends without close_notify is not an end but Unavailable too.
//
// has_input() speaks of what is decrypted, which is all that has come by the end of a Read();
// ciphertext that comes later may be half a record.
//
// What the peer does not wait for (a session ticket) goes with whatever is written next; the
// goodbye goes with the last write.
//
// Limits: plaintext comes a record at a time, at most 16 KiB, decrypted in the buffer that it was
// received in. Nothing is kept while the session is idle.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "ringpost/net/transport_security.h"
#include "ringpost/tls/tls_engine.h"

namespace ringpost::net {

class TlsTransport final : public SecureTransport {
 public:
  // `beneath` has nothing read from it that was not used: octets of before the handshake that are
  // still in it are ciphertext, and end the handshake when they are none.
  TlsTransport(std::unique_ptr<Transport> beneath, std::unique_ptr<tls::TlsEngine> engine);
  ~TlsTransport() override;

  Task<absl::Status> Handshake(io::Wait wait) { return Handshake(wait, nullptr); }
  Task<absl::Status> Handshake(io::Wait wait, HandshakePace* pace) override;
  const SecurityFacts& facts() override;
  const tls::TlsEngine& engine() const { return *engine_; }

  Task<absl::StatusOr<io::Chunk>> Read(io::Wait wait) override;
  bool has_input() const override;
  bool has_unread_octets() const override {
    return !ready_.octets.empty() || beneath_->has_unread_octets();
  }
  // `octets` may go at once.
  void BeginWrite(std::string_view octets) override;
  void BeginLastWrite(std::string_view octets) override;
  Task<absl::Status> FinishWrite(io::Wait wait) override;
  bool is_writing() const override { return beneath_->is_writing() || has_to_send_; }
  // Says goodbye (close_notify) to a peer that listens, and closes what is beneath.
  Task<void> Close(io::Wait wait) override;
  void WatchPeer(PeerWatcher* watcher) override { beneath_->WatchPeer(watcher); }
  io::SocketAddress local_address() const override { return beneath_->local_address(); }
  io::SocketAddress peer_address() const override { return beneath_->peer_address(); }

 private:
  void Decrypt();
  Task<absl::Status> ReadCiphertext(io::Wait wait);
  void SendOutput();
  void SendUrgentOutput();
  absl::Status ErrorOfEngine() const;

  std::unique_ptr<Transport> beneath_;
  std::unique_ptr<tls::TlsEngine> engine_;
  struct Facts {
    std::string tls_server_end_point;
    SecurityFacts views;  // into those of the engine
  };
  std::unique_ptr<Facts> facts_;                             // once they were asked for
  io::Chunk ciphertext_;                                     // what the engine reads from
  io::Chunk ready_;                                          // plaintext for the next Read()
  tls::TlsProgress reading_ = tls::TlsProgress::kNeedInput;  // why there is no more plaintext
  std::string sending_;                                      // ciphertext that is on its way
  bool has_to_send_ = false;    // what the engine has to say, once the last has left
  bool has_said_last_ = false;  // the last write and the goodbye
  bool write_has_failed_ = false;
};

}  // namespace ringpost::net
