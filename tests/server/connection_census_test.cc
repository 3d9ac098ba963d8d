#include "ringpost/server/connection_census.h"

#include <gtest/gtest.h>

#include <vector>

namespace ringpost::server {
namespace {

io::SocketAddress From(const std::string& ip) { return {.ip = *io::ParseIpAddress(ip), .port = 1}; }

TEST(ConnectionCensus, CountsByAddressByNetworkAndInAll) {
  ConnectionCensus census;
  const ConnectionLimits limits = {.total = 5, .per_address = 2, .per_network = 3};
  std::vector<ConnectionCensus::Ticket> tickets;
  const auto is_admitted = [&](const std::string& ip) {
    tickets.push_back(census.Admit(From(ip), limits));
    return !tickets.back().refusal().has_value();
  };
  EXPECT_TRUE(is_admitted("192.0.2.1"));
  EXPECT_TRUE(is_admitted("192.0.2.1"));
  EXPECT_FALSE(is_admitted("192.0.2.1"));  // of the address
  EXPECT_TRUE(is_admitted("192.0.2.2"));
  EXPECT_FALSE(is_admitted("192.0.2.3"));     // of the network
  EXPECT_FALSE(is_admitted("198.51.100.1"));  // in all: those refused count while they last
  EXPECT_EQ(census.total(), 6u);
  tickets.clear();
  EXPECT_EQ(census.total(), 0u);
  EXPECT_TRUE(is_admitted("192.0.2.1"));
}

TEST(ConnectionCensus, CountsTheNetworksOfIpv6By64Bits) {
  ConnectionCensus census;
  const ConnectionLimits limits = {.total = 0, .per_address = 0, .per_network = 1};
  const auto first = census.Admit(From("2001:db8::1"), limits);
  EXPECT_TRUE(census.Admit(From("2001:db8::2"), limits).refusal().has_value());
  EXPECT_FALSE(census.Admit(From("2001:db8:0:1::1"), limits).refusal().has_value());
}

TEST(ConnectionCensus, ZeroIsNoLimit) {
  ConnectionCensus census;
  const ConnectionLimits limits = {.total = 0, .per_address = 0, .per_network = 0};
  std::vector<ConnectionCensus::Ticket> tickets;
  for (int i = 0; i < 5000; ++i) tickets.push_back(census.Admit(From("192.0.2.1"), limits));
  EXPECT_FALSE(tickets.back().refusal().has_value());
}

}  // namespace
}  // namespace ringpost::server
