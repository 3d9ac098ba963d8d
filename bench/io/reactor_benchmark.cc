#include "ringpost/io/reactor.h"

#include <arpa/inet.h>
#include <benchmark/benchmark.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <memory>

#include "ringpost/base/check.h"
#include "ringpost/io/operations.h"
#include "ringpost/io/shard.h"
#include "ringpost/io/uring_reactor.h"

namespace ringpost::io {
namespace {

struct SocketPair {
  int near;
  int far;
};

SocketPair UnixPair() {
  int sockets[2];
  Check(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) == 0, "socketpair");
  return {sockets[0], sockets[1]};
}

SocketPair LoopbackPair() {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const raw = reinterpret_cast<sockaddr*>(&address);
  Check(bind(listener, raw, size) == 0 && listen(listener, 1) == 0, "listen");
  getsockname(listener, raw, &size);
  const SocketPair pair = {::socket(AF_INET, SOCK_STREAM, 0), -1};
  Check(connect(pair.near, raw, size) == 0, "connect");
  const int far = accept(listener, nullptr, nullptr);
  for (const int socket : {pair.near, far}) {
    const int on = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  close(listener);
  return {pair.near, far};
}

// Counts what it is told.
struct Counter final : Operation {
  explicit Counter(Request what) { request = what; }
  void OnCompletion(Completion completion) override {
    octets += completion.result > 0 ? completion.result : 0;
    ++count;
  }
  int64_t octets = 0;
  int count = 0;
};

// There and back: two sends, two receives, and the kernel between them.
void RoundTrip(benchmark::State& state, SocketPair pair) {
  const std::unique_ptr<Reactor> reactor = *CreateUringReactor({});
  Counter at_near(Receive{pair.near});
  Counter at_far(Receive{pair.far});
  reactor->Submit(at_near);
  reactor->Submit(at_far);
  Counter ask(Send{pair.near, "NOOP\r\n"});
  Counter answer(Send{pair.far, "250 2.0.0 OK\r\n"});
  const auto carry = [&](Counter& send, const Counter& to) {
    const int before = to.count;
    reactor->Submit(send);
    while (to.count == before || send.in_flight()) reactor->Poll(Instant::Never());
  };
  for (auto _ : state) {
    carry(ask, at_far);
    carry(answer, at_near);
  }
  for (Counter* const receive : {&at_near, &at_far}) {
    reactor->Cancel(*receive);
    while (receive->in_flight()) reactor->Poll(Instant::Never());
  }
  reactor->CloseNow(pair.near);
  reactor->CloseNow(pair.far);
}

void RoundTripOverASocketPair(benchmark::State& state) { RoundTrip(state, UnixPair()); }
BENCHMARK(RoundTripOverASocketPair);

void RoundTripOverLoopback(benchmark::State& state) { RoundTrip(state, LoopbackPair()); }
BENCHMARK(RoundTripOverLoopback);

// The price of a turn of the reactor that finds nothing.
void PollForNothing(benchmark::State& state) {
  const std::unique_ptr<Reactor> reactor = *CreateUringReactor({});
  for (auto _ : state) reactor->Poll(Instant{});
}
BENCHMARK(PollForNothing);

Task<void> SendMany(Shard& shard, int socket, int count) {
  for (int i = 0; i < count; ++i) {
    benchmark::DoNotOptimize(
        co_await Perform(shard, Send{socket, "x"}, {.deadline = shard.Now() + absl::Minutes(1)}));
  }
  shard.Stop();
}

// A send awaited by a coroutine, with its deadline; the other end is never read, so the sends are
// few.
void AwaitASend(benchmark::State& state) {
  constexpr int kCount = 64;
  const std::unique_ptr<Reactor> reactor = *CreateUringReactor({});
  for (auto _ : state) {
    state.PauseTiming();
    const SocketPair pair = UnixPair();
    Shard shard(*reactor, 0, 1);
    {
      const ScopedRunQueue scoped(shard.run_queue());
      shard.scope().Spawn(SendMany(shard, pair.near, kCount));
    }
    state.ResumeTiming();
    shard.Run();
    state.PauseTiming();
    reactor->CloseNow(pair.near);
    reactor->CloseNow(pair.far);
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * kCount);
}
BENCHMARK(AwaitASend);

}  // namespace
}  // namespace ringpost::io
