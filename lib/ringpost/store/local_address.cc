#include "ringpost/store/local_address.h"

#include <algorithm>

#include "ringpost/base/ascii.h"

namespace ringpost::store {
namespace {

size_t UserOctets(std::string_view local_part, std::string_view separators) {
  if (separators.empty()) return local_part.size();
  return std::min(local_part.find_first_of(separators, 1), local_part.size());
}

}  // namespace

std::optional<LocalAddress> LocalAddress::FromMailbox(const smtp::Mailbox& mailbox,
                                                      const AddressRules& rules) {
  if (!mailbox.has_quoted_local_part()) return Make(mailbox.local_part, mailbox.domain, rules);
  return Make(mailbox.UnquotedLocalPart(), mailbox.domain, rules);
}

std::optional<LocalAddress> LocalAddress::Make(std::string_view local_part, std::string_view domain,
                                               const AddressRules& rules) {
  if (local_part.size() > smtp::kLongestLocalPart || domain.size() > smtp::kLongestDomain) {
    return std::nullopt;
  }
  LocalAddress address;
  char* out = address.octets_.data();
  out = rules.fold_local_part
            ? std::transform(local_part.begin(), local_part.end(), out, AsciiToLower)
            : std::copy(local_part.begin(), local_part.end(), out);
  *out++ = '@';
  std::transform(domain.begin(), domain.end(), out, AsciiToLower);
  address.text_octets_ = static_cast<uint16_t>(local_part.size() + 1 + domain.size());
  address.local_part_octets_ = static_cast<uint16_t>(local_part.size());
  address.user_octets_ = static_cast<uint16_t>(UserOctets(local_part, rules.tag_separators));
  return address;
}

LocalAddress LocalAddress::WithoutTag() const {
  return *Make(user(), domain(), {.tag_separators = {}, .fold_local_part = false});
}

std::optional<LocalAddress> LocalAddress::AtDomain(std::string_view domain) const {
  std::optional<LocalAddress> moved =
      Make(local_part(), domain, {.tag_separators = {}, .fold_local_part = false});
  if (moved.has_value()) moved->user_octets_ = user_octets_;
  return moved;
}

}  // namespace ringpost::store
