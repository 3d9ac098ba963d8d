#include "sink/end_of_data.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ringpost/base/random.h"

namespace ringpost::sink {
namespace {

// As one would write it without a thought for speed.
size_t Reference(std::string_view octets) {
  for (size_t end = kEndOfData.size(); end <= octets.size(); ++end) {
    if (octets.substr(0, end).ends_with(kEndOfData)) return end;
  }
  return std::string_view::npos;
}

void ExpectTheSame(std::string_view octets) {
  const size_t expected = Reference(octets);
  EXPECT_EQ(FindEndOfData(octets), expected);
  EXPECT_EQ(internal::FindEndOfDataPortably(octets), expected);
  if (internal::HasWideScan()) EXPECT_EQ(internal::FindEndOfDataWidely(octets), expected);
}

// Exactly as long as it looks, so that a sanitizer sees what is read behind it.
void ExpectTheSameWithoutRoom(std::string_view octets) {
  const std::vector<char> exact(octets.begin(), octets.end());
  ExpectTheSame({exact.data(), exact.size()});
}

TEST(EndOfData, IsFoundAtEachPlace) {
  for (size_t before = 0; before < 300; ++before) {
    const std::string text = std::string(before, 'a') + std::string(kEndOfData);
    ExpectTheSameWithoutRoom(text);
    ExpectTheSameWithoutRoom(text + std::string(200, 'b'));
  }
}

TEST(EndOfData, IsTheFirstOfTwo) {
  const std::string text = std::string(200, 'a') + "\r\n.\r\n" + std::string(3, 'b') + "\r\n.\r\n";
  EXPECT_EQ(FindEndOfData(text), 205u);
}

TEST(EndOfData, IsNotAnythingLikeIt) {
  for (const std::string_view like : {"\n.\n", "\n.\r\n", "\r\n.\n", "\r\n..\r\n", "\r\n.\r",
                                      "\r.\r", "\r\n.", "", "\n.\r\n\n."}) {
    ExpectTheSameWithoutRoom(like);
    EXPECT_EQ(FindEndOfData(std::string(250, 'x') + std::string(like)), std::string_view::npos);
  }
}

TEST(EndOfData, IsFoundAmongOctetsThatLookLikeIt) {
  Random random(1);
  constexpr std::string_view kAlphabet = "\r\n..\r\na";
  for (int i = 0; i < 3000; ++i) {
    std::string text(random.Below(400), 'a');
    // Sparse, so that some of them have no end.
    for (char& octet : text) {
      if (random.Below(3) > 0) octet = kAlphabet[random.Below(kAlphabet.size())];
    }
    ExpectTheSameWithoutRoom(text);
  }
}

}  // namespace
}  // namespace ringpost::sink
