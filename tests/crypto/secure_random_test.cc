#include "ringpost/crypto/secure_random.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "gtest/gtest.h"

namespace ringpost::crypto {
namespace {

TEST(SecureRandom, GivesAsManyAsWanted) {
  for (const size_t count : {0u, 1u, 18u, 1000u}) EXPECT_EQ(RandomOctets(count).size(), count);
}

TEST(SecureRandom, DoesNotRepeatItself) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(seen.insert(RandomOctets(16)).second);
}

TEST(SecureRandom, FillsAllOfWhatItIsGiven) {
  for (const size_t count : {1u, 100u, 128u, 129u, 600u}) {
    std::set<char> last;
    for (int i = 0; i < 200; ++i) {
      std::string octets(count + 1, 'x');
      ASSERT_TRUE(FillWithRandomOctets({octets.data(), count}));
      EXPECT_EQ(octets.back(), 'x');
      last.insert(octets[count - 1]);
    }
    EXPECT_GT(last.size(), 20u) << count;
  }
}

// What the parent has drawn before is not the child's too.
TEST(SecureRandom, IsNotSharedWithAChild) {
  RandomOctets(1);
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    const std::string drawn = RandomOctets(32);
    _exit(write(ends[1], drawn.data(), drawn.size()) == 32 ? 0 : 1);
  }
  std::string of_child(32, '\0');
  EXPECT_EQ(read(ends[0], of_child.data(), of_child.size()), 32);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_NE(of_child, RandomOctets(32));
  close(ends[0]);
  close(ends[1]);
}

}  // namespace
}  // namespace ringpost::crypto
