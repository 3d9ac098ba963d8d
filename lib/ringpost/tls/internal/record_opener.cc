#include "ringpost/tls/internal/record_opener.h"

#include "ringpost/base/check.h"

namespace ringpost::tls::internal {
namespace {

constexpr char kApplicationDataType = static_cast<char>(RecordType::kApplicationData);

// RFC 8446 §5.4: the type is the last octet that is not zero. npos: there is none.
size_t InnerTypeAt(std::string_view plaintext) { return plaintext.find_last_not_of('\0'); }

}  // namespace

RecordOpener::Result RecordOpener::Open(std::span<char> record) {
  if (keys_.is_tls13() && record.front() != kApplicationDataType) return {.kind = Kind::kUnopened};
  const auto parts = PartsOf(keys_, record, number_);
  if (!parts) return {.kind = Kind::kUnopened};
  if (crypto::AeadOpen(parts->By(keys_), View(parts->text), View(parts->tag), parts->text.data()) !=
      crypto::AeadResult::kDone) {
    return {.kind = Kind::kUnopened};
  }
  ++number_;
  std::string_view plaintext = View(parts->text);
  char type = record.front();
  if (keys_.is_tls13()) {
    const size_t type_at = InnerTypeAt(plaintext);
    type = type_at != std::string_view::npos ? plaintext[type_at] : '\0';
    plaintext = plaintext.substr(0, type_at);
  }
  if (type != kApplicationDataType) return {.kind = Kind::kOther};
  return {.kind = Kind::kApplicationData, .plaintext = plaintext};
}

void RecordOpener::Reseal(std::span<char> record, uint64_t number) const {
  const auto parts = PartsOf(keys_, record, number);
  Check(parts.has_value(), "a record that was not opened");
  // Nobody but wolfSSL gets to see it: a nonce that was used before gives nothing away.
  Check(crypto::AeadSeal(parts->By(keys_), View(parts->text), parts->text.data(), parts->tag) ==
            crypto::AeadResult::kDone,
        "a record is not sealed");
}

}  // namespace ringpost::tls::internal
