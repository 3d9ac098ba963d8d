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

void ParseARcptCommand(benchmark::State& state) {
  Arena arena;
  const CommandRules rules;
  for (auto _ : state) {
    const CommandLine line = SplitCommand("RCPT TO:<someone.else@mail.example.com>");
    benchmark::DoNotOptimize(ParseRcpt(line.argument, rules, arena));
    arena.Reset();
  }
}
BENCHMARK(ParseARcptCommand);

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

// What was made at run time is cleaned when it is made.
void MakeAReplyAndWriteIt(benchmark::State& state) {
  std::string out;
  for (auto _ : state) {
    out.clear();
    Reply::Make(550, {5, 1, 1}, "no mailbox someone.else@mail.example.com").AppendTo(out);
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(MakeAReplyAndWriteIt);

}  // namespace
}  // namespace ringpost::smtp
