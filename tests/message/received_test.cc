#include "ringpost/message/received.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "ringpost/message/header_field.h"

namespace ringpost::message {
namespace {

Received Example() {
  return {.hello_name = "mail.example.org",
          .client_address_literal = "[192.0.2.1]",
          .host_name = "mx.example.com",
          .protocol_keyword = "ESMTP",
          .id = "4f2a-1",
          .only_recipient = "user@example.com",
          .date_time = "Mon, 23 Nov 2026 17:30:05 +0000"};
}

std::string Formatted(const Received& received) {
  std::string out;
  AppendReceived(out, received);
  return out;
}

std::string WithHelloName(std::string_view hello_name) {
  Received received = Example();
  received.hello_name = hello_name;
  const std::string field = Formatted(received);
  const size_t start = std::string_view("Received: from ").size();
  return field.substr(start, field.find(" ([") - start);
}

TEST(Received, HasTheClausesOfRfc5321InTheirOrder) {
  EXPECT_EQ(Formatted(Example()),
            "Received: from mail.example.org ([192.0.2.1])\r\n"
            "\tby mx.example.com with ESMTP id 4f2a-1\r\n"
            "\tfor <user@example.com>; Mon, 23 Nov 2026 17:30:05 +0000\r\n");
}

TEST(Received, NamesNoRecipientUnlessThereIsExactlyOne) {
  Received received = Example();
  received.only_recipient = {};
  EXPECT_EQ(Formatted(received),
            "Received: from mail.example.org ([192.0.2.1])\r\n"
            "\tby mx.example.com with ESMTP id 4f2a-1;\r\n"
            "\tMon, 23 Nov 2026 17:30:05 +0000\r\n");
}

TEST(Received, TellsOfTheEncryption) {
  Received received = Example();
  received.protocol_keyword = "ESMTPS";
  received.tls_version = "TLSv1.3";
  received.tls_cipher_suite = "TLS_AES_128_GCM_SHA256";
  received.tls_key_bits = 128;
  EXPECT_EQ(Formatted(received),
            "Received: from mail.example.org ([192.0.2.1])\r\n"
            "\t(using TLSv1.3 with cipher TLS_AES_128_GCM_SHA256 (128/128 bits))\r\n"
            "\tby mx.example.com with ESMTPS id 4f2a-1\r\n"
            "\tfor <user@example.com>\r\n"
            "\ttls TLS_AES_128_GCM_SHA256; Mon, 23 Nov 2026 17:30:05 +0000\r\n");
  received.only_recipient = {};
  EXPECT_TRUE(Formatted(received).ends_with(
      "\tby mx.example.com with ESMTPS id 4f2a-1\r\n"
      "\ttls TLS_AES_128_GCM_SHA256; Mon, 23 Nov 2026 17:30:05 +0000\r\n"));
}

TEST(Received, SpeaksOfNoAddressWhereThereIsNone) {
  Received received = Example();
  received.client_address_literal = {};
  EXPECT_TRUE(Formatted(received).starts_with("Received: from mail.example.org\r\n\tby "));
}

TEST(Received, AppendsToWhatIsThere) {
  std::string out = "X: y\r\n";
  AppendReceived(out, Example());
  EXPECT_TRUE(out.starts_with("X: y\r\nReceived: from "));
}

TEST(Received, KeepsNamesThatDomainsAndLiteralsHave) {
  EXPECT_EQ(WithHelloName("WIN_PC-01"), "WIN_PC-01");
  EXPECT_EQ(WithHelloName("[IPv6:2001:db8::1]"), "[IPv6:2001:db8::1]");
}

TEST(Received, LetsNoHelloNameAddAnything) {
  EXPECT_EQ(WithHelloName("a\r\nX-Spam: no"), "a??X-Spam:?no");
  EXPECT_EQ(WithHelloName("a (b) by c; d"), "a??b??by?c??d");
  EXPECT_EQ(WithHelloName(std::string_view("a\0b\x7f\xc3\xa9", 6)), "a?b???");
  EXPECT_EQ(WithHelloName("\"<@>\\,"), "??????");
  EXPECT_EQ(WithHelloName(""), "unknown");
}

TEST(Received, IsOneFieldWhateverOctetsTheClientChose) {
  for (int octet = 0; octet < 256; ++octet) {
    const std::string chosen = "a" + std::string(3, static_cast<char>(octet)) + "b";
    Received received = Example();
    received.hello_name = chosen;
    received.only_recipient = chosen;
    const std::string out = Formatted(received);
    std::vector<HeaderField> fields;
    SplitHeader(out, fields);
    ASSERT_EQ(fields.size(), 1u) << octet;
    EXPECT_EQ(fields[0].raw_field.size(), out.size()) << octet;
    EXPECT_EQ(std::count(out.begin(), out.end(), '\r'), 3) << octet;
  }
}

TEST(Received, CutsALongHelloName) {
  EXPECT_EQ(WithHelloName(std::string(5000, 'a')), std::string(kLongestHelloName, 'a'));
}

TEST(Received, HasNoLineOver998Octets) {
  Received received = Example();
  const std::string longest_domain(255, 'd');
  received.hello_name = received.host_name = longest_domain;
  const std::string longest_path(254, 'r');
  received.only_recipient = longest_path;
  size_t line_start = 0;
  const std::string out = Formatted(received);
  for (size_t end; (end = out.find("\r\n", line_start)) != out.npos; line_start = end + 2) {
    EXPECT_LE(end - line_start, 998u);
  }
}

TEST(ReturnPath, HasThePathInBrackets) {
  std::string out;
  AppendReturnPath(out, "john@example.com");
  EXPECT_EQ(out, "Return-Path: <john@example.com>\r\n");
}

TEST(ReturnPath, ShowsTheNullPath) {
  std::string out;
  AppendReturnPath(out, "");
  EXPECT_EQ(out, "Return-Path: <>\r\n");
}

TEST(ReturnPath, KeepsQuotesAndCleansControls) {
  std::string out;
  AppendReturnPath(out, "\"a (b)\"@example.com");
  AppendReturnPath(out, "a\r\nX: y@example.com");
  EXPECT_EQ(out, "Return-Path: <\"a (b)\"@example.com>\r\nReturn-Path: <a??X: y@example.com>\r\n");
}

}  // namespace
}  // namespace ringpost::message
