// The whole session: it says the same and takes the same messages however its input is cut, answers
// each command once, and its replies are well-formed. SessionDriver checks the rest of its
// contract. "<TLS>" in the input is the handshake, where STARTTLS has come before.
#include <algorithm>
#include <string>
#include <vector>

#include "../smtp/session_driver.h"
#include "fuzz_input.h"
#include "ringpost/base/ascii.h"
#include "tls_parts.h"

namespace {

using ringpost::Check;
using namespace ringpost::smtp;

constexpr size_t kLongestReplyLine = 512;  // RFC 5321 §4.5.3.1.5
constexpr Reply kNo = Reply::Fixed(550, {5, 7, 1}, "no");
constexpr Reply kLater = Reply::Fixed(451, {4, 3, 0}, "later");

struct Setting {
  ServerSessionOptions options;
  Verdicts verdicts;
  uint64_t seed;
};

Setting TakeSetting(ringpost::fuzz::FuzzInput& input) {
  constexpr Leniency kLeniencies[] = {Leniency::kReject, Leniency::kNormalise, Leniency::kAllow};
  Setting setting;
  const uint8_t bits = input.TakeOctet();
  setting.options.protocol = (bits & 1) != 0 ? Protocol::kLmtp : Protocol::kSmtp;
  Strictness& strictness = setting.options.strictness;
  strictness.bare_cr = strictness.nul = kLeniencies[(bits >> 1) % 3];
  strictness.bare_lf = kLeniencies[(bits >> 3) % 3];
  strictness.allow_any_hello_name = (bits & 32) == 0;
  setting.options.capabilities.chunking = (bits & 64) == 0;
  Limits& limits = setting.options.limits;
  if ((bits & 128) != 0) {
    limits = {.command_line_octets = 60,
              .authentication_line_octets = 80,
              .text_line_octets = 20,
              .message_octets = 50,
              .discarded_octets = 300,
              .recipients = 3,
              .recipient_batch = 2,
              .messages = 3,
              .errors = 6,
              .unknown_commands = 2,
              .authentication_failures = 1,
              .idle_commands = 5};
  }
  const uint8_t refusals = input.TakeOctet();
  Verdicts& verdicts = setting.verdicts;
  if ((refusals & 1) != 0) verdicts.connection = Reply::Make(554, {}, "no");
  if ((refusals & 2) != 0) verdicts.hello = kNo;
  if ((refusals & 4) != 0) verdicts.sender = kLater;
  if ((refusals & 8) != 0) verdicts.message_start = kLater;
  if ((refusals & 16) != 0) verdicts.message = kNo;
  // Where a limit and the application both refuse a body, the cut decides who is first.
  if ((refusals & 32) != 0 && (bits & 128) == 0) {
    verdicts.body = kNo;
    verdicts.refuse_after = 10;
  }
  if ((refusals & 64) != 0) {
    setting.options.capabilities.start_tls = true;
    setting.options.capabilities.require_tls_extension = true;
    setting.options.requires_tls = (refusals & 128) != 0;
    verdicts.mechanisms_over_tls = "PLAIN LOGIN";
  }
  if ((refusals & 128) != 0) {
    verdicts.mechanisms = "LOGIN PLAIN";
    setting.options.requires_authentication = (bits & 32) != 0;
    setting.options.capabilities.deliver_by = setting.options.capabilities.mt_priority = true;
  }
  verdicts.users = {{"joe", "secret"}};
  verdicts.recipients = {{"no@b", kNo}, {"later@b", kLater}};
  verdicts.message_for = {{"full@b", kLater}};
  setting.seed = input.TakeOctet();
  return setting;
}

struct Outcome {
  std::string replies;
  std::vector<std::string> aborts;
  std::vector<std::string> messages;
  std::optional<CloseReason> close_reason;

  bool operator==(const Outcome&) const = default;
};

size_t CountReplies(std::string_view replies) {
  size_t count = 0;
  while (!replies.empty()) {
    const size_t line_end = replies.find("\r\n");
    Check(line_end != std::string_view::npos, "a reply without end");
    const std::string_view line = replies.substr(0, line_end);
    replies.remove_prefix(line_end + 2);
    Check(line.size() + 2 <= kLongestReplyLine, "a reply line too long");
    Check(line.size() >= 4 && (line[3] == ' ' || line[3] == '-'), "no reply");
    Check(std::none_of(line.begin(), line.end(), ringpost::IsAsciiControl), "a control octet");
    if (line[3] == ' ') ++count;
  }
  return count;
}

// One for the greeting and for each command, one more for each body that has come to its end, and
// one for each challenge.
void CheckReplyCount(SessionDriver& driver, std::string_view replies) {
  const size_t count = CountReplies(replies);
  if (driver.session().options().protocol == Protocol::kLmtp) return;
  const auto close_reason = driver.close_reason();
  if (close_reason && *close_reason != CloseReason::kQuit) return;
  size_t expected = 1 + driver.session().statistics().command_count;
  if (!driver.verdicts().message_start) expected += driver.Told("started DATA");
  if (driver.session().waiting() == Waiting::kDataBlock) --expected;
  expected += driver.Told("challenge");
  if (driver.exchange_is_open()) --expected;
  Check(count == expected, "not one reply for each command");
}

template <typename NextLength>
Outcome Play(const Setting& setting, std::string_view octets, NextLength next_length) {
  SessionDriver driver(setting.options, setting.verdicts);
  Outcome outcome;
  outcome.replies = driver.Run();
  while (!octets.empty()) {
    std::string_view part = ringpost::fuzz::TakeTlsPart(octets);
    while (!part.empty()) {
      const std::string_view piece = part.substr(0, next_length());
      part.remove_prefix(piece.size());
      outcome.replies += driver.Send(piece);
    }
    if (driver.handshake_is_due() && !octets.empty()) outcome.replies += driver.Secure();
  }
  CheckReplyCount(driver, outcome.replies);
  outcome.replies += driver.EndInput();
  outcome.close_reason = driver.close_reason();
  Check(outcome.close_reason.has_value(), "still open");
  for (const std::string& line : driver.log()) {
    const bool is_login = line.starts_with("AUTH") || line.starts_with("login");
    if (line.starts_with("aborted") || is_login) outcome.aborts.push_back(line);
  }
  for (const AcceptedMessage& message : driver.messages())
    outcome.messages.push_back(message.octets);
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  ringpost::fuzz::FuzzInput input(data, size);
  const Setting setting = TakeSetting(input);
  const std::string_view octets = input.Rest();
  const Outcome whole = Play(setting, octets, [&] { return octets.size(); });
  Check(Play(setting, octets, [] { return size_t{1}; }) == whole, "octet by octet");
  Check(Play(setting, octets, ringpost::fuzz::Cuts(setting.seed)) == whole, "cut");
  return 0;
}
