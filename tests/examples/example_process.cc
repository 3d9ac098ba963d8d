#include "example_process.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "ringpost/base/check.h"
#include "ringpost/base/text.h"

namespace ringpost::example {
namespace {

// Against hanging for ever; nothing depends on it.
constexpr int kPatienceMilliseconds = 60'000;

// The next line of `descriptor`, without its end.
std::string ReadLine(int descriptor, std::string& unread) {
  size_t end;
  while ((end = unread.find('\n')) == unread.npos) {
    pollfd readable = {descriptor, POLLIN, 0};
    Check(poll(&readable, 1, kPatienceMilliseconds) == 1, "nothing came for a minute");
    char step[4096];
    const ssize_t octets = read(descriptor, step, sizeof step);
    Check(octets > 0, "the other side is gone");
    unread.append(step, static_cast<size_t>(octets));
  }
  std::string line = unread.substr(0, end);
  unread.erase(0, end + 1);
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

}  // namespace

ExampleProcess::ExampleProcess(const std::string& program, std::vector<std::string> arguments) {
  std::vector<char*> argv = {const_cast<char*>(program.c_str())};
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  int ends[2];
  Check(pipe(ends) == 0, "pipe");
  process_ = fork();
  Check(process_ >= 0, "fork");
  if (process_ == 0) {
    dup2(ends[1], STDOUT_FILENO);
    close(ends[0]);
    close(ends[1]);
    execv(argv[0], argv.data());
    _exit(127);
  }
  close(ends[1]);
  output_ = ends[0];
  const std::string ready = NextLine();
  Check(ready.starts_with("ready: smtp 127.0.0.1:"), "the example printed no ready line");
  port_ = std::atoi(ready.c_str() + ready.rfind(':') + 1);
}

ExampleProcess::~ExampleProcess() {
  kill(process_, SIGTERM);
  int status;
  Check(waitpid(process_, &status, 0) == process_, "waitpid");
  Check(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the example did not end well");
  close(output_);
}

std::string ExampleProcess::NextLine() { return ReadLine(output_, unread_); }

SmtpClient::SmtpClient(const ExampleProcess& server) {
  socket_ = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(server.port()));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  Check(connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0,
        "connect");
  Check(NextReply().starts_with("220 "), "no greeting");
}

SmtpClient::~SmtpClient() { close(socket_); }

void SmtpClient::Send(std::string_view octets) {
  while (!octets.empty()) {
    const ssize_t sent = send(socket_, octets.data(), octets.size(), MSG_NOSIGNAL);
    Check(sent > 0, "send");
    octets.remove_prefix(static_cast<size_t>(sent));
  }
}

std::string SmtpClient::NextReply() {
  std::string reply = ReadLine(socket_, unread_);
  std::string_view last_line = reply;
  while (last_line.size() > 3 && last_line[3] == '-') {
    const size_t start = reply.size() + 1;
    reply += "\n" + ReadLine(socket_, unread_);
    last_line = std::string_view(reply).substr(start);
  }
  return reply;
}

std::string SmtpClient::Ask(std::string_view line) {
  Send(Concat(line, "\r\n"));
  return NextReply();
}

std::string SmtpClient::SendMessage(std::string_view recipient, std::string_view message) {
  Ask("EHLO client.example");
  Ask("MAIL FROM:<sender@client.example>");
  const std::string taken = Ask(Concat("RCPT TO:<", recipient, ">"));
  if (!taken.starts_with("250 ")) return taken;
  Ask("DATA");
  return Ask(Concat(message, "."));
}

}  // namespace ringpost::example
