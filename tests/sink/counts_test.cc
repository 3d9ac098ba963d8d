#include "sink/counts.h"

#include <gtest/gtest.h>

namespace ringpost::sink {
namespace {

TEST(Counts, CountAReplyOnceHoweverManyLinesItHas) {
  Counts counts;
  counts.CountReplies("220 hello\r\n250-a\r\n250-b\r\n250 c\r\n354 go\r\n250 2.0.0 OK\r\n");
  counts.CountReplies("");
  counts.CountReplies("421 x\r\n");
  EXPECT_EQ(counts.replies, (std::map<uint16_t, uint64_t>{{220, 1}, {250, 2}, {354, 1}, {421, 1}}));
}

TEST(Counts, AddUp) {
  Counts sum = {.connections = 1, .messages = 2, .replies = {{250, 1}}};
  sum.Add({.connections = 3,
           .messages = 4,
           .handshakes = 6,
           .failed_logins = 7,
           .commands = {.rcpt = 5},
           .replies = {{250, 2}, {421, 1}},
           .struck = {1, 2}});
  sum.Add({.struck = {1, 0}});
  EXPECT_EQ(sum.connections, 4u);
  EXPECT_EQ(sum.messages, 6u);
  EXPECT_EQ(sum.handshakes, 6u);
  EXPECT_EQ(sum.failed_logins, 7u);
  EXPECT_EQ(sum.commands.rcpt, 5u);
  EXPECT_EQ(sum.replies, (std::map<uint16_t, uint64_t>{{250, 3}, {421, 1}}));
  EXPECT_EQ(sum.struck, (std::vector<uint64_t>{2, 2}));
}

}  // namespace
}  // namespace ringpost::sink
