// Base64 of RFC 4648 §4, strict: of all texts that could stand for some octets, exactly one is
// read.
//
//   std::string text = EncodeBase64(octets);
//   std::optional<std::string> octets = DecodeBase64(text);  // nullopt: no base64
//
// Limits: the caller's; a text of n octets decodes to at most 3n/4.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ringpost {

std::string EncodeBase64(std::string_view octets);

// nullopt on another character (also white space), missing or misplaced padding, and on bits behind
// the last octet that are not zero (RFC 4648 §3.5).
std::optional<std::string> DecodeBase64(std::string_view text);

}  // namespace ringpost
