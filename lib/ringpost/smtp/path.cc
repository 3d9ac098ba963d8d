#include "ringpost/smtp/path.h"

#include <algorithm>
#include <array>

#include "ringpost/base/ascii.h"
#include "ringpost/base/text.h"
#include "ringpost/smtp/internal/octets.h"
#include "ringpost/smtp/internal/utf8.h"

namespace ringpost::smtp {
namespace {

constexpr size_t kLongestLabel = 63;  // RFC 1035 §2.3.4
constexpr size_t kIpv6Groups = 8;

// What an octet may be part of. Octets over 127 count as letters (RFC 6531 §3.3): whether they may
// stand there, and whether they are UTF-8, is judged of a whole path.
enum OctetRole : uint8_t { kAtomText = 1, kLabelText = 2, kQuotedText = 4 };

constexpr std::array<uint8_t, 256> OctetRoles() {
  std::array<uint8_t, 256> roles{};
  for (size_t i = 0; i < roles.size(); ++i) {
    const char c = static_cast<char>(i);
    if (IsAsciiAlnum(c) || !IsAscii(c)) roles[i] |= kAtomText | kLabelText;
    if (!IsAsciiControl(c)) roles[i] |= kQuotedText;
  }
  for (const char c : std::string_view("!#$%&'*+-/=?^_`{|}~")) {  // RFC 5322 §3.2.3
    roles[static_cast<size_t>(c)] |= kAtomText;
  }
  roles['-'] |= kLabelText;
  return roles;
}

bool Is(char c, OctetRole role) {
  static constexpr std::array<uint8_t, 256> kRoles = OctetRoles();
  return (kRoles[static_cast<unsigned char>(c)] & role) != 0;
}

// Octets of the dot-string (RFC 5321 §4.1.2) at the start of `text`; 0 when there is none.
size_t DotStringLength(std::string_view text) {
  size_t length = 0;
  for (;;) {
    const size_t atom_start = length;
    while (length < text.size() && Is(text[length], kAtomText)) ++length;
    if (length == atom_start) return 0;
    if (length == text.size() || text[length] != '.') return length;
    ++length;
  }
}

// Octets of the quoted string at the start of `text`, quotes included; 0 when it does not close.
size_t QuotedStringLength(std::string_view text) {
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') return i + 1;
    if (text[i] == '\\') {
      ++i;  // RFC 5321 §4.1.2 quoted-pairSMTP: a printable ASCII character
      if (i == text.size() || !Is(text[i], kQuotedText) || !IsAscii(text[i])) return 0;
    } else if (!Is(text[i], kQuotedText)) {
      return 0;
    }
  }
  return 0;
}

size_t LocalPartLength(std::string_view text) {
  if (text.empty()) return 0;
  return text[0] == '"' ? QuotedStringLength(text) : DotStringLength(text);
}

// Octets of the labels at the start of `text` (RFC 5321 §4.1.2 Domain); 0 when there are none.
size_t DomainNameLength(std::string_view text) {
  size_t length = 0;
  for (;;) {
    const size_t label_start = length;
    while (length < text.size() && Is(text[length], kLabelText)) ++length;
    const size_t label_octets = length - label_start;
    if (label_octets == 0 || label_octets > kLongestLabel) return 0;
    if (text[label_start] == '-' || text[length - 1] == '-') return 0;
    if (length == text.size() || text[length] != '.') return length;
    ++length;
  }
}

// Octets of the domain or address literal at the start of `text`; 0 when there is none.
size_t DomainLength(std::string_view text) {
  if (!text.starts_with('[')) return DomainNameLength(text);
  const size_t close = text.find(']');
  if (close == std::string_view::npos) return 0;
  return IsAddressLiteral(text.substr(0, close + 1)) ? close + 1 : 0;
}

bool IsIpv4Address(std::string_view text) {
  for (int part = 0; part < 4; ++part) {
    const size_t length = std::min(text.find('.'), text.size());
    if (length == 0 || length > 3) return false;
    const std::optional<uint64_t> value = ParseDecimal(text.substr(0, length));
    if (!value || *value > 255) return false;
    text.remove_prefix(length);
    if (part == 3) return text.empty();
    if (text.empty()) return false;
    text.remove_prefix(1);
  }
  return false;
}

bool IsHexGroup(std::string_view text) {
  return !text.empty() && text.size() <= 4 && std::all_of(text.begin(), text.end(), [](char c) {
    return IsAsciiDigit(c) || (AsciiToLower(c) >= 'a' && AsciiToLower(c) <= 'f');
  });
}

// How many groups `text` has ("1:2:192.0.2.1" has four); nullopt when it is not a list of groups.
// An empty list has none.
std::optional<size_t> CountIpv6Groups(std::string_view text, bool allow_ipv4_tail) {
  if (text.empty()) return 0;
  size_t count = 0;
  for (;;) {
    const size_t colon = text.find(':');
    const std::string_view group = text.substr(0, colon);
    if (colon == std::string_view::npos) {
      if (IsHexGroup(group)) return count + 1;
      if (allow_ipv4_tail && IsIpv4Address(group)) return count + 2;
      return std::nullopt;
    }
    if (!IsHexGroup(group)) return std::nullopt;
    ++count;
    text.remove_prefix(colon + 1);
  }
}

bool IsIpv6Address(std::string_view text) {
  const size_t gap = text.find("::");
  if (gap == std::string_view::npos) return CountIpv6Groups(text, true) == kIpv6Groups;
  const auto before = CountIpv6Groups(text.substr(0, gap), false);
  const auto after = CountIpv6Groups(text.substr(gap + 2), true);
  // RFC 5321 §4.1.3: "::" stands for at least two groups.
  return before && after && *before + *after <= kIpv6Groups - 2;
}

bool AreOctetsAllowed(std::string_view text, PathRules rules) {
  return internal::IsAllAscii(text) || (rules.allow_utf8 && IsValidUtf8(text));
}

// What length and octets forbid of a mailbox whose shape is right.
std::optional<PathError> FlawOf(const Mailbox& mailbox, PathRules rules) {
  if (mailbox.needs_utf8()) {
    if (!rules.allow_utf8) return PathError::kUtf8NotAllowed;
    if (!IsValidUtf8(mailbox.local_part) || !IsValidUtf8(mailbox.domain)) {
      return PathError::kInvalidUtf8;
    }
  }
  if (mailbox.local_part.size() > kLongestLocalPart) return PathError::kLocalPartTooLong;
  if (mailbox.domain.size() > kLongestDomain) return PathError::kDomainTooLong;
  const size_t path_octets = mailbox.local_part.size() + mailbox.domain.size() + 3;  // "<" "@" ">"
  if (path_octets > kLongestPath) return PathError::kPathTooLong;
  return std::nullopt;
}

// The mailbox at the start of `text`, which is advanced behind it.
PathResult<Mailbox> TakeMailbox(std::string_view& text, PathRules rules) {
  const size_t at = LocalPartLength(text);
  if (at == 0 || at == text.size() || text[at] != '@') return PathError::kSyntax;
  const size_t domain_length = DomainLength(text.substr(at + 1));
  if (domain_length == 0) return PathError::kSyntax;
  const Mailbox mailbox{text.substr(0, at), text.substr(at + 1, domain_length)};
  if (const std::optional<PathError> flaw = FlawOf(mailbox, rules)) return *flaw;
  text.remove_prefix(at + 1 + domain_length);
  return mailbox;
}

// Skips "@a,@b:" (RFC 5321 §4.1.2 A-d-l, §C): parsed and dropped. False when malformed.
bool SkipSourceRoute(std::string_view& text, PathRules rules) {
  if (text.empty() || text[0] != '@') return true;
  for (;;) {
    if (text.empty() || text[0] != '@') return false;
    text.remove_prefix(1);
    const size_t domain_length = DomainLength(text);
    if (domain_length == 0 || domain_length > kLongestDomain) return false;
    if (!AreOctetsAllowed(text.substr(0, domain_length), rules)) return false;
    text.remove_prefix(domain_length);
    if (text.empty()) return false;
    const char separator = text[0];
    text.remove_prefix(1);
    if (separator == ':') return true;
    if (separator != ',') return false;
  }
}

// "<" [source route] mailbox ">".
PathResult<Mailbox> TakeBracketedMailbox(std::string_view text, PathRules rules,
                                         std::string_view& rest) {
  if (text.empty() || text[0] != '<') return PathError::kSyntax;
  text.remove_prefix(1);
  if (!SkipSourceRoute(text, rules)) return PathError::kSyntax;
  PathResult<Mailbox> mailbox = TakeMailbox(text, rules);
  if (!std::holds_alternative<Mailbox>(mailbox)) return mailbox;
  if (text.empty() || text[0] != '>') return PathError::kSyntax;
  rest = text.substr(1);
  return mailbox;
}

}  // namespace

bool Mailbox::is_postmaster() const { return EqualsIgnoreCase(local_part, "postmaster"); }

bool Mailbox::needs_utf8() const {
  return !internal::IsAllAscii(local_part) || !internal::IsAllAscii(domain);
}

std::string Mailbox::UnquotedLocalPart() const {
  if (!has_quoted_local_part()) return std::string(local_part);
  std::string unquoted;
  const std::string_view content = local_part.substr(1, local_part.size() - 2);
  for (size_t i = 0; i < content.size(); ++i) {
    if (content[i] == '\\' && i + 1 < content.size()) ++i;
    unquoted.push_back(content[i]);
  }
  return unquoted;
}

std::string Mailbox::ToString() const {
  return domain.empty() ? std::string(local_part) : Concat(local_part, '@', domain);
}

PathResult<Mailbox> ParseMailbox(std::string_view text, PathRules rules) {
  PathResult<Mailbox> mailbox = TakeMailbox(text, rules);
  if (std::holds_alternative<Mailbox>(mailbox) && !text.empty()) return PathError::kSyntax;
  return mailbox;
}

PathResult<ReversePath> ParseReversePath(std::string_view text, PathRules rules,
                                         std::string_view& rest) {
  if (text.starts_with("<>")) {
    rest = text.substr(2);
    return ReversePath{};
  }
  const PathResult<Mailbox> mailbox = TakeBracketedMailbox(text, rules, rest);
  if (const auto* error = std::get_if<PathError>(&mailbox)) return *error;
  return ReversePath{std::get<Mailbox>(mailbox)};
}

PathResult<Mailbox> ParseForwardPath(std::string_view text, PathRules rules,
                                     std::string_view& rest) {
  constexpr std::string_view kBarePostmaster = "<postmaster>";
  if (StartsWithIgnoreCase(text, kBarePostmaster)) {
    rest = text.substr(kBarePostmaster.size());
    return Mailbox{text.substr(1, kBarePostmaster.size() - 2), {}};
  }
  return TakeBracketedMailbox(text, rules, rest);
}

bool IsDomain(std::string_view text, PathRules rules) {
  return !text.empty() && text.size() <= kLongestDomain && DomainNameLength(text) == text.size() &&
         AreOctetsAllowed(text, rules);
}

bool IsAddressLiteral(std::string_view text) {
  if (text.size() < 3 || text.front() != '[' || text.back() != ']') return false;
  const std::string_view content = text.substr(1, text.size() - 2);
  constexpr std::string_view kIpv6Tag = "IPv6:";
  if (StartsWithIgnoreCase(content, kIpv6Tag))
    return IsIpv6Address(content.substr(kIpv6Tag.size()));
  return IsIpv4Address(content);
}

bool IsValidUtf8(std::string_view text) {
  while (!text.empty()) {
    const size_t length = internal::Utf8SequenceLength(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace ringpost::smtp
