// NearestName: what somebody may have meant who wrote a name that is none.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace ringpost::daemon {

// How many letters must be put in, taken out, replaced or swapped with their neighbour to make `b`
// of `a`.
size_t EditDistance(std::string_view a, std::string_view b);

// The one of `names` that is nearest to `written`; empty when none is near enough to be a slip.
std::string_view NearestName(std::string_view written, std::span<const std::string_view> names);

}  // namespace ringpost::daemon
