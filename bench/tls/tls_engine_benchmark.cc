// What records and handshakes cost, and what libcrypto takes for the arithmetic alone in the same
// run.
#include "ringpost/tls/tls_engine.h"

#include <malloc.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <ctime>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "benchmark/benchmark.h"

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
    Open(Seal("EHLO client.example.com\r\n"));
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
  size_t Open(std::string_view ciphertext) {
    server_->Receive(ciphertext);
    size_t octets = 0;
    for (;;) {
      const TlsEngine::ReadResult read = server_->Read(plaintext_);
      if (read.progress != TlsProgress::kDone) return octets;
      octets += read.octets;
    }
  }

  // The ticket has come by then.
  std::shared_ptr<const TlsSession> Session() {
    server_->Write("220 hello\r\n");
    to_client_ += server_->TakeOutput();
    char buffer[100];
    client_->Receive(to_client_);
    while (client_->Read(buffer).progress == TlsProgress::kDone) {
    }
    return client_->session();
  }

 private:
  static std::shared_ptr<const TlsServerContext> MakeServerContext() {
    const absl::Time now = absl::Now();
    const auto pair = crypto::MakeSelfSignedCertificate(
        {.names = {"mx.example.com"}, .not_before = now, .not_after = now + absl::Hours(24)});
    return *TlsServerContext::Create(
        {.certificates = {*pair},
         .ticket_keys = std::make_shared<TicketKeys>([] { return absl::Now(); })},
        now);
  }
  static std::shared_ptr<const TlsClientContext> MakeClientContext(TlsVersion version) {
    return *TlsClientContext::Create({.newest_version = version}, absl::Now());
  }

  const std::shared_ptr<const TlsServerContext> server_context_;
  const std::shared_ptr<const TlsClientContext> client_context_;
  std::unique_ptr<TlsEngine> server_, client_;
  std::string to_server_, to_client_;  // what the engines read from
  double server_seconds_ = 0;
  char plaintext_[2 * kFragmentOctets];
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
    const std::string ciphertext = connection.Seal(text);
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
    const std::string ciphertext = connection.Seal("RCPT TO:<someone@example.com>\r\n");
    const double begin = CpuSeconds();
    benchmark::DoNotOptimize(connection.Open(ciphertext));
    state.SetIterationTime(CpuSeconds() - begin);
  }
}
BENCHMARK(SmallRecord)->UseManualTime();

// A message as a server reads it, in chunks of what it receives: bench/end_to_end/engine.py
// compares it with what TLS adds to ringpostd, and so the handshakes below.
void Reads5MiB(benchmark::State& state) {
  constexpr size_t kChunkOctets = 64 * 1024;
  Connection connection(TlsVersion::kTls13);
  connection.Handshake();
  connection.Session();
  const std::string body(5 << 20, 'a');
  for (auto _ : state) {
    const std::string ciphertext = connection.Seal(body);
    const double begin = CpuSeconds();
    size_t octets = 0;
    for (size_t at = 0; at < ciphertext.size(); at += kChunkOctets) {
      octets += connection.Open(std::string_view(ciphertext).substr(at, kChunkOctets));
    }
    state.SetIterationTime(CpuSeconds() - begin);
    if (octets != body.size()) state.SkipWithError("what was written is not what was read");
  }
}
BENCHMARK(Reads5MiB)->UseManualTime()->Unit(benchmark::kMicrosecond);

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
