// Two results beside each other: what `ringpost-load compare A.json B.json` prints and draws.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "load/results.h"

namespace ringpost::load {

enum class Better : uint8_t { kMore, kLess, kNeither };

struct ComparedFigure {
  std::string name = {};
  std::string first = {};
  std::string second = {};
  std::optional<double> ratio = {};  // second to first; nullopt when it has no meaning
  Better better = Better::kNeither;

  // By more than kNoise.
  bool is_improvement() const;
  bool is_setback() const;
};

// Less than this between two runs is weather: figures of one and the same server differ by as much.
inline constexpr double kNoise = 0.05;

std::vector<ComparedFigure> Compare(const Results& first, const Results& second);

// A table for a terminal.
std::string ComparisonText(const Results& first, const Results& second);
std::string RenderComparisonPage(const Results& first, const Results& second);

}  // namespace ringpost::load
