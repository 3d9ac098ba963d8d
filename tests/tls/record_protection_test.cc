#include "ringpost/tls/internal/record_protection.h"

#include <string>
#include <string_view>

#include "gtest/gtest.h"
#include "record_cases.h"

namespace ringpost::tls::internal {
namespace {

TEST(RecordOctets, AreInTheHeader) {
  EXPECT_EQ(RecordOctets("\x17\x03\x03\x01"), std::nullopt);
  EXPECT_EQ(RecordOctets(std::string_view("\x17\x03\x03\x01\x02", 5)), 5u + 258);
  EXPECT_EQ(RecordOctets(std::string_view("\x17\x03\x03\x00\x00", 5)), 5u);
  EXPECT_EQ(RecordOctets("\x17\x03\x03\x48\x01"), kRecordHeaderOctets) << "too long";
}

std::string_view View(const auto& octets) { return {octets.data(), octets.size()}; }

// RFC 8446 §5.3: the number, as long as the nonce, is exclusive-ored with it.
TEST(RecordParts, HaveTheNonceOfTheirNumber) {
  std::string record("\x17\x03\x03\0\x14textTAG.TAG.TAG.TAG.", 25);
  const auto parts = PartsOf(KeysOf(kRecordCases[3]), record, 0x0102030405060708);
  ASSERT_TRUE(parts.has_value());
  EXPECT_EQ(View(parts->text), "text");
  EXPECT_EQ(View(parts->tag), "TAG.TAG.TAG.TAG.");
  EXPECT_EQ(View(parts->nonce), "nnnnolmjkhif");
  EXPECT_EQ(View(parts->additional).substr(0, parts->additional_octets), record.substr(0, 5));
}

// RFC 5288 §3, RFC 5246 §6.2.3.3.
TEST(RecordParts, OfTls12SayTheirNonce) {
  std::string record(
      "\x17\x03\x03\0\x1c"
      "explicittextTAG.TAG.TAG.TAG.",
      33);
  const auto parts = PartsOf(KeysOf(kRecordCases[0]), record, 0x0102);
  ASSERT_TRUE(parts.has_value());
  EXPECT_EQ(View(parts->text), "text");
  EXPECT_EQ(View(parts->nonce), "nnnnexplicit");
  EXPECT_EQ(View(parts->additional).substr(0, parts->additional_octets),
            std::string_view("\0\0\0\0\0\0\x01\x02\x17\x03\x03\0\x04", 13));
}

}  // namespace
}  // namespace ringpost::tls::internal
