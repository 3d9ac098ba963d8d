// What `--html FILE` writes: one run of ringpost-load as a page made for looking at.
#pragma once

#include <string>
#include <string_view>

#include "load/results.h"

namespace ringpost::load {

// `json`: what --json writes of the same results; it is embedded for programs to find, in
// <script type="application/json" id="ringpost-load">. May be empty.
std::string RenderResultPage(const Results& results, std::string_view json);

}  // namespace ringpost::load
