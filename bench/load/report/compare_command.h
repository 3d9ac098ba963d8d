// The command `ringpost-load compare`: its command line, and what it prints.
#pragma once

#include <string>
#include <vector>

namespace ringpost::load {

// `arguments` follow the word "compare". Prints to stdout and stderr; gives the exit code: 0, 1
// when a file cannot be read or written, 2 for wrong usage.
int CompareMain(const std::vector<std::string>& arguments);

}  // namespace ringpost::load
