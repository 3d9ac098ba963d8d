// TransportSecurity: makes an encrypted Transport of a plain one, by whatever library; so that who
// serves sessions knows of none, and is built without one.
//
//   std::unique_ptr<SecureTransport> secure = security->Secure(std::move(plain));
//   CO_RETURN_IF_ERROR(co_await secure->Handshake({.deadline = deadline}, &pace));
//   Log(secure->facts().cipher_suite);
//
// Ownership: what Secure() returns keeps of the TransportSecurity what it needs. Threads: one
// TransportSecurity serves all shards and never changes; new certificates are a new one.
#pragma once

#include <memory>

#include "ringpost/net/handshake_pace.h"
#include "ringpost/net/security_facts.h"
#include "ringpost/net/transport.h"

namespace ringpost::net {

class SecureTransport : public Transport {
 public:
  // Before all else, and once. After an error only Close() is left. Each step of it waits for
  // `pace`; nullptr: for nothing. Errors: as of Read(); Unavailable tells why the peer and we do
  // not get on, without an octet of the peer's.
  virtual Task<absl::Status> Handshake(io::Wait wait, HandshakePace* pace) = 0;
  // After the handshake; valid as long as the transport.
  virtual const SecurityFacts& facts() = 0;
};

class TransportSecurity {
 public:
  virtual ~TransportSecurity() = default;

  // The server's side. Whatever `plain` still has to read is taken as encrypted.
  virtual std::unique_ptr<SecureTransport> Secure(std::unique_ptr<Transport> plain) const = 0;
};

}  // namespace ringpost::net
