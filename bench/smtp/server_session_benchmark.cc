#include "ringpost/smtp/server_session.h"

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

namespace ringpost::smtp {
namespace {

constexpr Reply kYes = Reply::Fixed(250, {2, 0, 0}, "OK");

// Runs the session until it needs input, with an application that takes everything.
void RunUntilInput(ServerSession& session) {
  const std::vector<Reply> replies(1, kYes);
  for (;;) {
    const Event event = session.Next();
    if (std::holds_alternative<NeedInput>(event)) break;
    if (std::holds_alternative<ConnectionOpened>(event)) session.AnswerConnection(std::nullopt);
    if (std::holds_alternative<HelloReceived>(event)) session.AnswerHello(std::nullopt);
    if (std::holds_alternative<SenderReceived>(event)) session.AnswerSender(kYes);
    if (std::holds_alternative<RecipientsReceived>(event)) session.AnswerRecipients(replies);
    if (std::holds_alternative<MessageStarted>(event)) session.AnswerMessageStart(std::nullopt);
    if (std::holds_alternative<MessageEnded>(event)) session.AnswerMessage(kYes);
  }
  session.ClearOutput();
}

void Feed(ServerSession& session, std::string_view octets) {
  session.Receive(octets);
  RunUntilInput(session);
}

constexpr std::string_view kMail = "MAIL FROM:<sender@example.org>\r\n";
constexpr std::string_view kRcpt = "RCPT TO:<rcpt@example.com>\r\n";

std::string Body(size_t octets) {
  std::string body;
  while (body.size() < octets) body += std::string(76, 'a') + "\r\n";
  return body + ".\r\n";
}

// The cases of docs/benchmarks.md, without the kernel: what the protocol itself costs per message.
void OneCommandAtATime(benchmark::State& state) {
  const ServerSessionOptions options;
  ServerSession session(options);
  RunUntilInput(session);
  Feed(session, "EHLO load.example.net\r\n");
  const std::string body = Body(static_cast<size_t>(state.range(0)));
  for (auto _ : state) {
    for (const std::string_view octets : {kMail, kRcpt, std::string_view("DATA\r\n")}) {
      Feed(session, octets);
    }
    Feed(session, body);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(OneCommandAtATime)->Arg(1024)->Arg(100 * 1024);

void EnvelopeAtOnce(benchmark::State& state) {
  const ServerSessionOptions options;
  ServerSession session(options);
  RunUntilInput(session);
  Feed(session, "EHLO load.example.net\r\n");
  const std::string envelope = std::string(kMail) + std::string(kRcpt) + "DATA\r\n";
  const std::string body = Body(static_cast<size_t>(state.range(0)));
  for (auto _ : state) {
    Feed(session, envelope);
    Feed(session, body);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(EnvelopeAtOnce)->Arg(1024);

void BodyAndNextEnvelopeAtOnce(benchmark::State& state) {
  const ServerSessionOptions options;
  ServerSession session(options);
  RunUntilInput(session);
  Feed(session, "EHLO load.example.net\r\n");
  const std::string envelope = std::string(kMail) + std::string(kRcpt) + "DATA\r\n";
  const std::string octets = Body(static_cast<size_t>(state.range(0))) + envelope;
  Feed(session, envelope);
  for (auto _ : state) Feed(session, octets);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BodyAndNextEnvelopeAtOnce)->Arg(1024);

}  // namespace
}  // namespace ringpost::smtp
