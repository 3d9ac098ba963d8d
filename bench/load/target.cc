#include "load/target.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <string>

#include "ringpost/base/text.h"

namespace ringpost::load {
namespace {

struct Scheme {
  std::string_view prefix;
  uint16_t port;
  bool is_lmtp = false;
  bool is_implicit_tls = false;
};
constexpr Scheme kSchemes[] = {
    {.prefix = "smtp://", .port = 25},
    {.prefix = "lmtp://", .port = 24, .is_lmtp = true},
    {.prefix = "submission://", .port = 587},
    {.prefix = "smtps://", .port = 465, .is_implicit_tls = true},
    {.prefix = "submissions://", .port = 465, .is_implicit_tls = true},
};
constexpr std::string_view kUnixPrefix = "unix:";

absl::Status Unreadable(std::string_view url) {
  return absl::InvalidArgumentError(
      Concat("'", url,
             "' is no target; expected smtp://HOST:PORT, smtps://HOST:PORT, lmtp://HOST:PORT or "
             "lmtp://unix:PATH"));
}

io::IpAddress FromKernel(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    return io::IpAddress::V4(ntohl(v4.sin_addr.s_addr));
  }
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
  std::array<uint8_t, 16> octets;
  std::memcpy(octets.data(), v6.sin6_addr.s6_addr, octets.size());
  return io::IpAddress::V6(octets);
}

// IPv4 first: a server that listens on one loopback address alone does so on 127.0.0.1.
absl::StatusOr<io::IpAddress> Resolve(const std::string& host) {
  for (const int family : {AF_INET, AF_INET6}) {
    addrinfo hints = {};
    hints.ai_family = family;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) continue;
    const io::IpAddress address = FromKernel(*found->ai_addr);
    freeaddrinfo(found);
    return address;
  }
  return absl::InvalidArgumentError(Concat("there is no host named '", host, "'"));
}

struct HostAndPort {
  std::string host;
  std::string_view port;  // empty: none was given
};

HostAndPort Split(std::string_view text) {
  const size_t bracket = text.find(']');
  if (text.starts_with('[') && bracket != std::string_view::npos) {
    const std::string_view rest = text.substr(bracket + 1);
    return {std::string(text.substr(1, bracket - 1)),
            rest.starts_with(':') ? rest.substr(1) : rest};
  }
  const size_t colon = std::min(text.rfind(':'), text.size());
  return {std::string(text.substr(0, colon)),
          colon == text.size() ? std::string_view() : text.substr(colon + 1)};
}

}  // namespace

absl::StatusOr<Target> ParseTarget(std::string_view url) {
  const auto* const scheme =
      std::find_if(std::begin(kSchemes), std::end(kSchemes),
                   [url](const Scheme& candidate) { return url.starts_with(candidate.prefix); });
  if (scheme == std::end(kSchemes)) return Unreadable(url);
  Target target = {.url = std::string(url),
                   .is_lmtp = scheme->is_lmtp,
                   .is_implicit_tls = scheme->is_implicit_tls};
  std::string_view rest = url.substr(scheme->prefix.size());
  if (rest.starts_with(kUnixPrefix)) {
    target.address.unix_path = rest.substr(kUnixPrefix.size());
    return target.address.unix_path.empty() ? absl::StatusOr<Target>(Unreadable(url)) : target;
  }
  if (rest.ends_with('/')) rest.remove_suffix(1);
  if (rest.empty()) return Unreadable(url);
  const HostAndPort parts = Split(rest);
  target.address.port = scheme->port;
  if (!parts.port.empty()) {
    const std::optional<uint64_t> port = ParseDecimal(parts.port);
    if (!port.has_value() || *port == 0 || *port > 65535) return Unreadable(url);
    target.address.port = static_cast<uint16_t>(*port);
  }
  absl::StatusOr<io::IpAddress> ip = io::ParseIpAddress(parts.host);
  if (!ip.ok()) {
    ip = Resolve(parts.host);
    target.host_name = parts.host;
  }
  if (!ip.ok()) return ip.status();
  target.address.ip = *ip;
  return target;
}

bool IsLoopback(const Target& target) {
  return target.address.is_unix() || target.address.ip.is_loopback();
}

}  // namespace ringpost::load
