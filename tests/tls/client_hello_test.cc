#include "ringpost/tls/client_hello.h"

#include "gtest/gtest.h"
#include "ringpost/base/text.h"

namespace ringpost::tls {
namespace {

std::string Number(size_t value, size_t octets) {
  std::string text;
  for (size_t i = octets; i > 0; --i) text.push_back(static_cast<char>(value >> 8 * (i - 1)));
  return text;
}
std::string Vector(std::string_view text, size_t length_octets) {
  return Concat(Number(text.size(), length_octets), text);
}
std::string Extension(size_t type, std::string_view text) {
  return Concat(Number(type, 2), Vector(text, 2));
}
std::string ServerName(std::string_view name) {
  return Extension(0, Vector(Concat('\0', Vector(name, 2)), 2));
}
std::string Signatures(std::string_view algorithms) { return Extension(13, Vector(algorithms, 2)); }

std::string Message(std::string_view suites, std::string_view extensions) {
  const std::string body =
      Concat("\x03\x03", std::string(32, 'r'), Vector("session", 1), Vector(suites, 2),
             Vector(std::string_view("\0", 1), 1), Vector(extensions, 2));
  return Concat('\x01', Vector(body, 3));
}
std::string Record(std::string_view message) { return Concat("\x16\x03\x01", Vector(message, 2)); }

const std::string kUsual =
    Record(Message("\xc0\x2b\xc0\x2f", ServerName("MX.example.com") +
                                           Signatures("\x04\x03\x08\x04") + Extension(99, "more")));

TEST(ClientHello, IsRead) {
  ClientHello hello;
  ASSERT_EQ(ReadClientHello(kUsual, hello), HelloResult::kRead);
  EXPECT_EQ(hello.server_name, "mx.example.com");
  EXPECT_TRUE(hello.verifies_ecdsa);
  EXPECT_TRUE(hello.verifies_rsa);
}

TEST(ClientHello, WaitsForItsEnd) {
  ClientHello hello;
  for (size_t size = 0; size < kUsual.size(); ++size) {
    EXPECT_EQ(ReadClientHello(kUsual.substr(0, size), hello), HelloResult::kIncomplete) << size;
  }
  EXPECT_EQ(ReadClientHello(kUsual + "more", hello), HelloResult::kRead);
}

TEST(ClientHello, IsPutTogetherFromRecords) {
  const std::string message = kUsual.substr(5);
  std::string stream;
  for (const char c : message) stream += Record(std::string(1, c));
  ClientHello hello;
  EXPECT_EQ(ReadClientHello(stream, hello), HelloResult::kRead);
  EXPECT_EQ(hello.server_name, "mx.example.com");
  EXPECT_EQ(ReadClientHello(stream.substr(0, stream.size() - 1), hello), HelloResult::kIncomplete);
}

TEST(ClientHello, ItsSuitesCountInTls12Alone) {
  ClientHello hello;
  const std::string rsa_only = "\xc0\x2f";
  ReadClientHello(Record(Message(rsa_only, Signatures("\x04\x03\x04\x01"))), hello);
  EXPECT_FALSE(hello.verifies_ecdsa);
  EXPECT_TRUE(hello.verifies_rsa);
  const std::string tls13 = Extension(43, Vector("\x03\x04", 1));
  ReadClientHello(Record(Message(rsa_only, Signatures("\x04\x03\x04\x01") + tls13)), hello);
  EXPECT_TRUE(hello.verifies_ecdsa);
}

TEST(ClientHello, ANameThatIsNoneIsLeftOut) {
  ClientHello hello;
  for (const std::string& name : {std::string(), std::string("a\nb"), std::string("a\0b", 3),
                                  std::string(254, 'x'), std::string("\xc3\xa4.example")}) {
    EXPECT_EQ(ReadClientHello(Record(Message("\xc0\x2b", ServerName(name))), hello),
              HelloResult::kRead);
    EXPECT_EQ(hello.server_name, "");
  }
}

TEST(ClientHello, IsUnreadableWhenItIsNone) {
  ClientHello hello;
  for (const std::string& stream :
       {std::string("\x17\x03\x03\x00\x01x", 6), std::string("\x16\x02\x01\x00\x05", 5),
        std::string("\x16\x03\x01\x00\x00", 5), std::string("\x16\x03\x01\x40\x01", 5),
        Record("\x02serverhello"), Record(std::string("\x01\xff\xff\xff", 4))}) {
    EXPECT_EQ(ReadClientHello(stream, hello), HelloResult::kUnreadable);
  }
}

// Nobody waits for the rest of a record that never was one.
TEST(ClientHello, WhatIsNoTlsIsKnownByItsFirstOctet) {
  ClientHello hello;
  for (const std::string_view stream :
       {"EHLO client\r\n", "GET / HTTP/1.1\r\n", "\r\n", "\n", "Q", " "}) {
    EXPECT_EQ(ReadClientHello(stream, hello), HelloResult::kPlaintext) << stream;
  }
  for (const std::string_view stream : {"\x80\x2e\x01", "\x13", "\x19", "\x7f", "\xff"}) {
    EXPECT_EQ(ReadClientHello(stream, hello), HelloResult::kForeign) << stream;
  }
  EXPECT_EQ(ReadClientHello("", hello), HelloResult::kIncomplete);
  EXPECT_EQ(ReadClientHello("\x16", hello), HelloResult::kIncomplete);
}

TEST(ClientHello, LengthsThatDoNotFitAreUnreadable) {
  ClientHello hello;
  const std::string extension = Concat(Number(0, 2), Number(500, 2), "short");
  EXPECT_EQ(ReadClientHello(Record(Message("\xc0\x2b", extension)), hello),
            HelloResult::kUnreadable);
  EXPECT_EQ(ReadClientHello(Record(Concat('\x01', Vector("short", 3))), hello),
            HelloResult::kUnreadable);
}

}  // namespace
}  // namespace ringpost::tls
