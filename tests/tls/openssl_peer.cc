#include "openssl_peer.h"

#include <utility>

namespace ringpost::tls {

OpensslPeer::OpensslPeer(std::shared_ptr<const TlsServerContext> server_context)
    : server_(TlsEngine::ForServer(std::move(server_context))),
      client_context_(SSL_CTX_new(TLS_client_method())),
      client_(SSL_new(client_context_)),
      to_client_(BIO_new(BIO_s_mem())),
      from_client_(BIO_new(BIO_s_mem())) {
  BIO_set_mem_eof_return(to_client_, -1);
  SSL_set_bio(client_, to_client_, from_client_);
  SSL_set_connect_state(client_);
}

OpensslPeer::~OpensslPeer() {
  SSL_free(client_);
  SSL_CTX_free(client_context_);
}

bool OpensslPeer::Handshake() {
  for (int turn = 0; turn < 10; ++turn) {
    SSL_do_handshake(client_);
    Exchange();
    if (server_is_done_ && SSL_is_init_finished(client_) == 1) return true;
  }
  return false;
}

std::string OpensslPeer::FromClient(std::string_view text) {
  size_t written = 0;
  if (SSL_write_ex(client_, text.data(), text.size(), &written) != 1) return {};
  return Exchange();
}

std::string OpensslPeer::FromServer(std::string_view text) {
  server_->Write(text);
  ToClient();
  std::string all;
  char buffer[5000];
  for (size_t count = 0; SSL_read_ex(client_, buffer, sizeof buffer, &count) == 1;) {
    all.append(buffer, count);
  }
  return all;
}

std::string OpensslPeer::Exchange() {
  std::string all;
  for (int turn = 0; turn < 3; ++turn) {
    all += ToServer();
    ToClient();
  }
  return all;
}

void OpensslPeer::ToClient() {
  const std::string octets = server_->TakeOutput();
  BIO_write(to_client_, octets.data(), static_cast<int>(octets.size()));
}

std::string OpensslPeer::ToServer() {
  char* octets = nullptr;
  const long size = BIO_get_mem_data(from_client_, &octets);
  std::string ciphertext(octets, static_cast<size_t>(size));
  BIO_reset(from_client_);
  if (!ciphertext.empty() && server_progress_ == TlsProgress::kNeedInput) {
    server_->Receive(ciphertext);
  }
  if (server_progress_ != TlsProgress::kNeedInput) return {};
  if (!server_is_done_) {
    server_progress_ = server_->Handshake();
    if (server_progress_ != TlsProgress::kDone) return {};
    server_is_done_ = true;
  }
  std::string all;
  for (;;) {
    const TlsEngine::ReadResult read = server_->Read();
    server_progress_ = read.progress;
    if (read.progress != TlsProgress::kDone) return all;
    all.append(read.plaintext);
  }
}

}  // namespace ringpost::tls
