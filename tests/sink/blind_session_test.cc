#include "sink/blind_session.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ringpost/base/random.h"

namespace ringpost::sink {
namespace {

struct Dialog {
  std::string replies;
  uint64_t message_count = 0;
  bool has_quit = false;

  friend bool operator==(const Dialog&, const Dialog&) = default;
};

Dialog Talk(const std::vector<std::string_view>& pieces) {
  BlindSession session;
  Dialog dialog;
  for (const std::string_view piece : pieces) session.Take(piece, dialog.replies);
  dialog.message_count = session.message_count();
  dialog.has_quit = session.has_quit();
  return dialog;
}

std::vector<std::string_view> CutAtRandom(std::string_view text, Random& random) {
  std::vector<std::string_view> pieces;
  while (!text.empty()) {
    const size_t count = 1 + random.Below(random.OneIn(2) ? 3 : text.size());
    pieces.push_back(text.substr(0, count));
    text.remove_prefix(std::min(count, text.size()));
  }
  return pieces;
}

constexpr std::string_view kSession =
    "EHLO client.test\r\nmail from:<a@b.test>\r\nRCPT TO:<c@d.test>\r\nDATA\r\n"
    "Subject: x\r\n\r\nDATA\r\n..\r\nQUIT\r\n\n.\n\r\n.x\r\n.\r\n"
    "RSET\r\nNOOP a line that is longer than what is kept of one in pieces, by a lot\r\n"
    "DATA\r\n.\r\n"
    "BDAT 7\r\nQUIT\r\n!BDAT 4 LAST\r\n\r\n.\rBDAT 0 LAST\r\n"
    "QUIT\r\nNOOP\r\n";
constexpr std::string_view kReplies =
    "250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-CHUNKING\r\n250 SIZE 0\r\n250 OK\r\n250 "
    "OK\r\n"
    "354 go\r\n250 OK\r\n"
    "250 OK\r\n250 OK\r\n"
    "354 go\r\n250 OK\r\n"
    "250 OK\r\n250 OK\r\n250 OK\r\n"
    "221 bye\r\n";

TEST(BlindSession, AnswersBySightOfTheFirstLetter) {
  const Dialog dialog = Talk({kSession});
  EXPECT_EQ(dialog.replies, kReplies);
  EXPECT_EQ(dialog.message_count, 4u);
  EXPECT_TRUE(dialog.has_quit);
}

TEST(BlindSession, DoesNotCareHowItWasCut) {
  const Dialog whole = Talk({kSession});
  Random random(2);
  for (int i = 0; i < 2000; ++i) EXPECT_EQ(Talk(CutAtRandom(kSession, random)), whole);
}

TEST(BlindSession, TakesALargeBodyInPieces) {
  std::string text = "DATA\r\n";
  while (text.size() < 20000) text += "..\r\n.\n" + std::string(70, 'x') + "\r\n";
  text += ".\r\nQUIT\r\n";
  Random random(3);
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(Talk(CutAtRandom(text, random)), (Dialog{.replies = "354 go\r\n250 OK\r\n221 bye\r\n",
                                                       .message_count = 1,
                                                       .has_quit = true}));
  }
}

TEST(BlindSession, AnswersALineAsSoonAsItEnds) {
  EXPECT_EQ(Talk({"NO"}).replies, "");
  EXPECT_EQ(Talk({"NO", "OP\r"}).replies, "");
  EXPECT_EQ(Talk({"NO", "OP\r", "\n"}).replies, "250 OK\r\n");
  EXPECT_EQ(Talk({"BDAT 0 LAST\r\n"}).replies, "250 OK\r\n");
  EXPECT_EQ(Talk({"DATA\r\n", ".\r"}).message_count, 0u);
  EXPECT_EQ(Talk({"DATA\r\n", ".\r", "\n"}).message_count, 1u);
}

}  // namespace
}  // namespace ringpost::sink
