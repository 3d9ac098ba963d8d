// Results as a run could have given them, for pages to be made of.
#pragma once

#include "load/results.h"

namespace ringpost::load {

// A closed loop of ten seconds with every phase. Of the same seed always the same; `slowness`
// stretches its latencies.
Results SampleResults(uint64_t seed = 1, double slowness = 1);
// A search with a knee.
Results SampleSearch();
// Of sessions over TLS without a message.
Results SampleSessions(uint64_t seed = 4, double slowness = 1);
// Whatever a server can say in its replies, and a user in a target.
Results HostileResults();

}  // namespace ringpost::load
