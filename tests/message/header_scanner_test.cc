#include "ringpost/message/header_scanner.h"

#include <gtest/gtest.h>

#include <string>

#include "ringpost/base/random.h"

namespace ringpost::message {
namespace {

using State = HeaderScanner::State;

struct Found {
  State state;
  uint64_t header_octets;
  bool ends_with_empty_line;

  friend bool operator==(const Found&, const Found&) = default;
};

void PrintTo(const Found& found, std::ostream* out) {
  *out << "state " << static_cast<int>(found.state) << ", " << found.header_octets << " octets"
       << (found.ends_with_empty_line ? " with" : " without") << " empty line";
}

Found Result(HeaderScanner& scanner) {
  scanner.End();
  return {scanner.state(), scanner.header_octets(), scanner.ends_with_empty_line()};
}

Found ScanWhole(std::string_view message, size_t limit_octets = kDefaultHeaderLimitOctets) {
  HeaderScanner scanner(limit_octets);
  scanner.Feed(message);
  return Result(scanner);
}

Found ScanByteByByte(std::string_view message) {
  HeaderScanner scanner;
  for (size_t i = 0; i < message.size(); ++i) scanner.Feed(message.substr(i, 1));
  return Result(scanner);
}

Found EndsWithEmptyLineAt(uint64_t octets) { return {State::kComplete, octets, true}; }
Found EndsWithoutEmptyLineAt(uint64_t octets) { return {State::kComplete, octets, false}; }

struct Example {
  std::string_view message;
  Found found;
};

const Example kExamples[] = {
    {"A: 1\r\n\r\nbody", EndsWithEmptyLineAt(8)},
    {"A: 1\r\nB: 2\r\n 3\r\n\r\n", EndsWithEmptyLineAt(18)},
    {"\r\nbody", EndsWithEmptyLineAt(2)},
    {"A: 1\n\nbody", EndsWithEmptyLineAt(6)},
    {"A: 1\r\n\nbody", EndsWithEmptyLineAt(7)},
    {"A : 1\r\n\r\n", EndsWithEmptyLineAt(9)},
    {"A: 1\r\n \r\nB: 2\r\n\r\n", EndsWithEmptyLineAt(17)},
    {"no field\r\nA: 1\r\n\r\n", EndsWithoutEmptyLineAt(0)},
    {" continues nothing\r\n", EndsWithoutEmptyLineAt(0)},
    {"A: 1\r\nhello, world\r\nB: 2\r\n", EndsWithoutEmptyLineAt(6)},
    {"A: 1\r\n\rB: 2\r\n", EndsWithoutEmptyLineAt(6)},
    {"A: 1\r\n: 2\r\n", EndsWithoutEmptyLineAt(6)},
    {"A: 1\r\ncaf\xc3\xa9: 2\r\n", EndsWithoutEmptyLineAt(6)},
    {"A: 1\r\nB", EndsWithoutEmptyLineAt(6)},
    {"A: 1\r\n\r", EndsWithoutEmptyLineAt(6)},
    {"A: 1\r\nB:", EndsWithoutEmptyLineAt(8)},
    {"A: 1", EndsWithoutEmptyLineAt(4)},
    {"", EndsWithoutEmptyLineAt(0)},
};

TEST(HeaderScanner, FindsTheEndInAWholeMessage) {
  for (const Example& example : kExamples) {
    EXPECT_EQ(ScanWhole(example.message), example.found) << example.message;
  }
}

TEST(HeaderScanner, FindsTheSameEndByteByByte) {
  for (const Example& example : kExamples) {
    EXPECT_EQ(ScanByteByByte(example.message), example.found) << example.message;
  }
}

TEST(HeaderScanner, WaitsForMoreInsideTheHeader) {
  HeaderScanner scanner;
  EXPECT_EQ(scanner.Feed("A: 1\r\n"), State::kMore);
  EXPECT_EQ(scanner.Feed("\r"), State::kMore);
  EXPECT_EQ(scanner.Feed("\nbody"), State::kComplete);
  EXPECT_EQ(scanner.header_octets(), 8u);
  EXPECT_EQ(scanner.Feed("more"), State::kComplete);
  EXPECT_EQ(scanner.header_octets(), 8u);
}

TEST(HeaderScanner, MayFindTheEndInAnEarlierChunk) {
  HeaderScanner scanner;
  EXPECT_EQ(scanner.Feed("A: 1\r\nDear"), State::kMore);
  EXPECT_EQ(scanner.Feed(" all,\r\n"), State::kComplete);
  EXPECT_EQ(scanner.header_octets(), 6u);
}

TEST(HeaderScanner, RefusesAHeaderOverTheLimit) {
  EXPECT_EQ(ScanWhole("A: 1\r\n\r\n", 8).state, State::kComplete);
  EXPECT_EQ(ScanWhole("A: 1\r\n\r\n", 7).state, State::kTooLong);
  HeaderScanner endless(100);
  for (int i = 0; i < 200 && endless.state() == State::kMore; ++i) endless.Feed("x");
  EXPECT_EQ(endless.state(), State::kTooLong);
}

TEST(HeaderScanner, HasNoLimitForTheBody) {
  EXPECT_EQ(ScanWhole("A: 1\r\n\r\n" + std::string(100, 'b'), 8), EndsWithEmptyLineAt(8));
}

TEST(HeaderScanner, FindsTheSameEndHoweverTheMessageIsCut) {
  Random random(7);
  constexpr std::string_view kAlphabet = "A: \t\r\n\nb\r\n";
  for (int round = 0; round < 20000; ++round) {
    std::string message;
    for (uint64_t i = random.Below(24); i > 0; --i) {
      message += kAlphabet[random.Below(kAlphabet.size())];
    }
    const Found whole = ScanWhole(message);
    EXPECT_EQ(ScanByteByByte(message), whole) << testing::PrintToString(message);
    EXPECT_LE(whole.header_octets, message.size());
  }
}

}  // namespace
}  // namespace ringpost::message
