#include "sink/fault.h"

#include <gtest/gtest.h>

#include "sink/provider_faults.h"

namespace ringpost::sink {
namespace {

Fault ParseOne(std::string_view text) {
  absl::StatusOr<std::vector<Fault>> faults = ParseFault(text);
  EXPECT_TRUE(faults.ok()) << faults.status();
  EXPECT_EQ(faults->size(), 1u);
  return std::move(faults->front());
}

FaultPlan PlanOf(const std::vector<std::string_view>& texts) {
  std::vector<Fault> faults;
  for (const std::string_view text : texts) faults.push_back(ParseOne(text));
  return FaultPlan(std::move(faults));
}

std::string Error(std::string_view text) {
  return std::string(ParseFault(text).status().message());
}

TEST(Fault, ReadsEachAction) {
  EXPECT_EQ(std::get<DelayReply>(ParseOne("rcpt:delay=200ms").action).length,
            absl::Milliseconds(200));
  const smtp::Reply reply =
      std::get<SayInstead>(ParseOne("mail:reply=451 4.7.1 Greylisted: later").action).reply;
  EXPECT_EQ(reply.code(), 451);
  EXPECT_EQ(reply.enhanced_status(), (smtp::EnhancedStatus{4, 7, 1}));
  EXPECT_EQ(reply.text(), "Greylisted: later");
  EXPECT_EQ(std::get<BreakOff>(ParseOne("data:drop").action).way, BreakOff::Way::kClose);
  EXPECT_EQ(std::get<BreakOff>(ParseOne("end:reset").action).way, BreakOff::Way::kReset);
  EXPECT_EQ(std::get<BreakOff>(ParseOne("hello:half-close").action).way, BreakOff::Way::kHalfClose);
  EXPECT_EQ(std::get<BreakOff>(ParseOne("connect:silence").action).way, BreakOff::Way::kSilence);
  EXPECT_EQ(std::get<BreakOff>(ParseOne("body:drop-after=10KiB").action).after_octets, 10240u);
  EXPECT_EQ(std::get<ReadSlowly>(ParseOne("body:slow-read=1KiB/s").action).octets_per_second,
            1024u);
}

TEST(Fault, ReadsProbabilityAndTimes) {
  const Fault fault = ParseOne("mail:reply=451 no: p=1 :p=0.25:times=3");
  EXPECT_EQ(fault.probability, 0.25);
  EXPECT_EQ(fault.times, 3u);
  EXPECT_EQ(std::get<SayInstead>(fault.action).reply.text(), "no: p=1 ");
  EXPECT_EQ(fault.text, "mail:reply=451 no: p=1 :p=0.25:times=3");
}

TEST(Fault, AReplyNeedsNoStatusAndNoText) {
  EXPECT_EQ(std::get<SayInstead>(ParseOne("end:reply=452").action).reply.text(), "");
  const smtp::Reply reply = std::get<SayInstead>(ParseOne("end:reply=452 4.2 x").action).reply;
  EXPECT_TRUE(reply.enhanced_status().is_none());
  EXPECT_EQ(reply.text(), "4.2 x");
  // A status of another class than the code's is text.
  EXPECT_EQ(std::get<SayInstead>(ParseOne("end:reply=452 5.2.2 x").action).reply.text(), "5.2.2 x");
}

TEST(Fault, RefusesWhatCannotBe) {
  for (const std::string_view text : {"",
                                      "rcpt",
                                      "somewhere:drop",
                                      "rcpt:",
                                      "rcpt:explode",
                                      "rcpt:delay=soon",
                                      "rcpt:reply=99 x",
                                      "rcpt:reply=abc",
                                      "rcpt:drop-after=1KiB",
                                      "body:slow-read=1KiB",
                                      "rcpt:slow-read=1KiB/s",
                                      "body:slow-read=0/s",
                                      "rcpt:drop:p=2",
                                      "rcpt:drop:p=x",
                                      "rcpt:drop:times=x",
                                      "body:explode-after=3",
                                      "connect:reply=250 fine",
                                      "data:reply=250 fine",
                                      "mail:reply=354 go",
                                      "provider=nobody"}) {
    EXPECT_FALSE(ParseFault(text).ok()) << text;
  }
  EXPECT_EQ(Error("rcpt:delay=soon"), "'soon': not a time such as 200ms");
  EXPECT_EQ(Error("provider=nobody"), "'nobody': not a provider; there are " + ProviderNames());
}

TEST(Fault, AProviderIsManyRepliesThatShareAProbability) {
  const std::vector<Fault> faults = ParseFault("provider=gmail:p=0.7").value();
  ASSERT_EQ(faults.size(), 7u);
  double sum = 0;
  for (const Fault& fault : faults) {
    const smtp::Reply& reply = std::get<SayInstead>(fault.action).reply;
    EXPECT_GE(reply.code(), 400);
    EXPECT_TRUE(fault.text.starts_with("gmail:")) << fault.text;
    sum += fault.probability;
  }
  EXPECT_NEAR(sum, 0.7, 1e-9);
}

TEST(Fault, EachProviderReplyCanBeWrittenAsAFault) {
  for (const std::string_view provider :
       {"gmail", "outlook", "yahoo", "icloud", "gmx", "postfix"}) {
    const absl::StatusOr<std::vector<Fault>> faults = ProviderFaults(provider, 1);
    ASSERT_TRUE(faults.ok()) << provider;
    for (const Fault& fault : *faults) {
      // "gmail:rcpt:450 4.2.1 ..." is "rcpt:reply=450 4.2.1 ..."
      std::string text = fault.text.substr(fault.text.find(':') + 1);
      text.insert(text.find(':') + 1, "reply=");
      const Fault same = ParseOne(text);
      EXPECT_EQ(same.point, fault.point);
      std::string wire;
      std::string same_wire;
      std::get<SayInstead>(fault.action).reply.AppendTo(wire);
      std::get<SayInstead>(same.action).reply.AppendTo(same_wire);
      EXPECT_EQ(same_wire, wire);
    }
  }
}

TEST(FaultPlan, WaitsWhenOneOfItsFaultsDoes) {
  EXPECT_FALSE(PlanOf({}).waits());
  EXPECT_FALSE(PlanOf({"mail:reply=451 x"}).waits());
  EXPECT_TRUE(PlanOf({"mail:reply=451 x", "rcpt:delay=1s"}).waits());
}

TEST(Strike, FollowsTheProbabilityAndRepeatsItselfFromASeed) {
  const FaultPlan plan = PlanOf({"rcpt:reply=450 x:p=0.3", "mail:drop"});
  const auto throw_many = [&plan](uint64_t seed) {
    Random random(seed);
    std::vector<uint64_t> struck(2);
    std::vector<bool> blows;
    for (int i = 0; i < 10000; ++i) {
      blows.push_back(Strike(plan, FaultPoint::kRcpt, random, struck).reply != nullptr);
    }
    EXPECT_NEAR(static_cast<double>(struck[0]), 3000, 300);
    EXPECT_EQ(struck[1], 0u);
    return blows;
  };
  EXPECT_EQ(throw_many(1), throw_many(1));
  EXPECT_NE(throw_many(1), throw_many(2));
}

TEST(Strike, IsCertainAtOneAndNeverAtZero) {
  const FaultPlan plan = PlanOf({"rcpt:delay=1s:p=0", "rcpt:delay=2s:p=1"});
  Random random(1);
  std::vector<uint64_t> struck(2);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(Strike(plan, FaultPoint::kRcpt, random, struck).delay, absl::Seconds(2));
  }
}

TEST(Strike, AddsUpToTheFirstThatEndsTheMatter) {
  const FaultPlan plan =
      PlanOf({"rcpt:delay=1s", "rcpt:delay=2s", "rcpt:reply=450 x", "rcpt:drop"});
  Random random(1);
  std::vector<uint64_t> struck(4);
  const Blow blow = Strike(plan, FaultPoint::kRcpt, random, struck);
  EXPECT_EQ(blow.delay, absl::Seconds(3));
  EXPECT_NE(blow.reply, nullptr);
  EXPECT_EQ(blow.break_off, nullptr);
  EXPECT_EQ(struck, (std::vector<uint64_t>{1, 1, 1, 0}));
}

TEST(Strike, StopsAfterSoManyTimes) {
  const FaultPlan plan = PlanOf({"rcpt:drop:times=2"});
  Random random(1);
  std::vector<uint64_t> struck(1);
  int count = 0;
  for (int i = 0; i < 10; ++i) {
    if (!Strike(plan, FaultPoint::kRcpt, random, struck).is_harmless()) ++count;
  }
  EXPECT_EQ(count, 2);
}

}  // namespace
}  // namespace ringpost::sink
