#include "load/report/verdict.h"

#include <algorithm>

#include "load/report/quantity_text.h"
#include "ringpost/base/text.h"

namespace ringpost::load {
namespace {

void AddCount(std::vector<Statement>& statements, Tone tone, uint64_t count,
              std::string_view what) {
  if (count > 0) statements.push_back({tone, Concat(CountText(count), " ", what)});
}

void AddSearch(std::vector<Statement>& statements, const FindMaxResults& search) {
  if (search.knee_per_second > 0) {
    statements.push_back(
        {Tone::kGood, Concat("good up to ", PerSecondText(search.knee_per_second))});
  } else {
    statements.push_back({Tone::kBad, "no rate that was tried was good enough"});
  }
}

// Of a run without any trouble.
Statement GoodEnd(const Results& results) {
  if (results.mode == Mode::kIdle) return {Tone::kGood, "every connection held"};
  if (results.sessions.has_value()) {
    return results.sessions->completed > 0 ? Statement{Tone::kGood, "every session completed"}
                                           : Statement{Tone::kBad, "no session was completed"};
  }
  return results.messages.accepted > 0 ? Statement{Tone::kGood, "every message accepted"}
                                       : Statement{Tone::kBad, "nothing was accepted"};
}

}  // namespace

std::vector<Statement> VerdictOn(const Results& results) {
  std::vector<Statement> statements;
  const MessageResults& messages = results.messages;
  if (results.find_max.has_value()) AddSearch(statements, *results.find_max);
  AddCount(statements, Tone::kWarning, messages.refused, "refused");
  AddCount(statements, Tone::kBad, messages.failed, "without an answer");
  AddCount(statements, Tone::kWarning, messages.unfinished, "due and not begun");
  AddCount(statements, Tone::kBad, results.connections.failed, "connections failed");
  AddCount(statements, Tone::kBad, results.connections.dropped, "connections dropped");
  if (results.generator.was_bottleneck) {
    statements.push_back({Tone::kWarning, "the generator was the bottleneck"});
  }
  const bool is_good = std::ranges::none_of(
      statements, [](const Statement& statement) { return statement.tone != Tone::kGood; });
  if (is_good) statements.push_back(GoodEnd(results));
  return statements;
}

}  // namespace ringpost::load
