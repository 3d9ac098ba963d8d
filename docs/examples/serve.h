// What the examples share: a server on one address, until somebody ends it.
#pragma once

#include <csignal>
#include <iostream>
#include <string>
#include <utility>

#include "ringpost/server/smtp_server.h"

namespace example {

// Prints "ready: smtp ADDRESS" once it accepts; returns the program's exit code after INT or TERM.
inline int ServeUntilEnded(ringpost::server::ServerOptions options, const std::string& address,
                           ringpost::hooks::HooksFactory factory,
                           ringpost::server::ListenerOptions listener = {}) {
  // Before the server starts its threads, so that they inherit it and the signals come here.
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);

  const auto parsed = ringpost::io::ParseSocketAddress(address);
  if (!parsed.ok()) {
    std::cerr << parsed.status().message() << "\n";
    return 2;
  }
  listener.address = *parsed;
  options.listeners.push_back(std::move(listener));
  auto server = ringpost::server::SmtpServer::Start(std::move(options), std::move(factory));
  if (!server.ok()) {
    std::cerr << server.status().message() << "\n";
    return 1;
  }
  std::cout << "ready: smtp " << (*server)->addresses()[0].ToString() << std::endl;
  int signal;
  sigwait(&ends, &signal);
  (*server)->Stop(absl::Seconds(10));
  return 0;
}

}  // namespace example
