#include "ringpost/server/connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ringpost/base/text.h"
#include "server_world.h"

namespace ringpost::server {
namespace {

using hooks::Verdict;
using smtp::Reply;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr Reply kNo = Reply::Fixed(550, {5, 7, 1}, "No");
constexpr Reply kLater = Reply::Fixed(450, {4, 7, 1}, "Later");
constexpr Reply kGoAway = Reply::Fixed(421, {4, 7, 0}, "Go away");
constexpr std::string_view kEnvelope =
    "EHLO c.example.org\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.com>\r\n";

TEST(Connection, StoresTheMessageBelowItsReceivedField) {
  ServerWorld world;
  world.Start();
  Client client(world);
  EXPECT_EQ(client.greeting(), "220 mx.example.com ESMTP Ringpost\r\n");
  client.BeginData();
  EXPECT_EQ(client.Exchange("Subject: x\r\n\r\n..dot\r\n.\r\n"), "250 2.0.0 OK\r\n");
  EXPECT_EQ(client.Exchange("QUIT\r\n"), "221 2.0.0 mx.example.com Bye\r\n");
  EXPECT_EQ(client.ReadToEnd(), "");
  ASSERT_THAT(world.store->messages, SizeIs(1));
  EXPECT_THAT(world.store->messages[0],
              StartsWith("Received: from client.example.org ([192.0.2.1])"));
  EXPECT_THAT(world.store->messages[0], HasSubstr("for <b@example.com>"));
  EXPECT_THAT(world.store->messages[0], EndsWith("+0000\r\nSubject: x\r\n\r\n.dot\r\n"));
}

TEST(Connection, NamesTheStoredMessageInItsReply) {
  ServerWorld world;
  world.store->commit_result.id = "4711";
  world.Start();
  Client client(world);
  client.BeginData();
  EXPECT_EQ(client.Exchange("\r\n.\r\n"), "250 2.0.0 OK: stored as 4711\r\n");
}

TEST(Connection, AnswersAllThatIsPipelinedByOneSend) {
  ServerWorld world;
  world.Start();
  Client client(world);
  world.sends.clear();
  client.Exchange(Concat(kEnvelope, "DATA\r\n"), 4);
  EXPECT_THAT(world.sends, SizeIs(1));
  client.Exchange("x: y\r\n\r\nz\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n", 4);
  EXPECT_THAT(world.sends, SizeIs(2));
}

TEST(Connection, AsksTheValidatorOnceForABatch) {
  ServerWorld world;
  world.Start();
  Client client(world);
  std::string commands = "EHLO c\r\nMAIL FROM:<>\r\n";
  for (int i = 0; i < 50; ++i) Append(commands, "RCPT TO:<u", i, "@example.com>\r\n");
  client.Exchange(commands, 52);
  EXPECT_THAT(world.validator->batch_sizes, ElementsAre(50));
}

TEST(Connection, RefusesRecipientsThatNobodyTakes) {
  ServerWorld world;
  world.hooks.recipient_validators.clear();
  world.Start();
  Client client(world);
  EXPECT_THAT(client.Exchange(kEnvelope, 3), EndsWith("550 5.7.1 Relaying denied\r\n"));
}

TEST(Connection, AsksLaterValidatorsForWhatIsLeftOpen) {
  ServerWorld world;
  auto first = std::make_shared<ScriptedValidator>([](const smtp::Recipient& recipient) {
    return recipient.mailbox.local_part == "no" ? Verdict::Reject(kNo) : Verdict::Continue();
  });
  auto second = std::make_shared<ScriptedValidator>([](const smtp::Recipient& recipient) {
    return recipient.mailbox.local_part == "yes" ? Verdict::Accept() : Verdict::Continue();
  });
  world.hooks.recipient_validators = {first, second};
  world.Start();
  Client client(world);
  client.Exchange("EHLO c\r\nMAIL FROM:<>\r\n", 2);
  EXPECT_EQ(client.Exchange("RCPT TO:<no@example.com>\r\nRCPT TO:<open@example.com>\r\n"
                            "RCPT TO:<yes@example.com>\r\n",
                            3),
            "550 5.7.1 No\r\n550 5.7.1 Relaying denied\r\n250 2.1.5 Recipient OK\r\n");
  EXPECT_THAT(first->batch_sizes, ElementsAre(3));
  EXPECT_THAT(second->batch_sizes, ElementsAre(2));
}

TEST(Connection, DefersRecipientsWhoseValidatorIsLate) {
  ServerWorld world;
  io::Signal never;
  world.validator->before_answer = &never;
  world.options.timeouts.hook = absl::Seconds(10);
  world.Start();
  Client client(world);
  EXPECT_THAT(client.Exchange(kEnvelope, 3), HasSubstr("\r\n451 4.3.0"));
  EXPECT_TRUE(absl::IsDeadlineExceeded(world.validator->last_wait));
  EXPECT_EQ(client.Exchange("NOOP\r\n"), "250 2.0.0 OK\r\n");
}

TEST(Connection, CancelsTheHookOfAClientThatWasReset) {
  ServerWorld world;
  io::Signal never;
  world.validator->before_answer = &never;
  world.Start();
  Client client(world);
  client.Send(kEnvelope);
  world.Pass(absl::Seconds(1));
  client.Reset();
  world.Pass(absl::Seconds(1));
  EXPECT_TRUE(absl::IsCancelled(world.validator->last_wait));
  EXPECT_EQ(world.server().statistics().live_count, 0u);
}

TEST(Connection, CancelsTheHookOfAClientThatLeftWithNothingMoreToSay) {
  ServerWorld world;
  io::Signal never;
  world.validator->before_answer = &never;
  world.Start();
  Client client(world);
  client.Send(kEnvelope);
  world.Pass(absl::Seconds(1));
  client.Finish();
  world.Pass(absl::Seconds(1));
  EXPECT_TRUE(absl::IsCancelled(world.validator->last_wait));
}

TEST(Connection, ServesAClientThatSentAllAndClosedItsHalf) {
  ServerWorld world;
  io::Signal answer;
  world.validator->before_answer = &answer;
  world.Start();
  Client client(world);
  client.Send(Concat(kEnvelope, "DATA\r\nx: y\r\n\r\nz\r\n.\r\nQUIT\r\n"));
  client.Finish();
  world.Pass(absl::Seconds(1));
  answer.Raise();
  EXPECT_THAT(client.ReadToEnd(), EndsWith("250 2.0.0 OK\r\n221 2.0.0 mx.example.com Bye\r\n"));
  EXPECT_THAT(world.store->messages, SizeIs(1));
}

TEST(Connection, CommitsForAClientThatLeavesBeforeThe250) {
  ServerWorld world;
  io::Signal committed;
  world.store->before_commit = &committed;
  world.Start();
  {
    Client client(world);
    client.BeginData();
    client.Send("x: y\r\n\r\nz\r\n.\r\n");
    world.Pass(absl::Seconds(1));
    client.Reset();
  }
  world.Pass(absl::Seconds(1));
  committed.Raise();
  world.Pass(absl::Seconds(1));
  EXPECT_THAT(world.store->stages(), ElementsAre("open", "commit"));
}

TEST(Connection, DefersAndAbortsWhenTheStoreIsLate) {
  ServerWorld world;
  io::Signal never;
  world.options.timeouts.hook = absl::Seconds(10);
  world.Start();
  Client client(world);
  client.BeginData();
  world.store->before_append = &never;
  EXPECT_THAT(client.Exchange("x: y\r\n\r\nz\r\n.\r\n"), StartsWith("451 4.3.0"));
  EXPECT_THAT(world.store->stages(), ElementsAre("open", "abort timeout"));
}

TEST(Connection, DefersWhenCommitIsLate) {
  ServerWorld world;
  io::Signal never;
  world.store->before_commit = &never;
  world.options.timeouts.commit = absl::Seconds(10);
  world.Start();
  Client client(world);
  client.BeginData();
  EXPECT_THAT(client.Exchange("x: y\r\n\r\nz\r\n.\r\n"), StartsWith("451 4.3.0"));
  EXPECT_THAT(world.store->stages(), ElementsAre("open", "commit failed"));
}

TEST(Connection, SaysInsufficientStorageOnAFullDisk) {
  ServerWorld world;
  world.store->open_status = absl::ResourceExhaustedError("disk /secret/path is full");
  world.Start();
  Client client(world);
  EXPECT_THAT(client.Exchange(Concat(kEnvelope, "DATA\r\n"), 4), HasSubstr("\r\n452 4.3.1"));
  world.store->open_status = absl::OkStatus();
  world.store->append_status = absl::ResourceExhaustedError("disk /secret/path is full");
  EXPECT_THAT(client.Exchange(Concat(kEnvelope, "DATA\r\n"), 4), HasSubstr("\r\n452 4.3.1"));
  world.store->append_status = absl::OkStatus();
  world.store->commit_result.status = absl::ResourceExhaustedError("disk /secret/path is full");
  EXPECT_THAT(client.Exchange("RSET\r\nMAIL FROM:<>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n", 4),
              HasSubstr("354"));
  const std::string reply = client.Exchange("x\r\n.\r\n");
  EXPECT_THAT(reply, StartsWith("452 4.3.1"));
  EXPECT_EQ(reply.find("secret"), std::string::npos);
}

// --- Each started message that does not end is told its abort, once
// -----------------------------------

struct AbortCase {
  std::string name;
  std::function<void(Client&, ServerWorld&)> act;
  std::string event;
};

class ConnectionAbort : public ::testing::TestWithParam<AbortCase> {};

TEST_P(ConnectionAbort, IsToldOnce) {
  ServerWorld world;
  world.options.listeners.resize(1);
  world.options.listeners[0].session.limits.message_octets = 1000;
  world.Start();
  {
    Client client(world);
    GetParam().act(client, world);
    world.Pass(absl::Seconds(5));
  }
  world.Pass(absl::Seconds(5));
  EXPECT_THAT(world.store->stages(), ElementsAre("open", GetParam().event));
}

std::string FirstChunk() { return Concat(kEnvelope, "BDAT 3\r\nabc"); }

INSTANTIATE_TEST_SUITE_P(
    Each, ConnectionAbort,
    ::testing::Values(
        AbortCase{"Rset", [](Client& c, ServerWorld&) { c.Exchange(FirstChunk() + "RSET\r\n", 5); },
                  "abort reset"},
        AbortCase{"Ehlo",
                  [](Client& c, ServerWorld&) { c.Exchange(FirstChunk() + "EHLO x\r\n", 5); },
                  "abort reset"},
        AbortCase{"Quit", [](Client& c, ServerWorld&) { c.Exchange(FirstChunk() + "QUIT\r\n", 5); },
                  "abort quit"},
        AbortCase{"Disconnect",
                  [](Client& c, ServerWorld&) {
                    c.BeginData();
                    c.Send("half a mess");
                    c.Finish();
                  },
                  "abort disconnected"},
        AbortCase{"Reset",
                  [](Client& c, ServerWorld& w) {
                    c.BeginData();
                    c.Send("half a mess");
                    w.Pass(absl::Seconds(1));
                    c.Reset();
                  },
                  "abort disconnected"},
        AbortCase{"TooBig",
                  [](Client& c, ServerWorld&) {
                    c.BeginData();
                    EXPECT_THAT(c.Exchange(std::string(2000, 'x') + "\r\n.\r\n"),
                                StartsWith("552 5.3.4"));
                  },
                  "abort too-big"},
        AbortCase{"BareLf",
                  [](Client& c, ServerWorld&) {
                    c.BeginData();
                    c.Exchange("a\nb\r\n.\r\n");
                  },
                  "abort bare-line-ending"},
        AbortCase{"Timeout",
                  [](Client& c, ServerWorld& w) {
                    c.BeginData();
                    c.Send("half a mess");
                    w.Pass(absl::Minutes(10));
                  },
                  "abort timeout"},
        AbortCase{"Shutdown",
                  [](Client& c, ServerWorld& w) {
                    c.BeginData();
                    c.Send("half a mess");
                    w.Drain(absl::Seconds(3));
                    EXPECT_THAT(c.ReadToEnd(), StartsWith("421 4.3.2"));
                  },
                  "abort shutdown"}),
    [](const auto& info) { return info.param.name; });

// --- Verdicts of the stages before the message
// --------------------------------------------------------

class ScriptedPolicy final : public hooks::ConnectionPolicy, public hooks::SenderPolicy {
 public:
  Verdict on_connection, on_hello, on_sender;
  std::unique_ptr<smtp::ServerSessionOptions> edited;

  Task<hooks::ConnectionVerdict> OnConnection(const hooks::Context&,
                                              const smtp::ServerSessionOptions&) override {
    co_return hooks::ConnectionVerdict{on_connection, std::move(edited)};
  }
  Task<Verdict> OnHello(const hooks::Context&) override { co_return on_hello; }
  Task<Verdict> OnSender(const hooks::Context&, const smtp::Envelope&) override {
    co_return on_sender;
  }
};

class ConnectionPolicies : public ::testing::Test {
 protected:
  void Start() {
    world_.hooks.connection_policy = policy_;
    world_.hooks.sender_policy = policy_;
    world_.Start();
  }
  ServerWorld world_;
  std::shared_ptr<ScriptedPolicy> policy_ = std::make_shared<ScriptedPolicy>();
};

TEST_F(ConnectionPolicies, RejectInPlaceOfAGreeting) {
  policy_->on_connection = Verdict::Reject(Reply::Fixed(554, {5, 7, 1}, "No"));
  Start();
  Client client(world_);
  EXPECT_THAT(client.greeting(), StartsWith("554 "));
  EXPECT_THAT(client.Exchange("EHLO x\r\n"), StartsWith("503 "));
}

TEST_F(ConnectionPolicies, DisconnectAtEachStage) {
  policy_->on_connection = Verdict::Disconnect(kGoAway);
  Start();
  EXPECT_EQ(Client(world_).greeting(), "421 4.7.0 mx.example.com Go away\r\n");
  policy_->on_connection = Verdict::Continue();
  policy_->on_hello = Verdict::Disconnect(kGoAway);
  Client at_hello(world_);
  at_hello.Send("EHLO x\r\nNOOP\r\n");
  EXPECT_EQ(at_hello.ReadToEnd(), "421 4.7.0 mx.example.com Go away\r\n");
  policy_->on_hello = Verdict::Continue();
  policy_->on_sender = Verdict::Disconnect(kGoAway);
  Client at_sender(world_);
  at_sender.Exchange("EHLO x\r\n");
  at_sender.Send("MAIL FROM:<>\r\nNOOP\r\n");
  EXPECT_EQ(at_sender.ReadToEnd(), "421 4.7.0 mx.example.com Go away\r\n");
}

TEST_F(ConnectionPolicies, EditCapabilitiesOfOneSession) {
  policy_->edited = std::make_unique<smtp::ServerSessionOptions>();
  policy_->edited->capabilities.chunking = false;
  policy_->edited->host_name = "other.example.com";
  Start();
  Client edited(world_);
  const std::string extensions = edited.Exchange("EHLO x\r\n");
  EXPECT_THAT(extensions, StartsWith("250-other.example.com"));
  EXPECT_EQ(extensions.find("CHUNKING"), std::string::npos);
  Client usual(world_);
  EXPECT_THAT(usual.Exchange("EHLO x\r\n"), HasSubstr("CHUNKING"));
}

TEST_F(ConnectionPolicies, RefuseHelloAndSender) {
  policy_->on_hello = Verdict::Reject(kNo);
  policy_->on_sender = Verdict::Defer(kLater);
  Start();
  Client client(world_);
  EXPECT_THAT(client.Exchange("EHLO x\r\n"), StartsWith("550"));
  policy_->on_hello = Verdict::Continue();
  EXPECT_EQ(
      client.Exchange("EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<b@example.com>\r\n", 3).substr(0, 4),
      "250-");
  EXPECT_EQ(client.Exchange("MAIL FROM:<>\r\n"), "450 4.7.1 Later\r\n");
}

// --- Time
// -------------------------------------------------------------------------------------------

TEST(Connection, EndsASessionWithoutAFirstCommand) {
  ServerWorld world;
  world.options.timeouts.first_command = absl::Seconds(20);
  world.Start();
  Client client(world);
  EXPECT_EQ(client.ReadToEnd(), "421 4.4.2 mx.example.com Timeout, closing connection\r\n");
}

TEST(Connection, DribbledOctetsDoNotMoveTheDeadlineOfACommand) {
  ServerWorld world;
  world.options.timeouts.command = absl::Seconds(20);
  world.Start();
  Client client(world);
  client.Exchange("EHLO x\r\n");
  const Instant start = world.shard().Now();
  for (const char c : std::string_view("NOOP")) {
    client.Send(std::string_view(&c, 1));
    world.Pass(absl::Seconds(4));
  }
  EXPECT_EQ(client.ReadToEnd(), "421 4.4.2 mx.example.com Timeout, closing connection\r\n");
  EXPECT_LT(world.shard().Now() - start, absl::Seconds(23));
}

TEST(Connection, EachCommandHasATimeOfItsOwn) {
  ServerWorld world;
  world.options.timeouts.command = absl::Seconds(20);
  world.Start();
  Client client(world);
  for (int i = 0; i < 5; ++i) {
    world.Pass(absl::Seconds(15));
    EXPECT_EQ(client.Exchange("NOOP\r\n"), "250 2.0.0 OK\r\n");
  }
}

TEST(Connection, TheCommandBehindALongMessageHasATimeOfItsOwn) {
  ServerWorld world;
  world.options.timeouts.command = absl::Seconds(20);
  world.options.transfer.lowest_octets_per_second = 0;
  world.Start();
  Client client(world);
  client.BeginData();
  for (int i = 0; i < 5; ++i) {
    client.Send("a line\r\n");
    world.Pass(absl::Seconds(15));
  }
  EXPECT_EQ(client.Exchange(".\r\n"), "250 2.0.0 OK\r\n");
  world.Pass(absl::Seconds(15));
  EXPECT_EQ(client.Exchange("NOOP\r\n"), "250 2.0.0 OK\r\n");
}

TEST(Connection, ARefusedChunkMayComeInPieces) {
  ServerWorld world;
  world.Start();
  Client client(world);
  client.Exchange("EHLO x\r\n");
  world.Pass(absl::Minutes(4));
  for (const char* piece : {"BDAT 8 LAST\r\n", "QUIT", "\r\n\r"}) {
    client.Send(piece);
    world.Pass(absl::Seconds(10));
  }
  EXPECT_THAT(client.Exchange("\n"), ::testing::StartsWith("503 5.5.1 "));
  EXPECT_EQ(client.Exchange("NOOP\r\n"), "250 2.0.0 OK\r\n");
}

TEST(Connection, EndsASenderThatIsTooSlow) {
  ServerWorld world;
  world.options.transfer = {.lowest_octets_per_second = 100, .grace = absl::Seconds(30)};
  world.Start();
  Client client(world);
  client.BeginData();
  for (int i = 0; i < 40; ++i) {
    client.TrySend("ten octets", absl::Seconds(1));
    world.Pass(absl::Seconds(1));
  }
  EXPECT_EQ(client.ReadToEnd(), "421 4.4.2 mx.example.com Too slow, closing connection\r\n");
  EXPECT_THAT(world.store->stages(), ElementsAre("open", "abort timeout"));
}

TEST(Connection, KeepsASenderThatIsFastEnough) {
  ServerWorld world;
  world.options.transfer = {.lowest_octets_per_second = 100, .grace = absl::Seconds(30)};
  world.Start();
  Client client(world);
  client.BeginData();
  for (int i = 0; i < 100; ++i) {
    client.Send(std::string(118, 'x') + "\r\n");
    world.Pass(absl::Seconds(1));
  }
  EXPECT_EQ(client.Exchange(".\r\n"), "250 2.0.0 OK\r\n");
}

TEST(Connection, GivesUpOnAClientThatTakesNoReplies) {
  ServerWorld world({.simulation = {.faults = {.socket_buffer_bytes = 2000}}});
  world.options.timeouts.write = absl::Seconds(30);
  world.Start();
  Client client(world);
  std::string commands;
  for (int i = 0; i < 90; ++i) commands += "HELP\r\n";
  // Nothing is read: the replies fill the client's side.
  client.TrySend(commands + commands + commands, absl::Seconds(10));
  world.Pass(absl::Seconds(60));
  EXPECT_EQ(world.server().statistics().live_count, 0u);
}

// --- LMTP
// -------------------------------------------------------------------------------------------

TEST(Connection, AnswersEachRecipientInLmtp) {
  ServerWorld world;
  world.options.listeners.resize(1);
  world.options.listeners[0].session.protocol = smtp::Protocol::kLmtp;
  world.store->commit_result.per_recipient = {Verdict::Accept(), Verdict::Defer(kLater)};
  world.Start();
  Client client(world);
  client.Exchange(
      "LHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@example.com>\r\nRCPT TO:<b@example.com>\r\n"
      "DATA\r\n",
      5);
  EXPECT_EQ(client.Exchange("x\r\n.\r\n", 2), "250 2.0.0 OK\r\n450 4.7.1 Later\r\n");
}

TEST(Connection, AnswersTheTemporaryRefusalOfOneRecipientInSmtp) {
  ServerWorld world;
  world.store->commit_result.per_recipient = {Verdict::Accept(), Verdict::Reject(kNo),
                                              Verdict::Defer(kLater)};
  world.Start();
  Client client(world);
  client.BeginData();
  EXPECT_EQ(client.Exchange("x\r\n.\r\n"), "450 4.7.1 Later\r\n");
}

// --- Back-pressure
// ------------------------------------------------------------------------------------

TEST(Connection, DoesNotReadOnWhileTheStoreIsBehind) {
  ServerWorld world;
  world.store->stuck_sender = "stuck@example.org";
  world.options.timeouts.hook = absl::Hours(1);
  world.Start();
  Client client(world);
  client.BeginData("stuck@example.org");
  std::string line = std::string(998, 'x') + "\r\n";
  std::string body;
  while (body.size() < (4 << 20)) body += line;
  EXPECT_FALSE(client.TrySend(body, absl::Minutes(1)));
  const ShardStatistics statistics = world.server().statistics();
  EXPECT_LT(statistics.transport.received_octets, 512u << 10);
  EXPECT_EQ(statistics.transport.paused_count, 1u);
  EXPECT_GT(statistics.transport.copied_octets, 0u);
}

TEST(Connection, AStuckStoreStarvesNobodyElse) {
  constexpr size_t kStuckCount = 40;
  ServerWorld world({.simulation = {.buffer_block_bytes = 4096, .buffer_limit_bytes = 1 << 20}});
  world.store->stuck_sender = "stuck@example.org";
  world.options.timeouts.hook = absl::Hours(1);
  world.options.connections = {};
  world.Start();
  const std::string body = std::string(200'000, 'x') + "\r\n";
  std::vector<std::unique_ptr<Client>> stuck;
  for (size_t i = 0; i < kStuckCount; ++i) {
    stuck.push_back(std::make_unique<Client>(world));
    stuck.back()->BeginData("stuck@example.org");
    stuck.back()->TrySend(body, absl::Seconds(1));
  }
  Client client(world);
  for (int i = 0; i < 20; ++i) {
    client.BeginData();
    EXPECT_EQ(client.Exchange(std::string(50'000, 'y') + "\r\n.\r\n"), "250 2.0.0 OK\r\n");
  }
  EXPECT_GT(world.server().statistics().transport.copied_octets, 0u);
  for (auto& of : stuck) of->Reset();
}

// --- Observers
// --------------------------------------------------------------------------------------

class RecordingObserver final : public hooks::Observer {
 public:
  std::vector<std::string> lines;

  hooks::ObservedStages stages() const override { return {true, true, true, true, true, true}; }
  void OnObservations(std::span<const hooks::Observation> observations) override {
    for (const auto& observation : observations) {
      std::visit([this](const auto& of) { Add(of); }, observation);
    }
  }

 private:
  void Add(const hooks::SessionOpened&) { lines.push_back("opened"); }
  void Add(const hooks::AuthenticationDecided& of) {
    lines.push_back(Concat("auth ", of.mechanism, " ", of.user, " ", of.reply_code));
  }
  void Add(const hooks::SenderDecided& of) {
    lines.push_back(Concat("sender ", of.sender, " ", of.reply_code));
  }
  void Add(const hooks::RecipientDecided& of) {
    lines.push_back(Concat("recipient ", of.recipient, " ", of.reply_code));
  }
  void Add(const hooks::MessageFinished& of) {
    lines.push_back(Concat("message ", hooks::MessageFateName(of.fate), " ", of.sender, " ",
                           of.first_recipient, " ", of.octets, " ", of.reply_code));
  }
  void Add(const hooks::SessionEnded& of) {
    lines.push_back(Concat("ended ", smtp::CloseReasonName(of.reason), " ", of.message_count));
  }
};

TEST(Connection, TellsObserversOfEachStage) {
  ServerWorld world;
  auto observer = std::make_shared<RecordingObserver>();
  world.hooks.observers = {observer};
  world.Start();
  Client client(world);
  client.BeginData();
  client.Exchange("x: y\r\n\r\n.\r\n");
  client.Exchange("QUIT\r\n");
  client.ReadToEnd();
  EXPECT_THAT(observer->lines,
              ElementsAre("opened", "sender a@example.org 250", "recipient b@example.com 250",
                          "message stored a@example.org b@example.com 8 250", "ended quit 1"));
}

}  // namespace
}  // namespace ringpost::server
