#include "ringpost/sasl/internal/gs2_header.h"

#include <algorithm>
#include <cstddef>

#include "ringpost/base/ascii.h"
#include "ringpost/base/text.h"

namespace ringpost::sasl::internal {
namespace {

constexpr bool IsBindingNameCharacter(char c) { return IsAsciiAlnum(c) || c == '.' || c == '-'; }

bool ReadBinding(std::string_view text, Gs2Header& header) {
  if (text == "n" || text == "y") {
    header.binding = text == "n" ? Gs2Header::Binding::kNone : Gs2Header::Binding::kUnoffered;
    return true;
  }
  if (!text.starts_with("p=") || text.size() == 2) return false;
  header.binding = Gs2Header::Binding::kUsed;
  header.binding_name = text.substr(2);
  return std::all_of(header.binding_name.begin(), header.binding_name.end(),
                     IsBindingNameCharacter);
}

}  // namespace

std::optional<Gs2Header> TakeGs2Header(std::string_view& message) {
  const size_t first_comma = message.find(',');
  if (first_comma == message.npos) return std::nullopt;
  const size_t second_comma = message.find(',', first_comma + 1);
  if (second_comma == message.npos) return std::nullopt;

  Gs2Header header = {.raw = message.substr(0, second_comma + 1)};
  if (!ReadBinding(message.substr(0, first_comma), header)) return std::nullopt;
  std::string_view name = message.substr(first_comma + 1, second_comma - first_comma - 1);
  if (!name.empty()) {
    if (!name.starts_with("a=") || name.size() == 2) return std::nullopt;
    header.authorization = name.substr(2);
  }
  message.remove_prefix(second_comma + 1);
  return header;
}

std::string FormatGs2Header(std::string_view binding, std::string_view authorization) {
  if (authorization.empty()) return Concat(binding, ",,");
  return Concat(binding, ",a=", EncodeSaslName(authorization), ",");
}

std::optional<std::string> DecodeSaslName(std::string_view name) {
  std::string decoded;
  decoded.reserve(name.size());
  while (!name.empty()) {
    if (name[0] != '=') {
      decoded.push_back(name[0]);
      name.remove_prefix(1);
      continue;
    }
    const std::string_view code = name.substr(0, 3);
    if (code != "=2C" && code != "=3D") return std::nullopt;
    decoded.push_back(code == "=2C" ? ',' : '=');
    name.remove_prefix(3);
  }
  return decoded;
}

std::string EncodeSaslName(std::string_view name) {
  std::string encoded;
  for (const char c : name) {
    if (c == ',') {
      encoded += "=2C";
    } else if (c == '=') {
      encoded += "=3D";
    } else {
      encoded.push_back(c);
    }
  }
  return encoded;
}

}  // namespace ringpost::sasl::internal
