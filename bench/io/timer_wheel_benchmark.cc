#include "ringpost/io/timer_wheel.h"

#include <benchmark/benchmark.h>

#include <vector>

namespace ringpost::io {
namespace {

struct NoTimer final : Timer {
  void OnTimer() override {}
};

// What each wait for a client does, with so many sessions that wait as well.
void SetAndClearATimer(benchmark::State& state) {
  const Instant now = {1'000'000'000};
  TimerWheel wheel(now);
  std::vector<NoTimer> others(static_cast<size_t>(state.range(0)));
  for (size_t i = 0; i < others.size(); ++i) {
    wheel.Set(others[i], now + absl::Milliseconds(10 + i));
  }
  NoTimer timer;
  for (auto _ : state) {
    wheel.Set(timer, now + absl::Minutes(5));
    timer.Clear();
  }
}
BENCHMARK(SetAndClearATimer)->Arg(0)->Arg(10'000);

void FindTheNextTimer(benchmark::State& state) {
  const Instant now = {1'000'000'000};
  TimerWheel wheel(now);
  std::vector<NoTimer> timers(static_cast<size_t>(state.range(0)));
  for (NoTimer& timer : timers) wheel.Set(timer, now + absl::Minutes(5));
  for (auto _ : state) benchmark::DoNotOptimize(wheel.NextDue());
}
BENCHMARK(FindTheNextTimer)->Arg(1)->Arg(10'000);

}  // namespace
}  // namespace ringpost::io
