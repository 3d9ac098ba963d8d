// SenderPolicy: may this reverse-path send? Asked at MAIL, with its parameters.
#pragma once

#include "ringpost/coro/task.h"
#include "ringpost/hooks/context.h"
#include "ringpost/hooks/verdict.h"
#include "ringpost/smtp/envelope.h"

namespace ringpost::hooks {

class SenderPolicy {
 public:
  virtual ~SenderPolicy() = default;

  // Continue and Accept take the sender. `envelope` has no recipients yet.
  virtual Task<Verdict> OnSender(const Context& context, const smtp::Envelope& envelope) = 0;
};

}  // namespace ringpost::hooks
