// The plots of a report. Each takes several results, to be laid over each other, or one.
#pragma once

#include <span>
#include <string>

#include "load/results.h"

namespace ringpost::load {

struct NamedResults {
  std::string name = {};  // in legends; empty where there is but one
  const Results* results = nullptr;
};

// Latency over percentile: of one result for each phase, of several for the whole message alone.
std::string LatencyPlot(std::span<const NamedResults> all);
// Over the seconds of the run. Empty where there are fewer than two.
std::string RateOverTimePlot(std::span<const NamedResults> all);
std::string LatencyOverTimePlot(std::span<const NamedResults> all);
// p99 over the rate that was tried. Empty without a search.
std::string FindMaxPlot(std::span<const NamedResults> all);

// Of a phase, as a reader calls it: "MAIL", "body to reply", ...
std::string PhaseLabel(Phase phase);
const PhaseResult* FindPhase(const Results& results, Phase phase);

}  // namespace ringpost::load
