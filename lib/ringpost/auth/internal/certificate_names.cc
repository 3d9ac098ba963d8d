#include "ringpost/auth/internal/certificate_names.h"

#include <cstddef>
#include <cstdint>
#include <utility>

namespace ringpost::auth::internal {
namespace {

// X.690 §8: universal tags, with the bit of those that are made of others.
constexpr uint8_t kInteger = 0x02;
constexpr uint8_t kOctetString = 0x04;
constexpr uint8_t kObjectIdentifier = 0x06;
constexpr uint8_t kUtf8String = 0x0c;
constexpr uint8_t kPrintableString = 0x13;
constexpr uint8_t kIa5String = 0x16;
constexpr uint8_t kSequence = 0x30;
constexpr uint8_t kSet = 0x31;
// Of RFC 5280's own.
constexpr uint8_t kVersion = 0xa0;
constexpr uint8_t kIssuerUniqueId = 0x81;
constexpr uint8_t kSubjectUniqueId = 0x82;
constexpr uint8_t kExtensions = 0xa3;
constexpr uint8_t kRfc822Name = 0x81;

constexpr std::string_view kCommonName = "\x55\x04\x03";                            // 2.5.4.3
constexpr std::string_view kEmailAddress = "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01";  // PKCS #9
constexpr std::string_view kSubjectAltName = "\x55\x1d\x11";                        // 2.5.29.17

// Takes elements off the front. Once one is not what it should be, this reader has no more, and
// `is_good` is false, which readers within one another share.
class DerReader {
 public:
  struct Element {
    uint8_t tag = 0;
    std::string_view content = {};
  };

  DerReader(std::string_view text, bool& is_good) : text_(text), is_good_(is_good) {}

  bool is_empty() const { return text_.empty(); }
  bool is_next(uint8_t tag) const { return !is_empty() && static_cast<uint8_t>(text_[0]) == tag; }

  std::string_view Take(uint8_t tag) {
    if (!is_next(tag)) return Fail().content;
    return TakeAny().content;
  }
  Element TakeAny() {
    if (text_.size() < 2) return Fail();
    const auto tag = static_cast<uint8_t>(text_[0]);
    size_t octets = static_cast<uint8_t>(text_[1]);
    text_.remove_prefix(2);
    if (octets >= 0x80) {
      // The length of the length. None: it ends somewhere, which DER does not allow.
      size_t count = octets - 0x80;
      if (count == 0 || count > 4 || count > text_.size()) return Fail();
      for (octets = 0; count > 0; --count) {
        octets = octets << 8 | static_cast<uint8_t>(text_[0]);
        text_.remove_prefix(1);
      }
    }
    if (octets > text_.size()) return Fail();
    const Element element = {.tag = tag, .content = text_.substr(0, octets)};
    text_.remove_prefix(octets);
    return element;
  }

 private:
  Element Fail() {
    is_good_ = false;
    text_ = {};
    return {};
  }

  std::string_view text_;
  bool& is_good_;
};

// Of the character sets that a name may have those that are ASCII or UTF-8; empty for others.
std::string TextOf(const DerReader::Element& value) {
  const bool is_text =
      value.tag == kUtf8String || value.tag == kPrintableString || value.tag == kIa5String;
  return is_text ? std::string(value.content) : std::string();
}

struct SubjectNames {
  std::vector<std::string> common_names = {};
  std::vector<std::string> addresses = {};
};

SubjectNames ReadSubject(std::string_view subject, bool& is_good) {
  SubjectNames names;
  for (DerReader sets(subject, is_good); !sets.is_empty();) {
    for (DerReader attributes(sets.Take(kSet), is_good); !attributes.is_empty();) {
      DerReader attribute(attributes.Take(kSequence), is_good);
      const std::string_view type = attribute.Take(kObjectIdentifier);
      std::string text = TextOf(attribute.TakeAny());
      if (type == kCommonName) {
        names.common_names.push_back(std::move(text));
      } else if (type == kEmailAddress && !text.empty()) {
        names.addresses.push_back(std::move(text));
      }
    }
  }
  return names;
}

std::vector<std::string> ReadAlternativeAddresses(std::string_view extension, bool& is_good) {
  std::vector<std::string> addresses;
  DerReader value(extension, is_good);
  for (DerReader names(value.Take(kSequence), is_good); !names.is_empty();) {
    const DerReader::Element name = names.TakeAny();
    if (name.tag == kRfc822Name) addresses.emplace_back(name.content);
  }
  return addresses;
}

std::vector<std::string> ReadExtensions(std::string_view extensions, bool& is_good) {
  std::vector<std::string> addresses;
  DerReader outer(extensions, is_good);
  for (DerReader list(outer.Take(kSequence), is_good); !list.is_empty();) {
    DerReader extension(list.Take(kSequence), is_good);
    const std::string_view type = extension.Take(kObjectIdentifier);
    if (!extension.is_next(kOctetString)) extension.TakeAny();  // whether it is critical
    const std::string_view value = extension.Take(kOctetString);
    if (type == kSubjectAltName) addresses = ReadAlternativeAddresses(value, is_good);
  }
  return addresses;
}

}  // namespace

std::optional<CertificateNames> ReadCertificateNames(std::string_view der) {
  bool is_good = true;
  DerReader file(der, is_good);
  DerReader certificate(file.Take(kSequence), is_good);
  DerReader facts(certificate.Take(kSequence), is_good);
  if (facts.is_next(kVersion)) facts.TakeAny();
  facts.Take(kInteger);   // its serial number
  facts.Take(kSequence);  // the algorithm of the signature
  facts.Take(kSequence);  // the issuer
  facts.Take(kSequence);  // its time
  SubjectNames subject = ReadSubject(facts.Take(kSequence), is_good);
  facts.Take(kSequence);  // the key
  if (facts.is_next(kIssuerUniqueId)) facts.TakeAny();
  if (facts.is_next(kSubjectUniqueId)) facts.TakeAny();
  CertificateNames names;
  if (facts.is_next(kExtensions))
    names.addresses = ReadExtensions(facts.Take(kExtensions), is_good);
  if (!is_good) return std::nullopt;
  if (names.addresses.empty()) names.addresses = std::move(subject.addresses);
  if (subject.common_names.size() == 1) names.common_name = std::move(subject.common_names[0]);
  return names;
}

}  // namespace ringpost::auth::internal
