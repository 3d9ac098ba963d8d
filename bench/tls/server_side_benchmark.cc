// What the server's side of the TLS engine takes alone, by the CPU time of the thread: both sides
// over memory, the client's untimed. bench/end_to_end/engine.py compares it with what TLS adds to
// ringpostd.
#include "ringpost/tls/tls_engine.h"

#include <benchmark/benchmark.h>

#include <ctime>
#include <string>

#include "ringpost/crypto/certificate.h"

namespace ringpost::tls {
namespace {

constexpr size_t kBodyOctets = 5 << 20;
// As a shard's receive buffers, and TlsTransport's for plaintext.
constexpr size_t kChunkOctets = 64 * 1024;
constexpr size_t kPlaintextOctets = 32 * 1024;

double ThreadSeconds() {
  timespec now = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// Adds up the time that it lives.
class Timed {
 public:
  explicit Timed(double& seconds) : seconds_(seconds), start_(ThreadSeconds()) {}
  ~Timed() { seconds_ += ThreadSeconds() - start_; }

 private:
  double& seconds_;
  const double start_;
};

std::shared_ptr<const TlsServerContext> ServerContext() {
  static const auto context = [] {
    const absl::Time now = absl::FromUnixSeconds(1'800'000'000);
    const auto pair = crypto::MakeSelfSignedCertificate(
        {.names = {"mx.example.com"}, .not_before = now, .not_after = now + absl::Hours(24)});
    return *TlsServerContext::Create({.certificates = {*pair}}, now);
  }();
  return context;
}

std::shared_ptr<const TlsClientContext> ClientContext() {
  static const auto context = *TlsClientContext::Create({}, absl::UnixEpoch());
  return context;
}

// A connection over memory.
struct Connection {
  // False: it failed.
  bool Open() {
    client = TlsEngine::ForClient(ClientContext(), {});
    {
      const Timed timed(server_seconds);
      server = TlsEngine::ForServer(ServerContext());
    }
    for (;;) {
      const TlsProgress progress = client->Handshake();
      to_server = client->TakeOutput();
      TlsProgress server_progress = TlsProgress::kNeedInput;
      {
        const Timed timed(server_seconds);
        server->Receive(to_server);
        server_progress = server->Handshake();
      }
      if (progress == TlsProgress::kFailed || server_progress == TlsProgress::kFailed) return false;
      if (progress == TlsProgress::kDone) return server_progress == TlsProgress::kDone;
      to_client = server->TakeOutput();
      client->Receive(to_client);
    }
  }
  // What the client writes, as the server reads it.
  bool SendToServer(std::string_view body) {
    client->Write(body);
    to_server = client->TakeOutput();
    size_t read_octets = 0;
    const Timed timed(server_seconds);
    for (size_t at = 0; at < to_server.size(); at += kChunkOctets) {
      server->Receive(std::string_view(to_server).substr(at, kChunkOctets));
      char plaintext[kPlaintextOctets];
      for (;;) {
        const TlsEngine::ReadResult read = server->Read(plaintext);
        if (read.progress != TlsProgress::kDone) break;
        read_octets += read.octets;
      }
    }
    return read_octets == body.size();
  }
  void CloseServer() {
    const Timed timed(server_seconds);
    server->Close();
    server = nullptr;
  }

  std::unique_ptr<TlsEngine> client, server;
  std::string to_server, to_client;
  double server_seconds = 0;
};

void ServerFullHandshake(benchmark::State& state) {
  for (auto _ : state) {
    Connection connection;
    if (!connection.Open()) return state.SkipWithError("the handshake failed");
    connection.CloseServer();
    state.SetIterationTime(connection.server_seconds);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(ServerFullHandshake)->UseManualTime()->Unit(benchmark::kMicrosecond);

void ServerReads5MiB(benchmark::State& state) {
  const std::string body(kBodyOctets, 'a');
  Connection connection;
  if (!connection.Open()) return state.SkipWithError("the handshake failed");
  for (auto _ : state) {
    connection.server_seconds = 0;
    if (!connection.SendToServer(body)) return state.SkipWithError("octets were lost");
    state.SetIterationTime(connection.server_seconds);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(kBodyOctets));
}
BENCHMARK(ServerReads5MiB)->UseManualTime()->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace ringpost::tls
