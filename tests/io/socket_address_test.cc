#include "ringpost/io/socket_address.h"

#include "gtest/gtest.h"

namespace ringpost::io {
namespace {

std::string RoundTrip(std::string_view text) {
  const absl::StatusOr<SocketAddress> address = ParseSocketAddress(text);
  return address.ok() ? address->ToString() : "refused: " + std::string(address.status().message());
}

TEST(IpAddress, ParsesAndPrintsBothFamilies) {
  for (const char* text : {"192.0.2.1", "0.0.0.0", "255.255.255.255", "::", "::1", "2001:db8::1",
                           "2001:db8:1:2:3:4:5:6", "fe80::1:0:0:1"}) {
    const absl::StatusOr<IpAddress> address = ParseIpAddress(text);
    ASSERT_TRUE(address.ok()) << text;
    EXPECT_EQ(address->ToString(), text);
  }
}

TEST(IpAddress, PrintsAsRfc5952Says) {
  EXPECT_EQ(ParseIpAddress("2001:DB8:0:0:0:0:0:1")->ToString(), "2001:db8::1");
  EXPECT_EQ(ParseIpAddress("2001:0db8::0001")->ToString(), "2001:db8::1");
}

TEST(IpAddress, RefusesWhatIsNone) {
  for (const char* text : {"", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.4 ", "::g",
                           ":::", "1::2::3", "localhost", "[::1]"}) {
    EXPECT_FALSE(ParseIpAddress(text).ok()) << text;
  }
}

TEST(IpAddress, MappedIPv4IsIPv4) {
  const IpAddress mapped = *ParseIpAddress("::ffff:192.0.2.1");
  EXPECT_TRUE(mapped.is_v4());
  EXPECT_EQ(mapped, IpAddress::V4(0xc0000201));
  EXPECT_EQ(mapped.v4_host_order(), 0xc0000201u);
  EXPECT_FALSE(ParseIpAddress("2001:db8::1")->is_v4());
}

TEST(IpAddress, KnowsLoopback) {
  EXPECT_TRUE(ParseIpAddress("127.0.0.1")->is_loopback());
  EXPECT_TRUE(ParseIpAddress("127.9.9.9")->is_loopback());
  EXPECT_TRUE(ParseIpAddress("::1")->is_loopback());
  EXPECT_FALSE(ParseIpAddress("192.0.2.1")->is_loopback());
  EXPECT_FALSE(ParseIpAddress("::2")->is_loopback());
}

// RFC 5321 §4.1.3.
TEST(IpAddress, WritesAddressLiterals) {
  EXPECT_EQ(ParseIpAddress("192.0.2.1")->ToAddressLiteral(), "[192.0.2.1]");
  EXPECT_EQ(ParseIpAddress("2001:db8::1")->ToAddressLiteral(), "[IPv6:2001:db8::1]");
}

TEST(SocketAddress, ParsesAndPrintsEachForm) {
  for (const char* text :
       {"127.0.0.1:2525", "[::1]:25", "0.0.0.0:0", "unix:/run/ringpost.sock", "unix:relative"}) {
    EXPECT_EQ(RoundTrip(text), text);
  }
}

TEST(SocketAddress, RefusesWhatIsNone) {
  for (const char* text :
       {"", "127.0.0.1", "127.0.0.1:", ":25", "127.0.0.1:65536", "127.0.0.1:-1", "::1:25x", "[::1]",
        "[::1]25", "[127.0.0.1:25", "unix:", "example.org:25", "127.0.0.1:25 "}) {
    EXPECT_FALSE(ParseSocketAddress(text).ok()) << text << " became " << RoundTrip(text);
  }
}

TEST(SocketAddress, RefusesAUnixPathThatTheKernelWouldCut) {
  EXPECT_TRUE(ParseSocketAddress("unix:/" + std::string(100, 'p')).ok());
  EXPECT_FALSE(ParseSocketAddress("unix:/" + std::string(200, 'p')).ok());
}

TEST(SocketAddress, ComparesByAllParts) {
  const SocketAddress a = *ParseSocketAddress("192.0.2.1:25");
  EXPECT_EQ(a, *ParseSocketAddress("192.0.2.1:25"));
  EXPECT_NE(a, *ParseSocketAddress("192.0.2.1:26"));
  EXPECT_NE(a, *ParseSocketAddress("192.0.2.2:25"));
  EXPECT_NE(a, *ParseSocketAddress("unix:/x"));
}

}  // namespace
}  // namespace ringpost::io
