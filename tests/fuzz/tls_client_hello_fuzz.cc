// What is read of a ClientHello: at any cut the same, and a name that is clean.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "ringpost/base/ascii.h"
#include "ringpost/base/check.h"
#include "ringpost/tls/client_hello.h"

using ringpost::Check;
namespace tls = ringpost::tls;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view stream(reinterpret_cast<const char*>(data), size);
  tls::ClientHello whole;
  const tls::HelloResult result = tls::ReadClientHello(stream, whole);
  Check(whole.server_name.size() <= 253, "a long name");
  Check(std::none_of(whole.server_name.begin(), whole.server_name.end(), ringpost::IsAsciiControl),
        "a control character in a name");
  const size_t step = std::max<size_t>(1, size / 64);
  for (size_t cut = 0; cut < size; cut += step) {
    tls::ClientHello part;
    const tls::HelloResult early = tls::ReadClientHello(stream.substr(0, cut), part);
    if (early == tls::HelloResult::kIncomplete) continue;
    Check(early == result, "decided early, and otherwise");
    Check(part.server_name == whole.server_name, "another name");
    return 0;
  }
  return 0;
}
