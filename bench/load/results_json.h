// The JSON of --json: the shape of Results, with units in the names (docs/load.md).
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "load/results.h"

namespace ringpost::load {

// One object, indented, with a line feed at its end.
std::string ToJson(const Results& results);
// What ToJson() gave, of this version or an older one; what is not there stays as it is by default.
// Errors: InvalidArgument.
absl::StatusOr<Results> FromJson(std::string_view text);

}  // namespace ringpost::load
