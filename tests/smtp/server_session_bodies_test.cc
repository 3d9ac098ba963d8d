#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ringpost/smtp/server_session.h"
#include "session_fixture.h"

namespace ringpost::smtp {
namespace {

constexpr Reply kNo = Reply::Fixed(550, {5, 7, 1}, "no");
constexpr Reply kLater = Reply::Fixed(451, {4, 3, 0}, "later");

std::string Repeated(size_t count, std::string_view text) {
  std::string all;
  for (size_t i = 0; i < count; ++i) all += text;
  return all;
}

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

TEST_F(LmtpSessionTest, AMessageIsOneErrorHoweverManyRecipientsItHas) {
  options.limits.errors = 2;
  verdicts.message_for = {{"yes@b", kNo}, {"no@b", kNo}};
  OpenWithTwo();
  EXPECT_EQ(Codes("DATA\r\nx\r\n.\r\n"), "354, 550 5.7.1, 550 5.7.1");
  EXPECT_EQ(Codes("DATA\r\nDATA\r\n"), "503 5.5.1, 421 4.7.0");
}

TEST_F(LmtpSessionTest, ARefusedBodyIsOneErrorToo) {
  options.limits.errors = 2;
  OpenWithTwo();
  EXPECT_EQ(Codes("DATA\r\na\nb\r\n.\r\nDATA\r\nDATA\r\n"),
            "354, 554 5.6.0, 554 5.6.0, 503 5.5.1, 421 4.7.0");
}

TEST_F(LmtpSessionTest, ATooBigInnerChunkIsAnsweredOnce) {
  options.limits.message_octets = 5;
  OpenWithTwo();
  EXPECT_EQ(Codes("BDAT 6\r\nabcdefNOOP\r\n"), "552 5.3.4, 250 2.0.0");
}

TEST_F(LmtpSessionTest, SaysUtf8Lmtp) {
  Greet();
  Send("MAIL FROM:<a@b> SMTPUTF8\r\n");
  EXPECT_EQ(session().protocol_keyword(), "UTF8LMTP");
}

}  // namespace
}  // namespace ringpost::smtp
