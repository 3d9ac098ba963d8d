#include "server/terminal.h"

#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "absl/status/status.h"
#include "ringpost/base/text.h"

namespace ringpost::daemon {
namespace {

volatile std::sig_atomic_t caught_signal = 0;

// While it lives the terminal does not echo. A signal that would end the process ends the read
// instead, so that the echo comes back first.
class SilentTerminal {
 public:
  SilentTerminal() {
    struct sigaction action = {};
    action.sa_handler = [](int number) { caught_signal = number; };
    caught_signal = 0;
    for (size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &action, &previous_[i]);
    tcgetattr(STDIN_FILENO, &settings_);
    termios silent = settings_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  ~SilentTerminal() {
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings_);
    std::fputc('\n', stderr);
    for (size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &previous_[i], nullptr);
    if (caught_signal != 0) raise(caught_signal);
  }
  SilentTerminal(const SilentTerminal&) = delete;
  SilentTerminal& operator=(const SilentTerminal&) = delete;

 private:
  static constexpr std::array<int, 5> kSignals = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};

  std::array<struct sigaction, kSignals.size()> previous_ = {};
  termios settings_ = {};
};

// Up to the end of the line, which is not part of it. An octet at a time: what stands behind it is
// somebody else's.
absl::StatusOr<std::string> ReadLine() {
  std::string line;
  for (;;) {
    char c = 0;
    const ssize_t count = read(STDIN_FILENO, &c, 1);
    if (count < 0) return absl::UnavailableError(Concat("standard input: ", std::strerror(errno)));
    if (count == 0 || c == '\n') return line;
    if (line.size() == kLongestAnswer) return absl::InvalidArgumentError("the line is too long");
    line.push_back(c);
  }
}

absl::StatusOr<std::string> AskSilently(std::string_view prompt) {
  const SilentTerminal silent;  // before the prompt: who answers at once is not shown either
  std::fputs(Concat(prompt, ": ").c_str(), stderr);
  return ReadLine();
}

}  // namespace

absl::StatusOr<std::string> AskPassword(std::string_view prompt) {
  if (isatty(STDIN_FILENO) == 0) return ReadLine();
  absl::StatusOr<std::string> password = AskSilently(prompt);
  if (!password.ok()) return password;
  const absl::StatusOr<std::string> repeated = AskSilently(Concat(prompt, ", again"));
  if (!repeated.ok()) return repeated;
  if (*repeated != *password) return absl::InvalidArgumentError("the two are not the same");
  return password;
}

}  // namespace ringpost::daemon
