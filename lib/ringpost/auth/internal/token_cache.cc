#include "ringpost/auth/internal/token_cache.h"

#include <iterator>
#include <utility>

namespace ringpost::auth::internal {

std::optional<std::string> TokenCache::Find(std::string_view digest, Instant now) {
  const auto found = by_digest_.find(digest);
  if (found == by_digest_.end()) return std::nullopt;
  const Entries::iterator entry = found->second;
  if (entry->expires <= now) {
    Remove(entry);
    return std::nullopt;
  }
  entries_.splice(entries_.begin(), entries_, entry);
  return entry->user;
}

void TokenCache::Add(std::string digest, std::string user, Instant expires) {
  if (limit_ == 0) return;
  if (const auto found = by_digest_.find(digest); found != by_digest_.end()) {
    Remove(found->second);
  }
  if (entries_.size() == limit_) Remove(std::prev(entries_.end()));
  entries_.push_front({std::move(digest), std::move(user), expires});
  by_digest_.emplace(entries_.front().digest, entries_.begin());
}

void TokenCache::Remove(Entries::iterator entry) {
  by_digest_.erase(entry->digest);
  entries_.erase(entry);
}

}  // namespace ringpost::auth::internal
