#include "ringpost/hooks/message_store.h"
#include "ringpost/hooks/observer.h"

namespace ringpost::hooks {

std::string_view DurabilityName(Durability durability) {
  switch (durability) {
    case Durability::kMemory:
      return "memory";
    case Durability::kWritten:
      return "written";
    case Durability::kSynced:
      return "synced";
    case Durability::kReplicated:
      return "replicated";
  }
  return "unknown";
}

std::string_view MessageFateName(MessageFate fate) {
  switch (fate) {
    case MessageFate::kStored:
      return "stored";
    case MessageFate::kDiscarded:
      return "discarded";
    case MessageFate::kRefused:
      return "refused";
    case MessageFate::kAborted:
      return "aborted";
  }
  return "unknown";
}

}  // namespace ringpost::hooks
