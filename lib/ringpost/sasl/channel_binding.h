// Channel bindings: what ties an authentication to the TLS connection it runs in (RFC 5056), so
// that nobody in the middle can pass it on.
#pragma once

#include <string>

namespace ringpost::sasl {

// Empty: not available.
struct ChannelBindings {
  std::string tls_exporter = {};          // RFC 9266; of TLS 1.3
  std::string tls_server_end_point = {};  // RFC 5929 §4: the hash of the server's certificate

  bool empty() const { return tls_exporter.empty() && tls_server_end_point.empty(); }
};

}  // namespace ringpost::sasl
