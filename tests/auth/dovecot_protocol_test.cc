#include "ringpost/auth/internal/dovecot_protocol.h"

#include <gtest/gtest.h>

#include "ringpost/base/text.h"
#include "ringpost/net/security_facts.h"

namespace ringpost::auth::internal {
namespace {

using sasl::Mechanism;
using Kind = DovecotAnswer::Kind;

constexpr std::string_view kHandshake[] = {
    "VERSION\t1\t2", "MECH\tPLAIN\tplaintext",   "MECH\tXOAUTH2", "MECH\tSOMETHING-NEW", "SPID\t17",
    "CUID\t3",       "COOKIE\t0123456789abcdef", "DONE"};

TEST(DovecotLines, GivesLinesHoweverTheyWereCut) {
  constexpr std::string_view kStream = "first\n\nthird\tx\nrest";
  for (size_t piece = 1; piece <= kStream.size(); ++piece) {
    DovecotLines lines;
    std::vector<std::string> found;
    for (size_t at = 0; at < kStream.size(); at += piece) {
      ASSERT_TRUE(lines.Add(kStream.substr(at, piece)));
      while (const auto line = lines.Next()) found.emplace_back(*line);
    }
    EXPECT_EQ(found, (std::vector<std::string>{"first", "", "third\tx"})) << piece;
  }
}

TEST(DovecotLines, RefusesALineThatIsTooLong) {
  const std::string longest(kLongestDovecotLine - 1, 'x');
  EXPECT_TRUE(DovecotLines().Add(Concat(longest, "\n")));
  EXPECT_TRUE(DovecotLines().Add(longest));
  EXPECT_FALSE(DovecotLines().Add(Concat(longest, "x\n")));
  EXPECT_FALSE(DovecotLines().Add(Concat("short\n", longest, "x")));
  DovecotLines lines;
  EXPECT_TRUE(lines.Add(longest));
  EXPECT_FALSE(lines.Add("x"));
}

TEST(DovecotGreeting, HasVersionAndId) {
  EXPECT_EQ(FormatDovecotGreeting(4711), "VERSION\t1\t1\nCPID\t4711\n");
}

TEST(DovecotHandshake, LearnsTheMechanisms) {
  DovecotHandshake handshake;
  for (const std::string_view line : kHandshake) {
    EXPECT_FALSE(handshake.is_complete());
    EXPECT_TRUE(handshake.Take(line).ok()) << line;
  }
  EXPECT_TRUE(handshake.is_complete());
  EXPECT_TRUE(handshake.Offers(Mechanism::kPlain));
  EXPECT_TRUE(handshake.Offers(Mechanism::kXoauth2));
  EXPECT_FALSE(handshake.Offers(Mechanism::kOauthBearer));
  EXPECT_EQ(handshake.names(), "PLAIN XOAUTH2 SOMETHING-NEW");
}

TEST(DovecotHandshake, RefusesAnotherVersion) {
  const absl::Status status = DovecotHandshake().Take("VERSION\t2\t0");
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_FALSE(DovecotHandshake().Take("VERSION\tx").ok());
  EXPECT_FALSE(DovecotHandshake().Take("VERSION").ok());
}

TEST(DovecotHandshake, RefusesWhatDoesNotBeginWithAVersion) {
  for (const std::string_view line : {"MECH\tPLAIN", "DONE", "", "220 mail.example ESMTP"}) {
    EXPECT_FALSE(DovecotHandshake().Take(line).ok()) << line;
  }
}

TEST(DovecotHandshake, HasAnEnd) {
  DovecotHandshake handshake;
  absl::Status status = handshake.Take("VERSION\t1\t1");
  size_t line_count = 1;
  for (; status.ok() && line_count < 2 * kMostHandshakeLines; ++line_count) {
    status = handshake.Take("MECH\tENDLESS");
  }
  EXPECT_EQ(line_count, kMostHandshakeLines + 1);
  EXPECT_LE(handshake.names().size(), 256u);
}

class DovecotQuestionTest : public ::testing::Test {
 protected:
  std::string Ask(std::string_view response) {
    hooks::SessionView session{.id = "S1",
                               .client = client_,
                               .server = server_,
                               .connected_at = {},
                               .protocol = smtp::Protocol::kSmtp,
                               .hello_name = "h",
                               .protocol_keyword = "ESMTP",
                               .security = security_};
    return FormatDovecotQuestion(7, Mechanism::kPlain, session, response).value_or("too long");
  }

  const net::SecurityFacts facts_;
  const net::SecurityFacts* security_ = nullptr;
  io::SocketAddress client_ = *io::ParseSocketAddress("192.0.2.7:40000");
  io::SocketAddress server_ = *io::ParseSocketAddress("[2001:db8::1]:587");
};

TEST_F(DovecotQuestionTest, TellsTheSessionAndEndsWithTheResponse) {
  EXPECT_EQ(Ask(std::string_view("\0u\0p", 4)),
            "AUTH\t7\tPLAIN\tservice=smtp\tnologin\tsession=S1\trip=192.0.2.7\trport=40000"
            "\tlip=2001:db8::1\tlport=587\tresp=AHUAcA==\n");
}

TEST_F(DovecotQuestionTest, TellsThatTheSessionIsSecure) {
  EXPECT_EQ(Ask("x").find("secured"), std::string::npos);
  security_ = &facts_;
  EXPECT_NE(Ask("x").find("\tsecured\tresp="), std::string::npos);
}

TEST_F(DovecotQuestionTest, OfAUnixSocketNamesNoAddress) {
  client_ = server_ = *io::ParseSocketAddress("unix:/run/smtp");
  EXPECT_EQ(Ask(""), "AUTH\t7\tPLAIN\tservice=smtp\tnologin\tsession=S1\tresp=\n");
}

TEST_F(DovecotQuestionTest, IsOneLineWhateverIsInIt) {
  const std::string line = Ask("a\tb\nOK\t7\tuser=root\n");
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  EXPECT_EQ(line.substr(line.find("resp=")), "resp=YQliCk9LCTcJdXNlcj1yb290Cg==\n");
}

TEST_F(DovecotQuestionTest, IsNeverLongerThanDovecotTakes) {
  EXPECT_LE(Ask(std::string(6000, 'x')).size(), kLongestDovecotLine);
  EXPECT_EQ(Ask(std::string(6100, 'x')), "too long");
}

TEST(DovecotContinuation, IsBase64) {
  EXPECT_EQ(FormatDovecotContinuation(3, "\x01"), "CONT\t3\tAQ==\n");
}

DovecotAnswer AnswerOf(std::string_view line) {
  const auto answer = ParseDovecotAnswer(line);
  EXPECT_TRUE(answer.ok() && answer->has_value()) << line;
  return answer.ok() && answer->has_value() ? **answer : DovecotAnswer();
}

TEST(DovecotAnswer, AcceptsByTheNameThatDovecotGives) {
  const DovecotAnswer answer = AnswerOf("OK\t9\tuser=alice@example.org\tother=x\tflag");
  EXPECT_EQ(answer.kind, Kind::kAccepted);
  EXPECT_EQ(answer.id, 9u);
  EXPECT_EQ(answer.user, "alice@example.org");
}

TEST(DovecotAnswer, ARightPasswordIsNotAlwaysEnough) {
  EXPECT_EQ(AnswerOf("OK\t1\tuser=alice\tnologin").kind, Kind::kRefused);
  EXPECT_EQ(AnswerOf("OK\t1\tnologin=\tuser=alice\treason=closed").kind, Kind::kRefused);
  EXPECT_EQ(AnswerOf("OK\t1\tuser=nologin").kind, Kind::kAccepted);
}

TEST(DovecotAnswer, TellsARefusalFromAFailure) {
  EXPECT_EQ(AnswerOf("FAIL\t1").kind, Kind::kRefused);
  EXPECT_EQ(AnswerOf("FAIL\t1\tuser=alice").kind, Kind::kRefused);
  EXPECT_EQ(AnswerOf("FAIL\t1\tuser=alice\tuser_disabled\tcode=user_disabled").kind,
            Kind::kRefused);
  EXPECT_EQ(AnswerOf("FAIL\t1\tuser=alice\ttemp").kind, Kind::kUndecided);
  EXPECT_EQ(AnswerOf("FAIL\t1\tuser=a\tcode=temp_fail\treason=down\x01tnow").kind,
            Kind::kUndecided);
  EXPECT_EQ(AnswerOf("FAIL\t1\ttemp\treason=down\x01tnow").reason, "down\tnow");
  // A name is no flag.
  EXPECT_EQ(AnswerOf("FAIL\t1\tuser=temp").kind, Kind::kRefused);
}

TEST(DovecotAnswer, MayBeAChallenge) {
  const DovecotAnswer answer = AnswerOf("CONT\t4294967295\te30=");
  EXPECT_EQ(answer.kind, Kind::kChallenged);
  EXPECT_EQ(answer.id, 4294967295u);
}

TEST(DovecotAnswer, PassesOverOtherLines) {
  for (const std::string_view line : {"", "NOTHING\t1", "MECH\tPLAIN", "ok\t1\tuser=x"}) {
    const auto answer = ParseDovecotAnswer(line);
    EXPECT_TRUE(answer.ok() && !answer->has_value()) << line;
  }
}

TEST(DovecotAnswer, RefusesWhatMakesNoSense) {
  for (const std::string_view line :
       {"OK", "OK\t", "OK\tx\tuser=a", "OK\t-1\tuser=a", "OK\t4294967296\tuser=a", "OK\t1",
        "OK\t1\tuser=", "OK\t1\tuser=a\x01tb", "OK\t1\tuser=a\x01", "OK\t1\tuser=a\x01x",
        "OK\t1\tuser=\xff", "FAIL", "FAIL\tx", "CONT"}) {
    EXPECT_FALSE(ParseDovecotAnswer(line).ok()) << line;
  }
  EXPECT_FALSE(ParseDovecotAnswer(Concat("OK\t1\tuser=", std::string(256, 'a'))).ok());
}

}  // namespace
}  // namespace ringpost::auth::internal
