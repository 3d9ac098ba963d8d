#include "ringpost/store/table_file.h"

#include <algorithm>
#include <string>
#include <utility>

#include "ringpost/base/text.h"

namespace ringpost::store {
namespace {

std::string_view WithoutBlanks(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

// The next line, off the front of `text`.
std::string_view TakeLine(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

// A list may end with a comma before its continuation line, or before nothing.
std::vector<std::string_view> SplitValues(std::string_view list) {
  std::vector<std::string_view> values;
  for (;;) {
    const size_t comma = list.find(',');
    const std::string_view value = WithoutBlanks(list.substr(0, comma));
    if (!value.empty()) values.push_back(value);
    if (comma == list.npos) return values;
    list.remove_prefix(comma + 1);
  }
}

}  // namespace

absl::Status ReadTable(std::string_view text, std::string_view file_name, std::string_view form,
                       const std::function<absl::Status(const TableEntry&)>& take) {
  std::string entry;
  size_t entry_line = 0;
  const auto finish_entry = [&]() -> absl::Status {
    if (entry.empty()) return absl::OkStatus();
    const std::string whole = std::exchange(entry, {});
    const size_t colon = whole.find(':');
    if (colon == whole.npos) {
      return TableError(file_name, entry_line, Concat("expected \"", form, "\""));
    }
    const std::string_view view = whole;
    return take({.key = WithoutBlanks(view.substr(0, colon)),
                 .values = SplitValues(view.substr(colon + 1)),
                 .line = entry_line});
  };
  for (size_t number = 1; !text.empty(); ++number) {
    const std::string_view line = TakeLine(text);
    const std::string_view content = WithoutBlanks(line);
    if (content.empty() || content.front() == '#') continue;
    if (line.front() == ' ' || line.front() == '\t') {
      if (entry.empty()) return TableError(file_name, number, "continues nothing");
      Append(entry, ' ', content);
      continue;
    }
    if (absl::Status status = finish_entry(); !status.ok()) return status;
    entry = std::string(content);
    entry_line = number;
  }
  return finish_entry();
}

absl::Status TableError(std::string_view file_name, size_t line, std::string_view problem) {
  return absl::InvalidArgumentError(Concat(file_name, ":", line, ": ", problem));
}

}  // namespace ringpost::store
