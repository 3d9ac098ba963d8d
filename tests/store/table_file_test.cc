#include "ringpost/store/table_file.h"

#include <gtest/gtest.h>

#include <string>

#include "ringpost/base/text.h"

namespace ringpost::store {
namespace {

// Each entry as "LINE key=value|value;", and the error.
std::string Read(std::string_view text) {
  std::string found;
  const absl::Status status =
      ReadTable(text, "table", "key: value", [&found](const TableEntry& entry) -> absl::Status {
        if (entry.key == "bad") return TableError("table", entry.line, "is bad");
        Append(found, entry.line, ' ', entry.key, '=');
        for (const std::string_view value : entry.values) Append(found, value, '|');
        found.push_back(';');
        return absl::OkStatus();
      });
  return found + std::string(status.message());
}

TEST(ReadTable, GivesKeysAndValuesWithoutTheirBlanks) {
  EXPECT_EQ(Read(""), "");
  EXPECT_EQ(Read("a: b"), "1 a=b|;");
  EXPECT_EQ(Read("a:b,c\n d : e f ,\tg\r\n"), "1 a=b|c d : e f|g|;");
  EXPECT_EQ(Read("a : b , c\r\nd:e\r\n"), "1 a=b|c|;2 d=e|;");
}

TEST(ReadTable, PutsContinuationsTogether) {
  EXPECT_EQ(Read("a: b,\n  c,\n# between\n\n\td\ne: f\n"), "1 a=b|c|d|;6 e=f|;");
}

TEST(ReadTable, LeavesOutCommentsAndEmptyValues) {
  EXPECT_EQ(Read("# a: b\n\n   # c: d\ne:, f,,\ng:\n"), "4 e=f|;5 g=;");
}

TEST(ReadTable, NamesTheLineThatIsWrong) {
  EXPECT_EQ(Read("\n b\n"), "table:2: continues nothing");
  EXPECT_EQ(Read("a: b\nc d\n  e\nf: g\n"), "1 a=b|;table:2: expected \"key: value\"");
}

TEST(ReadTable, EndsWithTheFirstError) {
  EXPECT_EQ(Read("a: b\nbad: c\nd: e\n"), "1 a=b|;table:2: is bad");
}

}  // namespace
}  // namespace ringpost::store
