#include "server/signals.h"

#include <csignal>

namespace ringpost::daemon {
namespace {

sigset_t Awaited() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
  return set;
}

ToldTo MeaningOf(int signal) { return signal == SIGHUP ? ToldTo::kReload : ToldTo::kStop; }

}  // namespace

Signals::Signals() {
  const sigset_t awaited = Awaited();
  pthread_sigmask(SIG_BLOCK, &awaited, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

ToldTo Signals::Wait() {
  const sigset_t awaited = Awaited();
  int signal = 0;
  while (sigwait(&awaited, &signal) != 0) {
  }
  return MeaningOf(signal);
}

std::optional<ToldTo> Signals::WaitFor(absl::Duration length) {
  const sigset_t awaited = Awaited();
  const timespec limit = absl::ToTimespec(length);
  const int signal = sigtimedwait(&awaited, nullptr, &limit);
  return signal < 0 ? std::nullopt : std::optional(MeaningOf(signal));
}

}  // namespace ringpost::daemon
