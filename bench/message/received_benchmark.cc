#include "ringpost/message/received.h"

#include <benchmark/benchmark.h>

#include <string>

#include "ringpost/message/date_time.h"

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

}  // namespace
}  // namespace ringpost::message
