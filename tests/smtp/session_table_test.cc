#include "ringpost/smtp/session_table.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

namespace ringpost::smtp {
namespace {

using enum SessionState;

TEST(SessionTable, EveryVerbHasItsRowAndName) {
  for (const CommandRule& rule : SessionTable()) {
    EXPECT_EQ(&RuleOf(rule.verb), &rule) << rule.name;
    EXPECT_EQ(LookUpVerb(rule.name), rule.verb) << rule.name;
  }
}

TEST(SessionTable, OnlyQuitRunsInARefusedSession) {
  for (const CommandRule& rule : SessionTable()) {
    EXPECT_EQ(LegalityOf(rule, kRefused) == Legality::kRuns, rule.verb == Verb::kQuit) << rule.name;
  }
}

// RFC 5321 §4.1.4: these may come at any time, before HELO too.
TEST(SessionTable, CommandsWithoutMailRunInAnyOtherState) {
  for (const Verb verb :
       {Verb::kRset, Verb::kNoop, Verb::kVrfy, Verb::kExpn, Verb::kHelp, Verb::kQuit}) {
    for (const SessionState state : {kStart, kReady, kMail, kRecipients, kChunks}) {
      EXPECT_EQ(LegalityOf(RuleOf(verb), state), Legality::kRuns);
    }
  }
}

TEST(SessionTable, OnlyAHelloLeadsOutOfTheStart) {
  for (const CommandRule& rule : SessionTable()) {
    EXPECT_EQ(StateAfter(rule, kStart), IsHello(rule.verb) ? kReady : kStart) << rule.name;
  }
}

// RFC 3207 §4: all but these get 530 where TLS is demanded.
TEST(SessionTable, OnlyWhatLeadsToTlsRunsWhereItIsDemanded) {
  for (const CommandRule& rule : SessionTable()) {
    const bool leads_there = rule.verb == Verb::kEhlo || rule.verb == Verb::kLhlo ||
                             rule.verb == Verb::kStartTls || rule.verb == Verb::kNoop ||
                             rule.verb == Verb::kQuit;
    for (const SessionState state : {kStart, kReady, kMail, kRecipients, kChunks}) {
      EXPECT_EQ(LegalityOf(rule, state, {.tls = true}) == Legality::kNeedsTls, !leads_there)
          << rule.name;
    }
  }
}

// RFC 4954 §6, and HELP, which tells nothing that needs a login.
TEST(SessionTable, OnlyWhatLeadsToALoginRunsWhereItIsDemanded) {
  for (const CommandRule& rule : SessionTable()) {
    const bool needs_login = rule.verb == Verb::kMail || rule.verb == Verb::kRcpt ||
                             rule.verb == Verb::kData || rule.verb == Verb::kBdat ||
                             rule.verb == Verb::kVrfy || rule.verb == Verb::kExpn;
    EXPECT_EQ(LegalityOf(rule, kReady, {.authentication = true}) == Legality::kNeedsAuthentication,
              needs_login)
        << rule.name;
  }
}

TEST(SessionTable, TellsFirstWhatComesFirst) {
  const MissingProtection both{.tls = true, .authentication = true};
  const CommandRule& mail = RuleOf(Verb::kMail);
  EXPECT_EQ(LegalityOf(mail, kRefused, both), Legality::kRefusedSession);
  EXPECT_EQ(LegalityOf(mail, kStart, both), Legality::kNeedsTls);
  EXPECT_EQ(LegalityOf(mail, kStart, {.authentication = true}), Legality::kNeedsHello);
  EXPECT_EQ(LegalityOf(mail, kReady, {.authentication = true}), Legality::kNeedsAuthentication);
  EXPECT_EQ(LegalityOf(mail, kReady), Legality::kRuns);
}

TEST(SessionTable, StartTlsLeadsBackToTheStart) {
  EXPECT_EQ(StateAfter(RuleOf(Verb::kStartTls), kReady), kStart);
  EXPECT_EQ(StateAfter(RuleOf(Verb::kAuth), kReady), kReady);
}

TEST(SessionTable, ATransactionGoesThroughItsStates) {
  EXPECT_EQ(StateAfter(RuleOf(Verb::kMail), kReady), kMail);
  EXPECT_EQ(StateAfter(RuleOf(Verb::kRcpt), kMail), kRecipients);
  EXPECT_EQ(StateAfter(RuleOf(Verb::kData), kRecipients), kReady);
  EXPECT_EQ(StateAfter(RuleOf(Verb::kBdat), kRecipients), kChunks);
  EXPECT_EQ(StateAfter(RuleOf(Verb::kRset), kChunks), kReady);
  EXPECT_EQ(StateAfter(RuleOf(Verb::kNoop), kChunks), kChunks);
}

std::string_view CellText(Legality legality) {
  switch (legality) {
    case Legality::kRuns:
      return "runs";
    case Legality::kRefusedSession:
      return "503 refused";
    case Legality::kNeedsHello:
      return "503 hello first";
    case Legality::kNeedsMail:
      return "503 MAIL first";
    case Legality::kNeedsRecipient:
      return "503 or 554 RCPT first";
    case Legality::kNested:
      return "503 nested";
    case Legality::kInsideChunks:
      return "503 between chunks";
    case Legality::kNeedsTls:
    case Legality::kNeedsAuthentication:
      break;  // no cell, but columns
  }
  return "";
}

// The table as docs/session-table.md shows it.
std::string TableAsMarkdown() {
  std::ostringstream out;
  out << "| command | needs TLS | needs AUTH | refused | start | ready | mail | recipients | "
         "chunks "
         "| then |\n"
      << "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n";
  for (const CommandRule& rule : SessionTable()) {
    out << "| " << rule.name << " | " << (rule.needs_tls ? "yes" : "no") << " | "
        << (rule.needs_authentication ? "yes" : "no") << " |";
    for (const SessionState state : {kRefused, kStart, kReady, kMail, kRecipients, kChunks}) {
      out << ' ' << CellText(LegalityOf(rule, state)) << " |";
    }
    const SessionState next = StateAfter(rule, kReady);
    out << ' '
        << (StateAfter(rule, kMail) == kMail && next == kReady ? "as before"
                                                               : SessionStateName(next))
        << " |\n";
  }
  return out.str();
}

TEST(SessionTable, TheDocumentationIsUpToDate) {
  std::ifstream file(RINGPOST_SOURCE_FOLDER "/docs/session-table.md");
  ASSERT_TRUE(file) << "docs/session-table.md is missing";
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_NE(text.str().find(TableAsMarkdown()), std::string::npos)
      << "docs/session-table.md is stale; its table has to be:\n"
      << TableAsMarkdown();
}

TEST(SessionTableDeathTest, HasNoRowForAnUnknownVerb) {
  EXPECT_DEATH(RuleOf(Verb::kUnknown), "a verb without a rule");
}

}  // namespace
}  // namespace ringpost::smtp
