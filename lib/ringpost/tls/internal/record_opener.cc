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

// The octets of a plaintext that lies in two pieces.
struct Pieces {
  std::span<const char> first;
  std::string_view second;

  char operator[](size_t at) const {
    return at < first.size() ? first[at] : second[at - first.size()];
  }
};

// RFC 8446 §5.4: the type is the last octet that is not zero. npos: there is none.
size_t InnerTypeAt(const Pieces& pieces, size_t octets) {
  size_t at = octets;
  while (at > 0 && pieces[at - 1] == 0) --at;
  return at > 0 ? at - 1 : std::string_view::npos;
}

}  // namespace

std::optional<size_t> RecordOctets(std::string_view input) {
  if (input.size() < kRecordHeaderOctets) return std::nullopt;
  const size_t body = static_cast<size_t>(Octet(input, 3)) << 8 | Octet(input, 4);
  const size_t octets = kRecordHeaderOctets + body;
  return octets <= kLongestRecord ? octets : kRecordHeaderOctets;
}

RecordOpener::~RecordOpener() { std::fill(keys_.key.begin(), keys_.key.end(), '\0'); }

struct RecordOpener::Parts {
  std::string_view sealed;
  std::string_view tag;
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
std::optional<RecordOpener::Parts> RecordOpener::PartsOf(std::string_view record,
                                                         uint64_t number) const {
  const std::string_view header = record.substr(0, kRecordHeaderOctets);
  std::string_view body = record.substr(kRecordHeaderOctets);
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
  body.remove_prefix(explicit_octets);
  parts.sealed = body.substr(0, body.size() - crypto::kAeadTagOctets);
  parts.tag = body.substr(parts.sealed.size());
  if (is_tls13) {
    std::copy(header.begin(), header.end(), parts.additional.begin());
    parts.additional_octets = header.size();
  } else {
    // The number, type and version, and how long the text is (RFC 5246 §6.2.3.3).
    XorNumber(number, &parts.additional[7]);
    std::copy_n(header.begin(), 3, parts.additional.begin() + 8);
    parts.additional[11] = static_cast<char>(parts.sealed.size() >> 8);
    parts.additional[12] = static_cast<char>(parts.sealed.size() & 0xff);
    parts.additional_octets = parts.additional.size();
  }
  return parts;
}

RecordOpener::Result RecordOpener::Open(std::string_view record, std::span<char> plaintext,
                                        std::string& rest) {
  Check(rest.empty(), "a record before the rest of the last was read");
  const bool is_tls13 = keys_.version == TlsVersion::kTls13;
  if (is_tls13 && record.front() != kApplicationDataType) return {.kind = Kind::kUnopened};
  const auto parts = PartsOf(record, number_);
  if (!parts) return {.kind = Kind::kUnopened};
  const size_t sealed_octets = parts->sealed.size();
  if (sealed_octets > plaintext.size()) rest.resize(sealed_octets - plaintext.size());
  if (crypto::AeadOpen(parts->By(keys_), parts->sealed, parts->tag, plaintext, rest) !=
      crypto::AeadResult::kDone) {
    rest.clear();
    return {.kind = Kind::kUnopened};
  }
  ++number_;
  char type = record.front();
  size_t octets = sealed_octets;
  if (is_tls13) {
    const Pieces pieces = {.first = plaintext.first(std::min(plaintext.size(), sealed_octets)),
                           .second = rest};
    octets = InnerTypeAt(pieces, sealed_octets);
    type = octets != std::string_view::npos ? pieces[octets] : '\0';
  }
  if (type != kApplicationDataType) {
    rest.clear();
    return {.kind = Kind::kOther};
  }
  const size_t taken = std::min(octets, plaintext.size());
  rest.resize(octets - taken);
  return {.kind = Kind::kApplicationData, .octets = taken};
}

std::string RecordOpener::Reseal(std::string_view record, uint64_t number) const {
  const auto opened = PartsOf(record, number_ - 1);
  Check(opened.has_value(), "a record that was not opened");
  std::string text(opened->sealed.size(), '\0');
  Check(crypto::AeadOpen(opened->By(keys_), opened->sealed, opened->tag, text.data()) ==
            crypto::AeadResult::kDone,
        "a record that was not opened");
  // Nobody but wolfSSL gets to see it: a nonce that was used before gives nothing away.
  std::string resealed(record);
  const auto parts = PartsOf(record, number);
  char* const sealed = resealed.data() + (parts->sealed.data() - record.data());
  const std::span<char> tag(sealed + text.size(), crypto::kAeadTagOctets);
  Check(crypto::AeadSeal(parts->By(keys_), text, sealed, tag) == crypto::AeadResult::kDone,
        "a record is not sealed");
  return resealed;
}

}  // namespace ringpost::tls::internal
