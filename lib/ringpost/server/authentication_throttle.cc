#include "ringpost/server/authentication_throttle.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "ringpost/base/ascii.h"
#include "ringpost/base/text.h"
#include "ringpost/crypto/hash.h"
#include "ringpost/crypto/secure_random.h"
#include "ringpost/net/network.h"

namespace ringpost::server {
namespace {

constexpr int kNetworkBitsV4 = 32;
// What one customer has of IPv6, and can take an address from for each attempt.
constexpr int kNetworkBitsV6 = 64;
constexpr size_t kSecretOctets = 32;

// `first` doubled `count` times, up to `longest`.
absl::Duration Doubled(absl::Duration first, uint32_t count, absl::Duration longest) {
  absl::Duration length = std::min(first, longest);
  if (length == absl::ZeroDuration()) return length;
  for (uint32_t i = 0; i < count && length < longest; ++i) length = std::min(2 * length, longest);
  return length;
}

std::string ClientText(const io::IpAddress& address) {
  const int bits = address.is_v4() ? kNetworkBitsV4 : kNetworkBitsV6;
  return net::Network(address, bits).first_address().ToString();
}

// Authenticators may take names in either case, and then a case is no account of its own.
std::string FoldedName(std::string_view name) {
  std::string folded(name);
  for (char& c : folded) c = AsciiToLower(c);
  return folded;
}

}  // namespace

AuthenticationThrottle::AuthenticationThrottle(size_t record_count)
    : secret_(crypto::RandomOctets(kSecretOctets)), records_(record_count) {}

AuthenticationThrottle::Attempt AuthenticationThrottle::Begin(const io::SocketAddress& client,
                                                              std::string_view account,
                                                              const ThrottleLimits& limits,
                                                              Instant now) {
  const Keys keys = KeysOf(client, account);
  const bool is_known = HasSucceeded(keys.client_at_account, limits, now);
  Attempt attempt(*this, limits);
  uint32_t failure_count = 0;
  // False when there is no room for another attempt under `key`.
  const auto enter = [&](const std::optional<io::RecordKey>& key,
                         std::optional<io::RecordKey>& counted, uint32_t limit) {
    if (!key.has_value()) return true;
    const bool has_room = records_.Visit(*key, [&](Failures& record) {
      Forget(record, limits, now);
      // Those under way do not count against whom is known here: a program that sends by many
      // connections at once would block itself.
      const uint32_t taken =
          record.failure_count + (record.has_succeeded ? 0 : record.pending_count);
      if (now < record.blocked_until || (limit != 0 && taken >= limit)) return false;
      ++record.pending_count;
      failure_count = std::max(failure_count, record.failure_count);
      return true;
    });
    if (has_room) counted = key;
    return has_room;
  };

  // The client first: one that is blocked leaves no records of accounts of its choice.
  Keys& counted = attempt.counted_;
  const bool is_let_in =
      (is_known || enter(keys.client, counted.client, limits.failures_per_client)) &&
      enter(keys.client_at_account, counted.client_at_account, limits.failures_per_account);
  attempt.is_blocked_ = !is_let_in;
  if (!is_let_in) return attempt;
  if (!is_known) enter(keys.account, counted.account, 0);
  attempt.delay_ = DelayAfter(failure_count, limits);
  return attempt;
}

AuthenticationThrottle::Keys AuthenticationThrottle::KeysOf(const io::SocketAddress& client,
                                                            std::string_view account) const {
  const std::string name = FoldedName(account);
  const std::string from = client.is_unix() ? std::string() : ClientText(client.ip);
  Keys keys;
  if (!from.empty()) keys.client = KeyOf("client", from, {});
  if (!from.empty() && !name.empty()) keys.client_at_account = KeyOf("both", from, name);
  if (!name.empty()) keys.account = KeyOf("account", {}, name);
  return keys;
}

bool AuthenticationThrottle::HasSucceeded(const std::optional<io::RecordKey>& key,
                                          const ThrottleLimits& limits, Instant now) {
  bool has_succeeded = false;
  if (!key.has_value()) return has_succeeded;
  records_.VisitExisting(*key, [&](Failures& record) {
    Forget(record, limits, now);
    has_succeeded = record.has_succeeded;
  });
  return has_succeeded;
}

void AuthenticationThrottle::Forget(Failures& record, const ThrottleLimits& limits, Instant now) {
  if (now <= record.last_failure + limits.memory) return;
  record.failure_count = 0;
  record.block_count = 0;
}

absl::Duration AuthenticationThrottle::DelayAfter(uint32_t failure_count,
                                                  const ThrottleLimits& limits) {
  if (failure_count <= limits.undelayed_failures) return absl::ZeroDuration();
  return Doubled(limits.first_delay, failure_count - limits.undelayed_failures - 1,
                 limits.longest_delay);
}

io::RecordKey AuthenticationThrottle::KeyOf(std::string_view kind, std::string_view client,
                                            std::string_view account) const {
  const std::string code = crypto::Hmac(crypto::HashAlgorithm::kSha256, secret_,
                                        Concat(kind, '\0', client, '\0', account));
  io::RecordKey key;
  std::memcpy(key.data(), code.data(), sizeof key);
  return key;
}

void AuthenticationThrottle::CountFailure(const std::optional<io::RecordKey>& key, uint32_t limit,
                                          const ThrottleLimits& limits, Instant now) {
  if (!key.has_value()) return;
  records_.Visit(*key, [&](Failures& record) {
    Forget(record, limits, now);
    if (record.pending_count > 0) --record.pending_count;
    ++record.failure_count;
    record.last_failure = std::max(record.last_failure, now);
    if (limit == 0 || record.failure_count < limit) return;
    record.blocked_until =
        now + Doubled(limits.first_block, record.block_count, limits.longest_block);
    record.last_failure = record.blocked_until;
    ++record.block_count;
    record.failure_count = 0;
    record.has_succeeded = false;
  });
}

void AuthenticationThrottle::Forgive(const std::optional<io::RecordKey>& key, Instant now) {
  if (!key.has_value()) return;
  records_.Visit(*key, [&](Failures& record) {
    if (record.pending_count > 0) --record.pending_count;
    // A block that others under way have led to meanwhile stands.
    if (now < record.blocked_until) return;
    record.failure_count = 0;
    record.block_count = 0;
    record.has_succeeded = true;
  });
}

void AuthenticationThrottle::Withdraw(const std::optional<io::RecordKey>& key) {
  if (!key.has_value()) return;
  records_.VisitExisting(*key, [](Failures& record) {
    if (record.pending_count > 0) --record.pending_count;
  });
}

AuthenticationThrottle::Attempt::Attempt(Attempt&& other) noexcept
    : throttle_(std::exchange(other.throttle_, nullptr)),
      limits_(other.limits_),
      counted_(other.counted_),
      is_blocked_(other.is_blocked_),
      delay_(other.delay_) {}

AuthenticationThrottle::Attempt::~Attempt() {
  if (throttle_ == nullptr) return;
  throttle_->Withdraw(counted_.client);
  throttle_->Withdraw(counted_.client_at_account);
  throttle_->Withdraw(counted_.account);
}

void AuthenticationThrottle::Attempt::Succeed(Instant now) {
  if (throttle_ == nullptr || is_blocked_) return;
  AuthenticationThrottle& throttle = *std::exchange(throttle_, nullptr);
  throttle.Withdraw(counted_.client);
  throttle.Withdraw(counted_.account);
  throttle.Forgive(counted_.client_at_account, now);
}

void AuthenticationThrottle::Attempt::Fail(Instant now) {
  if (throttle_ == nullptr || is_blocked_) return;
  AuthenticationThrottle& throttle = *std::exchange(throttle_, nullptr);
  throttle.CountFailure(counted_.client, limits_.failures_per_client, limits_, now);
  throttle.CountFailure(counted_.client_at_account, limits_.failures_per_account, limits_, now);
  throttle.CountFailure(counted_.account, 0, limits_, now);
}

}  // namespace ringpost::server
