#include "ringpost/net/network.h"

#include <gtest/gtest.h>

namespace ringpost::net {
namespace {

io::IpAddress Ip(const char* text) { return io::ParseIpAddress(text).value(); }

TEST(Network, ContainsTheAddressesOfItsPrefix) {
  const Network network = ParseNetwork("192.0.2.0/24").value();
  EXPECT_TRUE(network.Contains(Ip("192.0.2.255")));
  EXPECT_FALSE(network.Contains(Ip("192.0.3.0")));
  EXPECT_FALSE(network.Contains(Ip("2001:db8::1")));
}

TEST(Network, PrefixesMayEndInsideAnOctet) {
  const Network network = ParseNetwork("2001:db8::/33").value();
  EXPECT_TRUE(network.Contains(Ip("2001:db8:7fff::1")));
  EXPECT_FALSE(network.Contains(Ip("2001:db8:8000::1")));
}

TEST(Network, OfNoBitsContainsItsFamilyAlone) {
  EXPECT_TRUE(ParseNetwork("0.0.0.0/0").value().Contains(Ip("203.0.113.9")));
  EXPECT_FALSE(ParseNetwork("0.0.0.0/0").value().Contains(Ip("::1")));
}

TEST(Network, AnAddressAloneIsOneAddress) {
  EXPECT_EQ(ParseNetwork("192.0.2.7").value().ToString(), "192.0.2.7/32");
  EXPECT_EQ(ParseNetwork("2001:db8::7").value().ToString(), "2001:db8::7/128");
}

TEST(Network, DropsTheHostBits) {
  EXPECT_EQ(ParseNetwork("192.0.2.77/26").value().ToString(), "192.0.2.64/26");
}

TEST(Network, RefusesWhatIsNone) {
  for (const char* text :
       {"", "192.0.2.0/33", "2001:db8::/129", "192.0.2.0/", "192.0.2.0/-1", "x/8", "192.0.2/24"}) {
    EXPECT_FALSE(ParseNetwork(text).ok()) << text;
  }
}

}  // namespace
}  // namespace ringpost::net
