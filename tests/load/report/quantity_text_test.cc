#include "load/report/quantity_text.h"

#include <gtest/gtest.h>

#include <limits>

namespace ringpost::load {
namespace {

TEST(QuantityText, GroupsCounts) {
  EXPECT_EQ(CountText(0), "0");
  EXPECT_EQ(CountText(999), "999");
  EXPECT_EQ(CountText(1000), "1,000");
  EXPECT_EQ(CountText(1234567), "1,234,567");
}

TEST(QuantityText, GroupsBeforeThePointOnly) {
  EXPECT_EQ(DecimalText(1234.5678, 4), "1,234.5678");
  EXPECT_EQ(DecimalText(-123456, 1), "-123,456.0");
  EXPECT_EQ(DecimalText(-123, 0), "-123");
}

TEST(QuantityText, HasThreeDigitsThatMatter) {
  EXPECT_EQ(ThreeDigitText(0), "0.00");
  EXPECT_EQ(ThreeDigitText(1.234), "1.23");
  EXPECT_EQ(ThreeDigitText(9.996), "10.0");
  EXPECT_EQ(ThreeDigitText(12.34), "12.3");
  EXPECT_EQ(ThreeDigitText(99.96), "100");
  EXPECT_EQ(ThreeDigitText(1234), "1,234");
}

TEST(QuantityText, TakesTheUnitThatFits) {
  EXPECT_EQ(MicrosecondsText(0.5), "0.50 µs");
  EXPECT_EQ(MicrosecondsText(999.4), "999 µs");
  EXPECT_EQ(MicrosecondsText(999.6), "1.00 ms");
  EXPECT_EQ(MicrosecondsText(45'600), "45.6 ms");
  EXPECT_EQ(MicrosecondsText(1'500'000), "1.50 s");
  EXPECT_EQ(SizeText(512), "512 B");
  EXPECT_EQ(SizeText(1500), "1.50 kB");
  EXPECT_EQ(SizeText(64.2e6), "64.2 MB");
}

TEST(QuantityText, OfRatesAndShares) {
  EXPECT_EQ(PerSecondText(9.5), "9.5/s");
  EXPECT_EQ(PerSecondText(23456.4), "23,456/s");
  EXPECT_EQ(ShareText(0.004), "0.4 %");
  EXPECT_EQ(ShareText(0.93), "93 %");
  EXPECT_EQ(RatioText(1.234), "1.23×");
}

TEST(QuantityText, OfWhatIsNoNumber) {
  EXPECT_EQ(RatioText(std::numeric_limits<double>::quiet_NaN()), "–×");
  EXPECT_EQ(DecimalText(std::numeric_limits<double>::infinity(), 2), "–");
  EXPECT_EQ(DecimalText(1e300, 0).size(), 401u);
}

TEST(QuantityText, OfAClock) {
  EXPECT_EQ(ClockText(7.9), "0:07");
  EXPECT_EQ(ClockText(600), "10:00");
  EXPECT_EQ(ClockText(5025), "1:23:45");
  EXPECT_EQ(ClockText(-3), "0:00");
}

}  // namespace
}  // namespace ringpost::load
