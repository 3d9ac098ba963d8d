#include "ringpost/smtp/internal/foreign_protocol.h"

#include <gtest/gtest.h>

namespace ringpost::smtp::internal {
namespace {

TEST(ForeignProtocol, KnowsHttpRequests) {
  for (const char* line : {"GET / HTTP/1.1", "POST /x HTTP/1.0", "HEAD /", "PUT /a", "DELETE /",
                           "OPTIONS * HTTP/1.1", "CONNECT mx.example:25 HTTP/1.1", "PATCH /",
                           "TRACE /", "get / http", "PRI * HTTP/2.0", "BREW /pot HTTP/1.1"}) {
    EXPECT_TRUE(IsForeignLine(line)) << line;
  }
}

TEST(ForeignProtocol, KnowsHttpHeaders) {
  EXPECT_TRUE(IsForeignLine("Host: mx.example"));
  EXPECT_TRUE(IsForeignLine("host:mx.example"));
  EXPECT_TRUE(IsForeignLine("User-Agent: x"));
}

TEST(ForeignProtocol, KnowsSsh) { EXPECT_TRUE(IsForeignLine("SSH-2.0-OpenSSH_9.2")); }

TEST(ForeignProtocol, LeavesMistypedCommandsAlone) {
  for (const char* line : {"GETX /", "MAIL", "POSTMASTER", "HOST mx", "XYZ", "GET", "MAIL:x", ""}) {
    EXPECT_FALSE(IsForeignLine(line)) << line;
  }
}

TEST(ForeignProtocol, KnowsATlsHandshake) {
  EXPECT_TRUE(StartsTlsHandshake("\x16\x03\x01\x02"));
  EXPECT_TRUE(StartsTlsHandshake("\x16\x03"));
  EXPECT_FALSE(StartsTlsHandshake("\x16"));
  EXPECT_FALSE(StartsTlsHandshake("EHLO"));
}

}  // namespace
}  // namespace ringpost::smtp::internal
