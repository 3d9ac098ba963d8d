#include "ringpost/tls/internal/record_opener.h"

#include <string>

#include "gtest/gtest.h"
#include "record_cases.h"
#include "ringpost/base/text.h"

namespace ringpost::tls::internal {
namespace {

using Kind = RecordOpener::Kind;

constexpr char kAlert = 21, kHandshake = 22, kApplicationData = 23;

std::string BigEndian(uint64_t number, int octets) {
  std::string text;
  for (int i = octets - 1; i >= 0; --i) text.push_back(static_cast<char>(number >> (8 * i) & 0xff));
  return text;
}

std::string HeaderOf(char type, size_t body_octets) {
  return Concat(type, "\x03\x03", BigEndian(body_octets, 2));
}

class EachCipher : public ::testing::TestWithParam<RecordCase> {
 protected:
  bool is_tls13() const { return GetParam().version == TlsVersion::kTls13; }
  bool has_explicit_nonce() const { return GetParam().nonce_octets == 4; }

  // As the RFCs have it. In TLS 1.3 `padding` zeros behind the type.
  std::string Seal(uint64_t number, char type, std::string_view text, size_t padding = 0) {
    const std::string explicit_nonce = has_explicit_nonce() ? BigEndian(number + 77, 8) : "";
    std::string nonce = Concat(keys_.nonce, explicit_nonce);
    if (!has_explicit_nonce()) {
      const std::string counter = Concat(std::string(4, '\0'), BigEndian(number, 8));
      for (size_t i = 0; i < nonce.size(); ++i) nonce[i] = static_cast<char>(nonce[i] ^ counter[i]);
    }
    std::string inner(text);
    if (is_tls13()) Append(inner, type, std::string(padding, '\0'));
    const std::string header =
        HeaderOf(is_tls13() ? kApplicationData : type,
                 explicit_nonce.size() + inner.size() + crypto::kAeadTagOctets);
    const std::string additional =
        is_tls13() ? header
                   : Concat(BigEndian(number, 8), type, "\x03\x03", BigEndian(inner.size(), 2));
    std::string tag(crypto::kAeadTagOctets, '\0');
    EXPECT_EQ(crypto::AeadSeal({.algorithm = keys_.algorithm,
                                .key = keys_.key,
                                .nonce = nonce,
                                .additional = additional},
                               inner, inner.data(), tag),
              crypto::AeadResult::kDone);
    return Concat(header, explicit_nonce, inner, tag);
  }

  struct Opened {
    Kind kind;
    std::string text;
  };
  Opened Open(RecordOpener& opener, std::string record) {
    const auto result = opener.Open(record);
    return {result.kind, std::string(result.plaintext)};
  }

  const RecordKeys keys_ = KeysOf(GetParam());
};

TEST_P(EachCipher, OpensRecordsInTheirOrder) {
  RecordOpener opener(keys_, 254);
  for (uint64_t number = 254; number < 259; ++number) {
    const std::string text = Concat("record ", number);
    const Opened opened = Open(opener, Seal(number, kApplicationData, text));
    EXPECT_EQ(opened.kind, Kind::kApplicationData);
    EXPECT_EQ(opened.text, text);
  }
}

TEST_P(EachCipher, OpensRecordsOfAnyLengthInTheirPlace) {
  RecordOpener opener(keys_, 0);
  uint64_t number = 0;
  for (const size_t size : {0u, 1u, 15u, 16u, 17u, 1000u, 16'384u}) {
    std::string record = Seal(number++, kApplicationData, std::string(size, 't'));
    const auto opened = opener.Open(record);
    EXPECT_EQ(opened.kind, Kind::kApplicationData);
    EXPECT_EQ(opened.plaintext, std::string(size, 't'));
    if (size == 0) continue;
    EXPECT_GE(opened.plaintext.data(), record.data());
    EXPECT_LE(opened.plaintext.data() + size, record.data() + record.size());
  }
}

TEST_P(EachCipher, OpensNothingThatIsOutOfOrderAndGoesOn) {
  RecordOpener opener(keys_, 5);
  const std::string record = Seal(5, kApplicationData, "text");
  EXPECT_EQ(Open(opener, Seal(4, kApplicationData, "text")).kind, Kind::kUnopened);
  EXPECT_EQ(Open(opener, Seal(6, kApplicationData, "text")).kind, Kind::kUnopened);
  EXPECT_EQ(Open(opener, record).text, "text");
  EXPECT_EQ(Open(opener, record).kind, Kind::kUnopened) << "twice";
}

TEST_P(EachCipher, OpensNothingThatWasChanged) {
  const std::string good = Seal(0, kApplicationData, "text");
  for (size_t at = 0; at < good.size(); ++at) {
    // The length says where the record ends: it is not for the opener to judge.
    if (at == 3 || at == 4) continue;
    // In TLS 1.2 the version of the header is the sender's word for it.
    std::string changed = good;
    changed[at] ^= 1;
    RecordOpener opener(keys_, 0);
    const Opened opened = Open(opener, changed);
    EXPECT_EQ(opened.kind, Kind::kUnopened) << at;
    EXPECT_EQ(opened.text, "") << at;
  }
}

TEST_P(EachCipher, OpensNoRecordThatIsTooShortOrTooLong) {
  RecordOpener opener(keys_, 0);
  for (size_t body = 0; body < crypto::kAeadTagOctets + 8; ++body) {
    EXPECT_EQ(Open(opener, HeaderOf(kApplicationData, body) + std::string(body, 'x')).kind,
              Kind::kUnopened);
  }
  EXPECT_EQ(Open(opener, Seal(0, kApplicationData, std::string(16'385, 't'))).kind,
            Kind::kUnopened);
}

TEST_P(EachCipher, TellsOtherRecordsAndSealsThemAgain) {
  RecordOpener opener(keys_, 9);
  std::string record = Seal(9, kAlert, std::string("\1\0", 2));
  EXPECT_EQ(opener.Open(record).kind, Kind::kOther);
  EXPECT_EQ(Open(opener, Seal(9, kAlert, std::string("\1\0", 2))).kind, Kind::kUnopened)
      << "its number is used";
  opener.Reseal(record, 3);
  RecordOpener other(keys_, 3);
  EXPECT_EQ(Open(other, record).kind, Kind::kOther);
  EXPECT_EQ(Open(opener, Seal(10, kApplicationData, "text")).text, "text");
}

INSTANTIATE_TEST_SUITE_P(Tls, EachCipher, ::testing::ValuesIn(kRecordCases), NameOf);

class Tls13Records : public EachCipher {};

TEST_P(Tls13Records, AreFreedOfTheirPadding) {
  RecordOpener opener(keys_, 0);
  EXPECT_EQ(Open(opener, Seal(0, kApplicationData, "text", 1000)).text, "text");
  EXPECT_EQ(Open(opener, Seal(1, kApplicationData, "text", 1000)).text, "text");
  EXPECT_EQ(Open(opener, Seal(2, kApplicationData, std::string("\0\0", 2), 3)).text,
            std::string("\0\0", 2));
  EXPECT_EQ(Open(opener, Seal(3, kApplicationData, "", 500)).text, "");
  EXPECT_EQ(Open(opener, Seal(4, kHandshake, "key update", 500)).kind, Kind::kOther);
}

TEST_P(Tls13Records, OfPaddingAloneAreNoApplicationData) {
  RecordOpener opener(keys_, 0);
  EXPECT_EQ(Open(opener, Seal(0, '\0', "", 100)).kind, Kind::kOther);
}

TEST_P(Tls13Records, InTheClearAreNotOpened) {
  RecordOpener opener(keys_, 0);
  EXPECT_EQ(Open(opener, Concat(HeaderOf(20, 1), '\1')).kind, Kind::kUnopened);
}

INSTANTIATE_TEST_SUITE_P(Tls, Tls13Records, ::testing::Values(kRecordCases[3]), NameOf);

}  // namespace
}  // namespace ringpost::tls::internal
