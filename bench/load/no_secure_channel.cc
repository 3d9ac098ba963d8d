// In place of secure_channel.cc where there is no TLS.
#include "load/secure_channel.h"

namespace ringpost::load {

absl::StatusOr<std::unique_ptr<SecureChannels>> MakeSecureChannels(const TlsOptions&, absl::Time) {
  return absl::UnimplementedError("this ringpost-load was built without TLS");
}

}  // namespace ringpost::load
