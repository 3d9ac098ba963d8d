#include "load/generator.h"

#include <algorithm>
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "load_world.h"
#include "ringpost/base/text.h"

namespace ringpost::load {
namespace {

using ::testing::ElementsAre;
using Deed = Answer::Deed;

constexpr Phase kDialogPhases[] = {Phase::kBanner, Phase::kEhlo, Phase::kMail,
                                   Phase::kRcpt,   Phase::kData, Phase::kBody};

// Does `answer` the first time that the server is at `phase`.
auto AtFirst(Phase phase, Answer answer) {
  return [phase, answer](Phase at, uint64_t count) -> std::optional<Answer> {
    if (at != phase || count != 1) return std::nullopt;
    return answer;
  };
}

double Milliseconds(int64_t nanoseconds) { return static_cast<double>(nanoseconds) / 1e6; }

TEST(Generator, SendsAMessageAndQuits) {
  LoadWorld world;
  world.messages = {{MakeMessage("Subject: a\r\n\r\n.dot\r\n")}};
  const Results results = world.Run();
  EXPECT_THAT(world.commands, ElementsAre("EHLO localhost", "MAIL FROM:<sender@localhost>",
                                          "RCPT TO:<recipient@localhost>", "DATA", "QUIT"));
  EXPECT_THAT(world.bodies, ElementsAre("Subject: a\r\n\r\n..dot\r\n"));
  EXPECT_EQ(results.messages.accepted, 1u);
  EXPECT_EQ(results.messages.octets, 20u);
  EXPECT_EQ(results.connections.opened, 1u);
  EXPECT_EQ(results.connections.failed + results.connections.dropped, 0u);
  EXPECT_TRUE(results.errors.empty());
  EXPECT_EQ(CountReplies(results, Phase::kQuit, 221), 1u);
  for (const Phase phase : kDialogPhases) {
    ASSERT_NE(FindLatency(results, phase), nullptr) << Name(phase);
    EXPECT_EQ(FindLatency(results, phase)->count(), 1u) << Name(phase);
  }
  EXPECT_EQ(world.window_begin_count, 1);
  EXPECT_EQ(world.window_end_count, 1);
}

TEST(Generator, EveryPipeliningDeliversTheSame) {
  for (const bool uses_bdat : {false, true}) {
    for (const Pipelining pipelining :
         {Pipelining::kNone, Pipelining::kWithin, Pipelining::kAcross}) {
      if (uses_bdat && pipelining == Pipelining::kAcross) continue;
      LoadWorld world;
      world.options.message_limit = 50;
      world.options.connection_count = 3;
      world.options.dialog.pipelining = pipelining;
      world.options.dialog.uses_bdat = uses_bdat;
      world.options.dialog.recipient_count = 2;
      world.options.sizes = *ParseSizes("100:50,2KiB:30,80KiB:20");
      world.run_id = "run";
      const Results results = world.Run();
      EXPECT_EQ(results.messages.accepted, 50u);
      ASSERT_EQ(world.bodies.size(), 50u);
      std::set<std::string> ids;
      for (const std::string& body : world.bodies) {
        EXPECT_TRUE(body.starts_with("X-Ringpost-Load-Id: run-"));
        EXPECT_TRUE(body.ends_with("\r\n"));
        ids.insert(body.substr(0, body.find('\r')));
      }
      EXPECT_EQ(ids.size(), 50u);
      EXPECT_EQ(FindLatency(results, Phase::kRcpt)->count(), 100u);
    }
  }
}

TEST(Generator, ARefusalAtEachPhaseIsCounted) {
  for (const Pipelining pipelining :
       {Pipelining::kNone, Pipelining::kWithin, Pipelining::kAcross}) {
    for (const Phase phase : {Phase::kMail, Phase::kRcpt, Phase::kBody}) {
      for (const int code : {450, 550}) {
        LoadWorld world;
        world.options.message_limit = 3;
        world.options.dialog.pipelining = pipelining;
        world.answers = AtFirst(phase, {.text = Concat(code, " 5.0.0 no\r\n")});
        const Results results = world.Run();
        SCOPED_TRACE(Name(phase));
        EXPECT_EQ(results.messages.accepted, 2u);
        EXPECT_EQ(results.messages.refused, 1u);
        EXPECT_EQ(CountReplies(results, phase, code), 1u);
        EXPECT_EQ(world.connection_count, 1u);
      }
    }
  }
}

TEST(Generator, ARefusedDataIsReset) {
  LoadWorld world;
  world.options.message_limit = 2;
  world.answers = AtFirst(Phase::kData, {.text = "451 4.3.0 not now\r\n"});
  const Results results = world.Run();
  EXPECT_EQ(results.messages.refused, 1u);
  EXPECT_EQ(results.messages.accepted, 1u);
  EXPECT_EQ(CountReplies(results, Phase::kReset, 250), 1u);
}

TEST(Generator, TheSampleIsTheFirstText) {
  LoadWorld world;
  world.options.message_limit = 2;
  world.answers = AtFirst(Phase::kRcpt, {.text = "550-5.1.1 no\r\n550 5.1.1 such \x01 user\r\n"});
  const Results results = world.Run();
  const auto found = std::find_if(results.replies.begin(), results.replies.end(),
                                  [](const ReplyResult& reply) { return reply.code == 550; });
  ASSERT_NE(found, results.replies.end());
  EXPECT_EQ(found->sample, "5.1.1 such ? user");
}

TEST(Generator, EachWayToLoseAConnectionIsToldWithItsPhase) {
  const std::pair<Answer, ErrorKind> ways[] = {
      {{.deed = Deed::kClose}, ErrorKind::kClosedEarly},
      {{.deed = Deed::kReset}, ErrorKind::kReset},
      {{.deed = Deed::kSilence}, ErrorKind::kTimedOut},
      {{.deed = Deed::kReply, .text = "hello\r\n"}, ErrorKind::kMalformedReply}};
  for (const auto& [answer, kind] : ways) {
    for (const Phase phase : kDialogPhases) {
      LoadWorld world;
      world.options.message_limit = 2;
      world.answers = AtFirst(phase, answer);
      const Results results = world.Run();
      SCOPED_TRACE(Concat(Name(kind), " at ", Name(phase)));
      const bool is_in_message = phase != Phase::kBanner && phase != Phase::kEhlo;
      EXPECT_EQ(CountErrors(results, kind, phase), 1u);
      EXPECT_EQ(results.errors.size(), 1u);
      EXPECT_EQ(results.messages.failed, is_in_message ? 1u : 0u);
      EXPECT_EQ(results.messages.accepted, is_in_message ? 1u : 2u);
      EXPECT_EQ(results.connections.failed, is_in_message ? 0u : 1u);
      EXPECT_EQ(results.connections.dropped, is_in_message ? 1u : 0u);
      EXPECT_EQ(world.connection_count, 2u);
    }
  }
}

TEST(Generator, ARefusedGreetingIsTriedAgainWithPatience) {
  LoadWorld world;
  world.answers = [](Phase phase, uint64_t count) -> std::optional<Answer> {
    if (phase != Phase::kBanner || count > 4) return std::nullopt;
    return Answer{.text = "421 busy\r\n"};
  };
  const Results results = world.Run();
  EXPECT_EQ(CountReplies(results, Phase::kBanner, 421), 4u);
  EXPECT_EQ(results.connections.failed, 4u);
  EXPECT_EQ(results.messages.accepted, 1u);
  EXPECT_GE(world.elapsed(), absl::Milliseconds(10 + 20 + 40 + 80));
}

TEST(Generator, WhereNobodyListensTheRunFails) {
  LoadWorld world;
  world.listens = false;
  world.Run();
  EXPECT_TRUE(absl::IsUnavailable(world.control.status()));
  EXPECT_NE(world.control.status().message().find("smtp://192.0.2.1:25"), std::string::npos);
}

TEST(Generator, WhatIsNotOfferedFailsTheRun) {
  LoadWorld world;
  world.extensions = {};
  world.options.dialog.pipelining = Pipelining::kWithin;
  world.Run();
  EXPECT_TRUE(absl::IsFailedPrecondition(world.control.status()));
  EXPECT_NE(world.control.status().message().find("PIPELINING"), std::string::npos);
  EXPECT_TRUE(world.bodies.empty());
}

TEST(Generator, AConnectionForEachMessage) {
  LoadWorld world;
  world.options.message_limit = 5;
  world.options.messages_per_connection = 1;
  const Results results = world.Run();
  EXPECT_EQ(world.connection_count, 5u);
  EXPECT_EQ(results.messages.accepted, 5u);
  EXPECT_EQ(std::count(world.commands.begin(), world.commands.end(), "QUIT"), 5);
}

TEST(Generator, LmtpSaysLhlo) {
  LoadWorld world;
  world.options.target.is_lmtp = true;
  world.options.dialog.recipient_count = 3;
  const Results results = world.Run();
  EXPECT_EQ(world.commands.front(), "LHLO localhost");
  EXPECT_EQ(CountReplies(results, Phase::kBody, 250), 3u);
  EXPECT_EQ(results.messages.accepted, 1u);
}

TEST(Generator, TheWarmUpIsInNoFigure) {
  LoadWorld world;
  world.options.message_limit = 1'000'000;
  world.options.warm_up = absl::Seconds(1);
  world.options.duration = absl::Seconds(1);
  world.service_time = absl::Milliseconds(20);
  const Results results = world.Run();
  EXPECT_EQ(results.duration, absl::Seconds(1));
  const auto in_window = static_cast<double>(results.messages.accepted);
  EXPECT_NEAR(in_window, static_cast<double>(world.arrivals.size()) / 2, 3);
  EXPECT_EQ(results.connections.opened, 1u);  // though it was in the warm-up
  EXPECT_EQ(FindLatency(results, Phase::kMessage)->count(), results.messages.accepted);
}

TEST(Generator, StopEndsTheWindowAndFinishesWhatIsUnderWay) {
  LoadWorld world;
  world.options.message_limit = 1'000'000;
  world.options.connection_count = 4;
  world.service_time = absl::Milliseconds(1);
  world.answers = [&world](Phase phase, uint64_t count) -> std::optional<Answer> {
    if (phase == Phase::kBody && count == 100) world.control.Stop();
    return std::nullopt;
  };
  const Results results = world.Run();
  EXPECT_TRUE(world.control.status().ok());
  EXPECT_LT(results.duration, absl::Seconds(2));
  EXPECT_GE(results.messages.accepted, 95u);
  EXPECT_EQ(std::count(world.commands.begin(), world.commands.end(), "QUIT"), 4);
  EXPECT_EQ(results.connections.dropped, 0u);
}

// --- Open loop
// ------------------------------------------------------------------------------------

TEST(Generator, AnOpenLoopKeepsItsRate) {
  LoadWorld world;
  world.options.message_limit = 1'000'000;
  world.options.connection_count = 5;
  world.options.rate_per_second = 500;
  world.options.warm_up = absl::Milliseconds(100);
  world.options.duration = absl::Seconds(4);
  const Results results = world.Run();
  EXPECT_EQ(results.messages.accepted, 2000u);
  EXPECT_EQ(results.messages.unfinished, 0u);
  for (size_t i = 1; i < world.arrivals.size(); ++i) {
    const absl::Duration gap = world.arrivals[i] - world.arrivals[i - 1];
    ASSERT_NEAR(absl::ToDoubleMilliseconds(gap), 2, 1.1);
  }
}

// A server that stalls for a second: each message that was due in it counts from when it was due.
TEST(Generator, AStallIsInTheLatencyOfEveryMessageThatWasDue) {
  LoadWorld world;
  world.options.message_limit = 1'000'000;
  world.options.connection_count = 2;
  world.options.rate_per_second = 100;
  world.options.duration = absl::Seconds(4);
  world.options.timeout = absl::Seconds(5);
  world.stall_start = absl::Seconds(1);
  world.stall_end = absl::Seconds(2);
  const Results results = world.Run();
  EXPECT_EQ(results.messages.accepted, 400u);
  const Histogram& latency = *FindLatency(results, Phase::kMessage);
  EXPECT_EQ(latency.count(), 400u);
  // 100 of 400 were due in the stall, and waited for what was left of it: half a second on average.
  EXPECT_NEAR(Milliseconds(latency.largest()), 1000, 30);
  EXPECT_LT(Milliseconds(latency.ValueAtQuantile(0.74)), 30);
  EXPECT_NEAR(Milliseconds(latency.ValueAtQuantile(0.875)), 500, 50);
  EXPECT_NEAR(latency.mean() / 1e6, 125, 15);
}

TEST(Generator, WhatIsOverdueAtTheEndIsToldWithItsWait) {
  LoadWorld world;
  world.options.message_limit = 1'000'000;
  world.options.rate_per_second = 100;
  world.options.duration = absl::Seconds(2);
  world.options.timeout = absl::Seconds(9);
  world.stall_start = absl::Seconds(1);
  world.stall_end = absl::Seconds(4);
  const Results results = world.Run();
  EXPECT_NEAR(static_cast<double>(results.messages.unfinished), 99, 2);
  const Histogram& latency = *FindLatency(results, Phase::kMessage);
  EXPECT_EQ(latency.count(), 200u);
  EXPECT_GT(Milliseconds(latency.ValueAtQuantile(0.99)), 900);
}

// All connections end while they are free, and new ones take their place.
TEST(Generator, AConnectionThatEndsBetweenMessagesIsReplaced) {
  for (const absl::Duration duration : {absl::Milliseconds(1995), absl::Seconds(2)}) {
    LoadWorld world;
    world.options.message_limit = 1'000'000;
    world.options.connection_count = 3;
    world.options.rate_per_second = 100;
    world.options.duration = duration;
    world.answers = [](Phase phase, uint64_t count) -> std::optional<Answer> {
      if (phase != Phase::kBody || count % 10 != 0) return std::nullopt;
      return Answer{.deed = Deed::kReplyAndClose, .text = "250 and good bye\r\n"};
    };
    const Results results = world.Run();
    EXPECT_EQ(results.messages.accepted, 200u);
    EXPECT_EQ(results.messages.failed, 0u);
    EXPECT_NEAR(static_cast<double>(CountErrors(results, ErrorKind::kClosedEarly, Phase::kMail)),
                20, 1);
    EXPECT_EQ(world.connection_count, results.connections.dropped + 3);
  }
}

TEST(Generator, TheRateGrowsInTheRamp) {
  LoadWorld world;
  world.options.message_limit = 1'000'000;
  world.options.connection_count = 4;
  world.options.rate_per_second = 200;
  world.options.ramp_up = absl::Seconds(4);
  world.options.duration = absl::Seconds(1);
  const Results results = world.Run();
  const auto before = [&](absl::Duration end) {
    return std::count_if(world.arrivals.begin(), world.arrivals.end(),
                         [end](absl::Duration at) { return at < end; });
  };
  EXPECT_NEAR(static_cast<double>(before(absl::Seconds(2))), 100, 3);
  EXPECT_NEAR(static_cast<double>(before(absl::Seconds(4))), 400, 3);
  EXPECT_EQ(results.messages.accepted, 200u);
}

TEST(Generator, ConnectionsAreOpenedOverTheRamp) {
  LoadWorld world;
  world.options.message_limit = 1'000'000;
  world.options.connection_count = 10;
  world.options.ramp_up = absl::Seconds(1);
  world.options.duration = absl::Milliseconds(400);
  world.options.think.mean = absl::Milliseconds(50);
  world.Run();
  ASSERT_FALSE(world.intervals.empty());
  uint64_t last = 0;
  for (const auto& interval : world.intervals) {
    if (interval->tick > 0) break;
    EXPECT_GE(interval->open_connections, last);
    last = interval->open_connections;
  }
  EXPECT_LE(world.intervals.front()->open_connections, 2u);
  EXPECT_EQ(last, 10u);
}

TEST(Generator, ThinkTimeLiesBetweenMessages) {
  LoadWorld world;
  world.options.message_limit = 10;
  world.options.think.mean = absl::Milliseconds(100);
  world.Run();
  ASSERT_EQ(world.arrivals.size(), 10u);
  for (size_t i = 1; i < 10; ++i) {
    EXPECT_NEAR(absl::ToDoubleMilliseconds(world.arrivals[i] - world.arrivals[i - 1]), 100, 2);
  }
}

TEST(Generator, AnExponentialThinkTimeHasItsMeanAndRepeatsBySeed) {
  std::vector<absl::Duration> first;
  for (const uint64_t seed : {1u, 1u, 2u}) {
    LoadWorld world(seed);
    world.options.message_limit = 2000;
    world.options.duration = absl::Hours(1);
    world.options.think = {.mean = absl::Milliseconds(100), .is_exponential = true};
    world.Run();
    EXPECT_NEAR(absl::ToDoubleSeconds(world.elapsed()), 200, 20);
    if (first.empty()) {
      first = world.arrivals;
    } else {
      EXPECT_EQ(first == world.arrivals, seed == 1);
    }
  }
}

TEST(Generator, ASlowClientTakesItsTimeForABody) {
  LoadWorld world;
  world.options.sizes = {{.octets = 5000}};
  world.options.slow_client_count = 1;
  world.options.slow_octets_per_second = 1000;
  const Results results = world.Run();
  EXPECT_EQ(results.messages.accepted, 1u);
  EXPECT_NEAR(absl::ToDoubleSeconds(world.elapsed()), 5, 0.2);
}

TEST(Generator, IdleConnectionsAreHeldAndSendNothing) {
  LoadWorld world;
  world.options.connection_count = 300;
  world.options.idle_hold = absl::Seconds(3);
  const Results results = world.Run();
  EXPECT_EQ(world.connection_count, 300u);
  EXPECT_EQ(results.connections.opened, 300u);
  EXPECT_EQ(results.duration, absl::Seconds(3));
  EXPECT_TRUE(world.bodies.empty());
  EXPECT_EQ(std::count(world.commands.begin(), world.commands.end(), "QUIT"), 300);
}

TEST(Generator, ProgressIsReportedEveryTick) {
  LoadWorld world;
  world.options.message_limit = 1'000'000;
  world.options.warm_up = absl::Milliseconds(400);
  world.options.duration = absl::Seconds(1);
  world.service_time = absl::Milliseconds(10);
  const Results results = world.Run();
  std::vector<int64_t> ticks;
  uint64_t message_count = 0;
  for (const auto& interval : world.intervals) {
    ticks.push_back(interval->tick);
    message_count += interval->messages.count();
  }
  EXPECT_THAT(ticks, ElementsAre(-2, -1, 0, 1, 2, 3, 4, 5));
  EXPECT_EQ(message_count, results.messages.accepted);
  EXPECT_EQ(world.intervals.back()->counts.accepted, results.messages.accepted);
}

// --- What an audit is told
// ------------------------------------------------------------------------

class Recorder final : public AcceptanceObserver {
 public:
  void OnSent(const SentMessage& message) override {
    Append(log, "sent ", message.number, " ", message.content_octets, "\n");
    digest = message.content_digest;
  }
  void OnAccepted(uint64_t number, uint64_t recipient_count, std::string_view text) override {
    Append(log, "accepted ", number, " ", recipient_count, " ", text, "\n");
  }
  void OnRefused(uint64_t number, int code) override {
    Append(log, "refused ", number, " ", code, "\n");
  }
  void OnUnknown(uint64_t number) override { Append(log, "unknown ", number, "\n"); }

  std::string log;
  uint64_t digest = 0;
};

TEST(Generator, TheObserverHearsOfEachMessage) {
  LoadWorld world;
  Recorder recorder;
  world.observer = &recorder;
  world.run_id = "abc";
  world.messages = {{MakeMessage("Subject: a\r\n")}};
  world.options.message_limit = 3;
  world.answers = [](Phase phase, uint64_t count) -> std::optional<Answer> {
    if (phase == Phase::kBody && count == 2) return Answer{.text = "554 no\r\n"};
    if (phase == Phase::kBody && count == 3) return Answer{.deed = Deed::kClose};
    return std::nullopt;
  };
  world.Run();
  EXPECT_EQ(recorder.log,
            "sent 1 12\naccepted 1 1 2.0.0 kept\n"
            "sent 2 12\nrefused 2 554\n"
            "sent 3 12\nunknown 3\n");
  EXPECT_EQ(recorder.digest, ContentDigest("Subject: a\r\n"));
  EXPECT_EQ(world.bodies.front(), "X-Ringpost-Load-Id: abc-1\r\nSubject: a\r\n");
}

}  // namespace
}  // namespace ringpost::load
