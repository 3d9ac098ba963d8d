#include "load/audit/content.h"

#include <gtest/gtest.h>

#include <string>

#include "load/acceptance.h"

namespace ringpost::load {
namespace {

TEST(Content, IsFnv1aOfItsOctets) {
  // The published vectors of 64-bit FNV-1a.
  EXPECT_EQ(ContentOf("").digest, 0xcbf29ce484222325u);
  EXPECT_EQ(ContentOf("a").digest, 0xaf63dc4c8601ec8cu);
  EXPECT_EQ(ContentOf("foobar").digest, 0x85944171f73967e8u);
  EXPECT_EQ(ContentOf("foobar").length_octets, 6u);
}

TEST(Content, IsWhatTheGeneratorSaysOfIt) {
  const std::string_view text = "To: x\r\n\r\nhi\r\n";
  EXPECT_EQ(ContentOf(text), (Content{text.size(), ContentDigest(text)}));
}

TEST(Content, IsTheSameWhateverEndsItsLines) {
  EXPECT_EQ(ContentOf("a\nb\n\nc\n"), ContentOf("a\r\nb\r\n\r\nc\r\n"));
  EXPECT_EQ(ContentOf("a\n").length_octets, 3u);
}

TEST(Content, DiffersInEverythingElse) {
  EXPECT_NE(ContentOf("a\r\nb"), ContentOf("a\r\n\r\nb"));
  EXPECT_NE(ContentOf("a\rb"), ContentOf("a\r\nb"));
  EXPECT_NE(ContentOf("a\r\r\nb"), ContentOf("a\r\nb"));
  EXPECT_NE(ContentOf("a"), ContentOf("a\r\n"));
  EXPECT_NE(ContentOf("ab"), ContentOf("ba"));
}

TEST(Content, IsTheSameHoweverItIsCut) {
  const std::string text = "a\r\nb\n\r\r\n.\n\r\n";
  for (size_t first = 0; first <= text.size(); ++first) {
    for (size_t second = first; second <= text.size(); ++second) {
      CanonicalDigest digest;
      digest.Append(text.substr(0, first));
      digest.Append(text.substr(first, second - first));
      digest.Append(text.substr(second));
      EXPECT_EQ(digest.content(), ContentOf(text)) << first << ' ' << second;
    }
  }
}

}  // namespace
}  // namespace ringpost::load
