// ActivatedSockets: listening sockets that systemd opened for this process (sd_listen_fds(3)): the
// environment variables LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES, and descriptors from 3 on.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace ringpost::daemon {

class ActivatedSockets {
 public:
  // Those of this process; none when the variables are not there or are for another. Takes the
  // variables out of the environment. Errors: InvalidArgument when they make no sense.
  static absl::StatusOr<ActivatedSockets> FromEnvironment();

  // By FileDescriptorName=, else by place ("0" is the first). NotFound names those that there are.
  absl::StatusOr<int> Find(std::string_view name) const;
  size_t size() const { return names_.size(); }

 private:
  static constexpr int kFirstDescriptor = 3;

  std::vector<std::string> names_;  // of kFirstDescriptor, and the ones behind it
};

}  // namespace ringpost::daemon
