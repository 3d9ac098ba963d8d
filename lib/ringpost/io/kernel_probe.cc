#include "ringpost/io/kernel_probe.h"

#include <liburing.h>
#include <sys/utsname.h>

#include <cerrno>
#include <fstream>
#include <string>
#include <string_view>

#include "ringpost/base/text.h"
#include "ringpost/io/reactor.h"

namespace ringpost::io {
namespace {

struct NeededOperation {
  int opcode;
  std::string_view name;
  std::string_view since;
};

// Multishot receive has no opcode of its own; it came with SEND_ZC, in 6.0.
constexpr NeededOperation kNeeded[] = {
    {IORING_OP_ACCEPT, "accept", "5.5"},          {IORING_OP_RECV, "recv", "5.6"},
    {IORING_OP_OPENAT, "openat", "5.6"},          {IORING_OP_FSYNC, "fsync", "5.1"},
    {IORING_OP_RENAMEAT, "renameat", "5.11"},     {IORING_OP_UNLINKAT, "unlinkat", "5.11"},
    {IORING_OP_MKDIRAT, "mkdirat", "5.15"},       {IORING_OP_LINKAT, "linkat", "5.15"},
    {IORING_OP_SEND_ZC, "multishot recv", "6.0"},
};

std::string KernelRelease() {
  utsname name;
  return uname(&name) == 0 ? name.release : "unknown";
}

// 0: allowed, 1: for a privileged group alone, 2: for nobody; -1: a kernel without the switch.
int DisabledSysctl() {
  std::ifstream file("/proc/sys/kernel/io_uring_disabled");
  int value = -1;
  file >> value;
  return value;
}

absl::Status ExplainRefusal(int error) {
  switch (error) {
    case ENOSYS:
      return absl::UnimplementedError(
          Concat("this kernel (", KernelRelease(),
                 ") has no io_uring: Linux 6.0 or later built with CONFIG_IO_URING is needed"));
    case EPERM:
      if (const int disabled = DisabledSysctl(); disabled > 0) {
        return absl::PermissionDeniedError(
            Concat("io_uring is switched off by sysctl kernel.io_uring_disabled = ", disabled,
                   disabled == 1 ? ": add the user's group to kernel.io_uring_group, or" : ":",
                   " run `sysctl kernel.io_uring_disabled=0`"));
      }
      return absl::PermissionDeniedError(
          "io_uring_setup is forbidden, most likely by a seccomp filter (containers' default "
          "profiles "
          "block it): allow io_uring_setup, io_uring_enter and io_uring_register");
    case ENOMEM:
      return absl::ResourceExhaustedError(
          "no memory for an io_uring: raise the locked-memory limit (`ulimit -l`, LimitMEMLOCK=)");
    case EMFILE:
    case ENFILE:
      return absl::ResourceExhaustedError(
          "no file descriptor for an io_uring: raise the limit (`ulimit -n`, LimitNOFILE=)");
    default:
      return StatusFromErrno(-error, "io_uring_setup");
  }
}

}  // namespace

absl::Status ProbeKernel() {
  io_uring uring;
  if (const int result = io_uring_queue_init(4, &uring, 0); result < 0) {
    return ExplainRefusal(-result);
  }
  io_uring_probe* const probe = io_uring_get_probe_ring(&uring);
  absl::Status status;
  for (const NeededOperation& needed : kNeeded) {
    if (probe == nullptr || !io_uring_opcode_supported(probe, needed.opcode)) {
      status = absl::UnimplementedError(
          Concat("this kernel (", KernelRelease(), ") has an io_uring without ", needed.name,
                 ", which came with Linux ", needed.since, ": Linux 6.0 or later is needed"));
      break;
    }
  }
  if (probe != nullptr) io_uring_free_probe(probe);
  io_uring_queue_exit(&uring);
  return status;
}

}  // namespace ringpost::io
