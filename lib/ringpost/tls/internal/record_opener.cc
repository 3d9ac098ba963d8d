#include "ringpost/tls/internal/record_opener.h"

#include <algorithm>
#include <array>

#include "ringpost/base/check.h"

namespace ringpost::tls::internal {
namespace {

constexpr char kApplicationDataType = 23;
constexpr size_t kExplicitNonceOctets = 8;  // RFC 5288 §3

uint8_t Octet(std::string_view text, size_t at) { return static_cast<uint8_t>(text[at]); }

// Most significant octet first, over what is there.
void XorNumber(uint64_t number, char* last) {
  for (; number != 0; number >>= 8, --last)
    *last = static_cast<char>(*last ^ static_cast<char>(number));
}

// RFC 8446 §5.4: the type is the last octet that is not zero. npos: there is none.
size_t InnerTypeAt(std::string_view plaintext) { return plaintext.find_last_not_of('\0'); }

std::string_view View(std::span<const char> octets) { return {octets.data(), octets.size()}; }

}  // namespace

std::optional<size_t> RecordOctets(std::string_view input) {
  if (input.size() < kRecordHeaderOctets) return std::nullopt;
  const size_t body = static_cast<size_t>(Octet(input, 3)) << 8 | Octet(input, 4);
  const size_t octets = kRecordHeaderOctets + body;
  return octets <= kLongestRecord ? octets : kRecordHeaderOctets;
}

RecordOpener::~RecordOpener() { std::fill(keys_.key.begin(), keys_.key.end(), '\0'); }

struct RecordOpener::Parts {
  std::span<char> text;  // sealed, or open
  std::span<char> tag;
  std::array<char, crypto::kAeadNonceOctets> nonce;
  std::array<char, 13> additional;
  size_t additional_octets;

  crypto::AeadKey By(const RecordKeys& keys) const {
    return {.algorithm = keys.algorithm,
            .key = keys.key,
            .nonce = {nonce.data(), nonce.size()},
            .additional = {additional.data(), additional_octets}};
  }
};

// nullopt: it is of no size that these keys seal.
std::optional<RecordOpener::Parts> RecordOpener::PartsOf(std::span<char> record,
                                                         uint64_t number) const {
  const std::span<char> header = record.first(kRecordHeaderOctets);
  std::span<char> body = record.subspan(kRecordHeaderOctets);
  const bool is_tls13 = keys_.version == TlsVersion::kTls13;
  const bool has_explicit_nonce = !is_tls13 && keys_.algorithm == crypto::AeadAlgorithm::kAesGcm;
  const size_t explicit_octets = has_explicit_nonce ? kExplicitNonceOctets : 0;
  const size_t added = explicit_octets + crypto::kAeadTagOctets;
  // TLS 1.3 seals the type with the text.
  if (body.size() < added || body.size() - added > kLongestFragment + (is_tls13 ? 1 : 0)) {
    return std::nullopt;
  }
  Parts parts = {};
  std::copy(keys_.nonce.begin(), keys_.nonce.end(), parts.nonce.begin());
  if (has_explicit_nonce) {
    std::copy_n(body.begin(), explicit_octets, parts.nonce.end() - explicit_octets);
  } else {
    XorNumber(number, &parts.nonce.back());
  }
  body = body.subspan(explicit_octets);
  parts.text = body.first(body.size() - crypto::kAeadTagOctets);
  parts.tag = body.last(crypto::kAeadTagOctets);
  if (is_tls13) {
    std::copy(header.begin(), header.end(), parts.additional.begin());
    parts.additional_octets = header.size();
  } else {
    // The number, type and version, and how long the text is (RFC 5246 §6.2.3.3).
    XorNumber(number, &parts.additional[7]);
    std::copy_n(header.begin(), 3, parts.additional.begin() + 8);
    parts.additional[11] = static_cast<char>(parts.text.size() >> 8);
    parts.additional[12] = static_cast<char>(parts.text.size() & 0xff);
    parts.additional_octets = parts.additional.size();
  }
  return parts;
}

RecordOpener::Result RecordOpener::Open(std::span<char> record) {
  const bool is_tls13 = keys_.version == TlsVersion::kTls13;
  if (is_tls13 && record.front() != kApplicationDataType) return {.kind = Kind::kUnopened};
  const auto parts = PartsOf(record, number_);
  if (!parts) return {.kind = Kind::kUnopened};
  if (crypto::AeadOpen(parts->By(keys_), View(parts->text), View(parts->tag), parts->text.data()) !=
      crypto::AeadResult::kDone) {
    return {.kind = Kind::kUnopened};
  }
  ++number_;
  std::string_view plaintext = View(parts->text);
  char type = record.front();
  if (is_tls13) {
    const size_t type_at = InnerTypeAt(plaintext);
    type = type_at != std::string_view::npos ? plaintext[type_at] : '\0';
    plaintext = plaintext.substr(0, type_at);
  }
  if (type != kApplicationDataType) return {.kind = Kind::kOther};
  return {.kind = Kind::kApplicationData, .plaintext = plaintext};
}

void RecordOpener::Reseal(std::span<char> record, uint64_t number) const {
  const auto parts = PartsOf(record, number);
  Check(parts.has_value(), "a record that was not opened");
  // Nobody but wolfSSL gets to see it: a nonce that was used before gives nothing away.
  Check(crypto::AeadSeal(parts->By(keys_), View(parts->text), parts->text.data(), parts->tag) ==
            crypto::AeadResult::kDone,
        "a record is not sealed");
}

}  // namespace ringpost::tls::internal
