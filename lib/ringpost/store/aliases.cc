#include "ringpost/store/aliases.h"

#include <algorithm>
#include <optional>
#include <unordered_set>
#include <utility>

#include "ringpost/base/ascii.h"
#include "ringpost/base/text.h"

namespace ringpost::store {
namespace {

// Stands for "any domain" while loops are looked for: no domain has this name.
constexpr std::string_view kAnyDomain = "*";

// The octets of an unquoted local part (RFC 5321 Dot-string, RFC 6531), or of a domain.
bool IsPlainName(std::string_view name) {
  static constexpr std::string_view kSpecials = " \t\"(),:;<>@[\\]";
  return !name.empty() && std::none_of(name.begin(), name.end(), [](char c) {
    return IsAsciiControl(c) || kSpecials.find(c) != kSpecials.npos;
  });
}

struct SplitAddress {
  std::string_view local_part;
  std::string_view domain;
  bool has_domain;
};

SplitAddress SplitAtSign(std::string_view text) {
  const size_t at = text.rfind('@');
  if (at == text.npos) return {text, {}, false};
  return {text.substr(0, at), text.substr(at + 1), true};
}

}  // namespace

// One recipient on its way to the mailboxes behind it.
class Aliases::Expansion {
 public:
  Expansion(const Aliases& aliases, std::vector<LocalAddress>& mailboxes)
      : aliases_(aliases), mailboxes_(mailboxes) {}

  void Expand(const LocalAddress& address) {
    const Targets* const targets = aliases_.FindAlias(address);
    if (targets == nullptr) {
      AddMailbox(address);
    } else if (Enter(address)) {
      ExpandTargets(*targets, address);
    }
  }

  void ExpandThrough(const Targets& targets, const LocalAddress& address) {
    if (Enter(address)) ExpandTargets(targets, address);
  }

  // A target that leads back to an address being expanded, other than an alias that names itself.
  const Target* loop() const { return loop_; }
  const Target* too_deep() const { return too_deep_; }

 private:
  // False when `address` was expanded before, or is being expanded: then it is a mailbox.
  bool Enter(const LocalAddress& address) {
    if (entered_.insert(std::string(address.text())).second) return true;
    if (IsOnPath(address)) AddMailbox(address);
    return false;
  }

  void ExpandTargets(const Targets& targets, const LocalAddress& address) {
    path_.push_back(&address);
    for (const Target& target : targets) ExpandTarget(target, address);
    path_.pop_back();
  }

  void ExpandTarget(const Target& target, const LocalAddress& source) {
    const std::optional<LocalAddress> address =
        target.local_part.empty()
            ? source.AtDomain(target.domain)
            : LocalAddress::Make(target.local_part,
                                 target.domain.empty() ? source.domain() : target.domain,
                                 aliases_.rules_);
    if (!address.has_value()) {
      // Only an over-long local part moved to an over-long domain: it stays where it was.
      AddMailbox(source);
      return;
    }
    if (IsOnPath(*address) && !(*address == source)) loop_ = &target;
    if (path_.size() > kDeepestAlias) {
      too_deep_ = &target;
      AddMailbox(*address);
    } else {
      Expand(*address);
    }
  }

  bool IsOnPath(const LocalAddress& address) const {
    return std::any_of(path_.begin(), path_.end(),
                       [&](const LocalAddress* entered) { return *entered == address; });
  }

  void AddMailbox(const LocalAddress& address) {
    if (std::find(mailboxes_.begin(), mailboxes_.end(), address) == mailboxes_.end()) {
      mailboxes_.push_back(address);
    }
  }

  const Aliases& aliases_;
  std::vector<LocalAddress>& mailboxes_;
  std::unordered_set<std::string> entered_;
  std::vector<const LocalAddress*> path_;  // what is being expanded, outermost first
  const Target* loop_ = nullptr;
  const Target* too_deep_ = nullptr;
};

absl::StatusOr<Aliases> Aliases::Parse(std::string_view text, std::string_view file_name,
                                       const AddressRules& rules) {
  Aliases aliases;
  aliases.rules_ = rules;
  aliases.file_name_ = std::string(file_name);
  absl::Status status =
      ReadTable(text, file_name, "name: target, ...",
                [&aliases](const TableEntry& entry) { return aliases.AddEntry(entry); });
  if (status.ok()) status = aliases.CheckLoops();
  if (!status.ok()) return status;
  return aliases;
}

absl::Status Aliases::AddEntry(const TableEntry& entry) {
  absl::StatusOr<Targets*> targets = AddKey(entry.key, entry.line);
  if (!targets.ok()) return targets.status();
  for (const std::string_view value : entry.values) {
    absl::StatusOr<Target> target = ParseTarget(value, entry.line);
    if (!target.ok()) return target.status();
    (*targets)->push_back(*std::move(target));
  }
  if ((*targets)->empty()) return Error(entry.line, "an alias without a target would lose mail");
  return absl::OkStatus();
}

absl::StatusOr<Aliases::Targets*> Aliases::AddKey(std::string_view key, size_t line) {
  const SplitAddress split = SplitAtSign(key);
  const bool is_whole_domain = split.has_domain && split.local_part.empty();
  if ((!is_whole_domain && !IsPlainName(split.local_part)) ||
      (split.has_domain && !IsPlainName(split.domain))) {
    return Error(line, Concat("\"", key, "\" is none of name, name@domain, @domain"));
  }
  const std::optional<LocalAddress> address =
      LocalAddress::Make(split.local_part, split.domain, rules_);
  if (!address.has_value()) return Error(line, "the name is too long for an address");
  TargetsByKey& table = is_whole_domain ? by_domain_ : split.has_domain ? by_address_ : by_name_;
  const std::string_view folded = is_whole_domain    ? address->domain()
                                  : split.has_domain ? address->text()
                                                     : address->local_part();
  const auto [entry, is_new] = table.try_emplace(std::string(folded));
  if (!is_new) return Error(line, Concat("there is an alias for ", key, " already"));
  return &entry->second;
}

absl::StatusOr<Aliases::Target> Aliases::ParseTarget(std::string_view text, size_t line) const {
  const SplitAddress split = SplitAtSign(text);
  const bool is_same_name_elsewhere = split.has_domain && split.local_part.empty();
  if (text.front() == '|' || text.front() == '/' ||
      (!is_same_name_elsewhere && !IsPlainName(split.local_part)) ||
      (split.has_domain && !IsPlainName(split.domain))) {
    return Error(line,
                 Concat("\"", text, "\" is none of name, name@domain, @domain: only mailboxes",
                        " can be targets"));
  }
  if (!LocalAddress::Make(split.local_part, split.domain, rules_).has_value()) {
    return Error(line, "the target is too long for an address");
  }
  return Target{std::string(split.local_part), std::string(split.domain), line};
}

absl::Status Aliases::CheckLoops() const {
  for (const TargetsByKey* table : {&by_address_, &by_name_, &by_domain_}) {
    for (const auto& [key, targets] : *table) {
      const SplitAddress split = table == &by_domain_ ? SplitAddress{kAnyDomain, key, true}
                                 : table == &by_name_ ? SplitAddress{key, kAnyDomain, true}
                                                      : SplitAtSign(key);
      const std::optional<LocalAddress> address =
          LocalAddress::Make(split.local_part, split.domain, rules_);
      if (!address.has_value()) continue;
      std::vector<LocalAddress> mailboxes;
      Expansion expansion(*this, mailboxes);
      expansion.ExpandThrough(targets, *address);
      if (const Target* target = expansion.loop()) {
        return Error(target->line, Concat("a loop: ", key, " comes back to ", target->local_part));
      }
      if (const Target* target = expansion.too_deep()) {
        return Error(target->line, Concat(key, " is nested more than ", kDeepestAlias, " deep"));
      }
    }
  }
  return absl::OkStatus();
}

absl::Status Aliases::CheckDomains(
    const std::function<bool(std::string_view domain)>& is_local) const {
  for (const TargetsByKey* table : {&by_address_, &by_name_, &by_domain_}) {
    for (const auto& [key, targets] : *table) {
      for (const Target& target : targets) {
        if (target.domain.empty() || is_local(target.domain)) continue;
        return Error(target.line, Concat("the target ", target.local_part, "@", target.domain,
                                         " is at no domain of ours; mail is not forwarded"));
      }
    }
  }
  return absl::OkStatus();
}

absl::Status Aliases::Error(size_t line, std::string_view problem) const {
  return TableError(file_name_, line, problem);
}

void Aliases::Expand(const LocalAddress& address, bool through_catch_all,
                     std::vector<LocalAddress>& mailboxes) const {
  Expansion expansion(*this, mailboxes);
  const auto catch_all = by_domain_.find(address.domain());
  if (through_catch_all && catch_all != by_domain_.end() && !HasAlias(address)) {
    expansion.ExpandThrough(catch_all->second, address);
  } else {
    expansion.Expand(address);
  }
}

const Aliases::Targets* Aliases::FindAlias(const LocalAddress& address) const {
  const Targets* targets = FindExactAlias(address);
  if (targets == nullptr && address.has_tag()) targets = FindExactAlias(address.WithoutTag());
  return targets;
}

const Aliases::Targets* Aliases::FindExactAlias(const LocalAddress& address) const {
  if (const auto entry = by_address_.find(address.text()); entry != by_address_.end()) {
    return &entry->second;
  }
  const auto entry = by_name_.find(address.local_part());
  return entry == by_name_.end() ? nullptr : &entry->second;
}

}  // namespace ringpost::store
