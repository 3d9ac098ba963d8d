// A whole run: threads, shards, and what they found in one Results.
//
//   RunControl control;
//   absl::StatusOr<Results> results = RunLoad(options, corpus, {.control = control, .view =
//   &view});
//
// Threads: any; the view is called on the calling one. Errors: Unavailable (nobody listens),
// FailedPrecondition (the server lacks what was asked for), what the reactor says, and what Fail()
// was told.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "load/acceptance.h"
#include "load/corpus.h"
#include "load/generator.h"
#include "load/options.h"
#include "load/progress.h"
#include "load/results.h"
#include "load/run_control.h"

namespace ringpost::load {

struct RunHooks {
  RunControl& control;
  ProgressView* view = nullptr;
  // One for each thread; none: no audit.
  std::vector<AcceptanceObserver*> observers = {};
  // Of the id line, which messages have when there are observers or options.are_unique.
  std::string run_id = {};
};

absl::StatusOr<Results> RunLoad(const LoadOptions& options, const Corpus& corpus,
                                const RunHooks& hooks);

// Runs `options.find_max`: steps of `run`, each an open loop at one rate. The results are those of
// the best step, with all steps in find_max.
using StepRunner = std::function<absl::StatusOr<Results>(const LoadOptions& step)>;
absl::StatusOr<Results> RunFindMax(const LoadOptions& options, const RunHooks& hooks,
                                   const StepRunner& run);

// Sixteen hexadecimal digits.
std::string MakeRunId(uint64_t random);

ScriptOptions ScriptOptionsOf(const LoadOptions& options, const std::string& run_id);
// What tallies and window give; CPU and timeline are added by who knows them.
Results ResultsOf(const LoadOptions& options, const Tally& tally, absl::Duration duration);

}  // namespace ringpost::load
