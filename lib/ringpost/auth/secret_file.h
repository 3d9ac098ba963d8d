// Files that have secrets: read as a whole, and only when nobody but their owner can write them,
// and nobody but the owner and the group read them.
//
// Blocks: reads the disk. Errors: as the system says; InvalidArgument for what is no file, has
// another mode, or is larger than kLargestSecretFile.
#pragma once

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"

namespace ringpost::auth {

inline constexpr size_t kLargestSecretFile = 64 << 20;

absl::StatusOr<std::string> ReadSecretFile(const std::string& path);

}  // namespace ringpost::auth
