// ReceivedLoopFilter: refuses a message that has passed too many servers (RFC 5321 §6.3): it goes
// round in a circle.
#pragma once

#include <cstddef>

#include "ringpost/hooks/filter.h"

namespace ringpost::filter {

class ReceivedLoopFilter final : public hooks::Filter {
 public:
  // RFC 5321 §6.3 asks for a limit of at least 100.
  static constexpr size_t kDefaultLimit = 100;

  // Messages with more Received fields than `limit` are refused with 554 5.4.6.
  explicit ReceivedLoopFilter(size_t limit = kDefaultLimit) : limit_(limit) {}

  std::unique_ptr<hooks::MessageFilter> NewMessage(const hooks::Context& context,
                                                   const smtp::Envelope& envelope) override;

 private:
  size_t limit_;
};

}  // namespace ringpost::filter
