#include "ringpost/sasl/saslprep.h"

#include <stringprep.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "ringpost/base/ascii.h"

namespace ringpost::sasl {
namespace {

struct Free {
  void operator()(char* text) const { std::free(text); }
};

}  // namespace

std::optional<std::string> SaslPrep(std::string_view text, StringUse use) {
  // NUL among them: the library reads up to it.
  if (std::any_of(text.begin(), text.end(), IsAsciiControl)) return std::nullopt;
  if (std::all_of(text.begin(), text.end(), IsAscii)) return std::string(text);

  const int flags = use == StringUse::kStored ? STRINGPREP_NO_UNASSIGNED : 0;
  char* prepared = nullptr;
  const int error = stringprep_profile(std::string(text).c_str(), &prepared, "SASLprep",
                                       static_cast<Stringprep_profile_flags>(flags));
  const std::unique_ptr<char, Free> owner(prepared);
  if (error != STRINGPREP_OK) return std::nullopt;
  return std::string(prepared);
}

}  // namespace ringpost::sasl
