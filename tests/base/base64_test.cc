#include "ringpost/base/base64.h"

#include "gtest/gtest.h"
#include "ringpost/base/random.h"

namespace ringpost {
namespace {

TEST(Base64, EncodesTheExamplesOfTheRfc) {
  EXPECT_EQ(EncodeBase64(""), "");
  EXPECT_EQ(EncodeBase64("f"), "Zg==");
  EXPECT_EQ(EncodeBase64("fo"), "Zm8=");
  EXPECT_EQ(EncodeBase64("foo"), "Zm9v");
  EXPECT_EQ(EncodeBase64("foob"), "Zm9vYg==");
  EXPECT_EQ(EncodeBase64("fooba"), "Zm9vYmE=");
  EXPECT_EQ(EncodeBase64("foobar"), "Zm9vYmFy");
}

TEST(Base64, DecodesWhatItEncodes) {
  Random random(4648);
  for (size_t size = 0; size < 200; ++size) {
    std::string octets;
    while (octets.size() < size) octets.push_back(static_cast<char>(random.Next()));
    EXPECT_EQ(DecodeBase64(EncodeBase64(octets)), octets);
  }
}

TEST(Base64, RefusesOtherCharacters) {
  for (const char* text : {"Zm9 ", "Zm9\n", "Zm-v", "Zm_v", "Zm9v\r\n", "Z\xc3\xa4=", "Zm9*"}) {
    EXPECT_EQ(DecodeBase64(text), std::nullopt) << text;
  }
  EXPECT_EQ(DecodeBase64(std::string_view("Zm9\0", 4)), std::nullopt);
}

TEST(Base64, RefusesWrongPadding) {
  for (const char* text : {"Zg", "Zg=", "Zm8", "=", "==", "===", "====", "Z===", "Zg==Zg==", "Zm=v",
                           "Zm9v=", "Zm9v====", "=Zm9"}) {
    EXPECT_EQ(DecodeBase64(text), std::nullopt) << text;
  }
}

TEST(Base64, RefusesBitsBehindTheLastOctet) {
  EXPECT_EQ(DecodeBase64("Zh=="), std::nullopt);
  EXPECT_EQ(DecodeBase64("Zm9="), std::nullopt);
}

TEST(Base64, ReadsOneTextForEachOctets) {
  Random random(7);
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    for (int c = 0; c < 8; ++c) text.push_back("AQgwZm8/+="[random.Below(10)]);
    const auto octets = DecodeBase64(text);
    if (octets) EXPECT_EQ(EncodeBase64(*octets), text);
  }
}

}  // namespace
}  // namespace ringpost
