// An example as a user runs it: a child process on a port of its own, and a client that talks to
// it.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace ringpost::example {

// Ends with the object. CHECKs that the program starts, and ends on TERM with exit code 0.
class ExampleProcess {
 public:
  // Starts `program` with `arguments` and waits for its ready line.
  ExampleProcess(const std::string& program, std::vector<std::string> arguments);
  ~ExampleProcess();
  ExampleProcess(const ExampleProcess&) = delete;
  ExampleProcess& operator=(const ExampleProcess&) = delete;

  // The next line that it prints, waited for.
  std::string NextLine();
  int port() const { return port_; }

 private:
  pid_t process_ = -1;
  int output_ = -1;  // its stdout
  std::string unread_;
  int port_ = 0;
};

// One connection, greeted.
class SmtpClient {
 public:
  explicit SmtpClient(const ExampleProcess& server);
  ~SmtpClient();
  SmtpClient(const SmtpClient&) = delete;
  SmtpClient& operator=(const SmtpClient&) = delete;

  // Sends a line, with CRLF, and returns the reply: all of its lines.
  std::string Ask(std::string_view line);
  // Sends as it is.
  void Send(std::string_view octets);
  std::string NextReply();

  // EHLO, MAIL, RCPT, DATA and `message` (with CRLFs, without the final dot); returns the last
  // reply.
  std::string SendMessage(std::string_view recipient, std::string_view message);

 private:
  int socket_ = -1;
  std::string unread_;
};

}  // namespace ringpost::example
