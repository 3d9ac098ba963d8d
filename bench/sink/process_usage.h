// What this process used of the machine.
#pragma once

#include <cstdint>

namespace ringpost::sink {

struct CpuUsage {
  double user_seconds = 0;
  double system_seconds = 0;
};
CpuUsage CpuUsageOfProcess();

// How long the calling thread was ready and waited for a processor; 0 where the kernel does not
// say.
double RunDelaySecondsOfThread();

uint64_t PeakMemoryBytesOfProcess();

// Up to what is allowed.
void RaiseDescriptorLimit();

}  // namespace ringpost::sink
