#include "ringpost/net/network.h"

#include <algorithm>

#include "ringpost/base/text.h"

namespace ringpost::net {
namespace {

constexpr int kV4Bits = 32;
constexpr int kV6Bits = 128;

io::IpAddress FirstOf(const io::IpAddress& address, int bits) {
  std::array<uint8_t, 16> octets = address.octets();
  const int kept_bits = address.is_v4() ? bits + kV6Bits - kV4Bits : bits;
  for (int i = 0; i < 16; ++i) {
    const int of_octet = std::clamp(kept_bits - 8 * i, 0, 8);
    octets[static_cast<size_t>(i)] &= static_cast<uint8_t>(0xff00 >> of_octet);
  }
  return io::IpAddress::V6(octets);
}

}  // namespace

Network::Network(const io::IpAddress& address, int bits)
    : first_(FirstOf(address, bits)), bits_(bits) {}

bool Network::Contains(const io::IpAddress& address) const {
  return address.is_v4() == first_.is_v4() && FirstOf(address, bits_) == first_;
}

std::string Network::ToString() const { return Concat(first_.ToString(), "/", bits_); }

absl::StatusOr<Network> ParseNetwork(std::string_view text) {
  const size_t slash = text.find('/');
  const absl::StatusOr<io::IpAddress> address = io::ParseIpAddress(text.substr(0, slash));
  if (!address.ok()) return address.status();
  const int most_bits = address->is_v4() ? kV4Bits : kV6Bits;
  if (slash == std::string_view::npos) return Network(*address, most_bits);
  const std::optional<uint64_t> bits = ParseDecimal(text.substr(slash + 1));
  if (!bits.has_value() || *bits > static_cast<uint64_t>(most_bits)) {
    return absl::InvalidArgumentError(
        Concat("a prefix length is a number from 0 to ", most_bits, ": ", text));
  }
  return Network(*address, static_cast<int>(*bits));
}

}  // namespace ringpost::net
