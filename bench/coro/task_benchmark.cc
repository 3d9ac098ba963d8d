#include "ringpost/coro/task.h"

#include <benchmark/benchmark.h>

#include "ringpost/coro/sync_wait.h"
#include "ringpost/coro/task_scope.h"

namespace ringpost {
namespace {

Task<int> Leaf(int value) { co_return value; }

Task<int> AwaitLeaves(int count) {
  int sum = 0;
  for (int i = 0; i < count; ++i) sum += co_await Leaf(i);
  co_return sum;
}

// Making, awaiting and ending a child: what each layer of coroutines costs.
void AwaitAChild(benchmark::State& state) {
  constexpr int kCount = 1000;
  for (auto _ : state) benchmark::DoNotOptimize(SyncWait(AwaitLeaves(kCount)));
  state.SetItemsProcessed(state.iterations() * kCount);
}
BENCHMARK(AwaitAChild);

Task<void> Nothing() { co_return; }

Task<void> SpawnAndJoin(int count) {
  TaskScope scope;
  for (int i = 0; i < count; ++i) scope.Spawn(Nothing());
  co_await scope.Join();
}

void SpawnAChild(benchmark::State& state) {
  constexpr int kCount = 1000;
  for (auto _ : state) SyncWait(SpawnAndJoin(kCount));
  state.SetItemsProcessed(state.iterations() * kCount);
}
BENCHMARK(SpawnAChild);

}  // namespace
}  // namespace ringpost
