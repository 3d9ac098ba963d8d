#include "ringpost/server/message_delivery.h"

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
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr Reply kNo = Reply::Fixed(550, {5, 7, 1}, "No");

// A filter whose three stages are functions.
struct ScriptedFilter final : hooks::Filter {
  std::function<Verdict(std::span<const hooks::HeaderField>, hooks::HeaderEdits&)> on_header;
  std::function<Verdict(std::string_view)> on_body;
  std::function<Verdict(uint64_t, hooks::HeaderEdits&)> on_end;
  std::string seen_body;
  io::Signal* before_body = nullptr;

  struct Message final : hooks::MessageFilter {
    explicit Message(ScriptedFilter& of) : filter(of) {}
    ScriptedFilter& filter;

    Task<Verdict> OnHeader(const hooks::Context&, std::span<const hooks::HeaderField> fields,
                           hooks::HeaderEdits& edits) override {
      co_return filter.on_header ? filter.on_header(fields, edits) : Verdict::Continue();
    }
    Task<Verdict> OnBody(const hooks::Context& context, const io::Chunk& chunk) override {
      filter.seen_body.append(chunk.octets);
      if (filter.before_body != nullptr) {
        static_cast<void>(co_await filter.before_body->WaitFor(context.shard, context.wait));
      }
      co_return filter.on_body ? filter.on_body(chunk.octets) : Verdict::Continue();
    }
    Task<Verdict> OnEnd(const hooks::Context&, uint64_t octets,
                        hooks::HeaderEdits& edits) override {
      co_return filter.on_end ? filter.on_end(octets, edits) : Verdict::Continue();
    }
  };

  std::unique_ptr<hooks::MessageFilter> NewMessage(const hooks::Context&,
                                                   const smtp::Envelope&) override {
    return std::make_unique<Message>(*this);
  }
  bool edits_at_end() const override { return true; }
};

class MessageDeliveryTest : public ::testing::Test {
 protected:
  MessageDeliveryTest() { world_.hooks.filters = {first_, second_}; }

  // The reply to a message with this content; fed in pieces of `piece` octets.
  std::string Deliver(std::string_view content, size_t piece = 1 << 20) {
    if (client_ == nullptr) {
      world_.Start();
      client_ = std::make_unique<Client>(world_);
    }
    client_->BeginData();
    for (size_t at = 0; at < content.size(); at += piece) {
      client_->Send(content.substr(at, piece));
      world_.Pass(absl::Milliseconds(5));
    }
    return client_->Exchange(".\r\n");
  }
  // What was stored last, without the Received field.
  std::string Stored() const {
    const std::string& message = world_.store->messages.back();
    return message.substr(message.find("+0000\r\n") + 7);
  }

  ServerWorld world_;
  std::shared_ptr<ScriptedFilter> first_ = std::make_shared<ScriptedFilter>();
  std::shared_ptr<ScriptedFilter> second_ = std::make_shared<ScriptedFilter>();
  std::unique_ptr<Client> client_;
};

constexpr std::string_view kMessage = "Subject: x\r\nTo: y\r\n\r\nbody\r\nmore\r\n";

TEST_F(MessageDeliveryTest, PassesUneditedMessagesOnAsTheyAre) {
  for (const size_t piece : {1000u, 7u, 1u}) {
    EXPECT_THAT(Deliver(kMessage, piece), StartsWith("250"));
    EXPECT_EQ(Stored(), kMessage);
    EXPECT_EQ(std::exchange(second_->seen_body, {}), "body\r\nmore\r\n");
  }
}

TEST_F(MessageDeliveryTest, ShowsTheFieldsAndAppliesEditsToThem) {
  std::string seen;
  first_->on_header = [&](std::span<const hooks::HeaderField> fields, hooks::HeaderEdits& edits) {
    for (const auto& field : fields) Append(seen, field.name, "=", field.raw_value, ";");
    edits.Replace("Subject", "[tagged] x");
    edits.Prepend("X-First", "1");
    edits.Remove("To");
    return Verdict::Continue();
  };
  EXPECT_THAT(Deliver(kMessage, 3), StartsWith("250"));
  EXPECT_EQ(seen, "Subject= x;To= y;");
  EXPECT_EQ(Stored(), "X-First: 1\r\nSubject: [tagged] x\r\n\r\nbody\r\nmore\r\n");
}

TEST_F(MessageDeliveryTest, RewritesTheHeaderForEditsAtTheEnd) {
  first_->on_header = [](auto, hooks::HeaderEdits& edits) {
    edits.Append("X-Early", "1");
    return Verdict::Continue();
  };
  second_->on_end = [](uint64_t octets, hooks::HeaderEdits& edits) {
    edits.Prepend("X-Octets", Concat(octets));
    return Verdict::Continue();
  };
  EXPECT_THAT(Deliver(kMessage, 10), StartsWith("250"));
  EXPECT_EQ(Stored(), Concat("X-Octets: ", kMessage.size(),
                             "\r\nSubject: x\r\nTo: y\r\nX-Early: 1\r\n\r\nbody\r\nmore\r\n"));
  EXPECT_THAT(world_.store->messages.back(), StartsWith("Received: "));
}

TEST_F(MessageDeliveryTest, DecidesAfterTheHeaderAndBeforeTheBody) {
  first_->on_header = [](auto, auto&) { return Verdict::Reject(kNo); };
  EXPECT_EQ(Deliver(kMessage, 4), "550 5.7.1 No\r\n");
  EXPECT_EQ(second_->seen_body, "");
  EXPECT_THAT(world_.store->events, ElementsAre("open", "append", "abort refused-by-filter"));
}

TEST_F(MessageDeliveryTest, RefusesInTheBodyAndAtTheEnd) {
  first_->on_body = [](std::string_view) { return Verdict::Reject(kNo); };
  EXPECT_EQ(Deliver(kMessage), "550 5.7.1 No\r\n");
  first_->on_body = nullptr;
  second_->on_end = [](auto, auto&) { return Verdict::Reject(kNo); };
  EXPECT_EQ(Deliver(kMessage), "550 5.7.1 No\r\n");
  EXPECT_THAT(world_.store->stages(),
              ElementsAre("open", "abort refused-by-filter", "open", "abort refused-by-filter"));
}

TEST_F(MessageDeliveryTest, OneRefusedMessageDoesNotSpoilTheNext) {
  first_->on_end = [](auto, auto&) { return Verdict::Reject(kNo); };
  EXPECT_THAT(Deliver(kMessage), StartsWith("550"));
  first_->on_end = nullptr;
  EXPECT_THAT(Deliver(kMessage), StartsWith("250"));
  EXPECT_EQ(Stored(), kMessage);
}

TEST_F(MessageDeliveryTest, DefersWhenAFilterIsLate) {
  io::Signal never;
  first_->before_body = &never;
  world_.options.timeouts.hook = absl::Seconds(10);
  EXPECT_THAT(Deliver(kMessage), StartsWith("451 4.3.0"));
  EXPECT_THAT(world_.store->stages(), ElementsAre("open", "abort timeout"));
  first_->before_body = nullptr;
  EXPECT_THAT(Deliver(kMessage), StartsWith("250"));
}

TEST_F(MessageDeliveryTest, AcceptEndsTheChain) {
  first_->on_header = [](auto, auto&) { return Verdict::Accept(); };
  second_->on_header = [](auto, auto&) { return Verdict::Reject(kNo); };
  EXPECT_THAT(Deliver(kMessage), StartsWith("250"));
}

TEST_F(MessageDeliveryTest, DiscardSays250AndStoresNothing) {
  first_->on_header = [](auto, auto&) { return Verdict::Discard(); };
  EXPECT_EQ(Deliver(kMessage), "250 2.0.0 OK\r\n");
  first_->on_header = nullptr;
  second_->on_end = [](auto, auto&) { return Verdict::Discard(); };
  EXPECT_EQ(Deliver(kMessage), "250 2.0.0 OK\r\n");
  EXPECT_THAT(world_.store->messages, SizeIs(0));
  EXPECT_THAT(world_.store->stages(),
              ElementsAre("open", "abort refused-by-filter", "open", "abort refused-by-filter"));
}

TEST_F(MessageDeliveryTest, QuarantineMarksTheMessage) {
  second_->on_body = [](std::string_view) { return Verdict::Quarantine(); };
  EXPECT_THAT(Deliver(kMessage), StartsWith("250"));
  EXPECT_EQ(Stored(), Concat("X-Ringpost-Quarantine: yes\r\n", kMessage));
}

TEST_F(MessageDeliveryTest, DisconnectEndsTheSession) {
  first_->on_end = [](auto, auto&) {
    return Verdict::Disconnect(Reply::Fixed(421, {4, 7, 0}, "Go away"));
  };
  EXPECT_EQ(Deliver(kMessage), "421 4.7.0 mx.example.com Go away\r\n");
  EXPECT_EQ(client_->ReadToEnd(), "");
  EXPECT_THAT(world_.store->stages(), ElementsAre("open", "abort refused-by-filter"));
}

TEST_F(MessageDeliveryTest, DefersWhenAnEditCannotStandInAHeader) {
  first_->on_header = [](auto, hooks::HeaderEdits& edits) {
    edits.Append("X-Injected", "a\r\nBcc: everybody");
    return Verdict::Continue();
  };
  EXPECT_THAT(Deliver(kMessage), StartsWith("451 4.3.0"));
  EXPECT_THAT(world_.store->messages, SizeIs(0));
}

TEST_F(MessageDeliveryTest, RefusesAHeaderOverItsLimit) {
  world_.options.header_octets = 1000;
  EXPECT_THAT(
      Deliver(Concat("X: ", std::string(900, 'x'), "\r\nY: ", std::string(900, 'y'), "\r\n\r\n")),
      StartsWith("552 5.3.4"));
}

TEST_F(MessageDeliveryTest, TakesMessagesWithoutHeaderOrBody) {
  EXPECT_THAT(Deliver("just text\r\n"), StartsWith("250"));
  EXPECT_EQ(Stored(), "just text\r\n");
  EXPECT_THAT(Deliver("Subject: only\r\n"), StartsWith("250"));
  EXPECT_EQ(Stored(), "Subject: only\r\n");
  EXPECT_THAT(Deliver(""), StartsWith("250"));
  EXPECT_EQ(Stored(), "");
}

}  // namespace
}  // namespace ringpost::server
