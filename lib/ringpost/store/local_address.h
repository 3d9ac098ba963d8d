// LocalAddress: an address of ours in the one form in which addresses are compared and named on
// disk: unquoted, the domain in lower case, the local part too when the rules fold it.
//
//   std::optional<LocalAddress> address = LocalAddress::FromMailbox(recipient.mailbox, rules);
//   address->user();  // "john" of <"John"+lists@EXAMPLE.org>; tag() is "lists"
//
// Folding is of ASCII alone: other letters of a U-label or of a local part compare octet by octet,
// so a domain is to be configured in each form in which it is to be taken (A-label and U-label).
// Limits: RFC 5321 §4.5.3.1; what is longer has no LocalAddress. No allocation.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ringpost/smtp/path.h"

namespace ringpost::store {

struct AddressRules {
  // The first of these, but not as the first octet of a local part, starts the tag of a sub-address
  // (RFC 5233). Empty: there are no sub-addresses.
  std::string tag_separators = "+";
  // RFC 5321 §2.4 leaves it to the host that owns the mailbox whether John and john are one.
  bool fold_local_part = true;
};

class LocalAddress {
 public:
  static std::optional<LocalAddress> FromMailbox(const smtp::Mailbox& mailbox,
                                                 const AddressRules& rules);
  // `local_part` without quotes.
  static std::optional<LocalAddress> Make(std::string_view local_part, std::string_view domain,
                                          const AddressRules& rules);

  // local_part@domain.
  std::string_view text() const { return {octets_.data(), text_octets_}; }
  std::string_view local_part() const { return text().substr(0, local_part_octets_); }
  // The local part without separator and tag.
  std::string_view user() const { return text().substr(0, user_octets_); }
  // Empty when there is none, or an empty one.
  std::string_view tag() const {
    return has_tag() ? local_part().substr(user_octets_ + 1u) : std::string_view();
  }
  bool has_tag() const { return user_octets_ != local_part_octets_; }
  std::string_view domain() const { return text().substr(local_part_octets_ + 1u); }

  LocalAddress WithoutTag() const;
  // At another domain; nullopt when that is too long.
  std::optional<LocalAddress> AtDomain(std::string_view domain) const;

  friend bool operator==(const LocalAddress& a, const LocalAddress& b) {
    return a.text() == b.text();
  }

 private:
  LocalAddress() = default;

  std::array<char, smtp::kLongestLocalPart + 1 + smtp::kLongestDomain> octets_;
  uint16_t text_octets_ = 0;
  uint16_t local_part_octets_ = 0;
  uint16_t user_octets_ = 0;
};

}  // namespace ringpost::store
