#include "sink/end_of_data.h"

#include <benchmark/benchmark.h>

#include <string>

namespace ringpost::sink {
namespace {

// Lines of 70 octets, every `dot_every`th with a dot in front; 0: none.
std::string Body(size_t octets, size_t dot_every) {
  std::string body;
  for (size_t line = 1; body.size() < octets; ++line) {
    const bool has_dot = dot_every != 0 && line % dot_every == 0;
    body += (has_dot ? "." : "a") + std::string(67, 'a') + "\r\n";
  }
  return body;
}

template <size_t (*Find)(std::string_view)>
void FindInABody(benchmark::State& state) {
  const std::string body = Body(64 * 1024, static_cast<size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(Find(body));
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(body.size()));
}
BENCHMARK_TEMPLATE(FindInABody, FindEndOfData)->ArgName("dot_every")->Arg(0)->Arg(100)->Arg(2);
BENCHMARK_TEMPLATE(FindInABody, internal::FindEndOfDataPortably)
    ->ArgName("dot_every")
    ->Arg(0)
    ->Arg(2);

}  // namespace
}  // namespace ringpost::sink
