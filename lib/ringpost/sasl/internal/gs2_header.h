// The GS2 header, with which SCRAM's and OAUTHBEARER's first messages begin (RFC 5801 §4).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ringpost::sasl::internal {

struct Gs2Header {
  enum class Binding : uint8_t {
    kNone,       // "n": the client cannot
    kUnoffered,  // "y": it could, but believes that the server cannot
    kUsed,       // "p=": it does
  };

  std::string_view raw = {};  // with its last comma
  Binding binding = Binding::kNone;
  std::string_view binding_name = {};   // of kUsed
  std::string_view authorization = {};  // as sent: for DecodeSaslName(); may be empty
};

// Takes it off the front of `message`. Views into `message`.
std::optional<Gs2Header> TakeGs2Header(std::string_view& message);
// `binding` is "n", "y" or "p=name". `authorization` may be empty.
std::string FormatGs2Header(std::string_view binding, std::string_view authorization);

// "=2C" and "=3D" for comma and equals sign (RFC 5802 §5.1). nullopt on any other use of '='.
std::optional<std::string> DecodeSaslName(std::string_view name);
std::string EncodeSaslName(std::string_view name);

}  // namespace ringpost::sasl::internal
