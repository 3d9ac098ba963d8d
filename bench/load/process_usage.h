// What processes have used, read from /proc: this one, and servers with all their descendants.
//
//   const Usage before = ReadUsage(pids);  // ... ReadUsage(pids).cpu_seconds() -
//   before.cpu_seconds()
//
// A child that ends is still counted: its time has gone over to the parent that waited for it.
// Errors: a process that is gone has used nothing.
#pragma once

#include <cstdint>
#include <vector>

namespace ringpost::load {

struct Usage {
  double user_seconds = 0;
  double system_seconds = 0;
  double run_delay_seconds = 0;  // ready to run, and waiting for a core
  uint64_t peak_memory_octets = 0;

  double cpu_seconds() const { return user_seconds + system_seconds; }
};

// Of this process, all its threads.
Usage ReadOwnUsage();
// Of `pids` and their descendants. The peak is the sum of the peaks.
Usage ReadUsage(const std::vector<int>& pids);
// What of their memory nobody shares.
uint64_t ReadPrivateOctets(const std::vector<int>& pids);
bool ProcessExists(int pid);
// `pids` and their descendants, each once.
std::vector<int> ProcessTree(const std::vector<int>& pids);

}  // namespace ringpost::load
