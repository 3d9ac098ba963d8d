// Ledger: what was promised about each message of a simulated world, and whether the disk keeps it.
//
// The rule, for a message and a mailbox:
// - Commit said OK for the mailbox: the message is in its new/ once and whole, now and after every
// crash.
// - Commit was never called: it is in no new/, ever.
// - Commit was called and said no, or was cut short by a loss of power: it is not there, unless the
// power
//   failed or a directory operation did: then the store could not take it back for sure, and it may
//   be there once, whole. The client read no 250: it will send it again, and a duplicate is no
//   loss.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ringpost/testing/simulated_disk.h"

namespace ringpost::simulation {

struct MessageRecord {
  std::string octets;  // as the client meant them
  bool commit_was_begun = false;
  bool client_read_250 = false;
  std::set<std::string> promised_mailboxes = {};
};

class Ledger {
 public:
  // Every message starts with this line, which names it.
  static std::string IdentifyingLine(std::string_view key);
  // Empty when `octets` do not start with one.
  static std::string KeyOf(std::string_view octets);
  // What a filter of the simulation puts above some messages.
  static constexpr std::string_view kFilterField = "X-Simulated-Filter";

  void Expect(const std::string& key, std::string octets) { messages_[key] = {std::move(octets)}; }
  // nullptr for one that no client sent.
  MessageRecord* Find(const std::string& key);
  void Violate(std::string what) { violations_.push_back(std::move(what)); }

  // Commit said OK and calls the message so: it may be told to the client from here on.
  void AllowReply(const std::string& store_id) { committed_ids_.insert(store_id); }
  // Looks for promises in what the server sends.
  void CheckReplies(std::string_view replies);

  // The power failed, or a directory operation may: from here on the lenient half of the rule
  // holds.
  void AllowLeftovers() { leftovers_are_allowed_ = true; }

  // Compares promises and disk.
  void CheckStore(const testing::SimulatedDisk& disk, std::string_view mail_folder);

  const std::vector<std::string>& violations() const { return violations_; }
  size_t promised_count() const;
  size_t leftover_count() const { return leftover_count_; }

 private:
  void CheckFile(std::string_view path, std::string_view content, const std::string& mailbox,
                 std::map<std::pair<std::string, std::string>, int>& found);

  std::map<std::string, MessageRecord> messages_;
  std::set<std::string, std::less<>> committed_ids_;
  std::vector<std::string> violations_;
  bool leftovers_are_allowed_ = false;
  size_t leftover_count_ = 0;
};

}  // namespace ringpost::simulation
