// Maildirs in a world where the power fails, the disk lies about nothing but forgets all that was
// not synced, and writes fail: what Commit() promised is there, whole and once.
#include <gtest/gtest.h>

#include <map>
#include <memory_resource>

#include "../hooks/hook_fixture.h"
#include "ringpost/base/text.h"
#include "ringpost/store/maildir_store.h"
#include "ringpost/testing/run_task.h"

namespace ringpost::store {
namespace {

using hooks::Durability;
using testing::Faults;
using testing::SimulatedDisk;
using testing::SimulatedReactor;

constexpr int kDeliveries = 12;
constexpr std::string_view kUsers[] = {"jane", "joe", "ann"};

struct Promise {
  std::string body;
  std::vector<std::string_view> users;
};

// Two stores, as of two shards, that deliver into the same Maildirs at once.
class MaildirWorld {
 public:
  MaildirWorld(uint64_t seed, const Faults& faults)
      : random_(seed),
        reactor_({.seed = seed, .faults = faults}, disk_),
        shard_(reactor_, 0, seed) {
    for (auto& store : stores_) store = std::make_unique<MaildirStore>(StoreOptions());
  }

  // Runs all deliveries to their ends.
  void Deliver(smtp::Protocol protocol = smtp::Protocol::kSmtp) {
    protocol_ = protocol;
    testing::RunTask(shard_, DeliverAll(), absl::Hours(1));
  }

  SimulatedDisk& disk() { return disk_; }
  SimulatedReactor& reactor() { return reactor_; }
  Random& random() { return random_; }
  const std::vector<Promise>& promises() const { return promises_; }
  int refused_count() const { return refused_count_; }

  // How often `body` is the end of a file in new/ of a mailbox.
  int CountOf(std::string_view body, std::string_view user) const {
    const std::string folder = Concat("mail/a/", user, "/new");
    int count = 0;
    for (const std::string& name : disk_.Names(folder)) {
      const std::string content = disk_.Content(Concat(folder, "/", name));
      count += content == Concat("Return-Path: <>\r\n", body);
    }
    return count;
  }
  size_t TemporaryCount() const {
    size_t count = 0;
    for (const std::string_view user : kUsers) {
      count += disk_.Names(Concat("mail/a/", user, "/tmp")).size();
    }
    return count;
  }
  size_t MessageCount() const {
    size_t count = 0;
    for (const std::string_view user : kUsers) {
      count += disk_.Names(Concat("mail/a/", user, "/new")).size();
    }
    return count;
  }

 private:
  static MaildirStoreOptions StoreOptions() {
    MaildirStoreOptions options{.mailbox_path = *MailboxPath::Parse("mail/{domain}/{user}"),
                                .gather_octets = 200};
    options.recipients = *LocalRecipients::Create({.domains = {"a"}});
    return options;
  }

  Task<void> DeliverAll() {
    TaskScope deliveries;
    for (int i = 0; i < kDeliveries; ++i) deliveries.Spawn(DeliverOne(i));
    co_await deliveries.Join();
  }

  Task<void> DeliverOne(int number) {
    (void)co_await io::Sleep(shard_, absl::Microseconds(random_.Below(30000)), {});
    Promise promise;
    // Some in one write, some in several.
    for (uint64_t lines = 1 + random_.Below(40); lines > 0; --lines) {
      Append(promise.body, "message ", number, " line ", lines, "\r\n");
    }
    for (const std::string_view user : kUsers) {
      if (promise.users.empty() || random_.OneIn(2)) promise.users.push_back(user);
    }
    const absl::Status status = co_await Store(*stores_[number % 2], promise);
    if (!status.ok()) ++refused_count_;
  }

  Task<absl::Status> Store(MaildirStore& store, const Promise& promise) {
    hooks::SessionView session = hooks::PlainSession();
    session.protocol = protocol_;
    const hooks::Context context{shard_, session, {}};
    smtp::Envelope envelope(std::pmr::get_default_resource());
    for (const std::string_view user : promise.users)
      envelope.recipients.push_back({{user, "a"}, {}});
    auto writer = co_await store.Open(context, envelope);
    if (!writer.ok()) co_return writer.status();
    for (size_t start = 0; start < promise.body.size(); start += 50) {
      const absl::Status appended = co_await (*writer)->Append(
          context, io::CopyOfChunk(std::string_view(promise.body).substr(start, 50)));
      if (!appended.ok()) {
        co_await (*writer)->Abort(context, smtp::AbortReason::kInternalError);
        co_return appended;
      }
    }
    const hooks::CommitResult result = co_await (*writer)->Commit(context, Durability::kSynced);
    // Not after the power failed: nobody could have been told.
    if (result.status.ok() && reactor_.has_power()) NotePromise(promise, result);
    co_return result.status;
  }

  void NotePromise(const Promise& promise, const hooks::CommitResult& result) {
    Promise kept{promise.body, {}};
    for (size_t i = 0; i < promise.users.size(); ++i) {
      const bool refused = !result.per_recipient.empty() && result.per_recipient[i].is_refusal();
      if (!refused) kept.users.push_back(promise.users[i]);
    }
    promises_.push_back(std::move(kept));
  }

  SimulatedDisk disk_;
  Random random_;
  SimulatedReactor reactor_;
  io::Shard shard_;
  smtp::Protocol protocol_ = smtp::Protocol::kSmtp;
  std::unique_ptr<MaildirStore> stores_[2];
  std::vector<Promise> promises_;
  int refused_count_ = 0;
};

void ExpectPromisesKept(const MaildirWorld& world, uint64_t seed) {
  for (const Promise& promise : world.promises()) {
    for (const std::string_view user : promise.users) {
      ASSERT_EQ(world.CountOf(promise.body, user), 1) << "seed " << seed << ", " << user;
    }
  }
}

// Latencies vary, so that the deliveries cross each other in every order.
Faults Unsteady() {
  return {.disk = {.shortest = absl::Microseconds(10), .longest = absl::Microseconds(2000)}};
}

TEST(MaildirPowerLoss, StoresEverythingInAGoodWorld) {
  MaildirWorld world(1, Unsteady());
  world.Deliver();
  EXPECT_EQ(world.promises().size(), static_cast<size_t>(kDeliveries));
  ExpectPromisesKept(world, 1);
  EXPECT_EQ(world.TemporaryCount(), 0u);
  EXPECT_EQ(world.reactor().open_descriptor_count(), 0u);
}

TEST(MaildirPowerLoss, KeepsWhatWasPromised) {
  size_t promise_count = 0;
  for (uint64_t seed = 1; seed <= 1500; ++seed) {
    MaildirWorld world(seed, Unsteady());
    world.reactor().CutPowerAtFileOperation(1 + world.random().Below(500));
    world.Deliver();
    if (world.reactor().has_power()) world.reactor().CutPower();
    ExpectPromisesKept(world, seed);
    promise_count += world.promises().size();
  }
  // The world is not so bad that nothing was ever promised, nor so good that all was.
  EXPECT_GT(promise_count, 1500u);
  EXPECT_LT(promise_count, 1500u * kDeliveries);
}

TEST(MaildirPowerLoss, KeepsWhatWasPromisedOnADiskThatFails) {
  size_t refused_count = 0;
  for (uint64_t seed = 1; seed <= 1000; ++seed) {
    Faults faults = Unsteady();
    faults.short_write = 0.2;
    faults.write_no_space = 0.02;
    faults.write_error = faults.sync_error = faults.directory_error = 0.02;
    faults.open_emfile = 0.02;
    MaildirWorld world(seed, faults);
    world.Deliver(seed % 2 == 0 ? smtp::Protocol::kSmtp : smtp::Protocol::kLmtp);
    refused_count += static_cast<size_t>(world.refused_count());
    world.reactor().CutPower();
    ExpectPromisesKept(world, seed);
  }
  EXPECT_GT(refused_count, 1000u);
}

TEST(MaildirPowerLoss, LeavesNothingOfWhatAFullDiskRefused) {
  size_t refused_count = 0;
  for (uint64_t seed = 1; seed <= 500; ++seed) {
    MaildirWorld world(seed, Unsteady());
    world.disk().set_capacity_bytes(1000 + world.random().Below(6000));
    world.Deliver();
    refused_count += static_cast<size_t>(world.refused_count());
    size_t promised_files = 0;
    for (const Promise& promise : world.promises()) promised_files += promise.users.size();
    ASSERT_EQ(world.MessageCount(), promised_files) << "seed " << seed;
    ASSERT_EQ(world.TemporaryCount(), 0u) << "seed " << seed;
    ExpectPromisesKept(world, seed);
  }
  EXPECT_GT(refused_count, 500u);
}

}  // namespace
}  // namespace ringpost::store
