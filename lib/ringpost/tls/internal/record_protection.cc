#include "ringpost/tls/internal/record_protection.h"

#include <algorithm>

namespace ringpost::tls::internal {
namespace {

uint8_t Octet(std::string_view text, size_t at) { return static_cast<uint8_t>(text[at]); }

// Most significant octet first, over what is there.
void XorNumber(uint64_t number, char* last) {
  for (; number != 0; number >>= 8, --last)
    *last = static_cast<char>(*last ^ static_cast<char>(number));
}

}  // namespace

std::optional<size_t> RecordOctets(std::string_view input) {
  if (input.size() < kRecordHeaderOctets) return std::nullopt;
  const size_t body = static_cast<size_t>(Octet(input, 3)) << 8 | Octet(input, 4);
  const size_t octets = kRecordHeaderOctets + body;
  return octets <= kLongestRecord ? octets : kRecordHeaderOctets;
}

size_t RecordKeys::explicit_nonce_octets() const {
  return !is_tls13() && algorithm == crypto::AeadAlgorithm::kAesGcm ? 8 : 0;
}

void RecordKeys::Wipe() { std::fill(key.begin(), key.end(), '\0'); }

crypto::AeadKey RecordParts::By(const RecordKeys& keys) const {
  return {.algorithm = keys.algorithm,
          .key = keys.key,
          .nonce = {nonce.data(), nonce.size()},
          .additional = {additional.data(), additional_octets}};
}

std::optional<RecordParts> PartsOf(const RecordKeys& keys, std::span<char> record,
                                   uint64_t number) {
  const std::span<char> header = record.first(kRecordHeaderOctets);
  std::span<char> body = record.subspan(kRecordHeaderOctets);
  const size_t explicit_octets = keys.explicit_nonce_octets();
  const size_t added = explicit_octets + crypto::kAeadTagOctets;
  // TLS 1.3 seals the type with the text.
  const size_t longest_text = kLongestFragment + (keys.is_tls13() ? 1 : 0);
  if (body.size() < added || body.size() - added > longest_text) return std::nullopt;
  const std::span<char> explicit_nonce = body.first(explicit_octets);
  body = body.subspan(explicit_octets);
  RecordParts parts = {};
  parts.text = body.first(body.size() - crypto::kAeadTagOctets);
  parts.tag = body.last(crypto::kAeadTagOctets);
  std::copy(keys.nonce.begin(), keys.nonce.end(), parts.nonce.begin());
  if (explicit_octets != 0) {
    std::copy(explicit_nonce.begin(), explicit_nonce.end(),
              parts.nonce.end() - static_cast<std::ptrdiff_t>(explicit_octets));
  } else {
    XorNumber(number, &parts.nonce.back());
  }
  if (keys.is_tls13()) {
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

}  // namespace ringpost::tls::internal
