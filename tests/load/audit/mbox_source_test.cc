#include "load/audit/mbox_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "found_messages.h"
#include "ringpost/base/random.h"
#include "ringpost/base/text.h"
#include "temporary_folder.h"

namespace ringpost::load {
namespace {

using ::testing::Contains;
using ::testing::Not;

std::string Message(uint64_t number, std::string_view content) {
  std::string line = FormatIdLine({.run = 1, .number = number});
  line.erase(line.size() - 2, 1);
  return Concat("From a@b Mon Nov 23 20:00:00 2026\nReturn-Path: <a@b>\n", line, content);
}

class MboxSourceTest : public ::testing::Test {
 protected:
  void Read(std::string_view octets) {
    folder_.Write("mbox", octets);
    ASSERT_TRUE(MboxSource(folder_.Path("mbox")).Read(found_).ok());
  }
  const FoundMessage& At(size_t index) { return found_.messages.at(index); }

  TemporaryFolder folder_;
  FoundMessages found_;
};

TEST_F(MboxSourceTest, ReadsMessageByMessage) {
  Read(Concat(Message(1, "A: b\n\none\n"), "\n", Message(2, "A: b\n\ntwo\n\n"), "\n",
              Message(3, "A: b\n\nthree\n"), "\n"));
  ASSERT_EQ(found_.messages.size(), 3u);
  EXPECT_EQ(found_.mailboxes.size(), 1u);
  EXPECT_EQ(At(0).id->number, 1u);
  EXPECT_THAT(At(0).readings, Contains(ContentOf("A: b\n\none\n")));
  EXPECT_THAT(At(1).readings, Contains(ContentOf("A: b\n\ntwo\n\n")));
  EXPECT_THAT(At(2).readings, Contains(ContentOf("A: b\n\nthree\n")));
}

TEST_F(MboxSourceTest, ReadsALastMessageWithoutItsEmptyLine) {
  Read(Message(1, "\none\n"));
  EXPECT_THAT(At(0).readings, Contains(ContentOf("\none\n")));
}

TEST_F(MboxSourceTest, UndoesQuoting) {
  Read(Concat(Message(1, "\n>From x\n> From y\n"), "\n"));
  EXPECT_THAT(At(0).readings, Contains(ContentOf("\nFrom x\n> From y\n")));
  EXPECT_THAT(At(0).readings, Contains(ContentOf("\n>From x\n> From y\n")));
}

TEST_F(MboxSourceTest, UndoesBothKindsOfNestedQuoting) {
  // Of ">From x" and "From y", mboxrd makes this:
  Read(Concat(Message(1, "\n>>From x\n>From y\n"), "\n"));
  EXPECT_THAT(At(0).readings, Contains(ContentOf("\n>From x\nFrom y\n")));
  // and of ">>From x" and "From y", mboxo does.
  EXPECT_THAT(At(0).readings, Contains(ContentOf("\n>>From x\nFrom y\n")));
  EXPECT_THAT(At(0).readings, Not(Contains(ContentOf("\nFrom x\nFrom y\n"))));
}

TEST_F(MboxSourceTest, TakesFromInTheMiddleOfATextForText) {
  Read(Concat(Message(1, "\nhere it comes\nFrom x\n"), "\n"));
  ASSERT_EQ(found_.messages.size(), 1u);
  EXPECT_THAT(At(0).readings, Contains(ContentOf("\nhere it comes\nFrom x\n")));
}

TEST_F(MboxSourceTest, ReadsCarriageReturns) {
  Read(
      "From a@b\r\nX-Ringpost-Load-Id: 0000000000000001-9\r\n\r\nhi\r\n\r\nFrom a@b\r\n\r\nno "
      "id\r\n");
  ASSERT_EQ(found_.messages.size(), 2u);
  EXPECT_EQ(At(0).id->number, 9u);
  EXPECT_THAT(At(0).readings, Contains(ContentOf("\nhi\n")));
  EXPECT_EQ(At(1).id, std::nullopt);
}

TEST_F(MboxSourceTest, ReadsLinesThatReachBeyondItsBuffer) {
  std::string octets;
  std::vector<std::string> contents;
  for (uint64_t number = 1; number < 200; ++number) {
    // So that the ends of the buffer fall everywhere.
    contents.push_back(
        Concat("\n", std::string(number * 131, 'x'), "\n\n>", std::string(9000, 'y'), "\n\n"));
    Append(octets, Message(number, contents.back()), "\n");
  }
  Append(octets, Message(200, Concat("\n", std::string(1'000'000, 'z'), "\n")), "\n");
  Read(octets);
  ASSERT_EQ(found_.messages.size(), 200u);
  for (size_t i = 0; i < contents.size(); ++i) {
    EXPECT_EQ(At(i).id->number, i + 1);
    EXPECT_THAT(At(i).readings, Contains(ContentOf(contents[i]))) << i;
  }
  EXPECT_THAT(At(199).readings,
              Contains(ContentOf(Concat("\n", std::string(1'000'000, 'z'), "\n"))));
}

TEST_F(MboxSourceTest, TellsWhereAMessageLies) {
  const std::string first = Message(1, "\none\n");
  Read(Concat(first, "\n", Message(2, "\ntwo\n"), "\n"));
  EXPECT_EQ(At(1).place, Concat(folder_.Path("mbox"), " at octet ", first.size() + 1));
}

TEST_F(MboxSourceTest, SaysThatThereIsNoFile) {
  EXPECT_FALSE(MboxSource(folder_.Path("nothing")).Read(found_).ok());
  EXPECT_FALSE(MboxSource(folder_.path()).Read(found_).ok());
}

TEST_F(MboxSourceTest, OfAnEmptyFileHasNothing) {
  Read("");
  EXPECT_TRUE(found_.messages.empty());
}

// Random texts, full of what an mbox must quote, in each of the ways of quoting.
class Quoting : public MboxSourceTest, public ::testing::WithParamInterface<uint64_t> {
 protected:
  std::string RandomContent() {
    constexpr std::string_view kLines[] = {"From x", ">From y", ">>From z", "",
                                           "text",   "From",    " "};
    std::string content = "\n";
    for (uint64_t i = random_.Below(8); i > 0; --i) {
      Append(content, kLines[random_.Below(std::size(kLines))], '\n');
    }
    return content;
  }
  static std::string Quoted(std::string_view content, bool quotes_the_quoted) {
    std::string out;
    for (size_t begin = 0; begin < content.size();) {
      const size_t end = content.find('\n', begin) + 1;
      const std::string_view line = content.substr(begin, end - begin);
      const size_t quotes = line.find_first_not_of('>');
      const bool is_from = line.substr(quotes).starts_with("From ");
      Append(out, is_from && (quotes == 0 || quotes_the_quoted) ? ">" : "", line);
      begin = end;
    }
    return out;
  }

  Random random_{GetParam()};
};

TEST_P(Quoting, IsUndone) {
  const bool quotes_the_quoted = GetParam() % 2 == 0;
  std::vector<std::string> contents;
  std::string octets;
  for (uint64_t number = 1; number <= 50; ++number) {
    std::string content = RandomContent();
    // What mboxo makes of a line that is quoted already, nobody can undo beside one that was not.
    const bool is_ambiguous = content.find("\n>From ") != content.npos;
    if (!quotes_the_quoted && is_ambiguous) content = "\n";
    Append(octets, Message(number, Quoted(content, quotes_the_quoted)), "\n");
    contents.push_back(std::move(content));
  }
  Read(octets);
  ASSERT_EQ(found_.messages.size(), contents.size());
  for (size_t i = 0; i < contents.size(); ++i) {
    EXPECT_THAT(At(i).readings, Contains(ContentOf(contents[i]))) << contents[i];
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, Quoting, ::testing::Range<uint64_t>(0, 20));

}  // namespace
}  // namespace ringpost::load
