// DovecotAuthenticator: asks Dovecot's auth service, by the socket that Postfix and Exim use too:
// one list of users for reading and for submitting mail.
//
//   hooks.authenticator = std::make_shared<auth::DovecotAuthenticator>(
//       shard, auth::DovecotOptions{.address = *io::ParseSocketAddress("unix:/run/dovecot/auth")});
//
// Passwords are asked for by PLAIN; tokens by OAUTHBEARER, else XOAUTH2, where Dovecot offers one
// of them. The name that the user has afterwards is Dovecot's.
//
// One connection, made at once and kept; one that broke is made anew by the next question, and what
// waited on it is asked once more. After a failure to connect nobody tries again for kRest.
//
// Ownership: the connection is a background task of the shard's scope, and ends with the
// authenticator or with the scope. Made on the shard's thread, in a turn of its loop. Threads: the
// shard's. Limits: question_limit open questions, further ones are ResourceExhausted; a line of
// Dovecot is at most 8 KiB. Errors: whatever keeps Dovecot from deciding, "temp" and answers that
// make no sense among it, is a Status.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "ringpost/coro/task.h"
#include "ringpost/hooks/authenticator.h"
#include "ringpost/io/shard.h"
#include "ringpost/io/socket_address.h"

namespace ringpost::auth {

struct DovecotOptions {
  // The protocol is not encrypted: over TCP, passwords are read by who reads the network.
  io::SocketAddress address = {};
  // To connect and to hear what Dovecot offers. A name server that it asks in vain takes 5 s.
  absl::Duration handshake_timeout = absl::Seconds(15);
  // Dovecot delays a refusal, by up to 17 s where an address has guessed before.
  absl::Duration answer_timeout = absl::Seconds(30);
  size_t question_limit = 256;
};

class DovecotAuthenticator final : public hooks::Authenticator {
 public:
  static constexpr absl::Duration kRest = absl::Seconds(1);

  DovecotAuthenticator(io::Shard& shard, DovecotOptions options);
  ~DovecotAuthenticator() override;

  // Passwords always: a Dovecot without PLAIN is a Status that says so. Tokens once Dovecot has
  // offered a mechanism for them.
  hooks::AuthenticatorAbilities abilities() const override;
  Task<hooks::AuthenticatedUser> OnPassword(const hooks::Context& context, std::string_view user,
                                            std::string_view password) override;
  Task<hooks::AuthenticatedUser> OnToken(const hooks::Context& context,
                                         const sasl::TokenOffered& offer) override;

 private:
  class Connection;

  Task<hooks::AuthenticatedUser> Ask(const hooks::Context& context, sasl::Mechanism mechanism,
                                     std::string response);

  std::shared_ptr<Connection> connection_;
};

}  // namespace ringpost::auth
