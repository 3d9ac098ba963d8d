#include "ringpost/sasl/internal/gs2_header.h"

#include "gtest/gtest.h"

namespace ringpost::sasl::internal {
namespace {

TEST(Gs2Header, IsTakenOffTheFront) {
  std::string_view message = "p=tls-exporter,a=bob,n=alice";
  const auto header = TakeGs2Header(message);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->raw, "p=tls-exporter,a=bob,");
  EXPECT_EQ(header->binding, Gs2Header::Binding::kUsed);
  EXPECT_EQ(header->binding_name, "tls-exporter");
  EXPECT_EQ(header->authorization, "bob");
  EXPECT_EQ(message, "n=alice");
}

TEST(Gs2Header, SaysWhetherTheClientCould) {
  std::string_view cannot = "n,,", could = "y,,";
  EXPECT_EQ(TakeGs2Header(cannot)->binding, Gs2Header::Binding::kNone);
  EXPECT_EQ(TakeGs2Header(could)->binding, Gs2Header::Binding::kUnoffered);
  EXPECT_EQ(cannot, "");
}

TEST(Gs2Header, IsRefusedWhenBroken) {
  for (std::string_view message : {"", ",", ",,", "n", "n,", "x,,", "p=,,", "p=a b,,", "N,,",
                                   "n,b,", "n,a=,", "n,x=bob,", "F,n,,", " n,,", "p,,"}) {
    EXPECT_FALSE(TakeGs2Header(message)) << message;
  }
}

TEST(Gs2Header, IsReadAsItIsWritten) {
  EXPECT_EQ(FormatGs2Header("n", ""), "n,,");
  const std::string text = FormatGs2Header("y", "a,b=c");
  EXPECT_EQ(text, "y,a=a=2Cb=3Dc,");
  std::string_view rest = text;
  EXPECT_EQ(DecodeSaslName(TakeGs2Header(rest)->authorization), "a,b=c");
}

TEST(SaslName, KnowsTwoCodesAlone) {
  EXPECT_EQ(DecodeSaslName("a=2Cb=3Dc"), "a,b=c");
  for (const char* name : {"=", "=2", "=2c", "=3d", "a=b", "=41", "a="}) {
    EXPECT_EQ(DecodeSaslName(name), std::nullopt) << name;
  }
}

}  // namespace
}  // namespace ringpost::sasl::internal
