// Hooks: all that an application brings to a server. What is left out costs nothing; only the store
// is needed. Made anew for each shard, by a factory that runs on it, so a hook needs no lock unless
// the application shares it on purpose.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "ringpost/hooks/authenticator.h"
#include "ringpost/hooks/connection_policy.h"
#include "ringpost/hooks/filter.h"
#include "ringpost/hooks/message_store.h"
#include "ringpost/hooks/observer.h"
#include "ringpost/hooks/recipient_validator.h"
#include "ringpost/hooks/sender_policy.h"

namespace ringpost::hooks {

struct Hooks {
  std::shared_ptr<ConnectionPolicy> connection_policy;
  std::shared_ptr<Authenticator> authenticator;  // without one, AUTH is not offered
  std::shared_ptr<SenderPolicy> sender_policy;
  std::vector<std::shared_ptr<RecipientValidator>> recipient_validators;
  std::vector<std::shared_ptr<Filter>> filters;
  std::shared_ptr<MessageStore> store;
  std::vector<std::shared_ptr<Observer>> observers;
};

// Not OK ends the start of the server with the status.
using HooksFactory = std::function<absl::StatusOr<Hooks>(io::Shard& shard)>;

}  // namespace ringpost::hooks
