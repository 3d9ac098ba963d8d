// LiveTls: TLS for the live dialogs, over calls that wait. A build without TLS has none.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "ringpost/net/transport_security.h"

namespace ringpost::dialogs {

// For the server, with a certificate of its own making; nullptr: this build has no TLS.
std::shared_ptr<const net::TransportSecurity> MakeLiveSecurity();

// A client's side of one connection.
class LiveTls {
 public:
  struct Wire {
    std::function<void(std::string_view)> send;
    std::function<std::string()> receive;  // empty: the server has closed
  };

  static std::unique_ptr<LiveTls> Create(Wire wire);
  virtual ~LiveTls() = default;

  virtual bool Handshake() = 0;
  virtual void Send(std::string_view plaintext) = 0;
  // Empty: the server has said goodbye, or closed.
  virtual std::string Receive() = 0;
  virtual void SayGoodbye() = 0;
};

}  // namespace ringpost::dialogs
