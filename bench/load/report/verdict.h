// What a reader should know of a run before its figures: whether they are of the server at all.
#pragma once

#include <string>
#include <vector>

#include "load/report/page.h"
#include "load/results.h"

namespace ringpost::load {

struct Statement {
  Tone tone = Tone::kPlain;
  std::string text = {};
};

// At least one.
std::vector<Statement> VerdictOn(const Results& results);

}  // namespace ringpost::load
