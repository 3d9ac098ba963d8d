#include "load/audit/message_scanner.h"

#include <gtest/gtest.h>

#include <string>

#include "ringpost/base/text.h"

namespace ringpost::load {
namespace {

constexpr MessageId kId = {.run = 7, .number = 12};
const std::string kIdLine = FormatIdLine(kId);

MessageScanner Scan(std::string_view message) {
  MessageScanner scanner;
  scanner.Append(message);
  return scanner;
}

TEST(MessageScanner, ComparesFromTheIdLineOn) {
  const MessageScanner scanner = Scan(
      Concat("Return-Path: <a@b>\r\nReceived: from x\r\n\tby y\r\n", kIdLine, "To: x\r\n\r\nhi"));
  EXPECT_EQ(scanner.id(), kId);
  EXPECT_EQ(scanner.content(), ContentOf("To: x\r\n\r\nhi"));
}

TEST(MessageScanner, FindsNoIdInABody) {
  EXPECT_EQ(Scan(Concat("Subject: x\r\n\r\n", kIdLine)).id(), std::nullopt);
  EXPECT_EQ(Scan(Concat("\n", kIdLine)).id(), std::nullopt);
}

TEST(MessageScanner, TakesTheFirstId) {
  EXPECT_EQ(Scan(Concat(kIdLine, FormatIdLine({.run = 7, .number = 13}))).id(), kId);
}

TEST(MessageScanner, FindsNoIdThatIsTornOrPartOfALongerLine) {
  EXPECT_EQ(Scan(kIdLine.substr(0, kIdLine.size() - 1)).id(), std::nullopt);
  EXPECT_EQ(Scan(Concat("X", kIdLine)).id(), std::nullopt);
  std::string with_tail = kIdLine;
  with_tail.insert(with_tail.size() - 2, std::string(200, '1'));
  EXPECT_EQ(Scan(with_tail).id(), std::nullopt);
  EXPECT_EQ(Scan(std::string(100'000, 'x')).id(), std::nullopt);
}

TEST(MessageScanner, FindsTheSameHoweverTheMessageIsCut) {
  const std::string message =
      Concat("A: b\n", std::string(100, 'x'), "\n", kIdLine, "To: y\n\nbody\n");
  for (size_t cut = 0; cut <= message.size(); ++cut) {
    MessageScanner scanner;
    scanner.Append(message.substr(0, cut));
    scanner.Append(message.substr(cut));
    EXPECT_EQ(scanner.id(), kId) << cut;
    EXPECT_EQ(scanner.content(), ContentOf("To: y\n\nbody\n")) << cut;
  }
}

TEST(MessageScanner, StartsAnew) {
  MessageScanner scanner = Scan(Concat(kIdLine, "old"));
  scanner.Reset();
  EXPECT_EQ(scanner.id(), std::nullopt);
  scanner.Append(Concat(kIdLine, "new"));
  EXPECT_EQ(scanner.content(), ContentOf("new"));
}

}  // namespace
}  // namespace ringpost::load
