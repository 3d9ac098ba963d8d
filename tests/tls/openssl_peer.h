// OpenSSL as the client of an engine, in one process: what wolfSSL's own client does not do, and a
// second opinion of what the server offers.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <string_view>

#include "ringpost/tls/tls_engine.h"

namespace ringpost::tls {

class OpensslPeer {
 public:
  explicit OpensslPeer(std::shared_ptr<const TlsServerContext> server_context);
  ~OpensslPeer();
  OpensslPeer(const OpensslPeer&) = delete;
  OpensslPeer& operator=(const OpensslPeer&) = delete;

  SSL* client() { return client_; }
  TlsEngine& server() { return *server_; }

  // Whether both have finished it.
  bool Handshake();
  // What arrives at the other side; empty: something is wrong.
  std::string FromClient(std::string_view text);
  std::string FromServer(std::string_view text);
  // Moves what either side has to say, until nothing moves. What the server reads meanwhile.
  std::string Exchange();
  TlsProgress server_progress() const { return server_progress_; }

  SSL_CTX* client_context() { return client_context_; }

 private:
  void ToClient();
  std::string ToServer();

  std::unique_ptr<TlsEngine> server_;
  TlsProgress server_progress_ = TlsProgress::kNeedInput;
  SSL_CTX* client_context_;
  SSL* client_;
  BIO* to_client_;
  BIO* from_client_;
  bool server_is_done_ = false;
};

}  // namespace ringpost::tls
