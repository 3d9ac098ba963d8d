#include "ringpost/tls/internal/record_sealer.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "record_cases.h"
#include "ringpost/base/text.h"
#include "ringpost/tls/internal/record_opener.h"

namespace ringpost::tls::internal {
namespace {

using Kind = RecordOpener::Kind;

// RecordOpener, which is tested by itself, has the last word on what is sealed.
class SealedBy : public ::testing::TestWithParam<RecordCase> {
 protected:
  bool is_tls13() const { return GetParam().version == TlsVersion::kTls13; }
  std::string Seal(RecordSealer& sealer, std::string_view text,
                   RecordType type = RecordType::kApplicationData) {
    std::string output;
    sealer.Seal(type, text, output);
    return output;
  }

  const RecordKeys keys_ = KeysOf(GetParam());
};

TEST_P(SealedBy, OpensInItsOrder) {
  RecordSealer sealer(keys_, 254);
  RecordOpener opener(keys_, 254);
  for (int i = 0; i < 5; ++i) {
    const std::string text = Concat("record ", i);
    std::string record = Seal(sealer, text);
    const auto opened = opener.Open(record);
    EXPECT_EQ(opened.kind, Kind::kApplicationData);
    EXPECT_EQ(opened.plaintext, text);
  }
  EXPECT_EQ(sealer.number(), 259u);
}

TEST_P(SealedBy, IsAppendedAndAsLongAsItSays) {
  RecordSealer sealer(keys_, 0);
  RecordOpener opener(keys_, 0);
  std::string output;
  const std::vector<size_t> sizes = {0, 1, 15, 16, 17, 1000, kLongestFragment};
  for (const size_t size : sizes) {
    const size_t before = output.size();
    sealer.Seal(RecordType::kApplicationData, std::string(size, 't'), output);
    EXPECT_EQ(output.size() - before, size + sealer.added_octets());
  }
  std::string_view left = output;
  for (const size_t size : sizes) {
    const auto octets = RecordOctets(left);
    ASSERT_TRUE(octets.has_value());
    EXPECT_EQ(left.substr(0, 3), "\x17\x03\x03");
    std::string record(left.substr(0, *octets));
    EXPECT_EQ(opener.Open(record).plaintext, std::string(size, 't'));
    left.remove_prefix(*octets);
  }
  EXPECT_TRUE(left.empty());
}

// A nonce that is used twice gives the texts away, and the key of their tags.
TEST_P(SealedBy, NeverHasANonceTwice) {
  RecordSealer sealer(keys_, 0);
  const std::string first = Seal(sealer, "text"), second = Seal(sealer, "text");
  EXPECT_NE(first, second);
  if (keys_.explicit_nonce_octets() == 0) return;
  EXPECT_EQ(first.substr(5, 8), std::string(8, '\0'));
  EXPECT_EQ(second.substr(5, 8), std::string(7, '\0') + '\1');
}

TEST_P(SealedBy, MayBeAnAlert) {
  RecordSealer sealer(keys_, 0);
  RecordOpener opener(keys_, 0);
  std::string record = Seal(sealer, std::string("\1\0", 2), RecordType::kAlert);
  EXPECT_EQ(record[0], is_tls13() ? 23 : 21);
  EXPECT_EQ(opener.Open(record).kind, Kind::kOther);
}

// What wolfSSL has sealed under its own number.
TEST_P(SealedBy, IsSealedAgainAsTheNext) {
  RecordSealer of_wolfssl(keys_, 3), sealer(keys_, 90);
  std::string record = Seal(of_wolfssl, "said by wolfSSL");
  sealer.Reseal(record, 3);
  EXPECT_EQ(sealer.number(), 91u);
  RecordSealer reference(keys_, 90);
  EXPECT_EQ(record, Seal(reference, "said by wolfSSL"));
}

INSTANTIATE_TEST_SUITE_P(Tls, SealedBy, ::testing::ValuesIn(kRecordCases), NameOf);

using RecordSealerDeathTest = SealedBy;

TEST_P(RecordSealerDeathTest, SealsNoLongerTextAndNothingOfOthers) {
  RecordSealer sealer(keys_, 0);
  std::string output;
  EXPECT_DEATH(
      sealer.Seal(RecordType::kApplicationData, std::string(kLongestFragment + 1, 't'), output),
      "too long for a record");
  std::string record = Seal(sealer, "text");
  EXPECT_DEATH(sealer.Reseal(record, 1), "not sealed by these keys");
}

INSTANTIATE_TEST_SUITE_P(Tls, RecordSealerDeathTest, ::testing::Values(kRecordCases[3]), NameOf);

}  // namespace
}  // namespace ringpost::tls::internal
