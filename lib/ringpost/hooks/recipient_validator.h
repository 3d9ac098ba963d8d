// RecipientValidator: which of these recipients are ours?
//
// Asked once for each batch of pipelined RCPTs, so that a database is asked once. Validators form a
// chain: a later one is asked for those alone that all earlier ones left at Continue. What is still
// Continue at the end is refused: nothing is ours until somebody says so.
#pragma once

#include <span>

#include "ringpost/coro/task.h"
#include "ringpost/hooks/context.h"
#include "ringpost/hooks/verdict.h"
#include "ringpost/smtp/envelope.h"

namespace ringpost::hooks {

class RecipientValidator {
 public:
  virtual ~RecipientValidator() = default;

  // verdicts[i] is for recipients[i]; all come as Continue. Discard and Quarantine count as Accept.
  // `envelope` has those that were accepted before.
  virtual Task<void> OnRecipients(const Context& context, const smtp::Envelope& envelope,
                                  std::span<const smtp::Recipient> recipients,
                                  std::span<Verdict> verdicts) = 0;
};

}  // namespace ringpost::hooks
