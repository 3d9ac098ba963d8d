// In place of sink_security.cc where there is no TLS.
#include "sink/sink_security.h"

namespace ringpost::sink {

absl::StatusOr<std::shared_ptr<const net::TransportSecurity>> MakeSinkSecurity(
    const SinkSecurityOptions&, absl::Time) {
  return absl::UnimplementedError("this ringpost-sink was built without TLS");
}

}  // namespace ringpost::sink
