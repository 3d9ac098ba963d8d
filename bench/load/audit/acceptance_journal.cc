#include "load/audit/acceptance_journal.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace ringpost::load {

AcceptanceJournal::AcceptanceJournal(JournalWriter& journal, const Clock& clock,
                                     std::function<void(const absl::Status&)> failure_sink)
    : journal_(journal),
      clock_(clock),
      started_(clock.Now()),
      failure_sink_(std::move(failure_sink)) {}

void AcceptanceJournal::OnSent(const SentMessage& message) {
  if (message.content_octets > kMostContentOctets) {
    unwritten_numbers_.insert(message.number);
    return failure_sink_(absl::InvalidArgumentError("a message of 4 GiB or more is not audited"));
  }
  const bool had_room = journal_.status().ok();
  const Content content = {.length_octets = message.content_octets,
                           .digest = message.content_digest};
  if (journal_.Sent(message.number, content, SinceStart())) return;
  unwritten_numbers_.insert(message.number);
  if (had_room) failure_sink_(journal_.status());
}

void AcceptanceJournal::OnAccepted(uint64_t message_number, uint64_t recipient_count,
                                   std::string_view) {
  if (ForgetUnwritten(message_number)) return;
  const auto copies = static_cast<uint16_t>(
      std::min<uint64_t>(recipient_count, std::numeric_limits<uint16_t>::max()));
  journal_.Accepted(message_number, copies, SinceStart());
}

void AcceptanceJournal::OnRefused(uint64_t message_number, int code) {
  if (ForgetUnwritten(message_number)) return;
  journal_.Refused(message_number, static_cast<uint16_t>(code), SinceStart());
}

void AcceptanceJournal::OnUnknown(uint64_t message_number) {
  if (!ForgetUnwritten(message_number)) journal_.LeftInDoubt();
}

}  // namespace ringpost::load
