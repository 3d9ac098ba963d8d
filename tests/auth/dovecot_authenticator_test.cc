#include "ringpost/auth/dovecot_authenticator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <list>
#include <map>
#include <vector>

#include "../hooks/hook_fixture.h"
#include "ringpost/auth/internal/dovecot_protocol.h"
#include "ringpost/base/base64.h"
#include "ringpost/base/text.h"
#include "ringpost/net/listener.h"
#include "ringpost/net/security_facts.h"
#include "ringpost/net/tcp_transport.h"
#include "ringpost/testing/run_task.h"

namespace ringpost::auth {
namespace {

using hooks::AuthenticatedUser;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::RunTask;
using ::testing::StartsWith;

constexpr std::string_view kOpening =
    "VERSION\t1\t2\nMECH\tPLAIN\tplaintext\nMECH\tLOGIN\tplaintext\nSPID\t17\nCUID\t3\n"
    "COOKIE\t0123456789abcdef0123456789abcdef\nDONE\n";

// Plays Dovecot: says `opening` to whoever connects, and to each line what `answer` returns.
class FakeDovecot final : private net::ConnectionTaker {
 public:
  static constexpr std::string_view kHangUp = "(hang up)";

  FakeDovecot(io::Shard& shard, const io::SocketAddress& address)
      : shard_(shard), listener_(shard, *shard.reactor().Listen(address, {}), *this) {
    listener_.Start();
  }
  // The clients have gone.
  ~FakeDovecot() {
    RunTask(shard_, listener_.Stop());
    scope_.RequestCancel();
    RunTask(shard_, scope_.Join());
  }

  std::string opening = std::string(kOpening);
  bool hangs_up_behind_opening = false;
  std::function<std::string(std::string_view line)> answer;
  std::vector<std::string> lines;  // all that came in
  size_t connection_count = 0;

  // Only the questions among the lines.
  std::vector<std::string> questions() const {
    std::vector<std::string> found;
    for (const std::string& line : lines) {
      if (line.starts_with("AUTH\t")) found.push_back(line);
    }
    return found;
  }
  // To the last that connected.
  void Say(std::string_view octets) {
    EXPECT_TRUE(RunTask(shard_, transports_.back()->Write(octets, {})).ok());
  }

 private:
  void OnConnection(int socket) override {
    ++connection_count;
    transports_.push_back(std::make_unique<net::TcpTransport>(shard_, socket, counters_));
    scope_.Spawn(Serve(*transports_.back()));
  }

  Task<void> Serve(net::TcpTransport& transport) {
    const io::Wait wait = {.cancel = scope_.token()};
    bool goes_on = (co_await transport.Write(opening, wait)).ok() && !hangs_up_behind_opening;
    internal::DovecotLines received;
    while (goes_on) {
      const absl::StatusOr<io::Chunk> chunk = co_await transport.Read(wait);
      goes_on = chunk.ok() && !chunk->octets.empty() && received.Add(chunk->octets);
      while (const auto line = goes_on ? received.Next() : std::nullopt) {
        lines.emplace_back(*line);
        const std::string reply = answer ? answer(*line) : std::string();
        goes_on = reply != kHangUp && (co_await transport.Write(reply, wait)).ok();
      }
    }
    co_await transport.Close({.deadline = shard_.Now()});
  }

  io::Shard& shard_;
  net::TransportCounters counters_;
  net::Listener listener_;
  std::list<std::unique_ptr<net::TcpTransport>> transports_;
  TaskScope scope_;
};

// Field number `index` of a line.
std::string Field(std::string_view line, size_t index) {
  for (; index > 0; --index) line.remove_prefix(std::min(line.find('\t') + 1, line.size()));
  return std::string(line.substr(0, line.find('\t')));
}

std::string ResponseOf(std::string_view line) {
  const size_t at = line.find("\tresp=");
  return at == line.npos ? "(none)" : DecodeBase64(line.substr(at + 6)).value_or("(not base64)");
}

// Says yes to everything, by the name that PLAIN has.
std::string AcceptAll(std::string_view line) {
  if (!line.starts_with("AUTH\t")) return {};
  const std::string response = ResponseOf(line);
  const std::string user = response.substr(1, response.find('\0', 1) - 1);
  return Concat("OK\t", Field(line, 1), "\tuser=", user, "\n");
}

class DovecotAuthenticatorTest : public hooks::HookTest {
 protected:
  DovecotAuthenticatorTest() : HookTest({.seed = 5}) {
    session_.security = &facts_;
    StartDovecot();
  }
  ~DovecotAuthenticatorTest() override {
    authenticator_.reset();
    AwaitSilence();
    dovecot_.reset();
    EXPECT_EQ(reactor_.open_descriptor_count(), 0u);
  }

  void StartDovecot() { dovecot_ = std::make_unique<FakeDovecot>(shard_, kAddress); }

  DovecotAuthenticator& Authenticator() {
    if (authenticator_ == nullptr) {
      authenticator_ = std::make_unique<DovecotAuthenticator>(shard_, options_);
    }
    return *authenticator_;
  }
  // Until the authenticator has nothing in the background.
  void AwaitSilence() {
    testing::RunUntil(shard_, [this] { return shard_.scope().live_count() == 0; });
  }

  hooks::Context ContextWith(io::Wait wait) { return {shard_, session_, wait}; }
  AuthenticatedUser AskPassword(std::string_view user, std::string_view password,
                                io::Wait wait = {}) {
    return RunTask(shard_, Authenticator().OnPassword(ContextWith(wait), user, password),
                   absl::Minutes(5));
  }
  AuthenticatedUser AskToken(std::string_view user) {
    return RunTask(shard_,
                   Authenticator().OnToken(ContextWith({}), {.token = "abc.def", .user = user}));
  }
  // Asks in the background.
  void Begin(std::string user, io::Wait wait = {}) { asking_.Spawn(Record(std::move(user), wait)); }
  void JoinAll() { RunTask(shard_, asking_.Join(), absl::Minutes(5)); }

  void Pass(absl::Duration length) { RunTask(shard_, PassTask(length), length + absl::Seconds(1)); }

  const io::SocketAddress kAddress = *io::ParseSocketAddress("192.0.2.53:24");
  const ScopedRunQueue scoped_{shard_.run_queue()};
  const net::SecurityFacts facts_;
  DovecotOptions options_ = {.address = kAddress};
  std::unique_ptr<FakeDovecot> dovecot_;
  std::unique_ptr<DovecotAuthenticator> authenticator_;
  TaskScope asking_;
  std::map<std::string, AuthenticatedUser> answers_;

 private:
  Task<void> Record(std::string user, io::Wait wait) {
    AuthenticatedUser answer =
        co_await Authenticator().OnPassword(ContextWith(wait), user, "secret");
    answers_.insert_or_assign(user, std::move(answer));
  }
  Task<void> PassTask(absl::Duration length) {
    static_cast<void>(co_await io::Sleep(shard_, length, {}));
  }
};

TEST_F(DovecotAuthenticatorTest, AsksByPlainAndTakesTheNameOfDovecot) {
  dovecot_->answer = [](std::string_view line) {
    return line.starts_with("AUTH") ? std::string("OK\t1\tuser=alice@example.org\n") : "";
  };
  const AuthenticatedUser user = AskPassword("Alice", "geheim");
  ASSERT_TRUE(user.ok()) << user.status();
  EXPECT_EQ(*user, "alice@example.org");
  ASSERT_EQ(dovecot_->lines.size(), 3u);
  EXPECT_EQ(dovecot_->lines[0], "VERSION\t1\t1");
  EXPECT_THAT(dovecot_->lines[1], StartsWith("CPID\t"));
  EXPECT_THAT(dovecot_->lines[2], StartsWith("AUTH\t1\tPLAIN\tservice=smtp\t"));
  EXPECT_THAT(dovecot_->lines[2], HasSubstr("\tsession=session\t"));
  EXPECT_THAT(dovecot_->lines[2], HasSubstr("\tsecured\t"));
  EXPECT_EQ(ResponseOf(dovecot_->lines[2]), std::string("\0Alice\0geheim", 13));
}

TEST_F(DovecotAuthenticatorTest, TellsAWrongPasswordFromADovecotThatDoesNotKnow) {
  dovecot_->answer = [](std::string_view line) -> std::string {
    if (!line.starts_with("AUTH")) return {};
    const bool is_down = ResponseOf(line).find("down") != std::string::npos;
    return Concat("FAIL\t", Field(line, 1), is_down ? "\tuser=x\ttemp\n" : "\tuser=x\n");
  };
  const AuthenticatedUser wrong = AskPassword("alice", "wrong");
  ASSERT_TRUE(wrong.ok()) << wrong.status();
  EXPECT_EQ(*wrong, std::nullopt);
  EXPECT_TRUE(absl::IsUnavailable(AskPassword("alice", "down").status()));
}

TEST_F(DovecotAuthenticatorTest, WhatCannotBeSaidIsWrongAndNeverSent) {
  dovecot_->answer = AcceptAll;
  for (const std::string_view password : {std::string_view("a\0b", 3), std::string_view("a\nb"),
                                          std::string_view("a\tb"), std::string_view()}) {
    const AuthenticatedUser user = AskPassword("alice", password);
    ASSERT_TRUE(user.ok()) << user.status();
    EXPECT_EQ(*user, std::nullopt);
  }
  EXPECT_THAT(dovecot_->questions(), ElementsAre());
}

TEST_F(DovecotAuthenticatorTest, KeepsOneConnectionForManyQuestions) {
  dovecot_->answer = AcceptAll;
  for (int i = 0; i < 50; ++i) Begin(Concat("user", i));
  JoinAll();
  EXPECT_EQ(answers_.size(), 50u);
  for (const auto& [user, answer] : answers_) {
    ASSERT_TRUE(answer.ok()) << answer.status();
    EXPECT_EQ(*answer, user);
  }
  EXPECT_EQ(dovecot_->connection_count, 1u);
}

TEST_F(DovecotAuthenticatorTest, AnswersMayComeInAnyOrder) {
  std::vector<std::string> held;
  dovecot_->answer = [&held](std::string_view line) -> std::string {
    if (!line.starts_with("AUTH")) return {};
    held.insert(held.begin(), AcceptAll(line));
    if (held.size() < 3) return {};
    return held[0] + held[1] + held[2];
  };
  for (const char* const user : {"a", "b", "c"}) Begin(user);
  JoinAll();
  for (const auto& [user, answer] : answers_) EXPECT_EQ(answer.value(), user);
  EXPECT_EQ(answers_.size(), 3u);
}

TEST_F(DovecotAuthenticatorTest, AHandshakeMayEndAnywhere) {
  dovecot_->hangs_up_behind_opening = true;
  for (size_t octets = 0; octets < kOpening.size(); ++octets) {
    dovecot_->opening = kOpening.substr(0, octets);
    const AuthenticatedUser user = AskPassword("alice", "secret");
    EXPECT_TRUE(absl::IsUnavailable(user.status())) << octets << ' ' << user.status();
    authenticator_.reset();
    AwaitSilence();
  }
}

TEST_F(DovecotAuthenticatorTest, AHandshakeThatStallsAnywhereEndsInTime) {
  for (size_t octets = 0; octets < kOpening.size(); ++octets) {
    dovecot_->opening = kOpening.substr(0, octets);
    const AuthenticatedUser user = AskPassword("alice", "secret");
    EXPECT_TRUE(absl::IsDeadlineExceeded(user.status())) << octets << ' ' << user.status();
    authenticator_.reset();
    AwaitSilence();
  }
}

TEST_F(DovecotAuthenticatorTest, AHandshakeThatMakesNoSenseIsAnError) {
  for (const std::string& opening :
       {std::string("220 mail.example ESMTP\r\n"), std::string("VERSION\t2\t0\n"),
        std::string("VERSION\t\n"), std::string("MECH\tPLAIN\nDONE\n"), std::string(10'000, 'x'),
        std::string(300, '\n')}) {
    dovecot_->opening = opening;
    EXPECT_FALSE(AskPassword("alice", "secret").ok()) << opening.substr(0, 40);
    authenticator_.reset();
    AwaitSilence();
  }
}

TEST_F(DovecotAuthenticatorTest, AnAnswerThatMakesNoSenseIsAnError) {
  for (const std::string& reply :
       {std::string("OK\t1\n"), std::string("OK\tx\tuser=a\n"), std::string("OK\t99\tuser=a\n"),
        std::string("CONT\t1\t\n"), std::string("FAIL\n"), std::string("OK\t1\tuser=\x01\n"),
        std::string(10'000, 'x')}) {
    dovecot_->answer = [&reply](std::string_view line) {
      return line.starts_with("AUTH") ? reply : std::string();
    };
    const AuthenticatedUser user = AskPassword("alice", "secret");
    EXPECT_EQ(user.status().code(), absl::StatusCode::kInternal) << reply.substr(0, 40);
    authenticator_.reset();
    AwaitSilence();
  }
}

TEST_F(DovecotAuthenticatorTest, SaysSoWhenThereIsNoPlain) {
  dovecot_->opening = "VERSION\t1\t2\nMECH\tSCRAM-SHA-256\nMECH\tLOGIN\nDONE\n";
  const absl::Status status = AskPassword("alice", "secret").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(std::string(status.message()), "Dovecot offers no PLAIN, only: SCRAM-SHA-256 LOGIN");
}

TEST_F(DovecotAuthenticatorTest, NobodyListening) {
  dovecot_.reset();
  EXPECT_TRUE(absl::IsUnavailable(AskPassword("alice", "secret").status()));
  // For a moment nobody tries again, though it could be had.
  StartDovecot();
  dovecot_->answer = AcceptAll;
  EXPECT_TRUE(absl::IsUnavailable(AskPassword("alice", "secret").status()));
  EXPECT_EQ(dovecot_->connection_count, 0u);
  Pass(DovecotAuthenticator::kRest);
  EXPECT_EQ(AskPassword("alice", "secret").value(), "alice");
}

TEST_F(DovecotAuthenticatorTest, ConnectsAgainWhenDovecotWasRestarted) {
  dovecot_->answer = AcceptAll;
  EXPECT_EQ(AskPassword("alice", "secret").value(), "alice");
  dovecot_.reset();
  AwaitSilence();
  StartDovecot();
  dovecot_->answer = AcceptAll;
  EXPECT_EQ(AskPassword("bob", "secret").value(), "bob");
  EXPECT_EQ(dovecot_->connection_count, 1u);
}

TEST_F(DovecotAuthenticatorTest, AsksOnceMoreWhatABrokenConnectionTookAway) {
  dovecot_->answer = [this](std::string_view line) {
    const bool breaks = dovecot_->connection_count == 1 && line.starts_with("AUTH");
    return breaks ? std::string(FakeDovecot::kHangUp) : AcceptAll(line);
  };
  EXPECT_EQ(AskPassword("alice", "secret").value(), "alice");
  EXPECT_EQ(dovecot_->connection_count, 2u);
}

TEST_F(DovecotAuthenticatorTest, ButNotForEver) {
  dovecot_->answer = [](std::string_view line) {
    return std::string(line.starts_with("AUTH") ? FakeDovecot::kHangUp : "");
  };
  EXPECT_TRUE(absl::IsUnavailable(AskPassword("alice", "secret").status()));
  EXPECT_EQ(dovecot_->connection_count, 2u);
}

TEST_F(DovecotAuthenticatorTest, ASlowAnswerHarmsNobodyElse) {
  dovecot_->answer = [](std::string_view line) {
    return ResponseOf(line).find("slow") == std::string::npos ? AcceptAll(line) : std::string();
  };
  Begin("slow", {.deadline = shard_.Now() + absl::Seconds(3)});
  EXPECT_EQ(AskPassword("alice", "secret").value(), "alice");
  JoinAll();
  EXPECT_TRUE(absl::IsDeadlineExceeded(answers_.at("slow").status()));
  // The answer that comes too late is nobody's.
  const std::vector<std::string> questions = dovecot_->questions();
  const auto slow = std::ranges::find_if(questions, [](const std::string& line) {
    return ResponseOf(line).find("slow") != std::string::npos;
  });
  ASSERT_NE(slow, questions.end());
  dovecot_->Say(Concat("OK\t", Field(*slow, 1), "\tuser=slow\n"));
  EXPECT_EQ(AskPassword("bob", "secret").value(), "bob");
  EXPECT_EQ(dovecot_->connection_count, 1u);
}

TEST_F(DovecotAuthenticatorTest, ADovecotThatNeverAnswersIsLeft) {
  const AuthenticatedUser user = AskPassword("alice", "secret");
  EXPECT_FALSE(user.ok());
  Pass(3 * options_.answer_timeout);
  dovecot_->answer = AcceptAll;
  EXPECT_EQ(AskPassword("bob", "secret").value(), "bob");
  EXPECT_GT(dovecot_->connection_count, 1u);
}

TEST_F(DovecotAuthenticatorTest, AClientThatLeavesIsNotWaitedFor) {
  CancelSource client;
  Begin("alice", {.cancel = client.token()});
  testing::RunUntil(shard_, [this] { return !dovecot_->questions().empty(); });
  client.Request();
  JoinAll();
  EXPECT_TRUE(absl::IsCancelled(answers_.at("alice").status()));
}

TEST_F(DovecotAuthenticatorTest, ACancelledHandshakeDoesNotAskLater) {
  dovecot_->opening.clear();
  CancelSource client;
  Begin("alice", {.cancel = client.token()});
  testing::RunUntil(shard_, [this] { return !dovecot_->lines.empty(); });
  client.Request();
  JoinAll();
  dovecot_->Say(kOpening);
  dovecot_->answer = AcceptAll;
  EXPECT_EQ(AskPassword("bob", "secret").value(), "bob");
  EXPECT_EQ(dovecot_->questions().size(), 1u);
}

TEST_F(DovecotAuthenticatorTest, TakesNoMoreQuestionsThanItsLimit) {
  options_.question_limit = 2;
  for (const char* const user : {"a", "b"})
    Begin(user, {.deadline = shard_.Now() + absl::Seconds(9)});
  testing::RunUntil(shard_, [this] { return dovecot_->questions().size() == 2; });
  EXPECT_TRUE(absl::IsResourceExhausted(AskPassword("c", "secret").status()));
  dovecot_->Say("OK\t1\tuser=a\nOK\t2\tuser=b\n");
  JoinAll();
  dovecot_->answer = AcceptAll;
  EXPECT_EQ(AskPassword("c", "secret").value(), "c");
}

TEST_F(DovecotAuthenticatorTest, QuestionsThatWereLeftCountUntilTheyAreAnswered) {
  options_.question_limit = 1;
  EXPECT_FALSE(AskPassword("a", "secret", {.deadline = shard_.Now() + absl::Seconds(1)}).ok());
  EXPECT_TRUE(absl::IsResourceExhausted(AskPassword("b", "secret").status()));
}

TEST_F(DovecotAuthenticatorTest, TwoConnectionsAreTwoClients) {
  dovecot_->answer = AcceptAll;
  EXPECT_TRUE(AskPassword("alice", "secret").ok());
  const std::string first = dovecot_->lines[1];
  authenticator_.reset();
  AwaitSilence();
  EXPECT_TRUE(AskPassword("alice", "secret").ok());
  EXPECT_THAT(dovecot_->lines[4], StartsWith("CPID\t"));
  EXPECT_NE(dovecot_->lines[4], first);
}

TEST_F(DovecotAuthenticatorTest, OffersTokensWhenDovecotDoes) {
  dovecot_->answer = AcceptAll;
  EXPECT_TRUE(Authenticator().abilities().passwords);
  EXPECT_TRUE(AskPassword("alice", "secret").ok());
  EXPECT_FALSE(Authenticator().abilities().tokens);
  EXPECT_FALSE(Authenticator().abilities().scram_sha256);
  authenticator_.reset();
  AwaitSilence();
  dovecot_->opening = "VERSION\t1\t2\nMECH\tPLAIN\nMECH\tXOAUTH2\nMECH\tOAUTHBEARER\nDONE\n";
  EXPECT_TRUE(AskPassword("alice", "secret").ok());
  EXPECT_TRUE(Authenticator().abilities().tokens);
}

TEST_F(DovecotAuthenticatorTest, AsksForTokensByOauthbearer) {
  dovecot_->opening = "VERSION\t1\t2\nMECH\tXOAUTH2\nMECH\tOAUTHBEARER\nDONE\n";
  dovecot_->answer = [](std::string_view line) {
    return std::string(line.starts_with("AUTH") ? "OK\t1\tuser=alice\n" : "");
  };
  testing::RunUntil(shard_, [this] { return Authenticator().abilities().tokens; });
  EXPECT_EQ(AskToken("alice").value(), "alice");
  EXPECT_EQ(Field(dovecot_->questions()[0], 2), "OAUTHBEARER");
  EXPECT_EQ(ResponseOf(dovecot_->questions()[0]),
            "n,a=alice,\x01"
            "auth=Bearer abc.def\x01\x01");
}

TEST_F(DovecotAuthenticatorTest, AcknowledgesWhyATokenIsRefused) {
  for (const auto& [mechanism, acknowledgement] :
       std::map<std::string, std::string>{{"OAUTHBEARER", "AQ=="}, {"XOAUTH2", ""}}) {
    dovecot_->opening = Concat("VERSION\t1\t2\nMECH\t", mechanism, "\nDONE\n");
    dovecot_->answer = [](std::string_view line) -> std::string {
      if (line.starts_with("AUTH")) return "CONT\t1\teyJzdGF0dXMiOiI0MDEifQ==\n";
      return line.starts_with("CONT") ? "FAIL\t1\tuser=alice\n" : "";
    };
    testing::RunUntil(shard_, [this] { return Authenticator().abilities().tokens; });
    const AuthenticatedUser user = AskToken("alice");
    ASSERT_TRUE(user.ok()) << user.status();
    EXPECT_EQ(*user, std::nullopt);
    EXPECT_EQ(dovecot_->lines.back(), Concat("CONT\t1\t", acknowledgement));
    authenticator_.reset();
    AwaitSilence();
  }
}

TEST_F(DovecotAuthenticatorTest, AnswersNoChallengeTwice) {
  dovecot_->opening = "VERSION\t1\t2\nMECH\tOAUTHBEARER\nDONE\n";
  dovecot_->answer = [](std::string_view line) {
    const bool is_question = line.starts_with("AUTH") || line.starts_with("CONT");
    return std::string(is_question ? "CONT\t1\t\n" : "");
  };
  testing::RunUntil(shard_, [this] { return Authenticator().abilities().tokens; });
  EXPECT_EQ(AskToken("alice").status().code(), absl::StatusCode::kInternal);
}

TEST_F(DovecotAuthenticatorTest, EndsWithTheShardsScope) {
  dovecot_->answer = AcceptAll;
  EXPECT_TRUE(AskPassword("alice", "secret").ok());
  shard_.scope().RequestCancel();
  AwaitSilence();
  EXPECT_TRUE(absl::IsCancelled(AskPassword("alice", "secret").status()));
}

}  // namespace
}  // namespace ringpost::auth
