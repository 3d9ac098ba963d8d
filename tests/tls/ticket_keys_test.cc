#include "ringpost/tls/ticket_keys.h"

#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace ringpost::tls {
namespace {

class TicketKeysTest : public ::testing::Test {
 protected:
  std::optional<std::string> Open(const TicketKeys::Sealed& sealed) {
    return keys_.Open("scope", sealed.key_name, sealed.nonce, sealed.octets);
  }

  absl::Time now_ = absl::FromUnixSeconds(1'800'000'000);  // the beginning of an hour
  TicketKeys keys_{[this] { return now_; }};
};

TEST_F(TicketKeysTest, OpenWhatTheySealed) {
  const TicketKeys::Sealed sealed = keys_.Seal("scope", "secret");
  EXPECT_EQ(sealed.key_name.size(), TicketKeys::kNameOctets);
  EXPECT_EQ(sealed.nonce.size(), TicketKeys::kNonceOctets);
  EXPECT_EQ(sealed.octets.size(), 6 + TicketKeys::kTagOctets);
  EXPECT_EQ(sealed.octets.find("secret"), std::string::npos);
  EXPECT_EQ(Open(sealed), "secret");
}

TEST_F(TicketKeysTest, SealNoTwoTicketsAlike) {
  EXPECT_NE(keys_.Seal("scope", "secret").octets, keys_.Seal("scope", "secret").octets);
}

TEST_F(TicketKeysTest, ChangeByTheHour) {
  const TicketKeys::Sealed first = keys_.Seal("scope", "secret");
  now_ += absl::Minutes(59);
  EXPECT_EQ(keys_.Seal("scope", "secret").key_name, first.key_name);
  now_ += absl::Minutes(1);
  EXPECT_NE(keys_.Seal("scope", "secret").key_name, first.key_name);
  EXPECT_EQ(Open(first), "secret");
}

TEST_F(TicketKeysTest, OpenATicketForItsLifetimeAndNotForLong) {
  now_ += absl::Minutes(59);
  const TicketKeys::Sealed sealed = keys_.Seal("scope", "secret");
  now_ += kTicketLifetime;
  EXPECT_EQ(Open(sealed), "secret");
  now_ += absl::Hours(1);
  EXPECT_EQ(Open(sealed), std::nullopt);
}

TEST_F(TicketKeysTest, DoNotComeBackWhenTheClockIsSetBack) {
  const TicketKeys::Sealed old = keys_.Seal("scope", "secret");
  now_ += absl::Hours(10);
  const TicketKeys::Sealed sealed = keys_.Seal("scope", "secret");
  now_ -= absl::Hours(10);
  EXPECT_EQ(Open(old), std::nullopt);
  EXPECT_EQ(Open(sealed), "secret");
  EXPECT_EQ(keys_.Seal("scope", "secret").key_name, sealed.key_name);
}

TEST_F(TicketKeysTest, BeginAnewWhenTheClockLeaps) {
  const TicketKeys::Sealed old = keys_.Seal("scope", "secret");
  now_ += absl::Hours(24 * 365 * 50);
  EXPECT_EQ(Open(old), std::nullopt);
  EXPECT_EQ(Open(keys_.Seal("scope", "secret")), "secret");
}

TEST_F(TicketKeysTest, OpenNothingOfOthers) {
  TicketKeys others([this] { return now_; });
  EXPECT_EQ(Open(others.Seal("scope", "secret")), std::nullopt);
}

TEST_F(TicketKeysTest, OpenNothingElsewhere) {
  const TicketKeys::Sealed sealed = keys_.Seal("nothing asked", "secret");
  EXPECT_EQ(keys_.Open("certificate required", sealed.key_name, sealed.nonce, sealed.octets),
            std::nullopt);
}

TEST_F(TicketKeysTest, NoticeEachOctetThatWasChanged) {
  const TicketKeys::Sealed good = keys_.Seal("scope", "secret");
  for (std::string TicketKeys::Sealed::* part :
       {&TicketKeys::Sealed::key_name, &TicketKeys::Sealed::nonce, &TicketKeys::Sealed::octets}) {
    for (size_t at = 0; at < (good.*part).size(); ++at) {
      TicketKeys::Sealed changed = good;
      (changed.*part)[at] ^= 1;
      EXPECT_EQ(Open(changed), std::nullopt) << at;
    }
  }
}

TEST_F(TicketKeysTest, OpenNothingThatIsCut) {
  const TicketKeys::Sealed good = keys_.Seal("scope", "secret");
  for (size_t size = 0; size < good.octets.size(); ++size) {
    EXPECT_EQ(keys_.Open("scope", good.key_name, good.nonce, good.octets.substr(0, size)),
              std::nullopt);
  }
  EXPECT_EQ(keys_.Open("scope", good.key_name, "", good.octets), std::nullopt);
}

// Each of them finds that the hour has changed.
TEST(TicketKeys, AreOneForAllThreads) {
  std::atomic<int64_t> hours = 500'000;
  TicketKeys keys([&hours] { return absl::FromUnixSeconds(hours.load() * 3600); });
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 500; ++round) {
        const TicketKeys::Sealed sealed = keys.Seal("scope", "secret");
        if (round % 100 == 0) ++hours;
        // The others may have moved on by two hours at most, were it not for the scheduler.
        const auto opened = keys.Open("scope", sealed.key_name, sealed.nonce, sealed.octets);
        if (opened && *opened != "secret") ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  const TicketKeys::Sealed sealed = keys.Seal("scope", "secret");
  EXPECT_EQ(keys.Open("scope", sealed.key_name, sealed.nonce, sealed.octets), "secret");
}

}  // namespace
}  // namespace ringpost::tls
