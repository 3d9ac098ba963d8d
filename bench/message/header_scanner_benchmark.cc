#include "ringpost/message/header_scanner.h"

#include <benchmark/benchmark.h>

#include <string>

namespace ringpost::message {
namespace {

void Scan(benchmark::State& state, const std::string& message) {
  uint64_t header_octets = 0;
  for (auto _ : state) {
    HeaderScanner scanner;
    scanner.Feed(message);
    header_octets = scanner.header_octets();
    benchmark::DoNotOptimize(header_octets);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(header_octets));
}

std::string Fields(int count, const std::string& field) {
  std::string header;
  for (int i = 0; i < count; ++i) header += field;
  return header + "\r\n" + std::string(1000, 'x');
}

void ScanShortFields(benchmark::State& state) {
  Scan(state, Fields(20, "X-Some-Field: a value of some sixty octets, as many have it\r\n"));
}
BENCHMARK(ScanShortFields);

// As signatures and lists of references come.
void ScanFoldedFields(benchmark::State& state) {
  Scan(state, Fields(5,
                     "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n"
                     "\tb=" +
                         std::string(70, 'b') + "\r\n\t" + std::string(70, 'c') + "\r\n"));
}
BENCHMARK(ScanFoldedFields);

}  // namespace
}  // namespace ringpost::message
