// SharedRecords: a fixed number of records by key, across all shards: failed logins by account. One
// of the few things that shards share; for what happens seldom, such as a login.
//
//   SharedRecords<Failures> failures(16'384);
//   const bool is_blocked = failures.Visit(key, [&](Failures& record) { ... });
//
// Keys are hashes under a secret: whoever chooses what is hashed cannot choose which records share
// a set. Where a set is full, the record that was visited longest ago gives way, so the table may
// forget, and a record may be fresh again between two visits.
//
// Threads: any; records of one set are visited one at a time.
// Limits: `record_count` records, of which those of a set get memory with its first record.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace ringpost::io {

using RecordKey = std::array<uint64_t, 2>;

template <typename Record>
class SharedRecords {
 public:
  // Rounded up to whole sets.
  explicit SharedRecords(size_t record_count) : sets_((record_count + kWays - 1) / kWays) {}

  // What `visit(record)` returns. A record that is not there is made. `visit` must not come back to
  // this table.
  template <typename Call>
  auto Visit(const RecordKey& key, Call visit) {
    Set& set = SetOf(key);
    const std::lock_guard lock(set.mutex);
    if (set.slots == nullptr) set.slots = std::make_unique<Slots>();
    Slot* slot = Find(*set.slots, key);
    if (slot == nullptr) {
      slot = &Oldest(*set.slots);
      *slot = {.key = key};
    }
    slot->visited = ++set.visit_count;
    return visit(slot->record);
  }

  // The same for a record that is there; nothing for one that is not.
  template <typename Call>
  void VisitExisting(const RecordKey& key, Call visit) {
    Set& set = SetOf(key);
    const std::lock_guard lock(set.mutex);
    if (set.slots == nullptr) return;
    if (Slot* const slot = Find(*set.slots, key)) visit(slot->record);
  }

 private:
  static constexpr size_t kWays = 8;

  struct Slot {
    RecordKey key = {};
    uint64_t visited = 0;  // of the set's visits the last; 0: free
    Record record = {};
  };
  using Slots = std::array<Slot, kWays>;
  struct Set {
    std::mutex mutex;
    uint64_t visit_count = 0;
    std::unique_ptr<Slots> slots;
  };

  Set& SetOf(const RecordKey& key) { return sets_[key[0] % sets_.size()]; }

  static Slot* Find(Slots& slots, const RecordKey& key) {
    for (Slot& slot : slots) {
      if (slot.visited != 0 && slot.key == key) return &slot;
    }
    return nullptr;
  }

  static Slot& Oldest(Slots& slots) {
    Slot* oldest = &slots[0];
    for (Slot& slot : slots) {
      if (slot.visited < oldest->visited) oldest = &slot;
    }
    return *oldest;
  }

  std::vector<Set> sets_;
};

}  // namespace ringpost::io
