// What records and handshakes cost, and what libcrypto takes for the arithmetic alone in the same
// run.
#include "ringpost/tls/tls_engine.h"

#include <malloc.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <ctime>
#include <fstream>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "benchmark/benchmark.h"
#include "ringpost/base/check.h"

namespace ringpost::tls {
namespace {

constexpr size_t kFragmentOctets = 16'384;
// About what one receive gives.
constexpr int kRecordsPerInput = 4;

// What this thread has run: others of the machine take their turns in between.
double CpuSeconds() {
  timespec now = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

double MedianOf(std::vector<double>& all) {
  const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
  std::nth_element(all.begin(), middle, all.end());
  return *middle;
}

std::shared_ptr<const TlsServerContext> MakeServerContext() {
  const absl::Time now = absl::Now();
  const auto pair = crypto::MakeSelfSignedCertificate(
      {.names = {"mx.example.com"}, .not_before = now, .not_after = now + absl::Hours(24)});
  return *TlsServerContext::Create(
      {.certificates = {*pair},
       .ticket_keys = std::make_shared<TicketKeys>([] { return absl::Now(); })},
      now);
}
std::shared_ptr<const TlsClientContext> MakeClientContext(TlsVersion version) {
  return *TlsClientContext::Create({.newest_version = version}, absl::Now());
}

class Connection {
 public:
  explicit Connection(TlsVersion version)
      : server_context_(MakeServerContext()), client_context_(MakeClientContext(version)) {}

  // Anew.
  void Handshake(TlsConnectOptions options = {}) {
    const double start = CpuSeconds();
    server_ = TlsEngine::ForServer(server_context_);
    server_seconds_ += CpuSeconds() - start;
    client_ = TlsEngine::ForClient(client_context_, std::move(options));
    TlsProgress of_server = TlsProgress::kNeedInput, of_client = client_->Handshake();
    while (of_server == TlsProgress::kNeedInput || of_client == TlsProgress::kNeedInput) {
      to_server_ = client_->TakeOutput();
      if (!to_server_.empty()) {
        server_->Receive(to_server_);
        const double begin = CpuSeconds();
        of_server = server_->Handshake();
        server_seconds_ += CpuSeconds() - begin;
      }
      to_client_ = server_->TakeOutput();
      if (!to_client_.empty() && of_client == TlsProgress::kNeedInput) {
        client_->Receive(to_client_);
        of_client = client_->Handshake();
        to_client_.clear();
      }
    }
  }
  // The server's engine, which is done with its handshake and has read a command.
  std::unique_ptr<TlsEngine> TakeServer() {
    std::string hello = Seal("EHLO client.example.com\r\n");
    Open(hello);
    server_->Write("250 mx.example.com\r\n");
    server_->ClearOutput();
    client_ = nullptr;
    return std::move(server_);
  }
  // What the server took for its part of them.
  double server_seconds() const { return server_seconds_; }

  std::string Seal(std::string_view text) {
    client_->Write(text);
    return client_->TakeOutput();
  }

  // The octets of plaintext.
  size_t Open(std::span<char> ciphertext) {
    server_->Receive(ciphertext);
    size_t octets = 0;
    for (;;) {
      const TlsEngine::ReadResult read = server_->Read();
      if (read.progress != TlsProgress::kDone) return octets;
      octets += read.plaintext.size();
    }
  }

  // The ticket has come by then.
  std::shared_ptr<const TlsSession> Session() {
    server_->Write("220 hello\r\n");
    to_client_ += server_->TakeOutput();
    client_->Receive(to_client_);
    while (client_->Read().progress == TlsProgress::kDone) {
    }
    return client_->session();
  }

 private:
  const std::shared_ptr<const TlsServerContext> server_context_;
  const std::shared_ptr<const TlsClientContext> client_context_;
  std::unique_ptr<TlsEngine> server_, client_;
  std::string to_server_, to_client_;  // what the engines read from
  double server_seconds_ = 0;
};

// As `openssl speed -evp aes-128-gcm` does: one block over and over, in place.
class BareCipher {
 public:
  BareCipher() {
    const unsigned char key[16] = {1}, nonce[12] = {2};
    EVP_CipherInit_ex(context_, EVP_aes_128_gcm(), nullptr, key, nonce, 0);
  }
  ~BareCipher() { EVP_CIPHER_CTX_free(context_); }
  BareCipher(const BareCipher&) = delete;
  BareCipher& operator=(const BareCipher&) = delete;

  void Decrypt() {
    auto* const octets = reinterpret_cast<unsigned char*>(block_.data());
    int size = 0;
    EVP_CipherUpdate(context_, octets, &size, octets, static_cast<int>(block_.size()));
  }

 private:
  EVP_CIPHER_CTX* const context_ = EVP_CIPHER_CTX_new();
  std::string block_ = std::string(kFragmentOctets, 'x');
};

// The median turn of each, and the one as a part of the other: the turns are short, so both have
// the same of whatever else the machine does.
void RecordsBesideLibcrypto(benchmark::State& state, TlsVersion version) {
  Connection connection(version);
  connection.Handshake();
  connection.Session();
  BareCipher bare;
  const std::string text(kRecordsPerInput * kFragmentOctets, 'x');
  std::vector<double> of_engine, of_libcrypto;
  for (auto _ : state) {
    std::string ciphertext = connection.Seal(text);
    const double begin = CpuSeconds();
    const size_t octets = connection.Open(ciphertext);
    const double middle = CpuSeconds();
    for (int i = 0; i < kRecordsPerInput; ++i) bare.Decrypt();
    const double end = CpuSeconds();
    if (octets != text.size()) state.SkipWithError("what was written is not what was read");
    of_engine.push_back(middle - begin);
    of_libcrypto.push_back(end - middle);
    state.SetIterationTime(middle - begin);
  }
  const auto octets = static_cast<double>(text.size());
  const double engine = MedianOf(of_engine), libcrypto = MedianOf(of_libcrypto);
  state.counters["engine"] = benchmark::Counter(octets / engine, {}, benchmark::Counter::kIs1024);
  state.counters["libcrypto"] =
      benchmark::Counter(octets / libcrypto, {}, benchmark::Counter::kIs1024);
  state.counters["of_libcrypto"] = libcrypto / engine;
}
BENCHMARK_CAPTURE(RecordsBesideLibcrypto, Tls12, TlsVersion::kTls12)->UseManualTime();
BENCHMARK_CAPTURE(RecordsBesideLibcrypto, Tls13, TlsVersion::kTls13)->UseManualTime();

// A command, as sessions of SMTP have it.
void SmallRecord(benchmark::State& state) {
  Connection connection(TlsVersion::kTls13);
  connection.Handshake();
  connection.Session();
  for (auto _ : state) {
    std::string ciphertext = connection.Seal("RCPT TO:<someone@example.com>\r\n");
    const double begin = CpuSeconds();
    benchmark::DoNotOptimize(connection.Open(ciphertext));
    state.SetIterationTime(CpuSeconds() - begin);
  }
}
BENCHMARK(SmallRecord)->UseManualTime();

// A message as a server reads it, in chunks of what it receives: bench/end_to_end/engine.py
// compares it with what TLS adds to ringpostd.
void Reads5MiB(benchmark::State& state) {
  constexpr size_t kChunkOctets = 64 * 1024;
  Connection connection(TlsVersion::kTls13);
  connection.Handshake();
  connection.Session();
  const std::string body(5 << 20, 'a');
  for (auto _ : state) {
    std::string ciphertext = connection.Seal(body);
    const double begin = CpuSeconds();
    size_t octets = 0;
    for (size_t at = 0; at < ciphertext.size(); at += kChunkOctets) {
      octets += connection.Open(
          std::span(ciphertext).subspan(at, std::min(kChunkOctets, ciphertext.size() - at)));
    }
    state.SetIterationTime(CpuSeconds() - begin);
    if (octets != body.size()) state.SkipWithError("what was written is not what was read");
  }
}
BENCHMARK(Reads5MiB)->UseManualTime()->Unit(benchmark::kMicrosecond);

// Two ends of a TCP connection within this process.
class SocketPair {
 public:
  SocketPair() {
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const raw = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    client_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    Check(bind(listener, raw, size) == 0 && listen(listener, 1) == 0 &&
              getsockname(listener, raw, &size) == 0 && connect(client_, raw, size) == 0,
          "no connection to itself");
    server_ = accept(listener, nullptr, nullptr);
    close(listener);
  }
  ~SocketPair() {
    CloseServer();
    close(client_);
  }
  SocketPair(const SocketPair&) = delete;
  SocketPair& operator=(const SocketPair&) = delete;

  // False: the other end is closed.
  bool Send(std::string_view octets) {
    while (!octets.empty()) {
      const ssize_t sent = send(client_, octets.data(), octets.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      octets.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }
  std::span<char> Receive(std::span<char> into) {
    const ssize_t received = recv(server_, into.data(), into.size(), MSG_WAITALL);
    Check(received > 0, "nothing is received");
    return into.first(static_cast<size_t>(received));
  }
  // Send() of another thread comes to an end.
  void CloseServer() {
    if (server_ >= 0) close(std::exchange(server_, -1));
  }

 private:
  int client_ = -1, server_ = -1;
};

// Of those that the process may use, the first and the last: the server's, and the generator's.
std::pair<int, int> TwoCores() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  sched_getaffinity(0, sizeof allowed, &allowed);
  std::vector<int> cores;
  for (int core = 0; core < CPU_SETSIZE; ++core) {
    if (CPU_ISSET(core, &allowed)) cores.push_back(core);
  }
  return {cores.front(), cores.back()};
}
void StayOn(int core) {
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(core, &only);
  sched_setaffinity(0, sizeof only, &only);
}

// The same behind ten sockets, as in the case T4, with nothing of a server but the receive, which
// is not in the time: the clients seal on another core, and each receive is followed by its Read().
// Memory that the kernel has just written, and a core beside one that is busy, are slower; what is
// between this and Reads5MiB no server can save.
void Receives5MiB(benchmark::State& state) {
  constexpr size_t kChunkOctets = 64 * 1024, kSealedOctets = 128 * 1024, kBodyOctets = 5 << 20;
  constexpr size_t kConnections = 10, kBuffers = 16;
  std::vector<std::unique_ptr<Connection>> connections;
  for (size_t i = 0; i < kConnections; ++i) {
    connections.push_back(std::make_unique<Connection>(TlsVersion::kTls13));
    connections.back()->Handshake();
    connections.back()->Session();
  }
  std::vector<SocketPair> sockets(kConnections);
  const auto [server_core, client_core] = TwoCores();
  std::thread clients([&, core = client_core] {
    StayOn(core);
    const std::string text(kSealedOctets, 'a');
    for (size_t i = 0; sockets[i].Send(connections[i]->Seal(text)); i = (i + 1) % kConnections) {
    }
  });
  StayOn(server_core);
  std::vector<std::string> buffers(kBuffers, std::string(kChunkOctets, '\0'));
  size_t turn = 0;
  for (auto _ : state) {
    double seconds = 0;
    size_t octets = 0;
    while (octets < kBodyOctets) {
      const size_t i = turn % kConnections;
      const std::span<char> received = sockets[i].Receive(buffers[turn++ % kBuffers]);
      const double begin = CpuSeconds();
      octets += connections[i]->Open(received);
      seconds += CpuSeconds() - begin;
    }
    state.SetIterationTime(seconds * kBodyOctets / static_cast<double>(octets));
  }
  for (SocketPair& socket : sockets) socket.CloseServer();
  clients.join();
}
BENCHMARK(Receives5MiB)->UseManualTime()->Unit(benchmark::kMicrosecond);

// Connections over implicit TLS that say EHLO and QUIT, as many at once as in the end-to-end load,
// so that the caches are no warmer than a server's.
class Sessions {
 public:
  static constexpr size_t kCount = 50;

  // All of them, from their first octet to their last: seconds of the servers' part of one.
  double Run() {
    seconds_ = 0;
    for (Pair& pair : pairs_) {
      pair.client = TlsEngine::ForClient(client_context_, {});
      pair.client->Handshake();
    }
    TakeTurn([this](Pair& pair) {
      pair.server = TlsEngine::ForServer(server_context_);
      pair.server->Receive(pair.to_server);
      pair.server->Handshake();
    });
    for (Pair& pair : pairs_) {
      pair.client->Receive(pair.to_client);
      pair.client->Handshake();
    }
    TakeTurn([](Pair& pair) {
      pair.server->Receive(pair.to_server);
      pair.server->Handshake();
      pair.server->Write("220 mx.example.com ESMTP Ringpost\r\n");
    });
    Say("EHLO client.example.com\r\n");
    TakeTurn([this](Pair& pair) { Answer(pair, ehlo_reply_); });
    Say("QUIT\r\n");
    TakeTurn([](Pair& pair) {
      Answer(pair, "221 2.0.0 mx.example.com Bye\r\n");
      pair.server->Close();
    });
    const double begin = CpuSeconds();
    for (Pair& pair : pairs_) pair.server = nullptr;
    return (seconds_ + CpuSeconds() - begin) / kCount;
  }
  // Of the last Run(): whether each came to its end.
  bool AllAreDone() const {
    return std::all_of(pairs_.begin(), pairs_.end(), [](const Pair& pair) {
      pair.client->Receive(pair.to_client);
      return pair.client->Read().plaintext.starts_with("221") &&
             pair.client->Read().progress == TlsProgress::kClosed;
    });
  }

 private:
  struct Pair {
    std::unique_ptr<TlsEngine> server, client;
    mutable std::string to_server, to_client;  // opened where they lie
  };

  // Of each server, with what its client has sent.
  template <typename Part>
  void TakeTurn(Part part) {
    for (Pair& pair : pairs_) pair.to_server = pair.client->TakeOutput();
    const double begin = CpuSeconds();
    for (Pair& pair : pairs_) {
      part(pair);
      pair.to_client = pair.server->TakeOutput();
    }
    seconds_ += CpuSeconds() - begin;
  }
  void Say(std::string_view command) {
    for (Pair& pair : pairs_) {
      pair.client->Receive(pair.to_client);
      while (pair.client->Read().progress == TlsProgress::kDone) {
      }
      pair.client->Write(command);
    }
  }
  static void Answer(Pair& pair, std::string_view reply) {
    pair.server->Receive(pair.to_server);
    while (pair.server->Read().progress == TlsProgress::kDone) {
    }
    pair.server->Write(reply);
  }

  const std::shared_ptr<const TlsServerContext> server_context_ = MakeServerContext();
  const std::shared_ptr<const TlsClientContext> client_context_ =
      MakeClientContext(TlsVersion::kTls13);
  const std::string ehlo_reply_ = std::string(250, 'x') + "\r\n";
  std::vector<Pair> pairs_ = std::vector<Pair>(kCount);
  double seconds_ = 0;
};

// bench/end_to_end/engine.py compares it with what implicit TLS adds to a session of ringpostd.
void SessionsWithoutMessages(benchmark::State& state) {
  Sessions sessions;
  for (auto _ : state) {
    state.SetIterationTime(sessions.Run());
    if (!sessions.AllAreDone()) state.SkipWithError("a session has not come to its end");
  }
}
BENCHMARK(SessionsWithoutMessages)->Iterations(30)->UseManualTime()->Unit(benchmark::kMicrosecond);

// The server's part.
void FullHandshake(benchmark::State& state, TlsVersion version) {
  Connection connection(version);
  double before = 0;
  for (auto _ : state) {
    connection.Handshake();
    state.SetIterationTime(connection.server_seconds() - before);
    before = connection.server_seconds();
  }
}
BENCHMARK_CAPTURE(FullHandshake, Tls12, TlsVersion::kTls12)
    ->UseManualTime()
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(FullHandshake, Tls13, TlsVersion::kTls13)
    ->UseManualTime()
    ->Unit(benchmark::kMicrosecond);

void Resumption(benchmark::State& state) {
  Connection connection(TlsVersion::kTls13);
  connection.Handshake();
  auto session = connection.Session();
  double before = connection.server_seconds();
  for (auto _ : state) {
    connection.Handshake({.session = session});
    state.SetIterationTime(connection.server_seconds() - before);
    before = connection.server_seconds();
    session = connection.Session();
  }
}
BENCHMARK(Resumption)->UseManualTime();

size_t AllocatedOctets() {
  const struct mallinfo2 counts = mallinfo2();
  return counts.uordblks + counts.hblkhd;
}

size_t ResidentOctets() {
  std::ifstream file("/proc/self/statm");
  size_t all = 0, resident = 0;
  file >> all >> resident;
  return resident * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

// What a session that says nothing holds: of the heap, and of the machine's memory.
void IdleSession(benchmark::State& state, TlsVersion version) {
  Connection connection(version);
  std::vector<std::unique_ptr<TlsEngine>> idle;
  // What is made once is not of a session.
  connection.Handshake();
  connection.TakeServer();
  idle.reserve(static_cast<size_t>(state.max_iterations));
  malloc_trim(0);
  const size_t allocated = AllocatedOctets(), resident = ResidentOctets();
  for (auto _ : state) {
    connection.Handshake();
    idle.push_back(connection.TakeServer());
  }
  const auto sessions = static_cast<double>(state.iterations());
  state.counters["allocated"] = static_cast<double>(AllocatedOctets() - allocated) / sessions;
  state.counters["resident"] = static_cast<double>(ResidentOctets() - resident) / sessions;
}
BENCHMARK_CAPTURE(IdleSession, Tls12, TlsVersion::kTls12)->Iterations(1000);
BENCHMARK_CAPTURE(IdleSession, Tls13, TlsVersion::kTls13)->Iterations(1000);

}  // namespace
}  // namespace ringpost::tls
