#include <benchmark/benchmark.h>

#include <string>

#include "ringpost/smtp/command.h"
#include "ringpost/smtp/reply.h"

namespace ringpost::smtp {
namespace {

void ParseAMailCommand(benchmark::State& state) {
  Arena arena;
  CommandRules rules;
  rules.parameters = {.size = true, .eight_bit_mime = true};
  for (auto _ : state) {
    const CommandLine line =
        SplitCommand("MAIL FROM:<someone.with.a.name@example.org> SIZE=12345 BODY=8BITMIME");
    benchmark::DoNotOptimize(ParseMail(line.argument, rules, arena));
    arena.Reset();
  }
}
BENCHMARK(ParseAMailCommand);

void WriteAReply(benchmark::State& state) {
  constexpr Reply kReply = Reply::Fixed(250, {2, 1, 5}, "Recipient OK");
  std::string out;
  for (auto _ : state) {
    out.clear();
    kReply.AppendTo(out);
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(WriteAReply);

}  // namespace
}  // namespace ringpost::smtp
