// A server's engine and a client's, and the octets that go between them, in pieces.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "ringpost/tls/tls_engine.h"

namespace ringpost::tls {

// Delivers octets to an engine as a network would: each piece once the last is used up.
class Wire {
 public:
  explicit Wire(TlsEngine& to) : to_(to) {}

  void Send(std::string_view octets) { waiting_.append(octets); }
  bool is_empty() const { return waiting_.empty(); }
  // The next at most `octets`; for the engine that said kNeedInput.
  bool Deliver(size_t octets);

 private:
  TlsEngine& to_;
  std::string waiting_;
  std::string piece_;  // what the engine reads from
};

struct EnginePair {
  EnginePair(std::shared_ptr<const TlsServerContext> server_context,
             std::shared_ptr<const TlsClientContext> client_context,
             TlsConnectOptions options = {});

  // Until both are done or one has failed.
  void Handshake();
  bool is_connected() const {
    return server_progress == TlsProgress::kDone && client_progress == TlsProgress::kDone;
  }
  // What `to` reads until it needs input, or the stream ends (then `progress`).
  std::string ReadAll(TlsEngine& to, TlsProgress& progress);
  std::string ReadAll(TlsEngine& to);
  // What was written on one side, as the other reads it.
  std::string FromClient(std::string_view plaintext);
  std::string FromServer(std::string_view plaintext);
  void MoveOutput();

  std::unique_ptr<TlsEngine> server, client;
  Wire to_server, to_client;
  TlsProgress server_progress = TlsProgress::kNeedInput;
  TlsProgress client_progress = TlsProgress::kNeedInput;
  // How many octets the next piece has.
  std::function<size_t()> piece_octets = [] { return size_t{1} << 20; };
};

}  // namespace ringpost::tls
