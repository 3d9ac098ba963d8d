#include "ringpost/message/received.h"

#include <benchmark/benchmark.h>

#include "ringpost/message/date_time.h"
#include "ringpost/message/header_scanner.h"

namespace ringpost::message {
namespace {

void AppendTheField(benchmark::State& state) {
  DateTimeCache dates;
  std::string field;
  for (auto _ : state) {
    field.clear();
    AppendReceived(field, {.hello_name = "client.example.org",
                           .client_address_literal = "[192.0.2.1]",
                           .host_name = "mx.example.com",
                           .protocol_keyword = "ESMTP",
                           .id = "0CDEFGHJKMN1234-1",
                           .only_recipient = "someone@example.com",
                           .date_time = dates.Format(absl::FromUnixSeconds(1'800'000'000))});
    benchmark::DoNotOptimize(field.data());
  }
}
BENCHMARK(AppendTheField);

void ScanAHeader(benchmark::State& state) {
  std::string header;
  for (int i = 0; i < 20; ++i)
    header += "X-Some-Field: a value of some sixty octets, as many have it\r\n";
  header += "\r\n";
  for (auto _ : state) {
    HeaderScanner scanner;
    benchmark::DoNotOptimize(scanner.Feed(header));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(header.size()));
}
BENCHMARK(ScanAHeader);

}  // namespace
}  // namespace ringpost::message
