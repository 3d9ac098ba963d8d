// AuthenticationThrottle: slows down whoever guesses passwords, and blocks him for a while.
//
//   auto attempt = throttle.Begin(client, user, limits, shard.Now());
//   if (attempt.is_blocked()) ...              // 454, whoever the user is
//   co_await io::Sleep(shard, attempt.delay(), wait);
//   ... attempt.Succeed(shard.Now());          // or Fail(); what is neither is withdrawn
//
// Failures are counted three times: of a client (an IPv4 address, or the /64 of an IPv6 one), of a
// client at one account, and of an account by all clients together. The first two lead to delays
// and then to blocks, which grow from one to the next; the third to delays alone. So nobody can
// lock an account for others: the owner of an account under attack waits longest_delay at most.
// And a client that has logged in as this user before is judged by the two of them alone: it
// neither waits for what others do, nor is blocked with the neighbour behind the same address,
// until it has been blocked itself. What remains is an attacker at the victim's own address and
// account, who can keep both out of each other's reach while he goes on.
//
// An attempt under way counts as one that may fail: many at once get no further than one after
// another. A success does not forgive a client what it did at other accounts, or one account of its
// own would be a licence to guess.
//
// Shared by all shards: else an attacker would have as many attempts as there are shards. Its table
// is io::SharedRecords, so that no lock is held here; a login costs five short ones, beside a hash
// of milliseconds.
//
// Threads: any. Limits: kRecordCount records, some 2 MiB; an attacker who has more addresses than
// that makes it forget, which is why accounts are counted too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "ringpost/base/instant.h"
#include "ringpost/io/shared_records.h"
#include "ringpost/io/socket_address.h"
#include "ringpost/server/options.h"

namespace ringpost::server {

class AuthenticationThrottle {
 public:
  static constexpr size_t kRecordCount = 16 * 1024;

 private:
  // Where an attempt is counted; nullopt where it is not.
  struct Keys {
    std::optional<io::RecordKey> client = {};
    std::optional<io::RecordKey> client_at_account = {};
    std::optional<io::RecordKey> account = {};
  };

 public:
  // One attempt to be somebody. Withdrawn when it is destroyed before it ended: neither good nor
  // bad.
  class Attempt {
   public:
    Attempt(Attempt&& other) noexcept;
    Attempt& operator=(Attempt&&) = delete;
    ~Attempt();

    // Not now, whoever it is and however good the password: nothing of it may be looked at.
    bool is_blocked() const { return is_blocked_; }
    // To wait, before anything is looked at.
    absl::Duration delay() const { return delay_; }

    // Either is the end of the attempt; later calls do nothing.
    void Succeed(Instant now);
    void Fail(Instant now);

   private:
    friend class AuthenticationThrottle;
    Attempt(AuthenticationThrottle& throttle, const ThrottleLimits& limits)
        : throttle_(&throttle), limits_(limits) {}

    AuthenticationThrottle* throttle_;  // nullptr: it is over
    ThrottleLimits limits_;
    Keys counted_;
    bool is_blocked_ = false;
    absl::Duration delay_ = absl::ZeroDuration();
  };

  explicit AuthenticationThrottle(size_t record_count = kRecordCount);

  // `account` is what the client says, in either case; empty where it does not say. Clients of Unix
  // sockets cannot be told apart, and are only counted with the account.
  Attempt Begin(const io::SocketAddress& client, std::string_view account,
                const ThrottleLimits& limits, Instant now);

 private:
  struct Failures {
    uint32_t failure_count = 0;
    uint32_t pending_count = 0;
    uint32_t block_count = 0;
    bool has_succeeded = false;
    Instant last_failure;  // or the end of the block that it led to
    Instant blocked_until;
  };

  Keys KeysOf(const io::SocketAddress& client, std::string_view account) const;
  io::RecordKey KeyOf(std::string_view kind, std::string_view client,
                      std::string_view account) const;
  bool HasSucceeded(const std::optional<io::RecordKey>& key, const ThrottleLimits& limits,
                    Instant now);
  void CountFailure(const std::optional<io::RecordKey>& key, uint32_t limit,
                    const ThrottleLimits& limits, Instant now);
  void Forgive(const std::optional<io::RecordKey>& key, Instant now);
  void Withdraw(const std::optional<io::RecordKey>& key);
  static void Forget(Failures& record, const ThrottleLimits& limits, Instant now);
  static absl::Duration DelayAfter(uint32_t failure_count, const ThrottleLimits& limits);

  const std::string secret_;
  io::SharedRecords<Failures> records_;
};

}  // namespace ringpost::server
