#include "ringpost/io/socket_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

#include "ringpost/base/text.h"

namespace ringpost::io {

static_assert(INET6_ADDRSTRLEN == 46, "the room for the text of an address");

namespace {

constexpr std::array<uint8_t, 12> kV4Prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr std::string_view kUnixPrefix = "unix:";
constexpr size_t kLongestUnixPath = 107;  // sun_path, with its NUL

}  // namespace

IpAddress IpAddress::V4(uint32_t host_order) {
  std::array<uint8_t, 16> octets = {};
  std::copy(kV4Prefix.begin(), kV4Prefix.end(), octets.begin());
  for (int i = 0; i < 4; ++i) {
    octets[static_cast<size_t>(12 + i)] = static_cast<uint8_t>(host_order >> (24 - 8 * i));
  }
  return IpAddress(octets);
}

bool IpAddress::is_v4() const {
  return std::equal(kV4Prefix.begin(), kV4Prefix.end(), octets_.begin());
}

uint32_t IpAddress::v4_host_order() const {
  return uint32_t{octets_[12]} << 24 | uint32_t{octets_[13]} << 16 | uint32_t{octets_[14]} << 8 |
         uint32_t{octets_[15]};
}

bool IpAddress::is_loopback() const {
  if (is_v4()) return octets_[12] == 127;
  constexpr std::array<uint8_t, 16> kV6Loopback = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  return octets_ == kV6Loopback;
}

std::string IpAddress::ToString() const {
  char text[kLongestText];
  return std::string(text, WriteTo(text));
}

std::string IpAddress::ToAddressLiteral() const {
  char text[kLongestText];
  return Concat(is_v4() ? "[" : "[IPv6:", std::string_view(text, WriteTo(text)), ']');
}

// inet_ntop() formats IPv4 addresses by printf, and there are two with each message.
size_t IpAddress::WriteTo(char* text) const {
  if (!is_v4()) {
    inet_ntop(AF_INET6, octets_.data(), text, kLongestText);
    return std::strlen(text);
  }
  char* end = text;
  for (size_t i = 12; i < octets_.size(); ++i) {
    const unsigned value = octets_[i];
    if (value >= 100) *end++ = static_cast<char>('0' + value / 100);
    if (value >= 10) *end++ = static_cast<char>('0' + value / 10 % 10);
    *end++ = static_cast<char>('0' + value % 10);
    *end++ = '.';
  }
  return static_cast<size_t>(end - text) - 1;
}

absl::StatusOr<IpAddress> ParseIpAddress(std::string_view text) {
  const std::string terminated(text);
  in_addr v4;
  if (inet_pton(AF_INET, terminated.c_str(), &v4) == 1) return IpAddress::V4(ntohl(v4.s_addr));
  std::array<uint8_t, 16> octets;
  if (inet_pton(AF_INET6, terminated.c_str(), octets.data()) == 1) return IpAddress::V6(octets);
  return absl::InvalidArgumentError(Concat("not an IP address: ", text));
}

std::string SocketAddress::ToString() const {
  if (is_unix()) return Concat(kUnixPrefix, unix_path);
  char text[IpAddress::kLongestText];
  const std::string_view host(text, ip.WriteTo(text));
  return ip.is_v4() ? Concat(host, ':', port) : Concat('[', host, "]:", port);
}

absl::StatusOr<SocketAddress> ParseSocketAddress(std::string_view text) {
  SocketAddress address;
  if (text.starts_with(kUnixPrefix)) {
    address.unix_path = text.substr(kUnixPrefix.size());
    if (address.unix_path.empty() || address.unix_path.size() > kLongestUnixPath) {
      return absl::InvalidArgumentError(
          Concat("a Unix socket's path has 1 to ", kLongestUnixPath, " octets: ", text));
    }
    return address;
  }
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    return absl::InvalidArgumentError(
        Concat("expected ADDRESS:PORT, [IPV6]:PORT or unix:PATH, not ", text));
  }
  std::string_view host = text.substr(0, colon);
  const bool has_brackets = host.size() > 1 && host.front() == '[' && host.back() == ']';
  if (has_brackets) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return absl::InvalidArgumentError(Concat("an IPv6 address needs brackets: [", host, "]:PORT"));
  }
  absl::StatusOr<IpAddress> ip = ParseIpAddress(host);
  if (!ip.ok()) return ip.status();
  if (has_brackets && ip->is_v4()) {
    return absl::InvalidArgumentError(Concat("brackets are for IPv6 addresses: ", text));
  }
  const std::optional<uint64_t> port = ParseDecimal(text.substr(colon + 1));
  if (!port.has_value() || *port > 65535) {
    return absl::InvalidArgumentError(Concat("a port is a number from 0 to 65535: ", text));
  }
  address.ip = *ip;
  address.port = static_cast<uint16_t>(*port);
  return address;
}

}  // namespace ringpost::io
