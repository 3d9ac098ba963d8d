// UserEntry: a line is refused, or is an entry that is written and read again as the same.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "ringpost/auth/user_entry.h"
#include "ringpost/base/check.h"

using ringpost::Check;
using ringpost::auth::FormatUserEntry;
using ringpost::auth::NameOfUserLine;
using ringpost::auth::ParseUserEntry;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  const auto entry = ParseUserEntry(line);
  if (!entry.ok()) return 0;
  Check(NameOfUserLine(line) == entry->name, "a line of somebody else");
  const std::string written = FormatUserEntry(*entry);
  const auto again = ParseUserEntry(written);
  Check(again.ok(), "an entry that cannot be read again");
  Check(FormatUserEntry(*again) == written, "an entry that changes");
  Check(again->is_locked == entry->is_locked, "a lock that is lost");
  Check(again->password_hash == entry->password_hash, "another password");
  return 0;
}
