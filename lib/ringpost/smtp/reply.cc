#include "ringpost/smtp/reply.h"

#include <algorithm>
#include <charconv>

#include "ringpost/base/ascii.h"
#include "ringpost/base/check.h"
#include "ringpost/smtp/internal/utf8.h"

namespace ringpost::smtp {
namespace {

// The longest front part of `line` that fits a reply line and cuts no UTF-8 sequence.
std::string_view CutToFit(std::string_view line) {
  if (line.size() <= kLongestReplyText) return line;
  size_t end = kLongestReplyText;
  while (end > 0 && internal::IsUtf8Continuation(line[end])) --end;
  return line.substr(0, end);
}

char* WriteNumber(char* out, unsigned number) {
  if (number < 10) {  // nearly all that there are
    *out = static_cast<char>('0' + number);
    return out + 1;
  }
  return std::to_chars(out, out + 5, number).ptr;
}

constexpr size_t kLongestPrefix = std::string_view("559-5.65535.65535 ").size();

// What each line of a reply starts with, but for the separator behind the code.
class Prefix {
 public:
  Prefix(uint16_t code, EnhancedStatus status) {
    octets_[0] = static_cast<char>('0' + code / 100);
    octets_[1] = static_cast<char>('0' + code / 10 % 10);
    octets_[2] = static_cast<char>('0' + code % 10);
    octets_[3] = ' ';
    char* out = octets_ + 4;
    if (!status.is_none()) {
      *out++ = static_cast<char>('0' + status.status_class);
      *out++ = '.';
      out = WriteNumber(out, status.subject);
      *out++ = '.';
      out = WriteNumber(out, status.detail);
      *out++ = ' ';
    }
    size_ = static_cast<size_t>(out - octets_);
  }

  std::string_view WithSeparator(char separator) {
    octets_[3] = separator;
    return {octets_, size_};
  }

 private:
  char octets_[kLongestPrefix];
  size_t size_;
};

// By way of the stack, so that the string grows once.
void AppendLine(std::string& out, std::string_view prefix, std::string_view text) {
  constexpr std::string_view kLineEnd = "\r\n";
  char line[kLongestPrefix + kLongestReplyText + kLineEnd.size()];
  size_t octets = prefix.copy(line, prefix.size());
  octets += text.copy(line + octets, text.size());
  octets += kLineEnd.copy(line + octets, kLineEnd.size());
  out.append(line, octets);
}

bool IsReplyCode(uint16_t code) { return code >= 200 && code <= 559; }

}  // namespace

Reply Reply::Make(uint16_t code, EnhancedStatus status, std::string_view text) {
  Check(IsReplyCode(code), "not a reply code");
  Check(status.is_none() || status.status_class == code / 100, "status class against the code");
  Reply reply(code, status, {});
  reply.owned_ = CleanReplyText(text);
  return reply;
}

Reply Reply::AsTemporary() const {
  Reply reply = *this;
  if (is_permanent_failure()) {
    // 451 for all: the 4xx neighbours of 5xx codes mean other things (552 and 452 do not pair up).
    reply.code_ = 451;
    if (!status_.is_none()) reply.status_.status_class = 4;
  }
  return reply;
}

void Reply::AppendTo(std::string& out, bool with_enhanced_status) const {
  Prefix prefix(code_, with_enhanced_status ? status_ : EnhancedStatus{});
  // Fixed() took no line break, and no text that does not fit.
  if (is_fixed()) return AppendLine(out, prefix.WithSeparator(' '), fixed_);
  std::string_view rest = *owned_;
  for (;;) {
    const size_t line_end = rest.find('\n');
    const bool is_last = line_end == std::string_view::npos;
    AppendLine(out, prefix.WithSeparator(is_last ? ' ' : '-'), CutToFit(rest.substr(0, line_end)));
    if (is_last) return;
    rest.remove_prefix(line_end + 1);
  }
}

std::string CleanReplyText(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const size_t length = internal::Utf8SequenceLength(text);
    const bool is_kept =
        length > 1 || (length == 1 && (!IsAsciiControl(text[0]) || text[0] == '\n'));
    if (is_kept) {
      clean.append(text.substr(0, length));
    } else {
      clean.push_back('?');
    }
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  return clean;
}

}  // namespace ringpost::smtp
