#include "ringpost/smtp/server_session.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

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

// --- The greeting
// -----------------------------------------------------------------------------------

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

// --- Hello
// ------------------------------------------------------------------------------------------

TEST_F(ServerSessionTest, ListsItsExtensions) {
  options.host_name = "mx.example";
  options.limits.message_octets = 1000;
  Send("");
  EXPECT_EQ(Send("EHLO client.example\r\n"),
            "250-mx.example\r\n"
            "250-PIPELINING\r\n"
            "250-SIZE 1000\r\n"
            "250-8BITMIME\r\n"
            "250-ENHANCEDSTATUSCODES\r\n"
            "250-CHUNKING\r\n"
            "250-BINARYMIME\r\n"
            "250-SMTPUTF8\r\n"
            "250-DSN\r\n"
            "250 LIMITS RCPTMAX=1000\r\n");
}

TEST_F(ServerSessionTest, ListsOnlyWhatIsOffered) {
  options.capabilities = {.size = false,
                          .eight_bit_mime = false,
                          .smtputf8 = false,
                          .chunking = false,
                          .binary_mime = false,
                          .dsn = false,
                          .limits = false};
  Send("");
  EXPECT_EQ(Send("EHLO x\r\n"), "250-localhost\r\n250-PIPELINING\r\n250 ENHANCEDSTATUSCODES\r\n");
}

TEST_F(ServerSessionTest, ListsNoExtensionWithoutTheOneItNeeds) {
  options.capabilities.chunking = false;
  options.capabilities.eight_bit_mime = false;
  Send("");
  const std::string reply = Send("EHLO x\r\n");
  EXPECT_EQ(reply.find("BINARYMIME"), std::string::npos);
  EXPECT_EQ(reply.find("SMTPUTF8"), std::string::npos);
}

TEST_F(ServerSessionTest, TellsASizeWithoutLimit) {
  options.limits.message_octets = 0;
  Send("");
  EXPECT_NE(Send("EHLO x\r\n").find("250-SIZE\r\n"), std::string::npos);
}

TEST_F(ServerSessionTest, TellsTheLimitOfMessages) {
  options.limits.messages = 5;
  Send("");
  EXPECT_NE(Send("EHLO x\r\n").find("250 LIMITS RCPTMAX=1000 MAILMAX=5\r\n"), std::string::npos);
}

TEST_F(ServerSessionTest, AnswersHeloInOneLine) {
  Send("");
  EXPECT_EQ(Send("HELO x\r\n"), "250 localhost\r\n");
  EXPECT_EQ(LastEvent(), "HELO x");
}

TEST_F(ServerSessionTest, HelloNeedsAName) {
  Send("");
  EXPECT_EQ(Codes("EHLO\r\nHELO \r\nEHLO a b\r\n"), "501, 501, 501");
}

TEST_F(ServerSessionTest, TakesAnyHelloNameWhenLenient) {
  options.strictness.allow_any_hello_name = true;
  Send("");
  EXPECT_EQ(Codes("EHLO my_pc\r\nEHLO [192.0.2.1]\r\nEHLO [IPv6:::1]\r\nEHLO x.\r\n"),
            "250, 250, 250, 250");
}

TEST_F(ServerSessionTest, ChecksHelloNames) {
  Send("");
  EXPECT_EQ(Codes("EHLO my_pc\r\nEHLO [1.2.3]\r\nEHLO a.example\r\nEHLO [192.0.2.1]\r\n"),
            "501, 501, 250, 250");
}

TEST_F(ServerSessionTest, RefusesAHelloNameThatIsNoAsciiOrTooLong) {
  Send("");
  EXPECT_EQ(Codes("EHLO \xc3\xbc\r\nEHLO " + std::string(256, 'x') + "\r\n"), "501, 501");
}

TEST_F(ServerSessionTest, RepliesToHelloCarryNoStatus) {
  verdicts.hello = kNo;
  Send("");
  EXPECT_EQ(Send("EHLO x\r\nEHLO\r\nLHLO x\r\n"),
            "550 no\r\n501 Argument needed\r\n500 5.5.1 Not a command of this protocol\r\n");
}

TEST_F(ServerSessionTest, ARefusedHelloChangesNothing) {
  OpenTransaction();
  driver().verdicts().hello = kNo;
  EXPECT_EQ(Codes("HELO other.example\r\nDATA\r\n"), "550, 354");
  EXPECT_EQ(session().hello_name(), "client.example");
  EXPECT_EQ(session().protocol_keyword(), "ESMTP");
}

TEST_F(ServerSessionTest, AHelloEndsTheTransaction) {
  OpenTransaction();
  EXPECT_EQ(Codes("EHLO x\r\nDATA\r\n"), "250, 503 5.5.1");
  EXPECT_FALSE(session().in_transaction());
}

TEST_F(ServerSessionTest, AHeloAfterAnEhloTakesTheExtensionsAway) {
  Greet();
  EXPECT_EQ(Codes("HELO x\r\nMAIL FROM:<a@b> SIZE=1\r\n"), "250, 555 5.5.4");
}

TEST_F(ServerSessionTest, KnowsItsNameForTheReceivedHeader) {
  Send("");
  Send("HELO a\r\n");
  EXPECT_EQ(session().protocol_keyword(), "SMTP");
  Send("EHLO b\r\n");
  EXPECT_EQ(session().protocol_keyword(), "ESMTP");
  EXPECT_EQ(session().hello_name(), "b");
  Send("MAIL FROM:<a@b> SMTPUTF8\r\n");
  EXPECT_EQ(session().protocol_keyword(), "UTF8SMTP");
}

// --- Commands and their order
// -----------------------------------------------------------------------

TEST_F(ServerSessionTest, TakesAMessage) {
  StartData();
  EXPECT_EQ(Codes("Subject: x\r\n\r\nbody\r\n.\r\n"), "250 2.0.0");
  EXPECT_EQ(Message(), "Subject: x\r\n\r\nbody\r\n");
  EXPECT_EQ(driver().messages()[0].sender, "a@example");
  EXPECT_EQ(driver().messages()[0].recipients, std::vector<std::string>{"b@example"});
}

TEST_F(ServerSessionTest, TakesMessageAfterMessage) {
  StartData();
  EXPECT_EQ(Codes("x\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<c@example>\r\nDATA\r\ny\r\n.\r\nQUIT\r\n"),
            "250 2.0.0, 250 2.0.0, 250 2.0.0, 354, 250 2.0.0, 221 2.0.0");
  ASSERT_EQ(driver().messages().size(), 2u);
  EXPECT_EQ(driver().messages()[1].octets, "y\r\n");
  EXPECT_EQ(session().statistics().message_count, 2u);
}

TEST_F(ServerSessionTest, NeedsAHelloFirst) {
  Send("");
  EXPECT_EQ(Codes("MAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\nDATA\r\n"),
            "503 5.5.1, 503 5.5.1, 503 5.5.1");
}

TEST_F(ServerSessionTest, TakesCommandsWithoutMailBeforeAHello) {
  Send("");
  EXPECT_EQ(Codes("NOOP\r\nRSET\r\nHELP\r\nVRFY a\r\nEXPN a\r\nMAIL FROM:<a@b>\r\nQUIT\r\n"),
            "250 2.0.0, 250 2.0.0, 214 2.0.0, 252 2.5.0, 252 2.5.0, 503 5.5.1, 221 2.0.0");
}

TEST_F(ServerSessionTest, NeedsMailBeforeRcptAndData) {
  Greet();
  EXPECT_EQ(Codes("RCPT TO:<a@b>\r\nDATA\r\n"), "503 5.5.1, 503 5.5.1");
}

TEST_F(ServerSessionTest, NeedsARecipientBeforeData) {
  Greet();
  EXPECT_EQ(Codes("MAIL FROM:<a@b>\r\nDATA\r\nRCPT TO:<a@b>\r\nDATA\r\n"),
            "250 2.0.0, 503 5.5.1, 250 2.0.0, 354");
}

TEST_F(ServerSessionTest, SaysWhenAllRecipientsWereRefused) {
  verdicts.recipients = {{"no@b", kNo}};
  Greet();
  EXPECT_EQ(Codes("MAIL FROM:<a@b>\r\nRCPT TO:<no@b>\r\nDATA\r\n"),
            "250 2.0.0, 550 5.7.1, 554 5.5.1");
  EXPECT_EQ(Codes("RSET\r\nMAIL FROM:<a@b>\r\nRCPT TO:<>\r\nDATA\r\n"),
            "250 2.0.0, 250 2.0.0, 501 5.1.3, 554 5.5.1");
}

TEST_F(ServerSessionTest, RefusesANestedMail) {
  OpenTransaction();
  EXPECT_EQ(Codes("MAIL FROM:<c@d>\r\nDATA\r\n"), "503 5.5.1, 354");
  Send("x\r\n.\r\n");
  EXPECT_EQ(driver().messages()[0].sender, "a@example");
}

TEST_F(ServerSessionTest, RsetEndsTheTransaction) {
  OpenTransaction();
  EXPECT_EQ(Codes("RSET\r\nDATA\r\nMAIL FROM:<a@b>\r\n"), "250 2.0.0, 503 5.5.1, 250 2.0.0");
}

TEST_F(ServerSessionTest, ARefusedSenderOpensNothing) {
  verdicts.sender = kNo;
  Greet();
  EXPECT_EQ(Codes("MAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\n"), "550 5.7.1, 503 5.5.1");
  EXPECT_FALSE(session().in_transaction());
}

TEST_F(ServerSessionTest, QuitEndsTheSession) {
  Greet();
  EXPECT_EQ(Codes("QUIT\r\nNOOP\r\n"), "221 2.0.0");
  EXPECT_EQ(LastEvent(), "closed quit");
}

TEST_F(ServerSessionTest, RefusesArgumentsWhereThereAreNone) {
  OpenTransaction();
  EXPECT_EQ(Codes("DATA x\r\nRSET x\r\nQUIT x\r\nDATA\r\n"),
            "501 5.5.4, 501 5.5.4, 501 5.5.4, 354");
}

TEST_F(ServerSessionTest, NeedsArgumentsWhereThereAreSome) {
  Greet();
  EXPECT_EQ(Codes("MAIL\r\nVRFY\r\nEXPN\r\nMAIL FROM:<>\r\nRCPT\r\n"),
            "501 5.5.4, 501 5.5.4, 501 5.5.4, 250 2.0.0, 501 5.5.4");
}

TEST_F(ServerSessionTest, IgnoresTheArgumentOfNoop) {
  Greet();
  EXPECT_EQ(Codes("NOOP what ever\r\nHELP MAIL\r\n"), "250 2.0.0, 214 2.0.0");
}

TEST_F(ServerSessionTest, ToleratesBlanksAtTheEndAndAnyCase) {
  Send("");
  EXPECT_EQ(Codes("ehlo x \r\nmail from:<a@b> \r\nRcpt To:<a@b>\t\r\ndata  \r\n"),
            "250, 250 2.0.0, 250 2.0.0, 354");
}

TEST_F(ServerSessionTest, TellsUnknownFromUnimplementedCommands) {
  Greet();
  EXPECT_EQ(Codes("XYZZY\r\n STARTTLS\r\nETRN x\r\nTURN\r\nSEND FROM:<a@b>\r\n"),
            "500 5.5.2, 500 5.5.2, 502 5.5.1, 502 5.5.1, 502 5.5.1");
}

TEST_F(ServerSessionTest, RefusesAnEmptyLine) {
  Greet();
  EXPECT_EQ(Codes("\r\n  \r\nNOOP\r\n"), "500 5.5.2, 500 5.5.2, 250 2.0.0");
}

TEST_F(ServerSessionTest, RefusesLookalikesOfKeywords) {
  Greet();
  EXPECT_EQ(Codes("R\xc5\xbf"
                  "ET\r\nMAIL FROM:<a@b> \xc5\xbfIZE=1\r\n"),
            "500 5.5.2, 501 5.5.4");
}

TEST_F(ServerSessionTest, VerifiesNobody) {
  Greet();
  EXPECT_EQ(Codes("VRFY john\r\nEXPN list\r\n"), "252 2.5.0, 252 2.5.0");
  EXPECT_EQ(Codes("VRFY \xc3\xbc\r\nVRFY \xc3\xbc SMTPUTF8\r\nEXPN \xfc SMTPUTF8\r\n"),
            "553 5.6.7, 252 2.5.0, 501 5.5.4");
}

// --- Lines
// ------------------------------------------------------------------------------------------

TEST_F(ServerSessionTest, RunsNoLineThatEndsInABareLf) {
  OpenTransaction();
  EXPECT_EQ(Codes("RSET\nNOOP\r\nDATA\r\n"), "500 5.5.2, 354");
}

TEST_F(ServerSessionTest, ABareLfEndsNoLine) {
  OpenTransaction();
  EXPECT_EQ(Codes("NOOP\nRSET\nQUIT\n\r\nDATA\r\n"), "500 5.5.2, 354");
}

TEST_F(ServerSessionTest, RunsNoOctetBehindABdatThatItMustNotRun) {
  const std::string lines[] = {std::string("BDAT 6\0", 7), "BDAT\t6", "BDAT 6\n",
                               "BDAT " + std::string(5000, '0')};
  for (const std::string& line : lines) {
    SessionDriver fresh(options, verdicts);
    fresh.Send("EHLO x\r\n");
    EXPECT_EQ(CodesOf(fresh.Send(line + "\r\nQUIT\r\n")), "501 5.5.4") << line;
  }
}

TEST_F(ServerSessionTest, RunsNoLineWithABareCr) {
  OpenTransaction();
  EXPECT_EQ(Codes("RSET\r\r\nRSET \rNOOP\r\nDATA\r\n"), "501 5.5.2, 501 5.5.2, 354");
}

TEST_F(ServerSessionTest, RunsNoLineWithANul) {
  OpenTransaction();
  const std::string line("RSET\0\r\nNOOP \0\r\n", 15);
  EXPECT_EQ(Codes(line + "DATA\r\n"), "501 5.5.2, 501 5.5.2, 354");
}

TEST_F(ServerSessionTest, RefusesNonAsciiArguments) {
  Greet();
  EXPECT_EQ(Codes("NOOP \xc3\xbc\r\nHELP \xff\r\n"), "501 5.5.4, 501 5.5.4");
}

TEST_F(ServerSessionTest, RunsNoPartOfALineThatIsTooLong) {
  OpenTransaction();
  const std::string line = "NOOP " + std::string(options.limits.command_line_octets, 'x');
  EXPECT_EQ(Codes(line + "RSET\r\nDATA\r\n"), "500 5.5.2, 354");
}

TEST_F(ServerSessionTest, TakesALineOfExactlyTheLimit) {
  Greet();
  const std::string line = "NOOP " + std::string(options.limits.command_line_octets - 7, 'x');
  EXPECT_EQ(Codes(line + "\r\n"), "250 2.0.0");
  EXPECT_EQ(Codes(line + "x\r\n"), "500 5.5.2");
}

TEST_F(ServerSessionTest, ALineWithoutEndIsSkippedButNotForEver) {
  options.limits.discarded_octets = 10'000;
  Greet();
  EXPECT_EQ(Send(std::string(9'000, 'x')), "");
  EXPECT_EQ(Codes(std::string(2'000, 'x')), "421 4.7.0");
  EXPECT_EQ(LastEvent(), "closed too-much-discarded");
}

// --- Pipelining
// -------------------------------------------------------------------------------------

TEST_F(ServerSessionTest, GivesPipelinedRecipientsAsOneBatch) {
  Greet();
  EXPECT_EQ(Codes("MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\nRCPT TO:<g@h>\r\nDATA\r\n"),
            "250 2.0.0, 250 2.0.0, 250 2.0.0, 250 2.0.0, 354");
  EXPECT_EQ(Told("recipients c@d e@f g@h"), 1u);
}

TEST_F(ServerSessionTest, ABatchEndsWhereTheInputIsCut) {
  Greet();
  Send("MAIL FROM:<a@b>\r\n");
  EXPECT_EQ(Codes("RCPT TO:<c@d>\r\nRCPT TO:<e@"), "250 2.0.0");
  EXPECT_EQ(Codes("f>\r\nRCPT TO:<g@h>\r\n"), "250 2.0.0, 250 2.0.0");
  EXPECT_EQ(Told("recipients e@f g@h"), 1u);
}

TEST_F(ServerSessionTest, ABadRecipientEndsABatchAndKeepsItsPlace) {
  verdicts.recipients = {{"c@d", kNo}};
  Greet();
  EXPECT_EQ(Codes("MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nRCPT TO:<bad\r\nRCPT TO:<e@f>\r\nNOOP\r\n"
                  "RCPT TO:<g@h>\r\n"),
            "250 2.0.0, 550 5.7.1, 501 5.1.3, 250 2.0.0, 250 2.0.0, 250 2.0.0");
  EXPECT_EQ(Told("recipients c@d"), 1u);
  EXPECT_EQ(Told("recipients e@f"), 1u);
}

TEST_F(ServerSessionTest, ABatchIsBounded) {
  options.limits.recipient_batch = 2;
  Greet();
  Send("MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\nRCPT TO:<g@h>\r\n");
  EXPECT_EQ(Told("recipients c@d e@f"), 1u);
  EXPECT_EQ(Told("recipients g@h"), 1u);
}

TEST_F(ServerSessionTest, KeepsOnlyAcceptedRecipients) {
  verdicts.recipients = {{"no@d", kNo}, {"later@d", kLater}};
  Greet();
  Send(
      "MAIL FROM:<a@b>\r\nRCPT TO:<yes@d>\r\nRCPT TO:<no@d>\r\nRCPT TO:<later@d>\r\n"
      "RCPT TO:<also@d>\r\nDATA\r\nx\r\n.\r\n");
  EXPECT_EQ(driver().messages()[0].recipients, (std::vector<std::string>{"yes@d", "also@d"}));
}

TEST_F(ServerSessionTest, TheEnvelopeOutlivesTheInput) {
  Greet();
  Send("MAIL FROM:<sender@example> ENVID=a+2Bb\r\n");
  Send("RCPT TO:<rcpt@example> ORCPT=rfc822;orig+40example\r\n");
  const Envelope& envelope = session().envelope();
  EXPECT_EQ(envelope.sender.ToString(), "sender@example");
  EXPECT_EQ(envelope.parameters.envelope_id, "a+b");
  EXPECT_EQ(envelope.recipients[0].mailbox.ToString(), "rcpt@example");
  EXPECT_EQ(envelope.recipients[0].parameters.original_recipient->address, "orig@example");
}

TEST_F(ServerSessionTest, AnswersWhatWasSentBehindTheEndOfData) {
  StartData();
  EXPECT_EQ(Codes("x\r\n.\r\nNOOP\r\nMAIL FROM:<a@b>\r\nQUIT\r\n"),
            "250 2.0.0, 250 2.0.0, 250 2.0.0, 221 2.0.0");
}

// --- Parameters
// -------------------------------------------------------------------------------------

TEST_F(ServerSessionTest, AnswersBadPaths) {
  Greet();
  EXPECT_EQ(Codes("MAIL FROM:a@b\r\nMAIL FROM:<a@b\r\nMAIL TO:<a@b>\r\nMAIL FROM:<a@b_c>\r\n"),
            "501 5.1.7, 501 5.1.7, 501 5.5.4, 501 5.1.7");
  EXPECT_EQ(Codes("MAIL FROM:<>\r\nRCPT TO:<>\r\nRCPT TO:a@b\r\nRCPT TO:<postmaster>\r\n"),
            "250 2.0.0, 501 5.1.3, 501 5.1.3, 250 2.0.0");
}

TEST_F(ServerSessionTest, AnswersBadParameters) {
  Greet();
  EXPECT_EQ(
      Codes("MAIL FROM:<a@b> FOO=1\r\nMAIL FROM:<a@b> SIZE=x\r\nMAIL FROM:<a@b> SIZE=1 SIZE=1\r\n"),
      "555 5.5.4, 501 5.5.4, 501 5.5.4");
}

TEST_F(ServerSessionTest, TakesNoParametersAfterHelo) {
  Send("");
  EXPECT_EQ(
      Codes(
          "HELO x\r\nMAIL FROM:<a@b> SIZE=1\r\nMAIL FROM:<a@b>\r\nRCPT TO:<a@b> NOTIFY=NEVER\r\n"),
      "250, 555 5.5.4, 250 2.0.0, 555 5.5.4");
}

TEST_F(ServerSessionTest, RefusesADeclaredSizeOverTheLimit) {
  options.limits.message_octets = 1000;
  Greet();
  EXPECT_EQ(Codes("MAIL FROM:<a@b> SIZE=1001\r\nMAIL FROM:<a@b> SIZE=99999999999999999999\r\n"
                  "MAIL FROM:<a@b> SIZE=1000\r\n"),
            "552 5.3.4, 552 5.3.4, 250 2.0.0");
}

TEST_F(ServerSessionTest, AUtf8RecipientNeedsSmtputf8AtMail) {
  Greet();
  EXPECT_EQ(Codes("MAIL FROM:<a@b>\r\nRCPT TO:<\xc3\xbc@b>\r\nRSET\r\n"),
            "250 2.0.0, 553 5.6.7, 250 2.0.0");
  EXPECT_EQ(
      Codes(
          "MAIL FROM:<\xc3\xbc@b>\r\nMAIL FROM:<\xc3\xbc@b> SMTPUTF8\r\nRCPT TO:<\xc3\xbc@b>\r\n"),
      "553 5.6.7, 250 2.0.0, 250 2.0.0");
}

TEST_F(ServerSessionTest, RepliesInAsciiUnlessTheClientTakesMore) {
  verdicts.sender = Reply::Make(250, {}, "gr\xc3\xbc\xc3\x9f");
  Greet();
  EXPECT_EQ(Send("MAIL FROM:<a@b> SMTPUTF8\r\n"), "250 gr\xc3\xbc\xc3\x9f\r\n");
  Send("RSET\r\n");
  EXPECT_EQ(Send("MAIL FROM:<a@b>\r\n"), "250 gr????\r\n");
}

// --- DATA
// -------------------------------------------------------------------------------------------

TEST_F(ServerSessionTest, TakesAnEmptyMessage) {
  StartData();
  EXPECT_EQ(Codes(".\r\n"), "250 2.0.0");
  EXPECT_EQ(Message(), "");
}

TEST_F(ServerSessionTest, TakesDotsOff) {
  StartData();
  Send("..\r\n..x\r\n.y\r\n.\r\n");
  EXPECT_EQ(Message(), ".\r\n.x\r\ny\r\n");
}

TEST_F(ServerSessionTest, RefusesABareLfButReadsToTheEnd) {
  StartData();
  EXPECT_EQ(Codes("x\n.\nMAIL FROM:<evil@example>\r\n.\r\nNOOP\r\n"), "554 5.6.0, 250 2.0.0");
  EXPECT_EQ(Told("aborted bare-line-ending"), 1u);
  EXPECT_EQ(driver().messages().size(), 0u);
  EXPECT_EQ(Told("sender <evil@example>"), 0u);
}

TEST_F(ServerSessionTest, RefusesABareCr) {
  StartData();
  EXPECT_EQ(Codes("x\r.\r\ny\r\n.\r\nNOOP\r\n"), "554 5.6.0, 250 2.0.0");
  EXPECT_EQ(Told("aborted bare-line-ending"), 1u);
}

TEST_F(ServerSessionTest, RefusesANul) {
  StartData();
  EXPECT_EQ(Codes(std::string("x\0\r\n.\r\n", 7)), "554 5.6.0");
  EXPECT_EQ(Told("aborted nul"), 1u);
}

TEST_F(ServerSessionTest, RefusesALongTextLine) {
  options.limits.text_line_octets = 1000;
  StartData();
  EXPECT_EQ(Codes(std::string(999, 'x') + "\r\n.\r\nNOOP\r\n"), "554 5.6.0, 250 2.0.0");
  EXPECT_EQ(Told("aborted line-too-long"), 1u);
}

TEST_F(ServerSessionTest, NormalisesWhereItIsTold) {
  options.strictness = {.bare_cr = Leniency::kNormalise,
                        .bare_lf = Leniency::kNormalise,
                        .nul = Leniency::kNormalise};
  StartData();
  EXPECT_EQ(Codes(std::string("a\nb\rc\0d\r\n.\r\n", 12)), "250 2.0.0");
  EXPECT_EQ(Message(), "a\r\nb\r\ncd\r\n");
}

TEST_F(ServerSessionTest, AllowsWhereItIsTold) {
  options.strictness = {
      .bare_cr = Leniency::kAllow, .bare_lf = Leniency::kAllow, .nul = Leniency::kAllow};
  StartData();
  const std::string text("a\nb\rc\0d\n.\n\r\n", 12);
  EXPECT_EQ(Codes(text + ".\r\n"), "250 2.0.0");
  EXPECT_EQ(Message(), text);
}

TEST_F(ServerSessionTest, RefusesAMessageThatGrowsTooBig) {
  options.limits.message_octets = 10;
  StartData();
  EXPECT_EQ(Codes("12345678\r\n.\r\n"), "250 2.0.0");
  Send("MAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\nDATA\r\n");
  EXPECT_EQ(Codes("123456789\r\n.\r\nNOOP\r\n"), "552 5.3.4, 250 2.0.0");
  EXPECT_EQ(Told("aborted too-big"), 1u);
}

TEST_F(ServerSessionTest, CountsNoDotsTowardsTheSize) {
  options.limits.message_octets = 3;
  StartData();
  EXPECT_EQ(Codes("..\r\n.\r\n"), "250 2.0.0");
}

TEST_F(ServerSessionTest, StopsReadingARefusedBodyThatGoesOn) {
  options.limits.message_octets = 10;
  options.limits.discarded_octets = 1000;
  StartData();
  EXPECT_EQ(Send(Repeated(90, "1234567890")), "");
  EXPECT_EQ(Codes(Repeated(90, "1234567890")), "552 5.3.4, 421 4.7.0");
  EXPECT_EQ(LastEvent(), "closed too-much-discarded");
}

TEST_F(ServerSessionTest, DataNeedsNoBinaryBody) {
  OpenTransaction("MAIL FROM:<a@b> BODY=BINARYMIME\r\n");
  EXPECT_EQ(Codes("DATA\r\nBDAT 1 LAST\r\nx"), "503 5.5.1, 250 2.0.0");
}

TEST_F(ServerSessionTest, TheApplicationMayRefuseAtTheStart) {
  verdicts.message_start = kNo;
  OpenTransaction();
  EXPECT_EQ(Codes("DATA\r\nMAIL FROM:<a@b>\r\n"), "550 5.7.1, 250 2.0.0");
  EXPECT_EQ(Told("aborted refused-by-filter"), 0u);
}

TEST_F(ServerSessionTest, TheApplicationMayRefuseInTheMiddle) {
  verdicts.body = kNo;
  StartData();
  EXPECT_EQ(Send("some text\r\n"), "");
  EXPECT_EQ(Told("aborted refused-by-filter"), 1u);
  EXPECT_EQ(Codes("more\r\nbare\nlf\r\n.\r\nNOOP\r\n"), "550 5.7.1, 250 2.0.0");
  EXPECT_FALSE(session().in_transaction());
}

TEST_F(ServerSessionTest, TheApplicationMayRefuseBeforeTheFirstOctet) {
  StartData();
  session().RefuseMessage(kLater, AbortReason::kInternalError);
  EXPECT_EQ(Codes("text\r\n.\r\nNOOP\r\n"), "451 4.3.0, 250 2.0.0");
  EXPECT_EQ(Told("aborted internal-error"), 1u);
}

TEST_F(ServerSessionTest, TheApplicationMayRefuseAtTheEnd) {
  verdicts.message = kNo;
  StartData();
  EXPECT_EQ(Codes("x\r\n.\r\nMAIL FROM:<a@b>\r\n"), "550 5.7.1, 250 2.0.0");
  EXPECT_EQ(session().statistics().message_count, 0u);
  EXPECT_EQ(Told("ended 3"), 1u);
}

// --- BDAT
// -------------------------------------------------------------------------------------------

TEST_F(ServerSessionTest, TakesChunks) {
  OpenTransaction();
  EXPECT_EQ(Send("BDAT 4\r\nab\r\nBDAT 3 LAST\r\n.\r\n"),
            "250 2.0.0 4 octets received\r\n250 2.0.0 OK\r\n");
  EXPECT_EQ(Message(), "ab\r\n.\r\n");
  EXPECT_EQ(Told("started BDAT"), 1u);
}

TEST_F(ServerSessionTest, AnEmptyLastChunkEndsAMessage) {
  OpenTransaction();
  EXPECT_EQ(Codes("BDAT 2\r\nabBDAT 0 LAST\r\nNOOP\r\n"), "250 2.0.0, 250 2.0.0, 250 2.0.0");
  EXPECT_EQ(Message(), "ab");
}

TEST_F(ServerSessionTest, AnEmptyMessageByBdat) {
  OpenTransaction();
  EXPECT_EQ(Codes("BDAT 0 LAST\r\n"), "250 2.0.0");
  EXPECT_EQ(Message(), "");
}

TEST_F(ServerSessionTest, ARefusedBdatTakesExactlyItsOctets) {
  Greet();
  EXPECT_EQ(Codes("BDAT 6\r\nRSET\r\nNOOP\r\n"), "503 5.5.1, 250 2.0.0");
  EXPECT_EQ(Codes("MAIL FROM:<a@b>\r\nBDAT 6 LAST\r\nQUIT\r\nNOOP\r\n"),
            "250 2.0.0, 503 5.5.1, 250 2.0.0");
}

TEST_F(ServerSessionTest, ABdatBeforeHelloTakesItsOctetsToo) {
  Send("");
  EXPECT_EQ(Codes("BDAT 6\r\nQUIT\r\nNOOP\r\n"), "503 5.5.1, 250 2.0.0");
}

TEST_F(ServerSessionTest, ABdatThatIsNotOfferedTakesItsOctetsToo) {
  options.capabilities.chunking = false;
  OpenTransaction();
  EXPECT_EQ(Codes("BDAT 6 LAST\r\nQUIT\r\nNOOP\r\n"), "502 5.5.1, 250 2.0.0");
}

TEST_F(ServerSessionTest, ABdatWithoutRecipients) {
  verdicts.recipients = {{"no@b", kNo}};
  Greet();
  EXPECT_EQ(Codes("MAIL FROM:<a@b>\r\nRCPT TO:<no@b>\r\nBDAT 6 LAST\r\nQUIT\r\nNOOP\r\n"),
            "250 2.0.0, 550 5.7.1, 554 5.5.1, 250 2.0.0");
}

TEST_F(ServerSessionTest, ABdatWithoutAReadableSizeEndsTheSession) {
  OpenTransaction();
  EXPECT_EQ(Codes("BDAT x\r\nNOOP\r\n"), "501 5.5.4");
  EXPECT_EQ(LastEvent(), "closed bad-framing");
}

TEST_F(ServerSessionTest, ABdatThatCannotBeReadAbortsTheMessage) {
  OpenTransaction();
  EXPECT_EQ(Codes("BDAT 2\r\nabBDAT\r\n"), "250 2.0.0, 501 5.5.4");
  EXPECT_EQ(Told("aborted protocol-error"), 1u);
}

TEST_F(ServerSessionTest, OnlyBdatGoesOnBetweenChunks) {
  OpenTransaction();
  EXPECT_EQ(
      Codes("BDAT 2\r\nabMAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\nDATA\r\nNOOP\r\nBDAT 1 LAST\r\nc"),
      "250 2.0.0, 503 5.5.1, 503 5.5.1, 503 5.5.1, 250 2.0.0, 250 2.0.0");
  EXPECT_EQ(Message(), "abc");
}

TEST_F(ServerSessionTest, RsetBetweenChunksAborts) {
  OpenTransaction();
  EXPECT_EQ(Codes("BDAT 2\r\nabRSET\r\nMAIL FROM:<a@b>\r\n"), "250 2.0.0, 250 2.0.0, 250 2.0.0");
  EXPECT_EQ(Told("aborted reset"), 1u);
}

TEST_F(ServerSessionTest, AHelloBetweenChunksAborts) {
  OpenTransaction();
  EXPECT_EQ(Codes("BDAT 2\r\nabEHLO x\r\nBDAT 1 LAST\r\nc"), "250 2.0.0, 250, 503 5.5.1");
  EXPECT_EQ(Told("aborted reset"), 1u);
}

TEST_F(ServerSessionTest, QuitBetweenChunksAborts) {
  OpenTransaction();
  EXPECT_EQ(Codes("BDAT 2\r\nabQUIT\r\n"), "250 2.0.0, 221 2.0.0");
  EXPECT_EQ(Told("aborted quit"), 1u);
}

TEST_F(ServerSessionTest, AFailedChunkFailsThoseThatFollow) {
  options.limits.message_octets = 5;
  OpenTransaction();
  EXPECT_EQ(Codes("BDAT 4\r\nabcdBDAT 4\r\nefghBDAT 6 LAST\r\nQUIT\r\nRSET\r\n"),
            "250 2.0.0, 552 5.3.4, 503 5.5.1, 250 2.0.0");
  EXPECT_EQ(Told("aborted too-big"), 1u);
}

TEST_F(ServerSessionTest, ATooBigChunkIsRefusedBeforeItComes) {
  options.limits.message_octets = 5;
  OpenTransaction();
  EXPECT_EQ(Send("BDAT 1000 LAST\r\nabc"), "");
  EXPECT_EQ(Told("started BDAT"), 0u);
  EXPECT_EQ(Codes(std::string(997, 'x')), "552 5.3.4");
}

TEST_F(ServerSessionTest, AChunkOfAnyDeclaredSizeOverflowsNothing) {
  OpenTransaction();
  Send("BDAT 10\r\n0123456789");
  EXPECT_EQ(Send("BDAT 18446744073709551615 LAST\r\nabc"), "");
  EXPECT_EQ(Told("aborted too-big"), 1u);
}

TEST_F(ServerSessionTest, ABdatOfTextIsHeldToTheRulesOfText) {
  OpenTransaction();
  EXPECT_EQ(Codes("BDAT 3\r\na\nbBDAT 1 LAST\r\nxNOOP\r\n"), "554 5.6.0, 503 5.5.1, 250 2.0.0");
  EXPECT_EQ(Told("aborted bare-line-ending"), 1u);
}

TEST_F(ServerSessionTest, ABareCrAtTheBorderOfChunksIsFound) {
  OpenTransaction();
  EXPECT_EQ(Codes("BDAT 2\r\na\rBDAT 1 LAST\r\nx"), "250 2.0.0, 554 5.6.0");
  EXPECT_EQ(Codes("MAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\nBDAT 2\r\na\rBDAT 1 LAST\r\n\n"),
            "250 2.0.0, 250 2.0.0, 250 2.0.0, 250 2.0.0");
}

TEST_F(ServerSessionTest, ABinaryBodyIsAnything) {
  OpenTransaction("MAIL FROM:<a@b> BODY=BINARYMIME\r\n");
  const std::string octets("\0\n\r\xff", 4);
  EXPECT_EQ(Codes("BDAT 4 LAST\r\n" + octets), "250 2.0.0");
  EXPECT_EQ(Message(), octets);
}

TEST_F(ServerSessionTest, BdatAnswersARefusalAtTheStart) {
  verdicts.message_start = kNo;
  OpenTransaction();
  EXPECT_EQ(Codes("BDAT 6\r\nQUIT\r\nBDAT 6 LAST\r\nQUIT\r\nNOOP\r\n"),
            "550 5.7.1, 503 5.5.1, 250 2.0.0");
}

TEST_F(ServerSessionTest, BdatAnswersARefusalInTheMiddle) {
  verdicts.body = kNo;
  OpenTransaction();
  EXPECT_EQ(Codes("BDAT 4\r\nabcdBDAT 2 LAST\r\nefNOOP\r\n"), "550 5.7.1, 503 5.5.1, 250 2.0.0");
  EXPECT_EQ(Told("aborted refused-by-filter"), 1u);
}

TEST_F(ServerSessionTest, ARefusalBetweenChunksIsToldAtTheNext) {
  OpenTransaction();
  EXPECT_EQ(Codes("BDAT 4\r\nabcd"), "250 2.0.0");
  session().RefuseMessage(kNo, AbortReason::kRefusedByFilter);
  EXPECT_EQ(Codes("NOOP\r\nBDAT 6\r\nQUIT\r\nBDAT 6 LAST\r\nQUIT\r\nNOOP\r\n"),
            "250 2.0.0, 550 5.7.1, 503 5.5.1, 250 2.0.0");
}

TEST_F(ServerSessionTest, ARefusalBetweenChunksIsForgottenAtRset) {
  OpenTransaction();
  Send("BDAT 4\r\nabcd");
  session().RefuseMessage(kNo, AbortReason::kRefusedByFilter);
  EXPECT_EQ(Codes("RSET\r\nMAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\nBDAT 1 LAST\r\nx"),
            "250 2.0.0, 250 2.0.0, 250 2.0.0, 250 2.0.0");
  EXPECT_EQ(Told("aborted refused-by-filter"), 1u);
  EXPECT_EQ(Told("aborted reset"), 0u);
}

// --- LMTP
// -------------------------------------------------------------------------------------------

class LmtpSessionTest : public ServerSessionTest {
 protected:
  LmtpSessionTest() {
    options.protocol = Protocol::kLmtp;
    verdicts.message_for = {{"no@b", kNo}};
  }
  void OpenWithTwo() {
    Greet();
    EXPECT_EQ(Codes("MAIL FROM:<a@b>\r\nRCPT TO:<yes@b>\r\nRCPT TO:<no@b>\r\n"),
              "250 2.0.0, 250 2.0.0, 250 2.0.0");
  }
};

TEST_F(LmtpSessionTest, KnowsLhloAlone) {
  Send("");
  EXPECT_EQ(Codes("EHLO x\r\nHELO x\r\nLHLO x\r\n"), "500, 500, 250");
  EXPECT_EQ(session().protocol_keyword(), "LMTP");
}

TEST_F(LmtpSessionTest, AnswersOncePerRecipient) {
  OpenWithTwo();
  EXPECT_EQ(Codes("DATA\r\nx\r\n.\r\nNOOP\r\n"), "354, 250 2.0.0, 550 5.7.1, 250 2.0.0");
  EXPECT_EQ(driver().messages()[0].recipients, std::vector<std::string>{"yes@b"});
}

TEST_F(LmtpSessionTest, AnswersOncePerRecipientAfterTheLastChunk) {
  OpenWithTwo();
  EXPECT_EQ(Codes("BDAT 1\r\nxBDAT 1 LAST\r\ny"), "250 2.0.0, 250 2.0.0, 550 5.7.1");
}

TEST_F(LmtpSessionTest, AnswersARefusedBodyOncePerRecipient) {
  OpenWithTwo();
  EXPECT_EQ(Codes("DATA\r\na\nb\r\n.\r\nNOOP\r\n"), "354, 554 5.6.0, 554 5.6.0, 250 2.0.0");
}

TEST_F(LmtpSessionTest, AnswersARefusedChunkOnceUnlessItIsTheLast) {
  verdicts.message_start = kNo;
  OpenWithTwo();
  EXPECT_EQ(Codes("BDAT 1\r\nxBDAT 1 LAST\r\ny"), "550 5.7.1, 503 5.5.1");
  Send("MAIL FROM:<a@b>\r\nRCPT TO:<yes@b>\r\nRCPT TO:<no@b>\r\n");
  EXPECT_EQ(Codes("BDAT 1 LAST\r\nx"), "550 5.7.1, 550 5.7.1");
}

TEST_F(LmtpSessionTest, DataWithoutRecipientsIs503) {
  verdicts.recipients = {{"never@b", kNo}};
  Greet();
  EXPECT_EQ(Codes("MAIL FROM:<a@b>\r\nRCPT TO:<never@b>\r\nDATA\r\n"),
            "250 2.0.0, 550 5.7.1, 503 5.5.1");
}

TEST_F(LmtpSessionTest, SaysUtf8Lmtp) {
  Greet();
  Send("MAIL FROM:<a@b> SMTPUTF8\r\n");
  EXPECT_EQ(session().protocol_keyword(), "UTF8LMTP");
}

// --- Limits
// -----------------------------------------------------------------------------------------

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

// --- Other protocols
// --------------------------------------------------------------------------------

TEST_F(ServerSessionTest, EndsAtHttp) {
  Send("");
  EXPECT_EQ(Codes("POST / HTTP/1.1\r\nHost: x\r\n\r\nEHLO x\r\nMAIL FROM:<a@b>\r\n"), "421 4.7.0");
  EXPECT_EQ(LastEvent(), "closed foreign-protocol");
}

TEST_F(ServerSessionTest, EndsAtHttpInTheMiddleToo) {
  Greet();
  EXPECT_EQ(Codes("Host: x\r\nNOOP\r\n"), "421 4.7.0");
}

TEST_F(ServerSessionTest, EndsAtHttpWithBareLineFeeds) {
  Send("");
  EXPECT_EQ(Codes("GET / HTTP/1.0\nHost: x\n"), "421 4.7.0");
}

TEST_F(ServerSessionTest, EndsAtTlsWithoutALineEnd) {
  Send("");
  EXPECT_EQ(Send("\x16"), "");
  EXPECT_EQ(Codes("\x03"), "421 4.7.0");
  EXPECT_EQ(LastEvent(), "closed foreign-protocol");
}

TEST_F(ServerSessionTest, EndsAtALongTlsRecord) {
  Send("");
  EXPECT_EQ(Codes("\x16\x03\x01" + std::string(5000, 'x')), "421 4.7.0");
}

TEST_F(ServerSessionTest, ABodyMayLookLikeHttp) {
  StartData();
  EXPECT_EQ(Codes("GET / HTTP/1.1\r\nHost: x\r\n\r\n.\r\n"), "250 2.0.0");
}

// --- The end
// ----------------------------------------------------------------------------------------

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

// --- What a caller may ask
// --------------------------------------------------------------------------

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

TEST(ServerSessionSize, AnIdleSessionIsSmall) { EXPECT_LT(sizeof(ServerSession), 600u); }

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
