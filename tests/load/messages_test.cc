// What is sent: sizes, made and real messages, and the octets of each step.
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "load/acceptance.h"
#include "load/corpus.h"
#include "load/message_files.h"
#include "load/script.h"
#include "load/size_distribution.h"
#include "load/write_group.h"
#include "ringpost/base/text.h"

namespace ringpost::load {
namespace {

using ::testing::ElementsAre;

// --- Sizes
// ----------------------------------------------------------------------------------------

double MeanOf(const std::vector<WeightedSize>& sizes) {
  double sum = 0;
  for (const WeightedSize& size : sizes) sum += static_cast<double>(size.octets);
  return sum / static_cast<double>(sizes.size());
}

TEST(SizeDistribution, ReadsASizeAndAList) {
  EXPECT_THAT(*ParseSizes("10KiB"), ElementsAre(WeightedSize{10240, 1}));
  EXPECT_THAT(
      *ParseSizes("1KiB:70,100KiB:25,5MiB:5"),
      ElementsAre(WeightedSize{1024, 70}, WeightedSize{102400, 25}, WeightedSize{5 << 20, 5}));
}

TEST(SizeDistribution, ARangeIsEven) {
  const std::vector<WeightedSize> sizes = *ParseSizes("1KiB..101KiB");
  EXPECT_EQ(sizes.size(), kMostSizes);
  EXPECT_NEAR(MeanOf(sizes), 51 * 1024, 1);
  EXPECT_NEAR(static_cast<double>(sizes[64].octets), 26 * 1024, 300);
  for (const WeightedSize& size : sizes) {
    EXPECT_GE(size.octets, 1024u);
    EXPECT_LE(size.octets, 101u * 1024);
  }
}

TEST(SizeDistribution, AnExponentialOneHasItsMeanAndMedian) {
  const std::vector<WeightedSize> sizes = *ParseSizes("exp:10KiB");
  EXPECT_NEAR(MeanOf(sizes), 10240, 100);
  EXPECT_NEAR(static_cast<double>(sizes[sizes.size() / 2].octets), 10240 * 0.693, 100);
}

TEST(SizeDistribution, LargeMessagesAreFewer) {
  uint64_t total = 0;
  const std::vector<WeightedSize> sizes = *ParseSizes("1MiB..9MiB");
  for (const WeightedSize& size : sizes) total += size.octets;
  EXPECT_LE(total, kLargestTotalOctets);
}

TEST(SizeDistribution, RefusesWhatIsNone) {
  for (const char* const text : {"", "x", "1KiB..", "..1KiB", "2KiB..1KiB", "exp:", "exp:0",
                                 "1KiB:", "1KiB:0", "1KiB,,2KiB", "2GiB", "1KiB:70;2KiB:30"}) {
    EXPECT_FALSE(ParseSizes(text).ok()) << text;
  }
}

// --- Corpus
// ---------------------------------------------------------------------------------------

TEST(Corpus, MadeMessagesHaveTheirSizeToTheOctet) {
  for (uint64_t octets = 2; octets < 2000; ++octets) {
    const Corpus corpus = Corpus::OfSizes({{.octets = octets}}, {.from = "a@x", .to = "b@x"});
    const std::string& content = corpus.messages()[0].content;
    ASSERT_EQ(content.size(), octets);
    ASSERT_TRUE(content.ends_with("\r\n"));
    for (size_t i = 0; i < content.size(); ++i) {
      ASSERT_EQ(content[i] == '\r', i + 1 < content.size() && content[i + 1] == '\n');
    }
    ASSERT_EQ(StuffDots(content), content);
  }
}

TEST(Corpus, TheSameSeedMakesTheSame) {
  const auto make = [](uint64_t seed) {
    return std::string(Corpus::OfSizes({{.octets = 5000}}, {.seed = seed}).messages()[0].content);
  };
  EXPECT_EQ(make(1), make(1));
  EXPECT_NE(make(1), make(2));
}

TEST(Corpus, PicksByWeight) {
  const Corpus corpus = Corpus::OfSizes(*ParseSizes("100:70,200:25,300:5"), {});
  Random random(3);
  std::map<size_t, int> counts;
  for (int i = 0; i < 100'000; ++i) ++counts[corpus.Pick(random).content.size()];
  EXPECT_NEAR(counts[100], 70'000, 700);
  EXPECT_NEAR(counts[200], 25'000, 700);
  EXPECT_NEAR(counts[300], 5'000, 400);
  EXPECT_NEAR(corpus.mean_content_octets(), 135, 0.01);
}

TEST(Corpus, AMessageWithoutALineEndIsGivenOne) {
  const Message message = MakeMessage("a");
  EXPECT_EQ(message.content, "a\r\n");
  EXPECT_EQ(message.content_digest, ContentDigest("a\r\n"));
}

// --- Files
// ----------------------------------------------------------------------------------------

class MessageFilesTest : public ::testing::Test {
 protected:
  MessageFilesTest() {
    std::string name = (std::filesystem::temp_directory_path() / "load-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~MessageFilesTest() override { std::filesystem::remove_all(folder_); }

  std::string Write(const std::string& name, const std::string& text) {
    const std::filesystem::path path = folder_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }
  std::vector<std::string> Contents(const std::string& path, const MessageFileLimits& limits = {}) {
    std::vector<std::string> contents;
    const auto messages = ReadMessages(path, limits);
    EXPECT_TRUE(messages.ok()) << messages.status();
    if (messages.ok()) {
      for (const Message& message : *messages) contents.push_back(message.content);
    }
    return contents;
  }

  std::filesystem::path folder_;
};

TEST_F(MessageFilesTest, AFolderGivesItsMessagesInOrder) {
  Write("b.eml", "Subject: b\n\ntext\n");
  Write("a.eml", "Subject: a\r\n\r\ntext");
  Write("notes.txt", "none");
  EXPECT_THAT(Contents(folder_.string()),
              ElementsAre("Subject: a\r\n\r\ntext\r\n", "Subject: b\r\n\r\ntext\r\n"));
}

TEST_F(MessageFilesTest, AMaildirWillDo) {
  Write("new/1.host", "Subject: a\n");
  Write("cur/2.host:2,S", "Subject: b\n");
  Write(".hidden", "none");
  EXPECT_THAT(Contents(folder_.string()), ElementsAre("Subject: b\r\n", "Subject: a\r\n"));
}

TEST_F(MessageFilesTest, AnMboxGivesItsMessages) {
  const std::string path = Write("mail.mbox",
                                 "From a@x Mon Jan  1 00:00:00 2024\nSubject: a\n\none\n"
                                 ">From the start\n>>From twice\n\n"
                                 "From b@x Mon Jan  1 00:00:00 2024\nSubject: b\n\n"
                                 "line\nFrom inside a paragraph\n\n");
  EXPECT_THAT(Contents(path),
              ElementsAre("Subject: a\r\n\r\none\r\nFrom the start\r\n>From twice\r\n",
                          "Subject: b\r\n\r\nline\r\nFrom inside a paragraph\r\n"));
}

TEST_F(MessageFilesTest, OneMessageAlone) {
  EXPECT_THAT(Contents(Write("one", "Subject: a\rb\n")), ElementsAre("Subject: a\r\nb\r\n"));
}

TEST_F(MessageFilesTest, TooMuchIsRefused) {
  Write("a.eml", "12345678\n");
  Write("b.eml", "12345678\n");
  EXPECT_TRUE(absl::IsResourceExhausted(
      ReadMessages(folder_.string(), {.octets = 15, .messages = 10}).status()));
  EXPECT_TRUE(absl::IsResourceExhausted(
      ReadMessages(folder_.string(), {.octets = 1000, .messages = 1}).status()));
}

TEST_F(MessageFilesTest, NothingIsAnError) {
  EXPECT_TRUE(absl::IsInvalidArgument(ReadMessages(folder_.string()).status()));
  EXPECT_TRUE(absl::IsNotFound(ReadMessages((folder_ / "none").string()).status()));
}

// --- Script
// ---------------------------------------------------------------------------------------

class ScriptTest : public ::testing::Test {
 protected:
  std::string Write(Dialog::Step step, uint64_t number = 1, size_t recipient = 0) {
    const Script script(options_, corpus_);
    script.Write(step, At(number), recipient, group_);
    return Text();
  }
  Outgoing At(uint64_t number) const {
    return {.message = &corpus_.messages()[0], .message_index = 0, .number = number};
  }
  std::string Text() {
    std::string text;
    for (size_t i = 0; i < group_.segment_count(); ++i) Append(text, group_.segment(i));
    group_.Clear();
    return text;
  }

  ScriptOptions options_ = {.from = "s@x", .to = "r@x"};
  Corpus corpus_ = Corpus::OfMessages({MakeMessage(".a\r\n..b\r\nc\r\n")});
  WriteGroup group_;
};

TEST_F(ScriptTest, DotsAreStuffed) {
  EXPECT_EQ(Write(Dialog::Step::kSendBody), "..a\r\n...b\r\nc\r\n.\r\n");
}

TEST_F(ScriptTest, TheNextEnvelopeStandsBehindTheBody) {
  const Script script(options_, corpus_);
  script.WriteBodyAndEnvelope(At(1), At(2), group_);
  EXPECT_EQ(group_.segment_count(), 1u);
  EXPECT_EQ(Text(), "..a\r\n...b\r\nc\r\n.\r\nMAIL FROM:<s@x>\r\nRCPT TO:<r@x>\r\nDATA\r\n");
}

TEST_F(ScriptTest, AChunkIsCountedWithItsIdAndNotStuffed) {
  options_.uses_bdat = true;
  EXPECT_EQ(Write(Dialog::Step::kSendTransaction),
            "MAIL FROM:<s@x>\r\nRCPT TO:<r@x>\r\nBDAT 12 LAST\r\n.a\r\n..b\r\nc\r\n");
  EXPECT_EQ(Write(Dialog::Step::kSendChunk), "BDAT 12 LAST\r\n.a\r\n..b\r\nc\r\n");
  options_.run_id = "run";
  EXPECT_EQ(Write(Dialog::Step::kSendChunk, 42),
            "BDAT 40 LAST\r\nX-Ringpost-Load-Id: run-42\r\n.a\r\n..b\r\nc\r\n");
}

TEST_F(ScriptTest, ParametersOfMail) {
  options_.smtputf8 = options_.eight_bit_mime = true;
  EXPECT_EQ(Write(Dialog::Step::kSendMail), "MAIL FROM:<s@x> BODY=8BITMIME SMTPUTF8\r\n");
}

TEST_F(ScriptTest, RecipientsAreCountedAndStartAgain) {
  options_.to = "user%d@x";
  options_.recipient_count = 2;
  options_.recipient_cycle = 3;
  EXPECT_EQ(Write(Dialog::Step::kSendEnvelope, 1),
            "MAIL FROM:<s@x>\r\nRCPT TO:<user1@x>\r\nRCPT TO:<user2@x>\r\nDATA\r\n");
  EXPECT_EQ(Write(Dialog::Step::kSendEnvelope, 2),
            "MAIL FROM:<s@x>\r\nRCPT TO:<user3@x>\r\nRCPT TO:<user1@x>\r\nDATA\r\n");
  EXPECT_EQ(Write(Dialog::Step::kSendRecipient, 2, 1), "RCPT TO:<user1@x>\r\n");
}

TEST_F(ScriptTest, SeveralRecipientsDiffer) {
  options_.recipient_count = 2;
  EXPECT_EQ(Write(Dialog::Step::kSendEnvelope),
            "MAIL FROM:<s@x>\r\nRCPT TO:<r1@x>\r\nRCPT TO:<r2@x>\r\nDATA\r\n");
}

TEST(WriteGroup, SmallPiecesAreOneSend) {
  WriteGroup group;
  group.Add("a");
  EXPECT_EQ(group.segment_count(), 1u);
  group.Add("b");
  group.AddCopy("c");
  ASSERT_EQ(group.segment_count(), 1u);
  EXPECT_EQ(group.segment(0), "abc");
}

TEST(WriteGroup, ALargePieceIsSentFromWhereItLies) {
  const std::string large(WriteGroup::kLargestCopyOctets + 1, 'x');
  WriteGroup group;
  group.Add("a");
  group.Add(large);
  group.Add("b");
  group.AddCopy("c");
  ASSERT_EQ(group.segment_count(), 3u);
  EXPECT_EQ(group.segment(0), "a");
  EXPECT_EQ(group.segment(1).data(), large.data());
  EXPECT_EQ(group.segment(2), "bc");
}

}  // namespace
}  // namespace ringpost::load
