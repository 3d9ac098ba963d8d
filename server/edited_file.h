// EditFile: changes a file as a whole, so that whoever reads it reads the old text or the new one,
// also after a loss of power.
//
//   absl::Status status = EditFile("/etc/ringpost/users", MissingFile::kIsCreated,
//                                  [](std::string& text) { ...; return absl::OkStatus(); });
//
// One edit waits for another. Owner, group and mode stay, without what secret_file.h does not
// allow; a new file has mode 0600. Errors: those of the edit, which leaves the file as it was;
// NotFound, PermissionDenied, ... as the system says.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"

namespace ringpost::daemon {

enum class MissingFile : uint8_t { kIsCreated, kIsAnError };

absl::Status EditFile(const std::string& path, MissingFile missing,
                      const std::function<absl::Status(std::string& text)>& edit);

}  // namespace ringpost::daemon
