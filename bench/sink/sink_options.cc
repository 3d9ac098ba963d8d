#include "sink/sink_options.h"

namespace ringpost::sink {

smtp::ServerSessionOptions LenientSession(const FaultPlan& faults) {
  constexpr size_t kPlenty = 1 << 30;
  smtp::ServerSessionOptions session;
  session.greeting_text = "ESMTP ringpost-sink";
  session.limits = {.text_line_octets = kPlenty,
                    .message_octets = 0,
                    .discarded_octets = std::numeric_limits<uint64_t>::max(),
                    .recipients = 100'000,
                    .errors = kPlenty,
                    .unknown_commands = kPlenty,
                    .idle_commands = kPlenty};
  if (!faults.At(FaultPoint::kRcpt).empty()) session.limits.recipient_batch = 1;
  session.strictness = {.bare_cr = smtp::Leniency::kAllow,
                        .bare_lf = smtp::Leniency::kAllow,
                        .nul = smtp::Leniency::kAllow,
                        .allow_any_hello_name = true};
  return session;
}

}  // namespace ringpost::sink
