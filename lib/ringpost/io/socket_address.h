// SocketAddress: an IPv4 or IPv6 address with port, or the path of a Unix socket.
//
//   absl::StatusOr<SocketAddress> address = ParseSocketAddress("127.0.0.1:2525");
//   "[::1]:25", "unix:/run/ringpost.sock"
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace ringpost::io {

// An IPv4 or IPv6 address. An IPv4 address is kept as IPv4-mapped IPv6 (::ffff:a.b.c.d), so that
// both compare and hash alike.
class IpAddress {
 public:
  constexpr IpAddress() = default;  // ::
  static IpAddress V4(uint32_t host_order);
  static IpAddress V6(const std::array<uint8_t, 16>& octets) { return IpAddress(octets); }

  bool is_v4() const;
  bool is_loopback() const;
  const std::array<uint8_t, 16>& octets() const { return octets_; }
  uint32_t v4_host_order() const;

  // "192.0.2.1" or "2001:db8::1" (RFC 5952).
  std::string ToString() const;
  // As an SMTP address literal with brackets: "[192.0.2.1]", "[IPv6:2001:db8::1]" (RFC 5321
  // §4.1.3).
  std::string ToAddressLiteral() const;

  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;

 private:
  friend struct SocketAddress;
  static constexpr size_t kLongestText = 46;  // with the NUL of inet_ntop()

  explicit IpAddress(const std::array<uint8_t, 16>& octets) : octets_(octets) {}
  // As ToString(), into kLongestText characters of room. Returns how many it wrote.
  size_t WriteTo(char* text) const;

  std::array<uint8_t, 16> octets_ = {};
};

absl::StatusOr<IpAddress> ParseIpAddress(std::string_view text);

struct SocketAddress {
  IpAddress ip = {};
  uint16_t port = 0;
  std::string unix_path = {};  // not empty: a Unix socket, and ip and port mean nothing

  bool is_unix() const { return !unix_path.empty(); }
  // As ParseSocketAddress() reads it.
  std::string ToString() const;

  friend auto operator<=>(const SocketAddress&, const SocketAddress&) = default;
};

// "ADDRESS:PORT", "[IPV6]:PORT", "unix:PATH". Names are not resolved.
absl::StatusOr<SocketAddress> ParseSocketAddress(std::string_view text);

}  // namespace ringpost::io
