#include "ringpost/server/log_line.h"

#include "gtest/gtest.h"
#include "ringpost/smtp/path.h"

namespace ringpost::server {
namespace {

constexpr std::string_view kTime = "2026-11-23T17:31:00.123Z";

// The value of one field, as each form writes it.
std::string InText(std::string_view value) {
  std::string out;
  LogLine line(LogFormat::kText, out, "T", "e");
  line.Text("v", value);
  line.End();
  out.pop_back();
  return out.substr(std::string_view("time=T event=e v=").size());
}
std::string InJson(std::string_view value) {
  std::string out;
  LogLine line(LogFormat::kJson, out, "T", "e");
  line.Text("v", value);
  line.End();
  out.resize(out.size() - std::string_view("}\n").size());
  return out.substr(std::string_view(R"({"time":"T","event":"e","v":)").size());
}

TEST(LogLine, TextIsNamesAndValues) {
  std::string out;
  LogLine line(LogFormat::kText, out, kTime, "message");
  line.Text("from", "a@b.example");
  line.Text("hello", "two words");
  line.TextUnlessEmpty("id", "");
  line.Number("octets", 1024);
  line.Seconds("seconds", absl::Microseconds(1'004'005));
  line.End();
  EXPECT_EQ(out,
            "time=2026-11-23T17:31:00.123Z event=message from=a@b.example hello=\"two words\" "
            "octets=1024 seconds=1.004005\n");
}

TEST(LogLine, JsonIsAnObjectInALine) {
  std::string out;
  LogLine line(LogFormat::kJson, out, kTime, "message");
  line.Text("from", "a@b.example");
  line.TextUnlessEmpty("id", "");
  line.Number("octets", 1024);
  line.Seconds("seconds", absl::Milliseconds(4));
  line.End();
  EXPECT_EQ(out,
            "{\"time\":\"2026-11-23T17:31:00.123Z\",\"event\":\"message\","
            "\"from\":\"a@b.example\",\"octets\":1024,\"seconds\":0.004000}\n");
}

TEST(LogLine, QuotesInTextWhatWouldNotReadBack) {
  EXPECT_EQ(InText("plain"), "plain");
  EXPECT_EQ(InText(""), "\"\"");
  EXPECT_EQ(InText("a b"), "\"a b\"");
  EXPECT_EQ(InText("a=b"), "\"a=b\"");
  EXPECT_EQ(InText("say \"x\" \\ y"), R"("say \"x\" \\ y")");
}

TEST(LogLine, EscapesJson) {
  EXPECT_EQ(InJson(""), "\"\"");
  EXPECT_EQ(InJson(std::string_view()), "\"\"");
  EXPECT_EQ(InJson("a=b c"), "\"a=b c\"");
  EXPECT_EQ(InJson("\"\\"), R"("\"\\")");
}

TEST(LogLine, NoControlByteComesThrough) {
  // A line break that forges a line, a terminal's escape, NUL, DEL, and a C1 control in UTF-8.
  const std::string hostile = std::string("a\r\nevent=forged\x1b[2J") + '\0' + "\x7f" + "\xc2\x9b";
  for (const std::string& written : {InText(hostile), InJson(hostile)}) {
    EXPECT_EQ(written, "\"a??event=forged?[2J???\"");
  }
}

TEST(LogLine, KeepsUtf8AndReplacesTheRest) {
  EXPECT_EQ(InJson("b\u00fccher \u20ac \U0001f4ee"), "\"b\u00fccher \u20ac \U0001f4ee\"");
  EXPECT_EQ(InJson("\xff"), "\"\ufffd\"");
  EXPECT_EQ(InJson("\xc3"), "\"\ufffd\"");                      // cut short
  EXPECT_EQ(InJson("\xc0\xaf"), "\"\ufffd\ufffd\"");            // overlong '/'
  EXPECT_EQ(InJson("\xed\xa0\x80"), "\"\ufffd\ufffd\ufffd\"");  // a surrogate
}

TEST(LogLine, EveryOctetGivesCleanUtf8) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string value = {static_cast<char>(first), static_cast<char>(second)};
      for (const std::string& written : {InText(value), InJson(value)}) {
        ASSERT_TRUE(smtp::IsValidUtf8(written)) << first << " " << second;
        for (const char c : written) ASSERT_GE(static_cast<unsigned char>(c), 0x20) << first;
      }
    }
  }
}

TEST(LogLine, CutsLongValues) {
  const std::string longest(LogLine::kLongestValue, 'x');
  EXPECT_EQ(InText(longest), longest);
  EXPECT_EQ(InText(longest + "y"), "\"" + longest + "...\"");
}

TEST(TimestampCache, IsUtcToTheMillisecond) {
  TimestampCache timestamps;
  const absl::Time at = absl::FromUnixSeconds(1'795'455'060);
  EXPECT_EQ(timestamps.Format(at + absl::Milliseconds(7)), "2026-11-23T17:31:00.007Z");
  EXPECT_EQ(timestamps.Format(at + absl::Milliseconds(999)), "2026-11-23T17:31:00.999Z");
  EXPECT_EQ(timestamps.Format(at + absl::Milliseconds(1000)), "2026-11-23T17:31:01.000Z");
  EXPECT_EQ(timestamps.Format(at), "2026-11-23T17:31:00.000Z");
}

TEST(TimestampCache, KnowsTimeBefore1970) {
  TimestampCache timestamps;
  EXPECT_EQ(timestamps.Format(absl::FromUnixMillis(-1)), "1969-12-31T23:59:59.999Z");
}

}  // namespace
}  // namespace ringpost::server
