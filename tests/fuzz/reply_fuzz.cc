// A reply carries no control octet and no line that is too long, whatever its text was made from.
#include <algorithm>
#include <string>

#include "fuzz_input.h"
#include "ringpost/base/ascii.h"
#include "ringpost/smtp/path.h"
#include "ringpost/smtp/reply.h"

namespace {

using ringpost::Check;
using ringpost::smtp::Reply;

constexpr size_t kLongestLine = 512;  // RFC 5321 §4.5.3.1.5

// Every line is "CODE-text CRLF", the last "CODE text CRLF".
void CheckWire(std::string_view wire, std::string_view code) {
  Check(!wire.empty(), "no reply at all");
  while (!wire.empty()) {
    const size_t line_end = wire.find("\r\n");
    Check(line_end != std::string_view::npos, "a line without end");
    const std::string_view line = wire.substr(0, line_end);
    wire.remove_prefix(line_end + 2);
    Check(line.size() + 2 <= kLongestLine, "a line too long");
    Check(line.starts_with(code), "a line without its code");
    Check(line.size() > 3 && line[3] == (wire.empty() ? ' ' : '-'), "a wrong separator");
    Check(std::none_of(line.begin(), line.end(), ringpost::IsAsciiControl), "a control octet");
    Check(ringpost::smtp::IsValidUtf8(line), "no UTF-8");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  ringpost::fuzz::FuzzInput input(data, size);
  constexpr uint16_t kCodes[] = {220, 250, 354, 421, 452, 500, 550, 559};
  const uint16_t code = kCodes[input.TakeBelow(8)];
  const bool has_status = input.TakeBool() && code != 354;
  ringpost::smtp::EnhancedStatus status;
  if (has_status) status = {static_cast<uint8_t>(code / 100), input.TakeOctet(), 999};
  const Reply reply = Reply::Make(code, status, input.Rest());

  std::string wire;
  reply.AppendTo(wire, input.TakeBool());
  CheckWire(wire, std::to_string(code));
  const std::string clean = ringpost::smtp::CleanReplyText(input.Rest());
  Check(ringpost::smtp::CleanReplyText(clean) == clean, "not clean the first time");
  return 0;
}
