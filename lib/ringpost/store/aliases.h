// Aliases: names that stand for other mailboxes, read from a file in the form that Postfix and
// sendmail users know.
//
//   # comment
//   postmaster: alice               name, at every domain of ours
//   sales: alice, bob,
//       carol                       a line that starts with a blank continues the one before
//   info@example.org: dave          only at this domain
//   @old.example: @new.example      every other mailbox of the domain: the same one elsewhere
//   @example.org: eve               or one that takes all (catch-all)
//
// A target without domain is at the domain of the recipient. A target that has an alias is expanded
// in its turn, but it never falls into a catch-all. An alias may name itself ("alice: alice,
// archive"): that is the mailbox. `name` also answers for name+tag where that has no alias of its
// own. Targets are mailboxes: |command, /file, :include: and quoted names are errors.
//
// Errors: InvalidArgument "FILE:LINE: what", also for a loop and for aliases nested deeper than
// kDeepestAlias. Should a loop appear only at one domain, the mailbox where it closes gets the
// mail: an expansion always ends, and never with nobody. Threads: immutable, so any number may
// share it.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"
#include "ringpost/store/local_address.h"
#include "ringpost/store/table_file.h"

namespace ringpost::store {

inline constexpr size_t kDeepestAlias = 20;

class Aliases {
 public:
  struct Target {
    std::string local_part;  // empty: that of the recipient
    std::string domain;      // empty: that of the recipient
    size_t line = 0;         // in the file
  };

  Aliases() = default;
  // `file_name` is for messages.
  static absl::StatusOr<Aliases> Parse(std::string_view text, std::string_view file_name,
                                       const AddressRules& rules);

  bool empty() const { return by_address_.empty() && by_name_.empty() && by_domain_.empty(); }
  // Whether an alias, not a catch-all, stands for `address`.
  bool HasAlias(const LocalAddress& address) const { return FindAlias(address) != nullptr; }
  bool HasCatchAll(std::string_view domain) const { return by_domain_.contains(domain); }

  // Appends the mailboxes behind `address` that are not in `mailboxes` yet: at least `address`
  // itself is there afterwards. `through_catch_all` when it is nobody's own address.
  void Expand(const LocalAddress& address, bool through_catch_all,
              std::vector<LocalAddress>& mailboxes) const;

  // InvalidArgument "FILE:LINE: ..." for the first target at a domain that `is_local` refuses.
  absl::Status CheckDomains(const std::function<bool(std::string_view domain)>& is_local) const;

 private:
  struct TextHash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  using Targets = std::vector<Target>;
  using TargetsByKey = std::unordered_map<std::string, Targets, TextHash, std::equal_to<>>;
  class Expansion;

  absl::Status AddEntry(const TableEntry& entry);
  absl::StatusOr<Targets*> AddKey(std::string_view key, size_t line);
  absl::StatusOr<Target> ParseTarget(std::string_view text, size_t line) const;
  absl::Status CheckLoops() const;
  absl::Status Error(size_t line, std::string_view problem) const;

  const Targets* FindAlias(const LocalAddress& address) const;
  const Targets* FindExactAlias(const LocalAddress& address) const;

  AddressRules rules_;
  std::string file_name_;
  TargetsByKey by_address_;  // local_part@domain
  TargetsByKey by_name_;     // local_part
  TargetsByKey by_domain_;   // domain
};

}  // namespace ringpost::store
