// Table files: lines of `key: value, value`, as users of Postfix and sendmail know them.
//
//   # comment
//   key: value, value,
//     value                a line that starts with a blank continues the one before
//
//   absl::Status status = ReadTable(text, "aliases", "name: target, ...", [](TableEntry entry) {
//     ...
//   });
//
// Errors: InvalidArgument "FILE:LINE: what", by TableError() from the caller too; the first ends
// the reading.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace ringpost::store {

// Without blanks at the ends of key and values. Valid while it is taken.
struct TableEntry {
  std::string_view key;
  std::vector<std::string_view> values;  // those that are not empty
  size_t line;                           // where it starts
};

// `form` is what an entry should look like, for messages.
absl::Status ReadTable(std::string_view text, std::string_view file_name, std::string_view form,
                       const std::function<absl::Status(const TableEntry&)>& take);

absl::Status TableError(std::string_view file_name, size_t line, std::string_view problem);

}  // namespace ringpost::store
