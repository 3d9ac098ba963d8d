// MessageCompletionFilter: gives a message that was submitted the Date and the Message-ID that its
// mail program left out (RFC 6409 §8.2, §8.3). What is there stays as it is, whatever it is.
//
// It looks at messages of submission listeners alone: mail in transit is nobody's to complete. The
// identifier is <session.number@host>, unique since sessions are. Threads: the shard's.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "ringpost/hooks/filter.h"
#include "ringpost/message/date_time.h"

namespace ringpost::filter {

class MessageCompletionFilter final : public hooks::Filter {
 public:
  // `host_name`: a domain, or an address literal with its brackets.
  explicit MessageCompletionFilter(std::string host_name) : host_name_(std::move(host_name)) {}

  std::unique_ptr<hooks::MessageFilter> NewMessage(const hooks::Context& context,
                                                   const smtp::Envelope& envelope) override;

 private:
  class Completion;

  const std::string host_name_;
  message::DateTimeCache dates_;
  uint64_t message_count_ = 0;
};

}  // namespace ringpost::filter
