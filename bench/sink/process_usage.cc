#include "sink/process_usage.h"

#include <sys/resource.h>

#include <fstream>

namespace ringpost::sink {
namespace {

rusage UsageOfProcess() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return usage;
}

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

}  // namespace

CpuUsage CpuUsageOfProcess() {
  const rusage usage = UsageOfProcess();
  return {.user_seconds = Seconds(usage.ru_utime), .system_seconds = Seconds(usage.ru_stime)};
}

double RunDelaySecondsOfThread() {
  std::ifstream file("/proc/thread-self/schedstat");
  uint64_t running_nanoseconds = 0;
  uint64_t waiting_nanoseconds = 0;
  file >> running_nanoseconds >> waiting_nanoseconds;
  return static_cast<double>(waiting_nanoseconds) * 1e-9;
}

uint64_t PeakMemoryBytesOfProcess() {
  constexpr uint64_t kUnitBytes = 1024;
  return static_cast<uint64_t>(UsageOfProcess().ru_maxrss) * kUnitBytes;
}

void RaiseDescriptorLimit() {
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace ringpost::sink
