// HeaderScanner and SplitHeader: the end of the header is the same however the message is cut, and
// the fields are all of it.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "ringpost/base/check.h"
#include "ringpost/message/header_field.h"
#include "ringpost/message/header_scanner.h"

using ringpost::Check;
using ringpost::message::HeaderField;
using ringpost::message::HeaderScanner;

namespace {

constexpr size_t kLimitOctets = 4096;

HeaderScanner Scanned(std::string_view message, size_t step_octets) {
  HeaderScanner scanner(kLimitOctets);
  for (size_t start = 0; start < message.size(); start += step_octets) {
    scanner.Feed(message.substr(start, step_octets));
  }
  scanner.End();
  return scanner;
}

void CheckFieldsAreTheWhole(std::string_view header, bool ends_with_empty_line) {
  std::vector<HeaderField> fields;
  ringpost::message::SplitHeader(header, fields);
  size_t octets = 0;
  for (const HeaderField& field : fields) {
    Check(field.raw_field.data() == header.data() + octets, "a gap between fields");
    Check(ringpost::message::IsFieldName(field.name), "not a name");
    octets += field.raw_field.size();
  }
  const std::string_view rest = header.substr(octets);
  Check(ends_with_empty_line ? rest == "\r\n" || rest == "\n" : rest.empty(),
        "the scanner saw fields where there are none");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const size_t step_octets = 1 + data[0] % 16;
  const std::string_view message(reinterpret_cast<const char*>(data) + 1, size - 1);
  const HeaderScanner whole = Scanned(message, message.size() + 1);
  const HeaderScanner cut = Scanned(message, step_octets);
  Check(whole.state() == cut.state(), "another state when cut");
  if (whole.state() != HeaderScanner::State::kComplete) return 0;
  Check(whole.header_octets() == cut.header_octets(), "another end when cut");
  Check(whole.ends_with_empty_line() == cut.ends_with_empty_line(), "another ending when cut");
  Check(whole.header_octets() <= message.size(), "an end behind the message");
  CheckFieldsAreTheWhole(message.substr(0, whole.header_octets()), whole.ends_with_empty_line());
  return 0;
}
