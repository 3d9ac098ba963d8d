// Replies that large providers are known for, so that a sender's retries and its parsing of replies
// can be tried. The codes are theirs, the texts are short ones in their manner.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "sink/fault.h"

namespace ringpost::sink {

// Each of the provider's replies with an equal part of `probability`. InvalidArgument names those
// there are.
absl::StatusOr<std::vector<Fault>> ProviderFaults(std::string_view provider, double probability);

// "gmail, outlook, ..."
std::string ProviderNames();

}  // namespace ringpost::sink
