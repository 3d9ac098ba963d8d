// ReadCertificateNames: whatever it is given, a name is octets of that, and of nothing else.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "ringpost/auth/internal/certificate_names.h"
#include "ringpost/base/check.h"

using ringpost::Check;
using ringpost::auth::internal::ReadCertificateNames;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view der(reinterpret_cast<const char*>(data), size);
  const auto names = ReadCertificateNames(der);
  if (!names.has_value()) return 0;
  Check(der.find(names->common_name) != der.npos, "a common name from elsewhere");
  for (const auto& address : names->addresses) {
    Check(der.find(address) != der.npos, "an address from elsewhere");
  }
  return 0;
}
