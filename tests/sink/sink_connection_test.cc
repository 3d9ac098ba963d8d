#include "sink/sink_connection.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "ringpost/base/text.h"
#include "ringpost/testing/run_task.h"
#include "ringpost/testing/simulated_reactor.h"
#include "sink/sink_shard.h"

namespace ringpost::sink {
namespace {

using testing::RunTask;

constexpr std::string_view kEnvelope = "MAIL FROM:<s@a.test>\r\nRCPT TO:<r@b.test>\r\nDATA\r\n";
constexpr std::string_view kBody = "Subject: x\r\n\r\n..dot\r\nFrom here\r\n.\r\n";

// What one client saw of a sink.
struct Seen {
  std::string replies;
  bool was_reset = false;
  absl::Duration time = absl::ZeroDuration();
};

// A sink with faults in a simulated world; each client is a session of its own.
class SinkConnectionTest : public ::testing::Test {
 protected:
  SinkConnectionTest() : reactor_({.seed = 5}, disk_), shard_(reactor_, 0, 5) {}
  ~SinkConnectionTest() override {
    if (sink_ == nullptr) return;
    RunTask(shard_, sink_->Stop());
    EXPECT_EQ(reactor_.open_descriptor_count(), 0u);
    EXPECT_EQ(reactor_.leased_chunk_count(), 0u);
  }

  void Start(const std::vector<std::string_view>& faults = {},
             smtp::Protocol protocol = smtp::Protocol::kSmtp) {
    std::vector<Fault> plan;
    for (const std::string_view text : faults) plan.push_back(ParseFault(text)->front());
    options_.faults = FaultPlan(std::move(plan));
    options_.session = LenientSession(options_.faults);
    options_.session.protocol = protocol;
    environment_ = std::make_unique<SinkEnvironment>(SinkEnvironment{
        .shard = shard_, .options = options_, .dump = dump_.get(), .reset = [this](int socket) {
          reactor_.ResetConnection(socket);
        }});
    const ScopedRunQueue scoped(shard_.run_queue());
    sink_ = std::make_unique<SinkShard>(*environment_, *reactor_.Listen(address_, {}));
  }

  // Says `pieces` one after the other, each when something came in answer to the one before, and
  // reads until the end of the connection or `patience` is over.
  Seen Talk(const std::vector<std::string_view>& pieces,
            absl::Duration patience = absl::Seconds(100)) {
    Seen seen;
    RunTask(shard_, Talk(pieces, patience, seen), absl::Hours(2));
    return seen;
  }
  Seen Send(std::string_view octets) { return Talk({octets}); }

  std::string Whole() const { return Concat("EHLO x\r\n", kEnvelope, kBody, "QUIT\r\n"); }
  const Counts& counts() const { return environment_->counts; }

  SinkOptions options_;
  testing::SimulatedDisk disk_;
  testing::SimulatedReactor reactor_;
  io::Shard shard_;
  std::unique_ptr<Dump> dump_;

 private:
  Task<void> Talk(const std::vector<std::string_view>& pieces, absl::Duration patience,
                  Seen& seen) {
    const Instant start = shard_.Now();
    const absl::StatusOr<int> socket = co_await net::ConnectSocket(shard_, address_, {});
    net::TcpTransport client(shard_, *socket, counters_);
    size_t said = 0;
    for (;;) {
      if (said < pieces.size()) static_cast<void>(co_await client.Write(pieces[said++], {}));
      const absl::StatusOr<io::Chunk> chunk =
          co_await client.Read({.deadline = shard_.Now() + patience});
      seen.time = shard_.Now() - start;
      seen.was_reset = absl::IsUnavailable(chunk.status());
      if (!chunk.ok() || chunk->octets.empty()) break;
      seen.replies += chunk->octets;
    }
    co_await client.Close({.deadline = shard_.Now() + absl::Seconds(1)});
  }

  const io::SocketAddress address_ = *io::ParseSocketAddress("127.0.0.1:25");
  net::TransportCounters counters_;
  std::unique_ptr<SinkEnvironment> environment_;
  std::unique_ptr<SinkShard> sink_;
};

// The codes of all replies, in order.
std::string CodesOf(std::string_view replies) {
  std::string codes;
  while (replies.size() > 3) {
    if (replies[3] != '-') Append(codes, codes.empty() ? "" : " ", replies.substr(0, 3));
    replies.remove_prefix(std::min(replies.find('\n') + 1, replies.size()));
  }
  return codes;
}

TEST_F(SinkConnectionTest, TakesAMessageAndCounts) {
  Start();
  EXPECT_EQ(CodesOf(Send(Whole()).replies), "220 250 250 250 354 250 221");
  EXPECT_EQ(counts().messages, 1u);
  EXPECT_EQ(counts().recipients, 1u);
  EXPECT_EQ(counts().connections, 1u);
  EXPECT_EQ(counts().received_octets, Whole().size());
  EXPECT_EQ(counts().body_octets, kBody.size() - 3 - 1);  // the end, and the dot that was stuffed
  EXPECT_EQ(counts().replies,
            (std::map<uint16_t, uint64_t>{{220, 1}, {221, 1}, {250, 4}, {354, 1}}));
}

TEST_F(SinkConnectionTest, CountsCommandsInOrderApartFromTheRest) {
  Start();
  Send(
      "EHLO x\r\nNOOP\r\nDATA\r\nMAIL FROM:<>\r\nRCPT TO:<a@b.test>\r\nRCPT TO:<c@b.test>\r\n"
      "BDAT 2\r\nxxBDAT 0 LAST\r\nRSET\r\nQUIT\r\n");
  const Counts::Commands& commands = counts().commands;
  EXPECT_EQ(commands.hello, 1u);
  EXPECT_EQ(commands.mail, 1u);
  EXPECT_EQ(commands.rcpt, 2u);
  EXPECT_EQ(commands.data, 0u);
  EXPECT_EQ(commands.bdat, 1u);
  EXPECT_EQ(commands.quit, 1u);
  EXPECT_EQ(commands.other, 4u);  // NOOP, DATA, BDAT, RSET
  EXPECT_EQ(counts().replies.at(503), 1u);
}

TEST_F(SinkConnectionTest, OffersAuthWhereItHasAUserAndStartTlsWhereItHasACertificate) {
  Start();
  const std::string replies = Send(
                                  "EHLO x\r\nSTARTTLS\r\nAUTH PLAIN AG1lAHBlbmNpbA==\r\n"
                                  "QUIT\r\n")
                                  .replies;
  EXPECT_EQ(replies.find("AUTH"), std::string::npos);
  EXPECT_EQ(replies.find("STARTTLS"), std::string::npos);
  EXPECT_EQ(counts().commands.starttls, 0u);
  EXPECT_EQ(counts().commands.auth, 0u);
}

TEST_F(SinkConnectionTest, TakesTheLoginsOfItsUserAndMailWithoutThem) {
  options_.user = std::make_shared<const KnownUser>("me", "pencil");
  Start();
  const std::string replies =
      Talk({"EHLO x\r\n", "AUTH PLAIN AG1lAHdyb25n\r\n", "AUTH LOGIN\r\n", "bWU=\r\n", "*\r\n",
            "AUTH PLAIN AG1lAHBlbmNpbA==\r\n", Concat(kEnvelope, kBody), "QUIT\r\n"})
          .replies;
  EXPECT_NE(replies.find("AUTH PLAIN LOGIN"), std::string::npos);
  EXPECT_EQ(CodesOf(replies), "220 250 535 334 334 501 235 250 250 354 250 221");
  EXPECT_EQ(counts().logins, 1u);
  EXPECT_EQ(counts().failed_logins, 2u);
  EXPECT_EQ(counts().commands.auth, 3u);
  EXPECT_EQ(counts().messages, 1u);
  Send(Whole());
  EXPECT_EQ(counts().messages, 2u);
}

TEST_F(SinkConnectionTest, TakesWhatIsWrong) {
  Start();
  const std::string_view body = "bare\nbare\rnul\0x\r\n.\r\n";
  EXPECT_EQ(CodesOf(Send(Concat("HELO under_score\r\n", kEnvelope,
                                std::string_view(body.data(), 20), "QUIT\r\n"))
                        .replies),
            "220 250 250 250 354 250 221");
}

TEST_F(SinkConnectionTest, CountsAMessageThatWasCutShort) {
  Start();
  const std::string cut = Concat("EHLO x\r\n", kEnvelope, "half");
  EXPECT_EQ(CodesOf(Talk({cut}, absl::Seconds(1)).replies), "220 250 250 250 354");
  testing::RunUntil(shard_, [this] { return counts().aborted_messages == 1; });
  EXPECT_EQ(counts().messages, 0u);
}

// --- Replies in place of the usual ones

struct ReplyCase {
  std::string_view fault;
  std::string_view codes;
  uint64_t messages;
};

class SinkReplyTest : public SinkConnectionTest, public ::testing::WithParamInterface<ReplyCase> {};

TEST_P(SinkReplyTest, IsGivenAtItsPoint) {
  Start({GetParam().fault});
  EXPECT_EQ(CodesOf(Send(Whole()).replies), GetParam().codes);
  EXPECT_EQ(counts().messages, GetParam().messages);
  EXPECT_EQ(counts().struck, std::vector<uint64_t>{1});
}

INSTANTIATE_TEST_SUITE_P(
    Each, SinkReplyTest,
    ::testing::Values(
        ReplyCase{"connect:reply=421 4.3.2 Away", "421", 0},
        ReplyCase{"hello:reply=550 5.7.1 Not you:times=1",
                  // What is no command after that is told so.
                  "220 550 503 503 503 500 500 500 500 500 221", 0},
        ReplyCase{"mail:reply=451 4.7.1 Greylisted", "220 250 451 503 503 500 500 500 500 500 221",
                  0},
        ReplyCase{"rcpt:reply=550 5.1.1 Nobody", "220 250 250 550 554 500 500 500 500 500 221", 0},
        ReplyCase{"data:reply=451 4.3.0 Later", "220 250 250 250 451 500 500 500 500 500 221", 0},
        ReplyCase{"body:reply=552 5.3.4 Too much", "220 250 250 250 354 552 221", 0},
        ReplyCase{"end:reply=452 4.3.1 Full", "220 250 250 250 354 452 221", 0},
        ReplyCase{"end:reply=250 2.6.0 Queued as 1", "220 250 250 250 354 250 221", 1},
        ReplyCase{"mail:reply=421 4.7.0 Go away", "220 250 421", 0},
        ReplyCase{"end:reply=421 4.7.28 Rate limited", "220 250 250 250 354 421", 0},
        ReplyCase{"quit:reply=500 What", "220 250 250 250 354 250 500", 1}));

// --- Delays

class SinkDelayTest : public SinkConnectionTest,
                      public ::testing::WithParamInterface<std::string_view> {};

TEST_P(SinkDelayTest, IsKept) {
  Start({GetParam()});
  const Seen seen = Send(Whole());
  EXPECT_EQ(CodesOf(seen.replies), "220 250 250 250 354 250 221");
  EXPECT_GE(seen.time, absl::Seconds(7));
  EXPECT_LT(seen.time, absl::Milliseconds(7100));
}

INSTANTIATE_TEST_SUITE_P(Each, SinkDelayTest,
                         ::testing::Values("connect:delay=7s", "hello:delay=7s", "mail:delay=7s",
                                           "rcpt:delay=7s", "data:delay=7s", "body:delay=7s",
                                           "end:delay=7s", "quit:delay=7s"));

TEST_F(SinkConnectionTest, ReadsABodySlowly) {
  Start({"body:slow-read=1KiB/s"});
  std::string body;
  while (body.size() < 10 * 1024) body += "0123456789abcd\r\n";
  const Seen seen = Send(Concat("EHLO x\r\n", kEnvelope, body, ".\r\nQUIT\r\n"));
  EXPECT_GE(seen.time, absl::Seconds(10));
  EXPECT_LT(seen.time, absl::Milliseconds(10100));
  EXPECT_EQ(counts().messages, 1u);
}

// --- Breaks

struct BreakCase {
  std::string_view point;
  std::string_view codes_before;
  uint64_t messages;
};

class SinkBreakTest : public SinkConnectionTest, public ::testing::WithParamInterface<BreakCase> {
 protected:
  Seen TalkTo(std::string_view action) {
    const std::string fault = Concat(GetParam().point, ":", action);
    Start({fault});
    return Send(Whole());
  }
};

TEST_P(SinkBreakTest, DropsWithAFin) {
  const Seen seen = TalkTo("drop");
  EXPECT_EQ(CodesOf(seen.replies), GetParam().codes_before);
  EXPECT_FALSE(seen.was_reset);
  EXPECT_EQ(counts().messages, GetParam().messages);
}

TEST_P(SinkBreakTest, Resets) {
  const Seen seen = TalkTo("reset");
  EXPECT_TRUE(seen.was_reset);
  EXPECT_EQ(counts().messages, GetParam().messages);
}

TEST_P(SinkBreakTest, ClosesHalf) {
  const Seen seen = TalkTo("half-close");
  EXPECT_EQ(CodesOf(seen.replies), GetParam().codes_before);
  EXPECT_FALSE(seen.was_reset);
  EXPECT_EQ(counts().messages, GetParam().messages);
}

TEST_P(SinkBreakTest, FallsSilent) {
  const Seen seen = TalkTo("silence");
  EXPECT_EQ(CodesOf(seen.replies), GetParam().codes_before);
  // The client lost its patience, not the sink.
  EXPECT_GE(seen.time, absl::Seconds(100));
  EXPECT_EQ(counts().messages, GetParam().messages);
}

INSTANTIATE_TEST_SUITE_P(
    Each, SinkBreakTest,
    ::testing::Values(BreakCase{"connect", "", 0}, BreakCase{"hello", "220", 0},
                      BreakCase{"mail", "220 250", 0}, BreakCase{"rcpt", "220 250 250", 0},
                      BreakCase{"data", "220 250 250 250", 0},
                      BreakCase{"body", "220 250 250 250 354", 0},
                      // Stored, and the client is never told: what makes duplicates.
                      BreakCase{"end", "220 250 250 250 354", 1},
                      BreakCase{"quit", "220 250 250 250 354 250", 1}),
    [](const auto& test) { return std::string(test.param.point); });

TEST_F(SinkConnectionTest, DropsInTheMiddleOfABody) {
  Start({"body:drop-after=10KiB"});
  const std::string start = Concat("EHLO x\r\n", kEnvelope);
  const std::string nine(9 * 1024, 'x');
  EXPECT_EQ(CodesOf(Talk({start, nine}, absl::Seconds(9)).replies), "220 250 250 250 354");
  const Seen seen = Send(Concat(start, nine, nine));
  EXPECT_EQ(CodesOf(seen.replies), "220 250 250 250 354");
  EXPECT_LT(seen.time, absl::Seconds(1));
  EXPECT_EQ(counts().aborted_messages, 2u);
}

TEST_F(SinkConnectionTest, StrikesEachRecipientApart) {
  Start({"rcpt:reply=450 4.2.1 Busy:times=1", "rcpt:delay=3s:times=2"});
  const Seen seen = Send(
      "EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@b.test>\r\nRCPT TO:<c@b.test>\r\nRCPT TO:<d@b.test>\r\n"
      "RCPT TO:<e@b.test>\r\nQUIT\r\n");
  EXPECT_EQ(CodesOf(seen.replies), "220 250 250 450 250 250 250 221");
  EXPECT_EQ(counts().struck, (std::vector<uint64_t>{1, 2}));
  EXPECT_GE(seen.time, absl::Seconds(6));
}

// What the first two of a sink's connections are told.
class SeededSink final : public SinkConnectionTest {
 public:
  std::vector<std::string> Codes(uint64_t seed) {
    options_.seed = seed;
    Start({"mail:reply=451 4.7.1 Later:p=0.5"});
    std::string commands = "EHLO x\r\n";
    for (int i = 0; i < 40; ++i) commands += "MAIL FROM:<a@b.test>\r\nRSET\r\n";
    return {CodesOf(Send(commands + "QUIT\r\n").replies),
            CodesOf(Send(commands + "QUIT\r\n").replies)};
  }

 private:
  void TestBody() override {}
};

TEST(SinkSeed, DecidesWhatBefallsAConnection) {
  const std::vector<std::string> codes = SeededSink().Codes(1);
  EXPECT_EQ(SeededSink().Codes(1), codes);
  EXPECT_NE(SeededSink().Codes(2), codes);
  EXPECT_NE(codes[0], codes[1]);
  EXPECT_NE(codes[0].find("451"), std::string::npos);
  EXPECT_NE(codes[0].find("250 250 250"), std::string::npos);
}

TEST_F(SinkConnectionTest, SpeaksLmtp) {
  Start({}, smtp::Protocol::kLmtp);
  EXPECT_EQ(
      CodesOf(Send(Concat("LHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@b.test>\r\nRCPT TO:<c@b.test>\r\n"
                          "DATA\r\n",
                          kBody, "QUIT\r\n"))
                  .replies),
      "220 250 250 250 250 354 250 250 221");
}

// --- The dump

class RecordingDump final : public Dump {
 public:
  explicit RecordingDump(std::vector<std::string>& into, absl::Status status)
      : into_(into), status_(std::move(status)) {}
  Task<absl::Status> Add(const smtp::Envelope& envelope, std::string_view message,
                         io::Wait) override {
    into_.push_back(
        Concat(envelope.sender.ToString(), " ", envelope.recipients.size(), "\n", message));
    co_return status_;
  }

 private:
  std::vector<std::string>& into_;
  const absl::Status status_;
};

TEST_F(SinkConnectionTest, DumpsTheOctetsThatWereSent) {
  std::vector<std::string> messages;
  dump_ = std::make_unique<RecordingDump>(messages, absl::OkStatus());
  Start({"end:drop"});
  Send(Whole());
  EXPECT_EQ(messages,
            std::vector<std::string>{"s@a.test 1\nSubject: x\r\n\r\n.dot\r\nFrom here\r\n"});
}

TEST_F(SinkConnectionTest, DumpsNothingThatWasRefused) {
  std::vector<std::string> messages;
  dump_ = std::make_unique<RecordingDump>(messages, absl::OkStatus());
  Start({"end:reply=451 4.3.0 Later"});
  Send(Whole());
  EXPECT_TRUE(messages.empty());
}

TEST_F(SinkConnectionTest, DefersWhatCouldNotBeDumped) {
  std::vector<std::string> messages;
  dump_ = std::make_unique<RecordingDump>(messages, absl::ResourceExhaustedError("full"));
  Start();
  EXPECT_EQ(CodesOf(Send(Whole()).replies), "220 250 250 250 354 451 221");
  EXPECT_EQ(counts().messages, 0u);
  EXPECT_EQ(counts().failed_dumps, 1u);
}

// --- The end

TEST_F(SinkConnectionTest, HasEnoughAtTheLimit) {
  options_.message_limit = 1;
  Start();
  EXPECT_EQ(CodesOf(Send(Concat("EHLO x\r\n", kEnvelope, kBody, kEnvelope)).replies),
            "220 250 250 250 354 250 421");
}

TEST_F(SinkConnectionTest, LeavesAClientThatSaysNothing) {
  options_.timeout = absl::Seconds(30);
  Start();
  const Seen seen = Send("NOOP\r\n");
  EXPECT_EQ(CodesOf(seen.replies), "220 250");
  EXPECT_GE(seen.time, absl::Seconds(30));
  EXPECT_LT(seen.time, absl::Seconds(31));
}

}  // namespace
}  // namespace ringpost::sink
