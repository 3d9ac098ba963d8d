#include "sink/counts.h"

#include <algorithm>

namespace ringpost::sink {

void Counts::Add(const Counts& more) {
  connections += more.connections;
  messages += more.messages;
  aborted_messages += more.aborted_messages;
  failed_dumps += more.failed_dumps;
  recipients += more.recipients;
  handshakes += more.handshakes;
  resumed_handshakes += more.resumed_handshakes;
  failed_handshakes += more.failed_handshakes;
  logins += more.logins;
  failed_logins += more.failed_logins;
  received_octets += more.received_octets;
  sent_octets += more.sent_octets;
  body_octets += more.body_octets;
  commands.hello += more.commands.hello;
  commands.starttls += more.commands.starttls;
  commands.auth += more.commands.auth;
  commands.mail += more.commands.mail;
  commands.rcpt += more.commands.rcpt;
  commands.data += more.commands.data;
  commands.bdat += more.commands.bdat;
  commands.quit += more.commands.quit;
  commands.other += more.commands.other;
  for (const auto& [code, count] : more.replies) replies[code] += count;
  struck.resize(std::max(struck.size(), more.struck.size()));
  for (size_t i = 0; i < more.struck.size(); ++i) struck[i] += more.struck[i];
}

void Counts::CountReplies(std::string_view output) {
  constexpr size_t kCodeOctets = 3;
  while (output.size() > kCodeOctets) {
    // "250-": more lines of this reply follow.
    if (output[kCodeOctets] != '-') {
      const int code = (output[0] - '0') * 100 + (output[1] - '0') * 10 + (output[2] - '0');
      ++replies[static_cast<uint16_t>(code)];
    }
    const size_t end = output.find('\n');
    if (end == std::string_view::npos) return;
    output.remove_prefix(end + 1);
  }
}

}  // namespace ringpost::sink
