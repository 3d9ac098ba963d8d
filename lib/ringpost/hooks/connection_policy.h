// ConnectionPolicy: may this peer talk, and with which capabilities and limits?
#pragma once

#include <memory>

#include "ringpost/coro/task.h"
#include "ringpost/hooks/context.h"
#include "ringpost/hooks/verdict.h"
#include "ringpost/smtp/server_session.h"

namespace ringpost::hooks {

struct ConnectionVerdict {
  // Continue and Accept greet; Reject answers 554 (RFC 5321 §3.1), Defer 421, Disconnect its reply.
  Verdict verdict;
  // This session's own options, when they differ from the listener's.
  std::unique_ptr<smtp::ServerSessionOptions> options;
};

class ConnectionPolicy {
 public:
  virtual ~ConnectionPolicy() = default;

  // Before the greeting. `options` are those of the listener.
  virtual Task<ConnectionVerdict> OnConnection(const Context& context,
                                               const smtp::ServerSessionOptions& options) = 0;
  // At HELO, EHLO, LHLO.
  virtual Task<Verdict> OnHello(const Context&) { co_return Verdict::Continue(); }
};

}  // namespace ringpost::hooks
