// Reply: what the server says, typed (RFC 5321 §4.2, RFC 2034, RFC 3463).
//
//   constexpr Reply kOk = Reply::Fixed(250, {2, 1, 5}, "OK");
//   Reply no = Reply::Make(550, {5, 1, 1}, Concat("no mailbox ", name));
//
// A reply can carry no control byte: Make() replaces each of them (and each octet over 126 unless
// it is part of valid UTF-8) by '?'; '\n' starts a new line of a multi-line reply. Fixed() refuses
// them at compile time and never allocates. Limits: a line of more than kLongestReplyText octets is
// cut (RFC 5321 §4.5.3.1.5: 512 with code and CRLF).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ringpost::smtp {

// RFC 3463: class.subject.detail. {0, 0, 0}: none, for the replies that must not have one.
struct EnhancedStatus {
  uint8_t status_class = 0;
  uint16_t subject = 0;
  uint16_t detail = 0;

  friend constexpr bool operator==(const EnhancedStatus&, const EnhancedStatus&) = default;
  constexpr bool is_none() const { return status_class == 0; }
};

inline constexpr size_t kLongestReplyText = 400;

class Reply {
 public:
  // A text of the program itself. A compile-time error when the text has a control byte, the code
  // is outside 200..559 or the class of `status` is not the code's first digit.
  static consteval Reply Fixed(uint16_t code, EnhancedStatus status, const char* text) {
    const std::string_view view(text);
    for (const char c : view) {
      if (c < ' ' || c > '~') throw "control byte in a reply";
    }
    if (view.size() > kLongestReplyText) throw "reply text too long";
    if (code < 200 || code > 559) throw "not a reply code";
    if (!status.is_none() && status.status_class != code / 100)
      throw "status class against the code";
    return Reply(code, status, view);
  }
  // A text made at run time, possibly with what a peer sent: cleaned. CHECKs code and class as
  // above.
  static Reply Make(uint16_t code, EnhancedStatus status, std::string_view text);

  // The same text under another code: a 5xx verdict of a hook that must be a 4xx.
  Reply AsTemporary() const;

  uint16_t code() const { return code_; }
  EnhancedStatus enhanced_status() const { return status_; }
  // Lines are separated by '\n'.
  std::string_view text() const { return owned_.has_value() ? std::string_view(*owned_) : fixed_; }

  // Of Fixed(): nothing but printable ASCII.
  bool is_fixed() const { return !owned_.has_value(); }
  bool is_positive() const { return code_ < 400; }
  bool is_temporary_failure() const { return code_ >= 400 && code_ < 500; }
  bool is_permanent_failure() const { return code_ >= 500; }

  // Appends the wire form, each line with code, enhanced status (when `with_enhanced_status` and
  // there is one), text and CRLF.
  void AppendTo(std::string& out, bool with_enhanced_status = true) const;

 private:
  constexpr Reply(uint16_t code, EnhancedStatus status, std::string_view fixed)
      : code_(code), status_(status), fixed_(fixed) {}

  uint16_t code_;
  EnhancedStatus status_;
  std::string_view fixed_;
  std::optional<std::string> owned_;
};

// `text` with every octet that a reply must not carry replaced by '?'; '\n' stays.
std::string CleanReplyText(std::string_view text);

}  // namespace ringpost::smtp
