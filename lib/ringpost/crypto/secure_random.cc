#include "ringpost/crypto/secure_random.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <pthread.h>

#include <atomic>
#include <cstring>

#include "ringpost/base/check.h"

namespace ringpost::crypto {
namespace {

struct Drawn {
  char octets[512];
  size_t left = 0;  // at the end
  unsigned fork_count = 0;
};

std::atomic<unsigned> fork_count = 0;

unsigned ForkCount() {
  static const int watched = pthread_atfork(nullptr, nullptr, [] { ++fork_count; });
  Check(watched == 0, "forks cannot be watched");
  return fork_count.load(std::memory_order_relaxed);
}

bool Draw(std::span<char> octets) {
  return RAND_bytes(reinterpret_cast<unsigned char*>(octets.data()),
                    static_cast<int>(octets.size())) == 1;
}

}  // namespace

bool FillWithRandomOctets(std::span<char> octets) {
  thread_local Drawn drawn;
  if (octets.size() > sizeof drawn.octets / 4) return Draw(octets);
  const unsigned forks = ForkCount();
  if (drawn.left < octets.size() || drawn.fork_count != forks) {
    drawn.left = 0;
    if (!Draw(drawn.octets)) return false;
    drawn.left = sizeof drawn.octets;
    drawn.fork_count = forks;
  }
  char* const given = drawn.octets + sizeof drawn.octets - drawn.left;
  std::memcpy(octets.data(), given, octets.size());
  OPENSSL_cleanse(given, octets.size());
  drawn.left -= octets.size();
  return true;
}

std::string RandomOctets(size_t count) {
  std::string octets(count, '\0');
  Check(FillWithRandomOctets(octets), "no randomness");
  return octets;
}

}  // namespace ringpost::crypto
