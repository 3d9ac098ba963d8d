#include "load/report/verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ringpost::load {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> Verdict(const Results& results) {
  std::vector<std::string> texts;
  for (const Statement& statement : VerdictOn(results)) texts.push_back(statement.text);
  return texts;
}

TEST(Verdict, IsGoodWhenAllWasAccepted) {
  EXPECT_THAT(Verdict({.messages = {.accepted = 5}}), ElementsAre("every message accepted"));
}

TEST(Verdict, IsBadWhenNothingWas) {
  EXPECT_THAT(Verdict({}), ElementsAre("nothing was accepted"));
  EXPECT_THAT(Verdict({.mode = Mode::kIdle}), ElementsAre("every connection held"));
}

TEST(Verdict, IsOfSessionsWhereThereAreNoMessages) {
  EXPECT_THAT(Verdict({.mode = Mode::kSessions, .sessions = SessionResults{.completed = 5}}),
              ElementsAre("every session completed"));
  EXPECT_THAT(Verdict({.mode = Mode::kSessions, .sessions = SessionResults{}}),
              ElementsAre("no session was completed"));
}

TEST(Verdict, TellsWhatWentWrong) {
  EXPECT_THAT(Verdict({.messages = {.accepted = 5, .refused = 1200, .failed = 2},
                       .connections = {.failed = 3, .dropped = 4}}),
              ElementsAre("1,200 refused", "2 without an answer", "3 connections failed",
                          "4 connections dropped"));
}

TEST(Verdict, TellsThatTheFiguresAreNotTheServers) {
  EXPECT_THAT(Verdict({.messages = {.accepted = 5}, .generator = {.was_bottleneck = true}}),
              ElementsAre("the generator was the bottleneck"));
}

TEST(Verdict, TellsWhatASearchFound) {
  EXPECT_THAT(Verdict({.messages = {.accepted = 5}, .find_max = FindMaxResults{1000, {}}}),
              ElementsAre("good up to 1,000/s", "every message accepted"));
  EXPECT_THAT(Verdict({.messages = {.accepted = 5}, .find_max = FindMaxResults{}}),
              ElementsAre("no rate that was tried was good enough"));
}

}  // namespace
}  // namespace ringpost::load
