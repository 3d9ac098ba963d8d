#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ringpost/smtp/server_session.h"
#include "session_fixture.h"

namespace ringpost::smtp {
namespace {

constexpr Reply kNo = Reply::Fixed(550, {5, 7, 1}, "no");
constexpr Reply kLater = Reply::Fixed(451, {4, 3, 0}, "later");

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

TEST_F(ServerSessionTest, EndsAtTlsHoweverItIsCut) {
  Send("");
  EXPECT_EQ(Send("\x16"), "");
  EXPECT_EQ(Codes("\x03\x01" + std::string(5000, 'x')), "421 4.7.0");
}

TEST_F(ServerSessionTest, EndsAtTlsWithALineFeedInIt) {
  Send("");
  EXPECT_EQ(Send("\x16"), "");
  EXPECT_EQ(Codes("\x03\x01\n"), "421 4.7.0");
}

TEST_F(ServerSessionTest, ABodyMayLookLikeHttp) {
  StartData();
  EXPECT_EQ(Codes("GET / HTTP/1.1\r\nHost: x\r\n\r\n.\r\n"), "250 2.0.0");
}

// RFC 4865, RFC 2852, RFC 6710.
TEST_F(ServerSessionTest, OffersWhatASubmitterMayAskForWhereItIsTurnedOn) {
  options.capabilities.future_release = true;
  options.capabilities.deliver_by = true;
  options.capabilities.mt_priority = true;
  options.limits.future_release_seconds = 3600;
  options.limits.deliver_by_seconds = 60;
  options.mt_priority_profile = "MIXER";
  session().OfferFutureRelease(1795712400);
  Send("");
  const std::string offer = Send("EHLO x\r\n");
  for (const char* line : {"-FUTURERELEASE 3600 2026-11-26T17:00:00Z\r\n", "-DELIVERBY 60\r\n",
                           "MT-PRIORITY MIXER\r\n"}) {
    EXPECT_NE(offer.find(line), std::string::npos) << offer;
  }
  EXPECT_EQ(Codes("MAIL FROM:<a@b> HOLDFOR=3600 BY=60;R MT-PRIORITY=-3\r\nRSET\r\n"),
            "250 2.0.0, 250 2.0.0");
  EXPECT_EQ(Codes("MAIL FROM:<a@b> HOLDUNTIL=2026-11-26T17:00:00Z BY=1;N\r\nRSET\r\n"),
            "250 2.0.0, 250 2.0.0");
  EXPECT_EQ(Codes("MAIL FROM:<a@b> HOLDFOR=3601\r\nMAIL FROM:<a@b> BY=59;R\r\n"
                  "MAIL FROM:<a@b> HOLDUNTIL=2026-11-26T17:00:01Z\r\n"),
            "501 5.5.4, 555 5.5.4, 501 5.5.4");
}

TEST_F(ServerSessionTest, OffersNoFutureReleaseWithoutKnowingTheTime) {
  options.capabilities.future_release = true;
  Send("");
  EXPECT_EQ(Send("EHLO x\r\n").find("FUTURERELEASE"), std::string::npos);
  EXPECT_EQ(Codes("MAIL FROM:<a@b> HOLDFOR=1\r\n"), "555 5.5.4");
}

}  // namespace
}  // namespace ringpost::smtp
