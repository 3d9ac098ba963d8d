// The client's side of each mechanism: what a server says, in lines, the first octet choosing the
// mechanism. A server that does not know the password is never believed to be the one that does.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fuzz_input.h"
#include "ringpost/base/check.h"
#include "ringpost/sasl/client.h"
#include "toy_hash.h"

using ringpost::Check;
namespace sasl = ringpost::sasl;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  ringpost::fuzz::FuzzInput input(data, size);
  const size_t choice = input.TakeOctet();
  const auto mechanism = sasl::kAllMechanisms[(choice + 256 - 'a') % sasl::kAllMechanisms.size()];
  const auto client = sasl::MakeClient(mechanism, {.user = "alice",
                                                   .password = "pencil",
                                                   .channel_bindings = {.tls_exporter = "exported"},
                                                   .hash = &ringpost::fuzz::kToyHash,
                                                   .nonce = "clientnonce"});
  Check(client != nullptr, "good credentials");
  client->InitialResponse();
  std::string_view rest = input.Rest();
  for (int steps = 0; steps < 10; ++steps) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    const bool goes_on = client->Next(rest.substr(0, end)).has_value();
    rest.remove_prefix(std::min(end + 1, rest.size()));
    Check(!sasl::IsScram(mechanism) || !client->is_complete(), "an impostor is believed");
    if (!goes_on) return 0;
  }
  Check(false, "an authentication without end");
  return 0;
}
