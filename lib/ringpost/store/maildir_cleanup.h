// What a crash left behind in Maildirs: files in tmp/ that nobody is writing any more.
#pragma once

#include <cstddef>
#include <string>

#include "absl/time/time.h"

namespace ringpost::store {

// The Maildir convention: a delivery that took longer than this is dead.
inline constexpr absl::Duration kStaleTemporaryAge = absl::Hours(36);

// Removes the files in tmp/ of every Maildir at most `depth` levels below `folder` that were not
// written to since `before`. Folders named cur, new and tmp are not searched for more Maildirs.
// Returns how many were removed; what cannot be read or removed is passed over. Blocks, for as long
// as it takes to read all those folders: call it by io::Offload, at the start.
size_t RemoveStaleTemporaries(const std::string& folder, size_t depth, absl::Time before);

}  // namespace ringpost::store
