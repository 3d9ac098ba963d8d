#include "ringpost/tls/internal/record_sealer.h"

#include "ringpost/base/check.h"

namespace ringpost::tls::internal {
namespace {

// Most significant octet first.
void PutNumber(uint64_t number, std::span<char> octets) {
  for (size_t at = octets.size(); at > 0; number >>= 8) octets[--at] = static_cast<char>(number);
}

}  // namespace

size_t RecordSealer::added_octets() const {
  return kRecordHeaderOctets + keys_.explicit_nonce_octets() + (keys_.is_tls13() ? 1 : 0) +
         crypto::kAeadTagOctets;
}

void RecordSealer::Seal(RecordType type, std::string_view text, std::string& output) {
  Check(text.size() <= kLongestFragment, "a text that is too long for a record");
  const size_t start = output.size();
  const size_t octets = added_octets() + text.size();
  char header[kRecordHeaderOctets] = {
      static_cast<char>(keys_.is_tls13() ? RecordType::kApplicationData : type), 3, 3};
  PutNumber(octets - kRecordHeaderOctets, std::span(header).last(2));
  output.append(header, sizeof header);
  output.append(octets - sizeof header, '\0');
  const std::span<char> record = std::span(output).subspan(start);
  const RecordParts parts = NextParts(record);
  // RFC 8446 §5.2: the type is sealed with the text.
  const char inner_type = static_cast<char>(type);
  const std::string_view end(&inner_type, keys_.is_tls13() ? 1 : 0);
  Check(crypto::AeadSeal(parts.By(keys_), text, end, parts.text.data(), parts.tag) ==
            crypto::AeadResult::kDone,
        "a record is not sealed");
}

void RecordSealer::Reseal(std::span<char> record, uint64_t number) {
  const auto parts = PartsOf(keys_, record, number);
  Check(parts.has_value() && crypto::AeadOpen(parts->By(keys_), View(parts->text), View(parts->tag),
                                              parts->text.data()) == crypto::AeadResult::kDone,
        "a record that was not sealed by these keys");
  const RecordParts next = NextParts(record);
  Check(crypto::AeadSeal(next.By(keys_), View(next.text), next.text.data(), next.tag) ==
            crypto::AeadResult::kDone,
        "a record is not sealed");
}

// With its explicit nonce.
RecordParts RecordSealer::NextParts(std::span<char> record) {
  PutNumber(number_, record.subspan(kRecordHeaderOctets, keys_.explicit_nonce_octets()));
  const auto parts = PartsOf(keys_, record, number_++);
  Check(parts.has_value(), "a record of a wrong size");
  return *parts;
}

}  // namespace ringpost::tls::internal
