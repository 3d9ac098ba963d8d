// The configuration file: TOML 1.0, with the keys of config_keys.h.
//
// Errors: InvalidArgument, with a line of `FILE:LINE:COLUMN: what is wrong` for each thing that is
// wrong, in the order of the file. A key that is not known names the nearest that is.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "server/config.h"

namespace ringpost::daemon {

// `name` stands for the file in errors.
absl::StatusOr<Config> ParseConfig(std::string_view toml, std::string_view name);

// NotFound, PermissionDenied or Unavailable when the file cannot be read.
absl::StatusOr<Config> ReadConfigFile(const std::string& path);

}  // namespace ringpost::daemon
