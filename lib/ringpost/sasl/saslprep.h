// SASLprep (RFC 4013): one form of a name or a password, however it was typed.
//
//   std::optional<std::string> user = SaslPrep(text, StringUse::kQuery);
//
// No-break and other spaces become SPACE, soft hyphens and their like nothing, the rest NFKC of
// Unicode 3.2; control, private and ambiguous characters are refused. docs/decisions/0006-sasl.md.
// Limits: the caller's; the result can be longer than `text`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ringpost::sasl {

// What is stored must not have characters that Unicode 3.2 does not know, for their normal form may
// change (RFC 3454 §7). What is compared with it may.
enum class StringUse : uint8_t { kQuery, kStored };

// nullopt: prohibited characters, no UTF-8, mixed directions of writing.
std::optional<std::string> SaslPrep(std::string_view text, StringUse use);

}  // namespace ringpost::sasl
