// STARTTLS (RFC 3207) and AUTH (RFC 4954) of a ServerSession.
#include <gtest/gtest.h>

#include "ringpost/base/base64.h"
#include "ringpost/base/text.h"
#include "session_fixture.h"

namespace ringpost::smtp {
namespace {

using std::string_literals::operator""s;

constexpr Reply kNotNow = Reply::Fixed(454, {4, 7, 0}, "not now");

class StartTlsTest : public ServerSessionTest {
 protected:
  StartTlsTest() { options.capabilities.start_tls = true; }

  void StartTls() {
    Greet();
    EXPECT_EQ(Send("STARTTLS\r\n"), "220 2.0.0 Ready to start TLS\r\n");
    EXPECT_EQ(driver().Secure(), "");
  }
};

TEST_F(StartTlsTest, IsOfferedUntilTheSessionIsSecure) {
  Send("");
  EXPECT_NE(Send("EHLO x\r\n").find("250-STARTTLS\r\n"), std::string::npos);
  EXPECT_EQ(Codes("STARTTLS\r\n"), "220 2.0.0");
  driver().Secure();
  EXPECT_EQ(Send("EHLO x\r\n").find("STARTTLS"), std::string::npos);
  EXPECT_EQ(Codes("STARTTLS\r\n"), "503 5.5.1");
}

TEST_F(StartTlsTest, IsNotOfferedToHelo) {
  Send("");
  EXPECT_EQ(Send("HELO x\r\n"), "250 localhost\r\n");
  EXPECT_EQ(Codes("STARTTLS\r\n"), "503 5.5.1");
}

TEST_F(StartTlsTest, IsUnimplementedWhereItIsNotOffered) {
  options.capabilities.start_tls = false;
  Greet();
  EXPECT_EQ(Codes("STARTTLS\r\n"), "502 5.5.1");
}

// smtp-server#260.
TEST_F(StartTlsTest, TakesNoParameter) {
  Greet();
  EXPECT_EQ(Codes("STARTTLS now\r\nSTARTTLS \x01\r\n"), "501 5.5.4, 501 5.5.2");
  EXPECT_EQ(Told("STARTTLS"), 0u);
  EXPECT_EQ(Codes("starttls \r\n"), "220 2.0.0");
}

TEST_F(StartTlsTest, MustStandOutsideATransaction) {
  Send("");
  EXPECT_EQ(Codes("STARTTLS\r\nEHLO x\r\n"), "503 5.5.1, 250");
  EXPECT_EQ(Codes("MAIL FROM:<a@b>\r\nSTARTTLS\r\nRCPT TO:<c@d>\r\nSTARTTLS\r\n"),
            "250 2.0.0, 503 5.5.1, 250 2.0.0, 503 5.5.1");
  EXPECT_EQ(Codes("BDAT 0\r\nSTARTTLS\r\nRSET\r\nSTARTTLS\r\n"),
            "250 2.0.0, 503 5.5.1, 250 2.0.0, 220 2.0.0");
}

TEST_F(StartTlsTest, ARefusalLeavesEverythingAsItWas) {
  verdicts.start_tls = kNotNow;
  Greet();
  EXPECT_EQ(Codes("STARTTLS\r\nMAIL FROM:<a@b>\r\n"), "454 4.7.0, 250 2.0.0");
  EXPECT_FALSE(session().is_secure());
  EXPECT_EQ(session().hello_name(), "client.example");
}

// CVE-2011-0411.
TEST_F(StartTlsTest, NothingPipelinedBehindItIsRun) {
  Greet();
  EXPECT_EQ(Codes("STARTTLS\r\nRSET\r\nEHLO evil.example\r\nMAIL FROM:<evil@b>\r\nDA"),
            "220 2.0.0");
  EXPECT_FALSE(session().has_unread_input());
  EXPECT_EQ(driver().Secure(), "");
  EXPECT_EQ(Codes("TA\r\nMAIL FROM:<a@b>\r\n"), "500 5.5.2, 503 5.5.1");
  EXPECT_EQ(Told("EHLO evil.example"), 0u);
}

TEST_F(StartTlsTest, ALineThatWasCutBeforeItHidesNothing) {
  Greet();
  EXPECT_EQ(Send("START"), "");
  EXPECT_EQ(Codes("TLS\r\nNOOP"), "220 2.0.0");
  EXPECT_EQ(driver().Secure(), "");
  EXPECT_EQ(Codes("\r\nNOOP\r\n"), "500 5.5.2, 250 2.0.0");
}

TEST_F(StartTlsTest, TheSessionIsAsNewBehindIt) {
  verdicts.mechanisms = verdicts.mechanisms_over_tls = "PLAIN";
  verdicts.users = {{"joe", "secret"}};
  Greet();
  EXPECT_EQ(Codes("AUTH PLAIN AGpvZQBzZWNyZXQ=\r\nSTARTTLS\r\n"), "235 2.7.0, 220 2.0.0");
  driver().Secure();
  EXPECT_TRUE(session().is_secure());
  EXPECT_FALSE(session().is_authenticated());
  EXPECT_EQ(session().hello_name(), "");
  EXPECT_EQ(Codes("MAIL FROM:<a@b>\r\nAUTH PLAIN AGpvZQBzZWNyZXQ=\r\n"), "503 5.5.1, 503 5.5.1");
  EXPECT_EQ(Codes("EHLO y\r\nAUTH PLAIN AGpvZQBzZWNyZXQ=\r\n"), "250, 235 2.7.0");
}

TEST_F(StartTlsTest, ErrorsAreNotForgotten) {
  options.limits.errors = 2;
  Greet();
  EXPECT_EQ(Codes("XYZ\r\nXYZ\r\nSTARTTLS\r\n"), "500 5.5.2, 500 5.5.2, 220 2.0.0");
  driver().Secure();
  EXPECT_EQ(Codes("XYZ\r\n"), "421 4.7.0");
  EXPECT_EQ(driver().close_reason(), CloseReason::kTooManyErrors);
}

TEST_F(StartTlsTest, MayFailInTheHandshake) {
  Greet();
  Send("STARTTLS\r\n");
  session().Close(std::nullopt, CloseReason::kTlsFailed);
  EXPECT_TRUE(std::holds_alternative<SessionClosed>(session().Next()));
  EXPECT_EQ(session().output(), "");
}

TEST_F(StartTlsTest, ImplicitTlsIsThereBeforeTheGreeting) {
  EXPECT_EQ(CodesOf(driver().Secure()), "220");
  EXPECT_EQ(Send("EHLO x\r\n").find("STARTTLS"), std::string::npos);
  EXPECT_EQ(session().protocol_keyword(), "ESMTPS");
}

// RFC 3207 §4.
TEST_F(StartTlsTest, IsDemanded) {
  options.requires_tls = true;
  Send("");
  EXPECT_EQ(Send("HELO x\r\n"), "530 Must issue a STARTTLS command first\r\n");
  EXPECT_EQ(Codes("EHLO x\r\nNOOP\r\nRSET\r\nMAIL FROM:<a@b>\r\nDATA\r\nAUTH PLAIN\r\n"),
            "250, 250 2.0.0, 530 5.7.0, 530 5.7.0, 530 5.7.0, 530 5.7.0");
  EXPECT_EQ(Codes("STARTTLS\r\n"), "220 2.0.0");
  driver().Secure();
  EXPECT_EQ(Codes("EHLO x\r\nMAIL FROM:<a@b>\r\n"), "250, 250 2.0.0");
}

TEST_F(StartTlsTest, AChunkThatLacksItIsDrained) {
  options.requires_tls = true;
  Greet();
  EXPECT_EQ(Codes("BDAT 6\r\nNOOP\r\nNOOP\r\n"), "530 5.7.0, 250 2.0.0");
}

TEST_F(StartTlsTest, RequireTlsIsOfferedOverTlsAlone) {
  options.capabilities.require_tls_extension = true;
  Send("");
  EXPECT_EQ(Send("EHLO x\r\n").find("REQUIRETLS"), std::string::npos);
  Send("STARTTLS\r\n");
  driver().Secure();
  EXPECT_NE(Send("EHLO x\r\n").find("REQUIRETLS\r\n"), std::string::npos);
}

using StartTlsDeathTest = StartTlsTest;

TEST_F(StartTlsDeathTest, NoPlaintextIsTakenBehindIt) {
  Greet();
  Send("STARTTLS\r\n");
  EXPECT_DEATH(session().Receive("NOOP\r\n"), "plaintext behind STARTTLS");
  EXPECT_DEATH(session().Next(), "before the event was answered");
}

TEST_F(StartTlsDeathTest, IsNotSecureOutOfTheBlue) {
  Greet();
  EXPECT_DEATH(session().Secure(), "without STARTTLS");
}

class AuthTest : public ServerSessionTest {
 protected:
  AuthTest() {
    verdicts.mechanisms = "PLAIN LOGIN";
    verdicts.users = {{"joe", "secret"}};
  }
};

const std::string kGood = EncodeBase64("\0joe\0secret"s);
const std::string kBad = EncodeBase64("\0joe\0wrong"s);

TEST_F(AuthTest, IsOfferedUntilTheClientHasLoggedIn) {
  Send("");
  EXPECT_NE(Send("EHLO x\r\n").find("AUTH PLAIN LOGIN\r\n"), std::string::npos);
  EXPECT_EQ(Send("AUTH PLAIN " + kGood + "\r\n"), "235 2.7.0 Authentication successful\r\n");
  EXPECT_TRUE(session().is_authenticated());
  EXPECT_EQ(Send("EHLO x\r\n").find("AUTH"), std::string::npos);
  EXPECT_TRUE(session().is_authenticated());
}

TEST_F(AuthTest, IsUnimplementedWhereNothingIsOffered) {
  verdicts.mechanisms = "";
  Send("");
  EXPECT_EQ(Send("EHLO x\r\n").find("AUTH"), std::string::npos);
  EXPECT_EQ(Codes("AUTH PLAIN " + kGood + "\r\nAUTH\r\n"), "502 5.5.1, 502 5.5.1");
}

TEST_F(AuthTest, TakesTheResponseLater) {
  Greet();
  EXPECT_EQ(Send("auth plain\r\n"), "334 \r\n");
  EXPECT_EQ(Codes(kGood + "\r\n"), "235 2.7.0");
  EXPECT_EQ(LastEvent(), "login joe");
}

TEST_F(AuthTest, TakesAnExchangeOfSeveralSteps) {
  Greet();
  EXPECT_EQ(Send("AUTH LOGIN\r\n"), "334 VXNlcm5hbWU6\r\n");
  EXPECT_EQ(Send("am9l\r\n"), "334 UGFzc3dvcmQ6\r\n");
  EXPECT_EQ(Codes("c2VjcmV0\r\n"), "235 2.7.0");
}

TEST_F(AuthTest, AnInitialResponseMayBeEmpty) {
  Greet();
  EXPECT_EQ(Send("AUTH LOGIN =\r\n"), "334 UGFzc3dvcmQ6\r\n");
  EXPECT_EQ(Codes("\r\n"), "535 5.7.8");
}

TEST_F(AuthTest, EachRefusalHasItsCode) {
  Send("");
  EXPECT_EQ(Codes("AUTH PLAIN\r\nHELO x\r\nAUTH PLAIN\r\nEHLO x\r\n"),
            "503 5.5.1, 250, 503 5.5.1, 250");
  EXPECT_EQ(Codes("AUTH\r\nAUTH PLA\r\nAUTH PLAINER\r\nAUTH CRAM-MD5\r\n"),
            "501 5.5.4, 504 5.5.4, 504 5.5.4, 504 5.5.4");
  EXPECT_EQ(Codes("AUTH PLAIN  \r\n*\r\nAUTH PLAIN a b\r\nAUTH PLAIN abc\r\nAUTH PLAIN ==\r\n"),
            "334, 501 5.7.0, 501 5.5.4, 501 5.5.2, 501 5.5.2");
  EXPECT_EQ(Codes("AUTH PLAIN a\x01\r\nAUTH PLAIN \xc3\xa9\r\n"), "501 5.5.2, 501 5.5.4");
  EXPECT_EQ(Codes("MAIL FROM:<a@b>\r\nAUTH PLAIN\r\nRSET\r\n"), "250 2.0.0, 503 5.5.1, 250 2.0.0");
  EXPECT_EQ(Codes("AUTH PLAIN " + kGood + "\r\nAUTH PLAIN " + kGood + "\r\n"),
            "235 2.7.0, 503 5.5.1");
}

TEST_F(AuthTest, NeedsTlsWhereNothingIsOfferedWithoutIt) {
  options.capabilities.start_tls = true;
  verdicts.mechanisms = "";
  verdicts.mechanisms_over_tls = "PLAIN";
  Greet();
  EXPECT_EQ(Codes("AUTH PLAIN " + kGood + "\r\nSTARTTLS\r\n"), "538 5.7.11, 220 2.0.0");
  EXPECT_EQ(driver().log().back(), "STARTTLS");
  driver().Secure();
  EXPECT_EQ(Codes("EHLO x\r\nAUTH PLAIN " + kGood + "\r\n"), "250, 235 2.7.0");
}

TEST_F(AuthTest, AResponseIsNeverACommand) {
  Greet();
  EXPECT_EQ(Codes("AUTH PLAIN\r\nQUIT\r\n"), "334, 535 5.7.8");  // four letters of base64
  EXPECT_EQ(Codes("AUTH PLAIN\r\nMAIL FROM:<a@b>\r\nAUTH PLAIN\r\nRSET \r\nNOOP\r\n"),
            "334, 501 5.5.2, 334, 501 5.5.2, 250 2.0.0");
  EXPECT_EQ(Told("sender <a@b>"), 0u);
  EXPECT_EQ(Told("AUTH aborted"), 2u);
}

TEST_F(AuthTest, AResponseDoesNotComeBack) {
  Greet();
  for (const char* line : {"c2VjcmV0", "not base64", "*", "\x01\xff", "c2VjcmV0\nMAIL"}) {
    EXPECT_EQ(Send("AUTH PLAIN\r\n"), "334 \r\n");
    const std::string reply = Send(line + "\r\n"s);
    EXPECT_EQ(reply.find("c2VjcmV0"), std::string::npos) << reply;
    EXPECT_EQ(reply.find("not"), std::string::npos) << reply;
    EXPECT_EQ(CodesOf(reply).size(), 9u) << reply;
  }
}

TEST_F(AuthTest, ABareLineFeedEndsTheExchangeAndStartsNoCommand) {
  Greet();
  EXPECT_EQ(Codes("AUTH PLAIN\r\nAGpv\nMAIL FROM:<a@b>\r\nNOOP\r\n"), "334, 500 5.5.2, 250 2.0.0");
  EXPECT_EQ(Codes("AUTH PLAIN\r\nAGpv\rNOOP\r\nAUTH PLAIN\r\n"s + '\0' + "\r\n"),
            "334, 501 5.5.2, 334, 501 5.5.2");
  EXPECT_EQ(Told("AUTH aborted"), 3u);
}

TEST_F(AuthTest, LinesMayBeLongButNotTooLong) {
  options.limits.command_line_octets = 512;
  Greet();
  const size_t most = options.limits.authentication_line_octets;
  const std::string longest((most - 2) / 4 * 4, 'A');
  EXPECT_EQ(Codes("AUTH PLAIN\r\n" + longest + "\r\n"), "334, 535 5.7.8");
  EXPECT_EQ(Codes("AUTH PLAIN\r\n" + longest + "AAAA\r\nNOOP\r\n"), "334, 500 5.5.6, 250 2.0.0");
  EXPECT_EQ(Codes("AUTH PLAIN " + longest.substr(16) + "\r\n"), "535 5.7.8");
  EXPECT_EQ(Codes("AUTH PLAIN " + longest + "\r\nNOOP\r\n"), "500 5.5.6, 250 2.0.0");
  EXPECT_EQ(Codes("NOOP " + longest.substr(16) + "\r\nNOOP\r\n"), "500 5.5.2, 250 2.0.0");
}

TEST_F(AuthTest, ALongCommandIsTakenHoweverItIsCut) {
  Greet();
  const std::string line = "AUTH PLAIN " + std::string(8000, 'A') + "\r\n";
  for (const char octet : line) Send({&octet, 1});
  EXPECT_EQ(LastEvent(), "login refused");
  EXPECT_EQ(Told("AUTH PLAIN"), 1u);
}

TEST_F(AuthTest, EndsWithTheClient) {
  Greet();
  Send("AUTH PLAIN\r\nAGpv");
  EXPECT_EQ(driver().EndInput(), "");
  EXPECT_EQ(Told("AUTH aborted"), 1u);
  EXPECT_EQ(LastEvent(), "closed disconnected");
}

TEST_F(AuthTest, EndsWithTheSession) {
  Greet();
  Send("AUTH PLAIN\r\n");
  session().Close(kNotNow, CloseReason::kTimeout);
  EXPECT_EQ(CodesOf(driver().Run()), "454 4.7.0");
  EXPECT_EQ(Told("AUTH aborted"), 1u);
  EXPECT_EQ(LastEvent(), "closed timeout");
}

TEST_F(AuthTest, TellsNoAbortOfWhatHasEnded) {
  Greet();
  Send("AUTH PLAIN " + kBad + "\r\nQUIT\r\n");
  EXPECT_EQ(Told("AUTH aborted"), 0u);
}

TEST_F(AuthTest, WhatIsPipelinedBehindItWaitsAndIsRun) {
  Greet();
  EXPECT_EQ(Codes("AUTH PLAIN " + kGood + "\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n"),
            "235 2.7.0, 250 2.0.0, 250 2.0.0");
}

TEST_F(AuthTest, NothingIsReadWhileItIsDecided) {
  Greet();
  session().Receive("AUTH PLAIN\r\nNOOP\r\n");
  EXPECT_TRUE(std::holds_alternative<AuthReceived>(session().Next()));
  EXPECT_TRUE(session().has_unread_input());
  session().AnswerAuth(kNotNow);
  EXPECT_TRUE(std::holds_alternative<NeedInput>(session().Next()));
  EXPECT_EQ(CodesOf(session().output()), "454 4.7.0, 250 2.0.0");
}

TEST_F(AuthTest, IsAWaitForACommandAndNoTransaction) {
  Greet();
  Send("AUTH PLAIN\r\n");
  EXPECT_EQ(session().waiting(), Waiting::kCommand);
  EXPECT_FALSE(session().in_transaction());
  EXPECT_EQ(session().statistics().command_count, 2u);
  Send("*\r\n");
  EXPECT_EQ(session().statistics().command_count, 2u);
}

TEST_F(AuthTest, FailuresEndTheSession) {
  options.capabilities.start_tls = true;
  verdicts.mechanisms_over_tls = "PLAIN";
  Greet();
  const std::string attempt = "AUTH PLAIN " + kBad + "\r\n";
  EXPECT_EQ(Codes(attempt + attempt + "STARTTLS\r\n"), "535 5.7.8, 535 5.7.8, 220 2.0.0");
  driver().Secure();
  EXPECT_EQ(Codes("EHLO x\r\n" + attempt + attempt + "NOOP\r\n"), "250, 535 5.7.8, 421 4.7.0");
  EXPECT_EQ(driver().close_reason(), CloseReason::kTooManyErrors);
}

TEST_F(AuthTest, CancelledExchangesAreErrors) {
  options.limits.errors = 2;
  Greet();
  EXPECT_EQ(Codes("AUTH PLAIN\r\n*\r\nAUTH PLAIN\r\n*\r\nAUTH PLAIN\r\n*\r\n"),
            "334, 501 5.7.0, 334, 501 5.7.0, 334, 421 4.7.0");
  EXPECT_EQ(Told("AUTH aborted"), 3u);
}

// RFC 4954 §6.
TEST_F(AuthTest, IsDemanded) {
  options.requires_authentication = true;
  Send("");
  EXPECT_EQ(Codes("MAIL FROM:<a@b>\r\nEHLO x\r\n"), "503 5.5.1, 250");
  EXPECT_EQ(Codes("MAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\nDATA\r\nVRFY a\r\nEXPN a\r\n"),
            "530 5.7.0, 530 5.7.0, 530 5.7.0, 530 5.7.0, 530 5.7.0");
  EXPECT_EQ(Codes("BDAT 6\r\nNOOP\r\nRSET\r\nNOOP\r\nHELP\r\n"),
            "530 5.7.0, 250 2.0.0, 250 2.0.0, 214 2.0.0");
  EXPECT_EQ(Codes("AUTH PLAIN " + kGood + "\r\nMAIL FROM:<a@b>\r\n"), "235 2.7.0, 250 2.0.0");
}

TEST_F(AuthTest, AChallengeMayBeLong) {
  Greet();
  session().Receive("AUTH PLAIN\r\n");
  ASSERT_TRUE(std::holds_alternative<AuthReceived>(session().Next()));
  const std::string challenge(6000, 'x');
  session().AnswerChallenge(challenge);
  EXPECT_EQ(session().output(), Concat("334 ", EncodeBase64(challenge), "\r\n"));
  session().Close(std::nullopt, CloseReason::kShutdown);
  EXPECT_TRUE(std::holds_alternative<AuthAborted>(session().Next()));
  EXPECT_TRUE(std::holds_alternative<SessionClosed>(session().Next()));
}

TEST_F(AuthTest, NamesTheProtocolByWhatIsInUse) {
  options.capabilities.start_tls = true;
  verdicts.mechanisms_over_tls = "PLAIN";
  const std::string login = "AUTH PLAIN " + kGood + "\r\n";
  Greet();
  Send(login);
  EXPECT_EQ(session().protocol_keyword(), "ESMTPA");
  Send("MAIL FROM:<a@b> SMTPUTF8\r\n");
  EXPECT_EQ(session().protocol_keyword(), "UTF8SMTPA");
  Send("RSET\r\nSTARTTLS\r\n");
  driver().Secure();
  Send("HELO x\r\n");
  EXPECT_EQ(session().protocol_keyword(), "SMTP");
  Send("EHLO x\r\n");
  EXPECT_EQ(session().protocol_keyword(), "ESMTPS");
  Send(login);
  EXPECT_EQ(session().protocol_keyword(), "ESMTPSA");
  Send("MAIL FROM:<a@b> SMTPUTF8\r\n");
  EXPECT_EQ(session().protocol_keyword(), "UTF8SMTPSA");
}

TEST_F(AuthTest, NamesTheProtocolOfLmtpToo) {
  options.protocol = Protocol::kLmtp;
  options.capabilities.start_tls = true;
  verdicts.mechanisms_over_tls = "PLAIN";
  Greet();
  Send("STARTTLS\r\n");
  driver().Secure();
  Send("LHLO x\r\n");
  EXPECT_EQ(session().protocol_keyword(), "LMTPS");
  Send("AUTH PLAIN " + kGood + "\r\n");
  EXPECT_EQ(session().protocol_keyword(), "LMTPSA");
  Send("MAIL FROM:<a@b> SMTPUTF8\r\n");
  EXPECT_EQ(session().protocol_keyword(), "UTF8LMTPSA");
}

using AuthDeathTest = AuthTest;

TEST_F(AuthDeathTest, HasTwoWaysToEnd) {
  Greet();
  session().Receive("AUTH PLAIN\r\n");
  session().Next();
  EXPECT_DEATH(session().AnswerAuth(Reply::Fixed(250, {2, 0, 0}, "OK")), "neither a login");
  EXPECT_DEATH(session().OfferMechanisms("PLAIN"), "during an exchange");
}

}  // namespace
}  // namespace ringpost::smtp
