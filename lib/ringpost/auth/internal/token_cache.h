// TokenCache: whose tokens were good a moment ago. It knows tokens by their digest alone.
//
// Limits: so many entries; the one that was not asked for the longest makes room. Threads: one.
#pragma once

#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "ringpost/base/instant.h"

namespace ringpost::auth::internal {

class TokenCache {
 public:
  explicit TokenCache(size_t limit) : limit_(limit) {}

  std::optional<std::string> Find(std::string_view digest, Instant now);
  // Until `expires`.
  void Add(std::string digest, std::string user, Instant expires);

  size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::string digest;
    std::string user;
    Instant expires;
  };
  using Entries = std::list<Entry>;

  void Remove(Entries::iterator entry);

  const size_t limit_;
  Entries entries_;  // the last that was asked for comes first
  // By views into the entries.
  std::unordered_map<std::string_view, Entries::iterator> by_digest_;
};

}  // namespace ringpost::auth::internal
