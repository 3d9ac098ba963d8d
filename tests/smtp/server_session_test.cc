#include "ringpost/smtp/server_session.h"

#include <gtest/gtest.h>

#include <string>

#include "ringpost/base/text.h"
#include "session_fixture.h"

namespace ringpost::smtp {
namespace {

constexpr Reply kNo = Reply::Fixed(550, {5, 7, 1}, "no");
constexpr Reply kLater = Reply::Fixed(451, {4, 3, 0}, "later");
constexpr Reply kDown = Reply::Fixed(421, {4, 3, 2}, "going down");

std::string Repeated(size_t count, std::string_view text) {
  std::string all;
  for (size_t i = 0; i < count; ++i) all += text;
  return all;
}

// "250 2.0.0, 250 2.0.0, ..."
std::string RepeatedCodes(size_t count, std::string_view code) {
  std::string all = Repeated(count, Concat(code, ", "));
  if (!all.empty()) all.resize(all.size() - 2);
  return all;
}

TEST_F(ServerSessionTest, Greets) {
  options.host_name = "mx.example";
  EXPECT_EQ(Send(""), "220 mx.example ESMTP Ringpost\r\n");
}

TEST_F(ServerSessionTest, GreetsBeforeItAnswersAnEarlyTalker) {
  EXPECT_EQ(Codes("NOOP\r\n"), "220, 250 2.0.0");
}

TEST_F(ServerSessionTest, GreetsAsTheApplicationSays) {
  verdicts.connection = Reply::Make(220, {}, "hello there");
  EXPECT_EQ(Send("NOOP\r\n"), "220 hello there\r\n250 2.0.0 OK\r\n");
}

TEST_F(ServerSessionTest, A421AsGreetingEndsTheSession) {
  verdicts.connection = kDown;
  EXPECT_EQ(Send("EHLO x\r\n"), "421 localhost going down\r\n");
  EXPECT_EQ(LastEvent(), "closed refused");
}

TEST_F(ServerSessionTest, ARefusedSessionWaitsForQuit) {
  verdicts.connection = Reply::Make(554, {}, "not you");
  EXPECT_EQ(Codes("EHLO x\r\nMAIL FROM:<a@b>\r\nNOOP\r\nXYZ\r\nAUTH PLAIN\r\nQUIT\r\n"),
            "554, 503, 503 5.5.1, 503 5.5.1, 503 5.5.1, 503 5.5.1, 221 2.0.0");
  EXPECT_EQ(LastEvent(), "closed refused");
}

TEST_F(ServerSessionTest, ARefusedSessionRunsNoOctetOfABdat) {
  verdicts.connection = Reply::Make(554, {}, "not you");
  EXPECT_EQ(Codes("BDAT 6 LAST\r\nQUIT\r\nQUIT\r\n"), "554, 503 5.5.1, 221 2.0.0");
}

TEST_F(ServerSessionTest, RefusesRecipientsOverTheLimit) {
  options.limits.recipients = 2;
  Greet();
  Send("MAIL FROM:<a@b>\r\n");
  EXPECT_EQ(Codes(Repeated(4, "RCPT TO:<a@b>\r\n") + "DATA\r\n"),
            "250 2.0.0, 250 2.0.0, 452 4.5.3, 452 4.5.3, 354");
}

TEST_F(ServerSessionTest, ARefusedRecipientTakesNoRoom) {
  options.limits.recipients = 2;
  verdicts.recipients = {{"no@b", kNo}};
  Greet();
  Send("MAIL FROM:<a@b>\r\n");
  EXPECT_EQ(Codes("RCPT TO:<a@b>\r\nRCPT TO:<no@b>\r\nRCPT TO:<c@b>\r\nRCPT TO:<d@b>\r\n"),
            "250 2.0.0, 550 5.7.1, 250 2.0.0, 452 4.5.3");
}

TEST_F(ServerSessionTest, RefusesRecipientsWithoutEnd) {
  verdicts.recipients = {{"later@b", kLater}};
  Greet();
  Send("MAIL FROM:<a@b>\r\n");
  const std::string thousand = Repeated(1000, "RCPT TO:<later@b>\r\n");
  EXPECT_TRUE(Codes(thousand) == RepeatedCodes(1000, "451 4.3.0"));
  EXPECT_TRUE(Codes(thousand) == RepeatedCodes(1000, "452 4.5.3"));
  EXPECT_EQ(Codes("RCPT TO:<later@b>\r\n"), "421 4.7.0");
}

TEST_F(ServerSessionTest, EndsAfterTooManyErrors) {
  options.limits.errors = 3;
  Greet();
  EXPECT_EQ(Codes(Repeated(5, "RCPT TO:<a@b>\r\n")), "503 5.5.1, 503 5.5.1, 503 5.5.1, 421 4.7.0");
  EXPECT_EQ(LastEvent(), "closed too-many-errors");
}

TEST_F(ServerSessionTest, AnAcceptedMessageForgivesErrors) {
  options.limits.errors = 2;
  OpenTransaction();
  EXPECT_EQ(Codes("MAIL FROM:<>\r\nMAIL FROM:<>\r\nDATA\r\nx\r\n.\r\nDATA\r\nDATA\r\nDATA\r\n"),
            "503 5.5.1, 503 5.5.1, 354, 250 2.0.0, 503 5.5.1, 503 5.5.1, 421 4.7.0");
  EXPECT_EQ(session().statistics().error_count, 4u);
}

TEST_F(ServerSessionTest, ErrorsOfTheApplicationCountToo) {
  options.limits.errors = 2;
  verdicts.recipients = {{"no@b", kNo}};
  Greet();
  Send("MAIL FROM:<a@b>\r\n");
  EXPECT_EQ(Codes(Repeated(4, "RCPT TO:<no@b>\r\n")), "550 5.7.1, 550 5.7.1, 421 4.7.0");
}

TEST_F(ServerSessionTest, EndsAfterTooManyUnknownCommands) {
  options.limits.unknown_commands = 2;
  Greet();
  EXPECT_EQ(Codes("X\r\nY\r\nZ\r\n"), "500 5.5.2, 500 5.5.2, 421 4.7.0");
}

TEST_F(ServerSessionTest, EndsAfterTooManyCommandsWithoutMail) {
  options.limits.idle_commands = 4;
  Greet();
  EXPECT_EQ(Codes("NOOP\r\nRSET\r\nVRFY x\r\nEHLO x\r\nNOOP\r\n"),
            "250 2.0.0, 250 2.0.0, 252 2.5.0, 250, 421 4.7.0");
}

TEST_F(ServerSessionTest, AnAcceptedMessageForgivesIdleCommands) {
  options.limits.idle_commands = 2;
  OpenTransaction();
  EXPECT_EQ(Codes("NOOP\r\nNOOP\r\nDATA\r\n.\r\nNOOP\r\nNOOP\r\nNOOP\r\n"),
            "250 2.0.0, 250 2.0.0, 354, 250 2.0.0, 250 2.0.0, 250 2.0.0, 421 4.7.0");
}

TEST_F(ServerSessionTest, EmptyChunksAndDeferredSendersAreIdleToo) {
  options.limits.idle_commands = 2;
  OpenTransaction();
  EXPECT_EQ(Codes(Repeated(3, "BDAT 0\r\n")), "250 2.0.0, 250 2.0.0, 421 4.7.0");
  EXPECT_EQ(Told("aborted protocol-error"), 1u);
}

TEST_F(ServerSessionTest, EndsAfterTooManyMessages) {
  options.limits.messages = 1;
  StartData();
  EXPECT_EQ(Codes(".\r\nMAIL FROM:<a@b>\r\n"), "250 2.0.0, 421 4.7.0");
  EXPECT_EQ(LastEvent(), "closed too-many-messages");
}

TEST_F(ServerSessionTest, AnswersWholeCommandsBeforeTheEndOfInput) {
  Greet();
  EXPECT_EQ(Codes("NOOP\r\nQUI"), "250 2.0.0");
  EXPECT_EQ(driver().EndInput(), "");
  EXPECT_EQ(LastEvent(), "closed disconnected");
}

TEST_F(ServerSessionTest, ADisconnectedBodyIsAborted) {
  StartData();
  Send("text\r\n.\r");
  driver().EndInput();
  EXPECT_EQ(Told("aborted disconnected"), 1u);
  EXPECT_EQ(LastEvent(), "closed disconnected");
}

TEST_F(ServerSessionTest, ADisconnectedRefusedBodyIsNotAbortedAgain) {
  StartData();
  Send("te\nxt\r\n");
  driver().EndInput();
  EXPECT_EQ(Told("aborted bare-line-ending"), 1u);
  EXPECT_EQ(Told("aborted disconnected"), 0u);
}

TEST_F(ServerSessionTest, ADisconnectionBetweenChunksAborts) {
  OpenTransaction();
  Send("BDAT 2\r\nab");
  driver().EndInput();
  EXPECT_EQ(Told("aborted disconnected"), 1u);
}

TEST_F(ServerSessionTest, CloseAnswersNothingPending) {
  Greet();
  session().Receive("NOOP\r\nNOOP\r\n");
  session().Close(kDown, CloseReason::kShutdown);
  EXPECT_EQ(CodesOf(driver().Run()), "421 4.3.2");
  EXPECT_EQ(LastEvent(), "closed shutdown");
}

TEST_F(ServerSessionTest, CloseAbortsAnOpenBody) {
  StartData();
  Send("text\r\n");
  session().Close(kDown, CloseReason::kTimeout);
  EXPECT_EQ(CodesOf(driver().Run()), "421 4.3.2");
  EXPECT_EQ(Told("aborted timeout"), 1u);
}

TEST_F(ServerSessionTest, CloseMayComeInsteadOfAnAnswer) {
  ServerSession session(options);
  EXPECT_TRUE(std::holds_alternative<ConnectionOpened>(session.Next()));
  session.Close(kDown, CloseReason::kShutdown);
  EXPECT_TRUE(std::holds_alternative<SessionClosed>(session.Next()));
  EXPECT_EQ(session.output(), "421 4.3.2 localhost going down\r\n");
}

TEST_F(ServerSessionTest, CloseInsteadOfTheAnswerToAMessageIsNoAbort) {
  ServerSession session(options);
  session.Receive("EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\n.\r\n");
  const Reply ok = Reply::Make(250, {}, "");
  session.Next();
  session.AnswerConnection({});
  session.Next();
  session.AnswerHello({});
  session.Next();
  session.AnswerSender(ok);
  session.Next();
  session.AnswerRecipients({&ok, 1});
  session.Next();
  session.AnswerMessageStart({});
  EXPECT_TRUE(std::holds_alternative<MessageEnded>(session.Next()));
  session.Close(kLater, CloseReason::kTimeout);
  EXPECT_TRUE(std::holds_alternative<SessionClosed>(session.Next()));
}

TEST_F(ServerSessionTest, ClosesAgainAndAgain) {
  Greet();
  Send("QUIT\r\n");
  EXPECT_EQ(std::get<SessionClosed>(session().Next()).reason, CloseReason::kQuit);
  session().EndInput();
  session().Close(kDown, CloseReason::kTimeout);
  EXPECT_EQ(std::get<SessionClosed>(session().Next()).reason, CloseReason::kQuit);
  EXPECT_EQ(session().output(), "");
}

TEST_F(ServerSessionTest, A421OfTheApplicationEndsTheSession) {
  verdicts.sender = kDown;
  Greet();
  EXPECT_EQ(Codes("MAIL FROM:<a@b>\r\nNOOP\r\n"), "421 4.3.2");
  EXPECT_EQ(LastEvent(), "closed refused");
}

TEST_F(ServerSessionTest, TellsWhatItWaitsFor) {
  Send("");
  EXPECT_EQ(session().waiting(), Waiting::kFirstCommand);
  Send("EHLO x\r\n");
  EXPECT_EQ(session().waiting(), Waiting::kCommand);
  Send("MAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\n");
  EXPECT_EQ(session().waiting(), Waiting::kDataBlock);
  Send("x\r\n.\r\n");
  EXPECT_EQ(session().waiting(), Waiting::kCommand);
  Send("BDAT 5\r\nx");
  EXPECT_EQ(session().waiting(), Waiting::kDataBlock);
}

TEST_F(ServerSessionTest, TellsWhetherATransactionIsOpen) {
  Greet();
  EXPECT_FALSE(session().in_transaction());
  Send("MAIL FROM:<>\r\n");
  EXPECT_TRUE(session().in_transaction());
  Send("RCPT TO:<a@b>\r\nDATA\r\nx\r\n");
  EXPECT_TRUE(session().in_transaction());
  Send(".\r\n");
  EXPECT_FALSE(session().in_transaction());
}

TEST_F(ServerSessionTest, NewOptionsHoldFromTheNextCommand) {
  Greet();
  ServerSessionOptions other = options;
  other.limits.message_octets = 10;
  session().UseOptions(other);
  EXPECT_EQ(Codes("MAIL FROM:<> SIZE=11\r\n"), "552 5.3.4");
}

TEST_F(ServerSessionTest, CountsWhatItDoes) {
  StartData();
  Send("x\r\n.\r\nBAD\r\n");
  EXPECT_EQ(session().statistics().command_count, 5u);
  EXPECT_EQ(session().statistics().error_count, 1u);
}

TEST(ServerSessionSize, AnIdleSessionIsSmall) { EXPECT_LT(sizeof(ServerSession), 700u); }

TEST(ServerSessionDeathTest, CallsOutOfTurnAreBugs) {
  const ServerSessionOptions options;
  ServerSession session(options);
  EXPECT_DEATH(session.AnswerHello({}), "another event");
  EXPECT_DEATH(session.envelope(), "no transaction");
  EXPECT_DEATH(session.RefuseMessage(kNo, AbortReason::kRefusedByFilter), "no message");
  session.Next();
  EXPECT_DEATH(session.Next(), "before the event was answered");
}

}  // namespace
}  // namespace ringpost::smtp
