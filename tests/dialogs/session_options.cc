#include "session_options.h"

#include <gtest/gtest.h>

#include <charconv>
#include <optional>
#include <string>

#include "ringpost/base/text.h"

namespace ringpost::dialogs {
namespace {

using smtp::Leniency;

Leniency ParseLeniency(const std::string& value) {
  if (value == "reject") return Leniency::kReject;
  if (value == "normalise") return Leniency::kNormalise;
  if (value == "allow") return Leniency::kAllow;
  ADD_FAILURE() << "no leniency: " << value;
  return Leniency::kReject;
}

template <typename Number>
void SetNumber(Number& field, const std::string& value) {
  const std::optional<uint64_t> number = ParseDecimal(value);
  if (!number) ADD_FAILURE() << "no number: " << value;
  field = static_cast<Number>(number.value_or(0));
}

}  // namespace

// The keys are those of the configuration file (docs/configuration.md).
void ApplyOption(const Option& option, smtp::ServerSessionOptions& options) {
  const std::string& name = option.name;
  const std::string& value = option.value;
  const bool flag = value == "true";
  smtp::Limits& limits = options.limits;
  smtp::Strictness& strictness = options.strictness;
  smtp::Capabilities& capabilities = options.capabilities;
  if (name == "listener.protocol" && value == "lmtp") {
    options.protocol = smtp::Protocol::kLmtp;
  } else if (name == "listener.tls" && value == "starttls") {
    capabilities.start_tls = true;
  } else if (name == "listener.require_tls") {
    options.requires_tls = flag;
  } else if (name == "listener.require_authentication") {
    options.requires_authentication = flag;
  } else if (name == "limits.command_line") {
    SetNumber(limits.command_line_octets, value);
  } else if (name == "limits.text_line") {
    SetNumber(limits.text_line_octets, value);
  } else if (name == "limits.max_message_size") {
    SetNumber(limits.message_octets, value);
  } else if (name == "limits.discarded") {
    SetNumber(limits.discarded_octets, value);
  } else if (name == "limits.recipients") {
    SetNumber(limits.recipients, value);
  } else if (name == "limits.recipient_batch") {
    SetNumber(limits.recipient_batch, value);
  } else if (name == "limits.messages") {
    SetNumber(limits.messages, value);
  } else if (name == "limits.errors") {
    SetNumber(limits.errors, value);
  } else if (name == "limits.unknown_commands") {
    SetNumber(limits.unknown_commands, value);
  } else if (name == "limits.authentication_line") {
    SetNumber(limits.authentication_line_octets, value);
  } else if (name == "limits.authentication_failures") {
    SetNumber(limits.authentication_failures, value);
  } else if (name == "limits.idle_commands") {
    SetNumber(limits.idle_commands, value);
  } else if (name == "strictness.bare_cr") {
    strictness.bare_cr = ParseLeniency(value);
  } else if (name == "strictness.bare_lf") {
    strictness.bare_lf = ParseLeniency(value);
  } else if (name == "strictness.nul") {
    strictness.nul = ParseLeniency(value);
  } else if (name == "strictness.allow_space_before_path") {
    strictness.allow_space_before_path = flag;
  } else if (name == "strictness.allow_any_hello_name") {
    strictness.allow_any_hello_name = flag;
  } else if (name == "capabilities.size") {
    capabilities.size = flag;
  } else if (name == "capabilities.eight_bit_mime") {
    capabilities.eight_bit_mime = flag;
  } else if (name == "capabilities.smtputf8") {
    capabilities.smtputf8 = flag;
  } else if (name == "capabilities.pipelining") {
    capabilities.pipelining = flag;
  } else if (name == "capabilities.chunking") {
    capabilities.chunking = flag;
  } else if (name == "capabilities.binary_mime") {
    capabilities.binary_mime = flag;
  } else if (name == "capabilities.dsn") {
    capabilities.dsn = flag;
  } else if (name == "capabilities.limits") {
    capabilities.limits = flag;
  } else if (name == "capabilities.require_tls") {
    capabilities.require_tls_extension = flag;
  } else if (name == "capabilities.deliver_by") {
    capabilities.deliver_by = flag;
  } else if (name == "capabilities.mt_priority") {
    capabilities.mt_priority = flag;
  } else {
    ADD_FAILURE() << "unknown option: " << name << ' ' << value;
  }
}

smtp::Reply ReplyOf(const Refusal& refusal) {
  smtp::EnhancedStatus status;
  if (!refusal.status.empty()) {
    const char* const end = refusal.status.data() + refusal.status.size();
    status.status_class = static_cast<uint8_t>(refusal.status[0] - '0');
    const auto subject = std::from_chars(refusal.status.data() + 2, end, status.subject);
    std::from_chars(subject.ptr + 1, end, status.detail);
  }
  return smtp::Reply::Make(refusal.code, status, refusal.text);
}

}  // namespace ringpost::dialogs
