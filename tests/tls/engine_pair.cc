#include "engine_pair.h"

#include <algorithm>

namespace ringpost::tls {

bool Wire::Deliver(size_t octets) {
  if (waiting_.empty()) return false;
  piece_ = waiting_.substr(0, octets);
  waiting_.erase(0, piece_.size());
  to_.Receive(piece_);
  return true;
}

EnginePair::EnginePair(std::shared_ptr<const TlsServerContext> server_context,
                       std::shared_ptr<const TlsClientContext> client_context,
                       TlsConnectOptions options)
    : server(TlsEngine::ForServer(std::move(server_context))),
      client(TlsEngine::ForClient(std::move(client_context), std::move(options))),
      to_server(*server),
      to_client(*client) {}

void EnginePair::MoveOutput() {
  to_client.Send(server->output());
  server->ClearOutput();
  to_server.Send(client->output());
  client->ClearOutput();
}

void EnginePair::Handshake() {
  client_progress = client->Handshake();
  server_progress = server->Handshake();
  for (bool moves = true; moves;) {
    MoveOutput();
    moves = false;
    if (server_progress == TlsProgress::kNeedInput && to_server.Deliver(piece_octets())) {
      server_progress = server->Handshake();
      moves = true;
    }
    if (client_progress == TlsProgress::kNeedInput && to_client.Deliver(piece_octets())) {
      client_progress = client->Handshake();
      moves = true;
    }
  }
}

std::string EnginePair::ReadAll(TlsEngine& to, TlsProgress& progress) {
  Wire& wire = &to == server.get() ? to_server : to_client;
  std::string all;
  for (;;) {
    const TlsEngine::ReadResult read = to.Read();
    progress = read.progress;
    if (read.progress == TlsProgress::kDone) {
      all.append(read.plaintext);
    } else if (read.progress != TlsProgress::kNeedInput || !wire.Deliver(piece_octets())) {
      return all;
    }
  }
}

std::string EnginePair::ReadAll(TlsEngine& to) {
  TlsProgress progress;
  return ReadAll(to, progress);
}

std::string EnginePair::FromClient(std::string_view plaintext) {
  client->Write(plaintext);
  MoveOutput();
  return ReadAll(*server);
}

std::string EnginePair::FromServer(std::string_view plaintext) {
  server->Write(plaintext);
  MoveOutput();
  return ReadAll(*client);
}

}  // namespace ringpost::tls
