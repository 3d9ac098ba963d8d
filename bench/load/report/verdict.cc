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
  const bool was_idle = results.mode == Mode::kIdle;
  if (is_good && messages.accepted == 0 && !was_idle) {
    statements.push_back({Tone::kBad, "nothing was accepted"});
  } else if (is_good) {
    statements.push_back(
        {Tone::kGood, was_idle ? "every connection held" : "every message accepted"});
  }
  return statements;
}

}  // namespace ringpost::load
