// The STARTTLS transition: whatever stands behind the command in the same input changes nothing,
// however the input before was cut; and behind the handshake the session answers like one that had
// TLS from the start.
//
// The input: what comes before and ends with STARTTLS, "<TLS>", what was pipelined behind it,
// "<TLS>", and what comes over TLS.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "../smtp/session_driver.h"
#include "fuzz_input.h"
#include "tls_parts.h"

namespace {

using ringpost::Check;
using namespace ringpost::smtp;

struct Setting {
  ServerSessionOptions options;
  Verdicts verdicts;
  uint64_t seed;
};

Setting TakeSetting(ringpost::fuzz::FuzzInput& input) {
  Setting setting;
  const uint8_t bits = input.TakeOctet();
  setting.options.protocol = (bits & 1) != 0 ? Protocol::kLmtp : Protocol::kSmtp;
  setting.options.capabilities.start_tls = true;
  setting.options.requires_tls = (bits & 2) != 0;
  setting.options.requires_authentication = (bits & 4) != 0;
  setting.options.strictness.allow_any_hello_name = (bits & 8) == 0;
  // What is counted outlives the handshake, and is no part of this.
  Limits& limits = setting.options.limits;
  limits.errors = limits.unknown_commands = limits.idle_commands = 1'000'000;
  limits.authentication_failures = 1'000'000;
  if ((bits & 16) != 0) setting.verdicts.mechanisms = "PLAIN LOGIN";
  setting.verdicts.mechanisms_over_tls = "LOGIN PLAIN";
  setting.verdicts.users = {{"joe", "secret"}};
  setting.seed = input.TakeOctet();
  return setting;
}

// What the session has said and told.
struct Outcome {
  std::string replies;
  std::vector<std::string> log;

  bool operator==(const Outcome&) const = default;
};

// A session up to its STARTTLS, in pieces, with `pipelined` in one input with the last of them.
class StartedSession {
 public:
  StartedSession(const Setting& setting, std::string_view before, std::string_view pipelined)
      : driver_(setting.options, setting.verdicts) {
    ringpost::fuzz::Cuts next_length(setting.seed);
    before_.replies = driver_.Run();
    while (!before.empty()) {
      std::string piece(before.substr(0, next_length()));
      before.remove_prefix(piece.size());
      if (before.empty()) piece += pipelined;
      before_.replies += driver_.Send(piece);
    }
    before_.log = driver_.log();
  }

  bool handshake_is_due() const { return driver_.handshake_is_due(); }
  const Outcome& before() const { return before_; }
  Outcome Finish(std::string_view over_tls) {
    Outcome outcome;
    Check(driver_.Secure().empty(), "said before the client has spoken over TLS");
    outcome.replies = driver_.Send(over_tls) + driver_.EndInput();
    outcome.log.assign(driver_.log().begin() + static_cast<ptrdiff_t>(before_.log.size()),
                       driver_.log().end());
    return outcome;
  }

 private:
  SessionDriver driver_;
  Outcome before_;
};

// Of a session that had TLS from the start.
Outcome PlaySecure(const Setting& setting, std::string_view over_tls) {
  SessionDriver driver(setting.options, setting.verdicts);
  driver.Secure();
  Outcome outcome;
  outcome.replies = driver.Send(over_tls) + driver.EndInput();
  outcome.log = driver.log();
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  ringpost::fuzz::FuzzInput input(data, size);
  const Setting setting = TakeSetting(input);
  std::string_view text = input.Rest();
  const std::string_view before = ringpost::fuzz::TakeTlsPart(text);
  const std::string_view pipelined = ringpost::fuzz::TakeTlsPart(text);
  const std::string_view over_tls = text;

  StartedSession clean(setting, before, "");
  if (!clean.handshake_is_due()) return 0;
  StartedSession injected(setting, before, pipelined);
  Check(injected.handshake_is_due(), "no STARTTLS for what stands behind it");
  Check(injected.before() == clean.before(), "what stands behind STARTTLS was run");
  const Outcome outcome = clean.Finish(over_tls);
  Check(injected.Finish(over_tls) == outcome, "what stood behind STARTTLS was kept");
  Check(outcome == PlaySecure(setting, over_tls), "not a new session");
  return 0;
}
