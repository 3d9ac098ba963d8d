// The certificate of a sink.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "ringpost/net/transport_security.h"

namespace ringpost::sink {

struct SinkSecurityOptions {
  // PEM; may be one file. Empty: a certificate of "localhost", signed by itself, for this run.
  std::string certificate_file = {};
  std::string key_file = {};
};

// Reads files. Errors: those of the files; InvalidArgument for what is in them; Unimplemented where
// this build has no TLS.
absl::StatusOr<std::shared_ptr<const net::TransportSecurity>> MakeSinkSecurity(
    const SinkSecurityOptions& options, absl::Time now);

}  // namespace ringpost::sink
