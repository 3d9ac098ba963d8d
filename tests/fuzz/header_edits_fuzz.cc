// ApplyHeaderEdits: whatever the header, and whatever name and value an edit has, the result is a
// header that ends where it seems to end, and has the field once, or the edit is refused.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ringpost/base/ascii.h"
#include "ringpost/base/check.h"
#include "ringpost/message/header_edits.h"
#include "ringpost/message/header_field.h"
#include "ringpost/message/header_scanner.h"

using ringpost::Check;
using ringpost::message::HeaderEdits;
using ringpost::message::HeaderField;
using ringpost::message::HeaderScanner;

namespace {

// The input up to the next '\xff', taken off.
std::string_view TakePart(std::string_view& input) {
  const size_t end = std::min(input.find('\xff'), input.size());
  const std::string_view part = input.substr(0, end);
  input.remove_prefix(std::min(end + 1, input.size()));
  return part;
}

size_t CountOf(std::string_view header, std::string_view name) {
  std::vector<HeaderField> fields;
  ringpost::message::SplitHeader(header, fields);
  return static_cast<size_t>(std::count_if(fields.begin(), fields.end(), [&](const auto& field) {
    return ringpost::EqualsIgnoreCase(field.name, name);
  }));
}

void CheckLineLengths(std::string_view field) {
  for (size_t start = 0; start < field.size();) {
    const size_t end = field.find("\r\n", start);
    Check(end != field.npos && end - start <= 998, "an over-long line");
    start = end + 2;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string name(TakePart(input));
  const std::string value(TakePart(input));
  HeaderScanner scanner;
  scanner.Feed(input);
  scanner.End();
  if (scanner.state() != HeaderScanner::State::kComplete) return 0;
  const std::string_view header = input.substr(0, scanner.header_octets());

  HeaderEdits edits;
  edits.Replace(name, value);
  const auto edited = ringpost::message::ApplyHeaderEdits(header, edits);
  Check(edited.ok() == ringpost::message::ValidateHeaderEdits(edits).ok(),
        "two opinions of an edit");
  if (!edited.ok()) return 0;

  HeaderScanner again;
  again.Feed(*edited);
  Check(again.state() == HeaderScanner::State::kComplete, "the edited header does not end");
  Check(again.header_octets() == edited->size(), "the edited header ends too early");
  Check(CountOf(*edited, name) == 1, "the field is not there once");
  std::string field;
  Check(ringpost::message::AppendHeaderField(field, name, value).ok(), "two opinions of a field");
  Check(edited->find(field) != edited->npos, "the field is not there as it was written");
  CheckLineLengths(field);

  HeaderEdits removal;
  removal.Remove(name);
  const auto removed = ringpost::message::ApplyHeaderEdits(*edited, removal);
  Check(removed.ok() && CountOf(*removed, name) == 0, "a removed field is there");
  return 0;
}
