// How a run goes, in words.
#pragma once

#include <string>

#include "load/progress.h"

namespace ringpost::load {

// From 0 to 1: of the time or of the messages, whichever is nearer to its end.
double ShareDone(const Progress& progress);
// "42 %  0:04 of 0:10", "warming up"
std::string PlaceText(const Progress& progress);
// "31,248/s · p50 1.50 ms · p99 4.12 ms · 131,060 accepted · 3 failed · 50 connections"
std::string ProgressText(const Progress& progress);
// "tried 4,000/s: 3,990/s, p50 0.52 ms, p99 1.10 ms, good"
std::string StepText(const FindMaxStep& step);

}  // namespace ringpost::load
