#include "load/audit/message_id.h"

#include <gtest/gtest.h>

#include <cstdint>

#include "load/acceptance.h"
#include "ringpost/base/text.h"

namespace ringpost::load {
namespace {

TEST(MessageId, StandsInAHeaderLine) {
  EXPECT_EQ(FormatIdLine({.run = 0xabc, .number = 42}),
            "X-Ringpost-Load-Id: 0000000000000abc-42\r\n");
}

TEST(MessageId, StandsInTheFieldThatTheGeneratorNames) {
  EXPECT_EQ(kIdFieldStart, Concat(kIdFieldName, ": "));
}

TEST(MessageId, IsReadFromItsLine) {
  for (const MessageId id :
       {MessageId{0, 0}, MessageId{0xabc, 42}, MessageId{UINT64_MAX, UINT64_MAX}}) {
    std::string line = FormatIdLine(id);
    line.resize(line.size() - 2);
    EXPECT_LE(line.size(), kLongestIdLine);
    EXPECT_EQ(ParseIdLine(line), id);
  }
}

TEST(MessageId, IsNothingElse) {
  for (const std::string_view line :
       {"", "X-Ringpost-Load-Id: ", "X-Ringpost-Load-Id: 0000000000000abc", "Subject: x",
        "X-Ringpost-Load-Id: 0000000000000abc-", "X-Ringpost-Load-Id: 0000000000000abc-x",
        "X-Ringpost-Load-Id: 0000000000000abc-4 ", "X-Ringpost-Load-Id: 0000000000000ABC-4",
        "X-Ringpost-Load-Id: 0000000000000abc-04", "X-Ringpost-Load-Id: abc-4",
        "X-Ringpost-Load-Id:  0000000000000abc-4", "x-ringpost-load-id: 0000000000000abc-4",
        " X-Ringpost-Load-Id: 0000000000000abc-4",
        "X-Ringpost-Load-Id: 0000000000000abc-18446744073709551616"}) {
    EXPECT_EQ(ParseIdLine(line), std::nullopt) << line;
  }
}

}  // namespace
}  // namespace ringpost::load
