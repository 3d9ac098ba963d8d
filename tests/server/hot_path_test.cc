// What the hot path may cost, counted: no allocation per message once a session runs, with hooks
// present and the log on. The counters of this program see every malloc of the shard's thread.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "ringpost/base/text.h"
#include "ringpost/server/log_observer.h"
#include "ringpost/server/smtp_server.h"
#include "ringpost/store/discard_store.h"
#include "ringpost/store/local_recipients.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define RINGPOST_MALLOC_IS_TAKEN 1
#endif
#endif

namespace {
thread_local size_t allocation_count_of_thread = 0;
}  // namespace

#ifndef RINGPOST_MALLOC_IS_TAKEN
extern "C" {
void* __libc_malloc(size_t bytes);
void* malloc(size_t bytes) {
  ++allocation_count_of_thread;
  return __libc_malloc(bytes);
}
}
#endif

namespace ringpost::server {
namespace {

// Notes how many allocations the shard had made when each message was committed.
class CountingStore final : public hooks::MessageStore, private hooks::MessageWriter {
 public:
  explicit CountingStore(std::vector<size_t>& counts) : counts_(counts) {}

  Task<absl::StatusOr<hooks::MessageWriterPtr>> Open(const hooks::Context&,
                                                     const smtp::Envelope&) override {
    co_return hooks::MessageWriterPtr(this);
  }
  hooks::Durability strongest_durability() const override { return hooks::Durability::kMemory; }

 private:
  Task<absl::Status> Append(const hooks::Context&, io::Chunk) override {
    co_return absl::OkStatus();
  }
  Task<hooks::CommitResult> Commit(const hooks::Context&, hooks::Durability) override {
    counts_.push_back(allocation_count_of_thread);
    co_return hooks::CommitResult{};
  }
  Task<void> Abort(const hooks::Context&, smtp::AbortReason) override { co_return; }
  void Release() override {}

  std::vector<size_t>& counts_;
};

class RawClient {
 public:
  explicit RawClient(const io::SocketAddress& address)
      : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to = {};
    to.sin_family = AF_INET;
    to.sin_port = htons(address.port);
    to.sin_addr.s_addr = htonl(address.ip.v4_host_order());
    connected_ = connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0;
  }
  ~RawClient() { close(socket_); }

  bool is_connected() const { return connected_; }
  // Sends, and reads until `count` final reply lines have come.
  std::string Exchange(std::string_view octets, int count) {
    EXPECT_EQ(send(socket_, octets.data(), octets.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(octets.size()));
    std::string replies;
    while (FinalLineCount(replies) < count) {
      char buffer[4096];
      const ssize_t got = recv(socket_, buffer, sizeof buffer, 0);
      if (got <= 0) break;
      replies.append(buffer, static_cast<size_t>(got));
    }
    return replies;
  }

 private:
  static int FinalLineCount(std::string_view text) {
    int count = 0;
    for (size_t start = 0, end; (end = text.find("\r\n", start)) != std::string_view::npos;
         start = end + 2) {
      if (text[start + 3] == ' ') ++count;
    }
    return count;
  }

  int socket_;
  bool connected_ = false;
};

// Until the log's buffers have grown to what they are flushed at, too.
constexpr size_t kWarmUp = 1500;
constexpr size_t kMessages = 2000;

class HotPath : public ::testing::Test {
 protected:
  void SetUp() override {
#ifdef RINGPOST_MALLOC_IS_TAKEN
    GTEST_SKIP() << "the sanitizer has its own malloc; the release build counts";
#endif
    counts_.reserve(kMessages);
    const auto recipients = *store::LocalRecipients::Create({.domains = {"example.com"}});
    ServerOptions options;
    options.listeners.resize(1);
    options.listeners[0].address = *io::ParseSocketAddress("127.0.0.1:0");
    options.durability = hooks::Durability::kMemory;
    auto server = SmtpServer::Start(options, [&](io::Shard& shard) -> absl::StatusOr<hooks::Hooks> {
      hooks::Hooks hooks;
      auto writer = LogWriter::Start(shard, {.path = "/dev/null"});
      hooks.observers = {
          std::make_shared<LogObserver>(shard.reactor(), writer, hooks::ObservedStages())};
      hooks.recipient_validators = {std::make_shared<store::LocalRecipientValidator>(recipients)};
      hooks.store = std::make_shared<CountingStore>(counts_);
      return hooks;
    });
    if (!server.ok()) GTEST_SKIP() << server.status().message();
    server_ = *std::move(server);
  }

  // Allocations of the shard between the commits of message `warm_up` and the last one.
  size_t AllocationsAfter(size_t warm_up) {
    server_->Stop(absl::Seconds(1));
    return counts_.back() - counts_.at(warm_up);
  }

  std::vector<size_t> counts_;
  std::unique_ptr<SmtpServer> server_;
};

constexpr std::string_view kEnvelope =
    "MAIL FROM:<a.long.sender.address@example.org> SIZE=1024 BODY=8BITMIME\r\n"
    "RCPT TO:<a.long.recipient.address@example.com>\r\nDATA\r\n";

std::string Body() {
  std::string body = "Subject: a message\r\n\r\n";
  while (body.size() < 1024)
    body += "A line of the body, as long as lines are, in seventy octets or so.\r\n";
  return body + "..with a dot\r\n.\r\n";
}

TEST_F(HotPath, AllocatesNothingForACommandOrAMessage) {
  RawClient client(server_->addresses()[0]);
  ASSERT_TRUE(client.is_connected());
  client.Exchange("EHLO client.example.org\r\n", 2);
  const std::string body = Body();
  for (size_t i = 0; i < kMessages; ++i) {
    client.Exchange(kEnvelope.substr(0, kEnvelope.find("RCPT")), 1);
    client.Exchange(kEnvelope.substr(kEnvelope.find("RCPT")), 2);
    ASSERT_EQ(client.Exchange(body, 1), "250 2.0.0 OK\r\n");
  }
  ASSERT_EQ(counts_.size(), kMessages);
  EXPECT_EQ(AllocationsAfter(kWarmUp), 0u);
}

TEST_F(HotPath, AllocatesNothingForPipelinedMessages) {
  RawClient client(server_->addresses()[0]);
  ASSERT_TRUE(client.is_connected());
  client.Exchange(Concat("EHLO client.example.org\r\n", kEnvelope), 5);
  const std::string body_and_next = Concat(Body(), kEnvelope);
  for (size_t i = 0; i < kMessages; ++i) client.Exchange(body_and_next, 4);
  ASSERT_EQ(counts_.size(), kMessages);
  EXPECT_EQ(AllocationsAfter(kWarmUp), 0u);
}

TEST_F(HotPath, AllocatesNothingForChunks) {
  RawClient client(server_->addresses()[0]);
  ASSERT_TRUE(client.is_connected());
  client.Exchange("EHLO client.example.org\r\n", 2);
  const std::string envelope(kEnvelope.substr(0, kEnvelope.find("DATA")));
  const std::string chunk = Concat(envelope, "BDAT 1000 LAST\r\n", std::string(1000, 'x'));
  for (size_t i = 0; i < kMessages; ++i) client.Exchange(chunk, 3);
  ASSERT_EQ(counts_.size(), kMessages);
  EXPECT_EQ(AllocationsAfter(kWarmUp), 0u);
}

}  // namespace
}  // namespace ringpost::server
