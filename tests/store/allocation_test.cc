// What a message costs of the heap on its way past the ready-made hooks that keep nothing: nothing.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdlib>
#include <memory_resource>
#include <new>
#include <string>

#include "../hooks/hook_fixture.h"
#include "ringpost/message/date_time.h"
#include "ringpost/message/received.h"
#include "ringpost/store/discard_store.h"
#include "ringpost/store/local_recipients.h"
#include "ringpost/testing/run_task.h"

namespace {

size_t allocation_count = 0;

void* Allocate(size_t bytes) {
  ++allocation_count;
  void* const memory = std::malloc(bytes == 0 ? 1 : bytes);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

void* operator new(size_t bytes) { return Allocate(bytes); }
void* operator new[](size_t bytes) { return Allocate(bytes); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t) noexcept { std::free(memory); }

namespace ringpost::store {
namespace {

// How many allocations `call` makes, once it was made before.
template <typename Call>
size_t AllocationsOf(Call call) {
  call();
  const size_t before = allocation_count;
  call();
  return allocation_count - before;
}

TEST(Allocation, IsSeenByThisTest) {
  EXPECT_EQ(AllocationsOf([] { EXPECT_FALSE(std::string(100, 'x').empty()); }), 1u);
}

TEST(Allocation, NoneForTheStandingOfARecipient) {
  const auto recipients =
      *LocalRecipients::Create({.domains = {"example.org"}, .recipients = {"a-long-local-part"}});
  EXPECT_EQ(AllocationsOf([&] {
              recipients->StandingOf({"a-long-local-part+and-a-tag", "EXAMPLE.org"});
              recipients->StandingOf({"another-long-local-part", "example.org"});
              recipients->StandingOf({"a-long-local-part", "elsewhere.example"});
              recipients->StandingOf({"postmaster", ""});
            }),
            0u);
}

TEST(Allocation, NoneForReceived) {
  message::DateTimeCache dates;
  std::string out;
  int64_t second = 0;
  EXPECT_EQ(AllocationsOf([&] {
              out.clear();
              message::AppendReceived(out,
                                      {.hello_name = "mail.client.example",
                                       .client_address_literal = "[192.0.2.1]",
                                       .host_name = "mx.example.org",
                                       .protocol_keyword = "ESMTP",
                                       .id = "0123456789abcde",
                                       .only_recipient = "jane@example.org",
                                       .date_time = dates.Format(absl::FromUnixSeconds(++second))});
            }),
            0u);
}

// Coroutine frames are recycled, but under AddressSanitizer.
#if !defined(__SANITIZE_ADDRESS__) && !__has_feature(address_sanitizer)
TEST(Allocation, NoneForAMessageThatIsDiscarded) {
  testing::SimulatedDisk disk;
  testing::SimulatedReactor reactor({}, disk);
  io::Shard shard(reactor, 0, 1);
  const hooks::SessionView session = hooks::PlainSession();
  const hooks::Context context{shard, session, {}};
  const smtp::Envelope envelope(std::pmr::get_default_resource());
  DiscardStore store;
  EXPECT_EQ(
      AllocationsOf([&] {
        const auto writer = testing::RunTask(shard, store.Open(context, envelope));
        EXPECT_TRUE(testing::RunTask(shard, (*writer)->Append(context, {"octets", {}})).ok());
        EXPECT_TRUE(testing::RunTask(shard, (*writer)->Commit(context, hooks::Durability::kSynced))
                        .status.ok());
      }),
      0u);
}
#endif

}  // namespace
}  // namespace ringpost::store
