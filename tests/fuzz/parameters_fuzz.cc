// ESMTP parameters hide no control character, and xtext is the same there and back.
#include <algorithm>
#include <string>

#include "fuzz_input.h"
#include "ringpost/base/ascii.h"
#include "ringpost/smtp/parameters.h"

namespace {

using ringpost::Check;
using namespace ringpost::smtp;

void CheckText(std::string_view text) {
  Check(std::none_of(text.begin(), text.end(), ringpost::IsAsciiControl), "a control octet");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  ringpost::fuzz::FuzzInput input(data, size);
  const uint8_t bits = input.TakeOctet();
  const ParameterRules rules{.size = (bits & 1) != 0,
                             .eight_bit_mime = (bits & 2) != 0,
                             .binary_mime = (bits & 4) != 0,
                             .smtputf8 = (bits & 8) != 0,
                             .dsn = (bits & 16) != 0,
                             .auth = (bits & 32) != 0,
                             .require_tls = (bits & 32) != 0,
                             .future_release = (bits & 64) != 0,
                             .deliver_by = (bits & 64) != 0,
                             .mt_priority = (bits & 128) != 0};
  const std::string_view text = input.Rest();
  ringpost::Arena arena;

  const auto mail = ParseMailParameters(text, rules, arena);
  if (const auto* found = std::get_if<MailParameters>(&mail)) {
    Check(rules.size || !found->declared_size, "SIZE was not offered");
    Check(rules.smtputf8 || !found->smtputf8, "SMTPUTF8 was not offered");
    Check(rules.binary_mime || found->body != BodyType::kBinaryMime, "BINARYMIME was not offered");
    Check(rules.dsn || (!found->envelope_id && !found->dsn_return), "DSN was not offered");
    if (found->envelope_id) CheckText(*found->envelope_id);
    Check(rules.auth || !found->auth, "AUTH was not offered");
    if (found->auth) CheckText(found->auth->ToString());
    Check(rules.require_tls || !found->require_tls, "REQUIRETLS was not offered");
    Check(rules.future_release || !found->future_release, "FUTURERELEASE was not offered");
    Check(rules.deliver_by || !found->deliver_by, "DELIVERBY was not offered");
    if (found->deliver_by && found->deliver_by->mode == DeliverBy::Mode::kReturn) {
      Check(found->deliver_by->seconds > 0, "to be returned at once");
    }
    Check(rules.mt_priority || !found->priority, "MT-PRIORITY was not offered");
    Check(found->priority.value_or(0) >= -9 && found->priority.value_or(0) <= 9, "two digits");
  }
  const auto rcpt = ParseRecipientParameters(text, rules, arena);
  if (const auto* found = std::get_if<RecipientParameters>(&rcpt)) {
    Check(rules.dsn || (!found->notify && !found->original_recipient), "DSN was not offered");
    if (found->original_recipient) {
      CheckText(found->original_recipient->address_type);
      CheckText(found->original_recipient->address);
    }
  }
  const auto decoded = DecodeXtext(text, arena);
  if (decoded) CheckText(*decoded);
  const std::string encoded = EncodeXtext(text);
  const auto there_and_back = DecodeXtext(encoded, arena);
  const bool has_control = std::any_of(text.begin(), text.end(), ringpost::IsAsciiControl);
  Check(has_control ? !there_and_back : there_and_back == text, "xtext is not what went in");
  return 0;
}
