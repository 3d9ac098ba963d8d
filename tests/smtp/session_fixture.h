// The vocabulary of the session tests.
//
//   TEST_F(ServerSessionTest, RefusesRcptBeforeMail) {
//     Greet();
//     EXPECT_EQ(Codes("RCPT TO:<b@example>\r\n"), "503 5.5.1");
//   }
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

#include "session_driver.h"

namespace ringpost::smtp {

class ServerSessionTest : public ::testing::Test {
 protected:
  // The session, made at the first use: options and verdicts are to be set before.
  SessionDriver& driver() {
    if (!driver_) driver_.emplace(options, verdicts);
    return *driver_;
  }
  ServerSession& session() { return driver().session(); }

  std::string Send(std::string_view octets) { return driver().Send(octets); }
  std::string Codes(std::string_view octets) { return CodesOf(Send(octets)); }

  // Greeting and EHLO, or LHLO.
  void Greet() {
    EXPECT_EQ(Codes(""), "220");
    const bool is_lmtp = options.protocol == Protocol::kLmtp;
    EXPECT_EQ(Codes(is_lmtp ? "LHLO client.example\r\n" : "EHLO client.example\r\n"), "250");
  }
  // An open transaction with one recipient.
  void OpenTransaction(std::string_view mail = "MAIL FROM:<a@example>\r\n") {
    Greet();
    EXPECT_EQ(Codes(mail), "250 2.0.0");
    EXPECT_EQ(Codes("RCPT TO:<b@example>\r\n"), "250 2.0.0");
  }
  // Up to the 354.
  void StartData() {
    OpenTransaction();
    EXPECT_EQ(Codes("DATA\r\n"), "354");
  }

  std::string LastEvent() { return driver().log().empty() ? "" : driver().log().back(); }
  size_t Told(std::string_view line) { return driver().Told(line); }
  // The octets of the only message.
  std::string Message() {
    EXPECT_EQ(driver().messages().size(), 1u);
    return driver().messages().empty() ? "" : driver().messages()[0].octets;
  }

  ServerSessionOptions options;
  Verdicts verdicts;

 private:
  std::optional<SessionDriver> driver_;
};

}  // namespace ringpost::smtp
