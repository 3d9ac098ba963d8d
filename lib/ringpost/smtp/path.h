// Mailboxes and paths of RFC 5321 §4.1.2, with the UTF-8 of RFC 6531 §3.3.
//
//   PathResult<Mailbox> result = ParseMailbox("john@example.com", {});
//
// Parsed values are views into the text they were parsed from. Parse and format of a path sit here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace ringpost::smtp {

inline constexpr size_t kLongestLocalPart = 64;  // RFC 5321 §4.5.3.1.1, octets
inline constexpr size_t kLongestDomain = 255;    // RFC 5321 §4.5.3.1.2
inline constexpr size_t kLongestPath = 256;      // RFC 5321 §4.5.3.1.3, with the angle brackets

// local_part "@" domain, as received: quotes of a quoted local part are kept.
struct Mailbox {
  std::string_view local_part;
  // A domain name, or an address literal with its brackets. Empty only in a bare <postmaster>.
  std::string_view domain;

  bool has_quoted_local_part() const { return !local_part.empty() && local_part.front() == '"'; }
  bool has_address_literal() const { return !domain.empty() && domain.front() == '['; }
  // RFC 5321 §4.5.1: "postmaster" in any case, at any domain or at none.
  bool is_postmaster() const;
  // Any octet over 127: needs SMTPUTF8.
  bool needs_utf8() const;
  // The local part without quotes and quoted-pair backslashes: "a b"@x and a\ b have one owner.
  std::string UnquotedLocalPart() const;
  // local_part@domain, or local_part alone.
  std::string ToString() const;
};

// The sender. Null is <> (RFC 5321 §4.5.5): bounces and other notifications.
struct ReversePath {
  std::optional<Mailbox> mailbox;

  bool is_null() const { return !mailbox.has_value(); }
  // Without angle brackets; "" when null.
  std::string ToString() const { return mailbox ? mailbox->ToString() : std::string(); }
};

enum class PathError : uint8_t {
  kSyntax,            // 501 5.1.3 or 5.1.7
  kLocalPartTooLong,  // 501 5.1.3
  kDomainTooLong,
  kPathTooLong,
  kUtf8NotAllowed,  // 553 5.6.7 (RFC 6531 §3.5): the path needs SMTPUTF8 and the command has none
  kInvalidUtf8,
};

// What was parsed, or why not.
template <typename T>
using PathResult = std::variant<T, PathError>;

struct PathRules {
  bool allow_utf8 = false;
};

// A mailbox without brackets. `text` is the whole mailbox.
PathResult<Mailbox> ParseMailbox(std::string_view text, PathRules rules);
// "<...>" at the start of `text`, source route parsed and dropped; `rest` becomes what follows '>'.
PathResult<ReversePath> ParseReversePath(std::string_view text, PathRules rules,
                                         std::string_view& rest);
// The same for a recipient: no null path; a bare <postmaster> gives a mailbox without domain.
PathResult<Mailbox> ParseForwardPath(std::string_view text, PathRules rules,
                                     std::string_view& rest);

// Domain names (LDH labels of up to 63 octets, or U-labels when `rules` allow) and address literals
// "[192.0.2.1]", "[IPv6:2001:db8::1]" (RFC 5321 §4.1.3). No other tag is registered:
// "[tag:content]" is refused, since nothing could be delivered there.
bool IsDomain(std::string_view text, PathRules rules);
bool IsAddressLiteral(std::string_view text);

// Well-formed UTF-8 of RFC 3629: no overlong forms, no surrogates, nothing over U+10FFFF.
bool IsValidUtf8(std::string_view text);

}  // namespace ringpost::smtp
