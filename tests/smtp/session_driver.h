// SessionDriver: a ServerSession with an application behind it that does as it is told.
//
//   SessionDriver driver(options, {.sender = kNo});
//   EXPECT_EQ(driver.Send("EHLO client.example\r\n"), "250-...");
//
// It plays PLAIN and LOGIN, and behind STARTTLS waits for Secure(), which stands for the handshake:
// what is sent before is lost, as it is to a server that waits for TLS.
//
// Everything that Verdicts do not name is accepted. The driver answers each event, keeps what was
// accepted in messages() and writes down what it was told in log(), and aborts the test program
// when the session breaks its contract: an abort that is not due, told twice or not at all, an
// empty body view, an event after the end.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ringpost/smtp/server_session.h"

namespace ringpost::smtp {

struct Verdicts {
  std::optional<Reply> connection;
  std::optional<Reply> hello;
  std::optional<Reply> start_tls;
  std::map<std::string, std::string> users;  // the password of each
  std::string mechanisms;                    // for OfferMechanisms() at first
  std::string mechanisms_over_tls;           // and once the session is secure
  std::optional<Reply> sender;
  std::map<std::string, Reply> recipients;  // by Mailbox::ToString()
  std::optional<Reply> message_start;
  std::optional<Reply> body;  // RefuseMessage() at the first octets that come after refuse_after
  size_t refuse_after = 0;
  std::optional<Reply> message;
  std::map<std::string, Reply> message_for;  // LMTP: by recipient, after the body
};

struct AcceptedMessage {
  std::string sender;
  std::vector<std::string> recipients;
  std::string octets;
};

class SessionDriver {
 public:
  explicit SessionDriver(const ServerSessionOptions& options = {}, Verdicts verdicts = {});
  ~SessionDriver();

  // Gives the octets, runs to the end of the input and returns what the session says. Also the
  // greeting, the first time.
  std::string Send(std::string_view octets);
  // The client says no more.
  std::string EndInput();
  // The handshake: behind a STARTTLS that was accepted, or before anything else (implicit TLS).
  std::string Secure();
  bool handshake_is_due() const { return handshake_is_due_; }
  // Runs without new input: what a call on session() is to be followed by.
  std::string Run();

  ServerSession& session() { return *session_; }
  Verdicts& verdicts() { return verdicts_; }
  const std::vector<AcceptedMessage>& messages() const { return messages_; }
  // One line for each event: "recipients a@b c@d", "body 12", "aborted reset", "closed quit", ...
  const std::vector<std::string>& log() const { return log_; }
  // How often `line` is in the log.
  size_t Told(std::string_view line) const;
  std::optional<CloseReason> close_reason() const { return close_reason_; }

 private:
  void Answer(const Event& event);
  void BeginExchange(const AuthReceived& event);
  void ContinueExchange(std::string_view response);
  void EndExchange(bool is_good, std::string_view user);
  void AnswerRecipients(const RecipientsReceived& event);
  void AnswerMessage(const MessageEnded& event);
  void TakeBody(const BodyReceived& event);
  void CloseMessage();

  Verdicts verdicts_;
  std::unique_ptr<ServerSession> session_;
  std::vector<AcceptedMessage> messages_;
  std::vector<std::string> log_;
  std::string body_;
  std::optional<std::string> exchange_;  // the mechanism, while AUTH goes on
  std::optional<std::string> login_user_;
  bool handshake_is_due_ = false;
  bool message_is_open_ = false;
  bool body_is_refused_ = false;
  std::optional<CloseReason> close_reason_;
};

// The code and the enhanced status of each reply, a multi-line one counted once: "250 2.0.0,
// 503 5.5.1".
std::string CodesOf(std::string_view replies);

}  // namespace ringpost::smtp
