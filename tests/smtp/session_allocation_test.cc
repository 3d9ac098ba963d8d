// Counts what a session takes from the heap: nothing, once it has got going.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdlib>
#include <new>
#include <string>
#include <variant>

#include "ringpost/base/arena.h"
#include "ringpost/smtp/server_session.h"

namespace {

size_t allocation_count = 0;

void* Allocate(size_t bytes) {
  void* const memory = std::malloc(bytes == 0 ? 1 : bytes);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

// The linker sends every malloc of the library and the test here (--wrap); what libstdc++ takes for
// operator new comes through these.
extern "C" void* __real_malloc(size_t bytes);
extern "C" void* __wrap_malloc(size_t bytes) {
  ++allocation_count;
  return __real_malloc(bytes);
}
void* operator new(size_t bytes) { return Allocate(bytes); }
void* operator new[](size_t bytes) { return Allocate(bytes); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t) noexcept { std::free(memory); }

namespace ringpost::smtp {
namespace {

constexpr Reply kOk = Reply::Fixed(250, {2, 0, 0}, "OK");

// Runs `input` through the session with an application that takes everything and keeps nothing.
void Drive(ServerSession& session, std::string_view input) {
  session.Receive(input);
  for (;;) {
    const Event event = session.Next();
    if (std::holds_alternative<NeedInput>(event)) break;
    if (std::holds_alternative<SessionClosed>(event)) FAIL() << "the session ended";
    if (std::holds_alternative<ConnectionOpened>(event)) session.AnswerConnection({});
    if (std::holds_alternative<HelloReceived>(event)) session.AnswerHello({});
    if (std::holds_alternative<SenderReceived>(event)) session.AnswerSender(kOk);
    if (const auto* received = std::get_if<RecipientsReceived>(&event)) {
      ASSERT_LE(received->recipients.size(), 4u);
      const Reply replies[] = {kOk, kOk, kOk, kOk};
      session.AnswerRecipients({replies, received->recipients.size()});
    }
    if (std::holds_alternative<MessageStarted>(event)) session.AnswerMessageStart({});
    if (std::holds_alternative<MessageEnded>(event)) session.AnswerMessage(kOk);
  }
  session.ClearOutput();
}

size_t AllocationsOf(ServerSession& session, std::string_view input) {
  const size_t before = allocation_count;
  Drive(session, input);
  return allocation_count - before;
}

TEST(SessionAllocations, TheCountWorks) {
  const size_t before = allocation_count;
  char* volatile memory = new char;  // volatile: a pair of new and delete may be optimised away
  delete memory;
  Arena arena;
  arena.Copy("x");
  EXPECT_EQ(allocation_count - before, 2u);
}

TEST(SessionAllocations, AMessageTakesNothingOnceTheSessionHasGotGoing) {
  const std::string message =
      "MAIL FROM:<sender@example.com> SIZE=1000 BODY=8BITMIME\r\n"
      "RCPT TO:<first.recipient@example.com>\r\n"
      "RCPT TO:<second.recipient@example.com> NOTIFY=NEVER ORCPT=rfc822;a+2Bb@example\r\n"
      "DATA\r\n"
      "Subject: x\r\n\r\nHello,\r\n..\r\nBye\r\n.\r\n";
  const ServerSessionOptions options;
  ServerSession session(options);
  Drive(session, "EHLO client.example.com\r\n" + message);
  for (int i = 0; i < 100; ++i) ASSERT_EQ(AllocationsOf(session, message), 0u);
  const std::string by_bdat =
      "MAIL FROM:<sender@example.com>\r\nRCPT TO:<first.recipient@example.com>\r\n"
      "BDAT 7\r\nHello\r\nBDAT 5 LAST\r\nagain";
  for (int i = 0; i < 100; ++i) ASSERT_EQ(AllocationsOf(session, by_bdat), 0u);
}

TEST(SessionAllocations, CommandsWithoutMailTakeNothing) {
  const ServerSessionOptions options;
  ServerSession session(options);
  Drive(session, "EHLO client.example.com\r\nNOOP\r\n");
  EXPECT_EQ(AllocationsOf(session, "NOOP\r\nRSET\r\nHELP\r\nVRFY x\r\nMAIL FROM:<bad\r\n"), 0u);
}

TEST(SessionAllocations, ALineThatIsCutTakesOneCarry) {
  const ServerSessionOptions options;
  ServerSession session(options);
  Drive(session, "EHLO client.example.com\r\nNOOP\r\n");
  EXPECT_EQ(AllocationsOf(session, "NOOP and something longer than a short string"), 1u);
}

}  // namespace
}  // namespace ringpost::smtp
