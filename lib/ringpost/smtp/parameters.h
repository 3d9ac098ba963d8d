// The ESMTP parameters of MAIL and RCPT as typed fields. Text fields are views into the command
// line, or into the session's arena where they had to be decoded (xtext, RFC 3461 §4).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "ringpost/base/arena.h"
#include "ringpost/smtp/path.h"

namespace ringpost::smtp {

enum class BodyType : uint8_t { k7Bit, k8BitMime, kBinaryMime };  // RFC 6152, RFC 3030
enum class DsnReturn : uint8_t { kFull, kHeaders };               // RET=, RFC 3461 §4.3

struct FutureRelease {  // HOLDFOR= or HOLDUNTIL=, RFC 4865 §4
  enum class Kind : uint8_t { kInterval, kTime };
  Kind kind;
  int64_t seconds;  // from now on, or the time itself: since 1970 in UTC
};

struct DeliverBy {  // BY=, RFC 2852 §4
  enum class Mode : uint8_t { kReturn, kNotify };
  Mode mode;
  bool traces;
  int32_t seconds;  // from now on; more than 0 for kReturn
};

struct MailParameters {
  std::optional<uint64_t> declared_size;  // SIZE=, octets (RFC 1870 §5)
  BodyType body = BodyType::k7Bit;        // BODY=
  bool smtputf8 = false;                  // RFC 6531 §3.4
  std::optional<DsnReturn> dsn_return;    // RET=
  std::optional<std::string_view>
      envelope_id;  // ENVID=, decoded, at most 100 octets of xtext (§4.4)
  // AUTH=, decoded: who submitted the message, <> when nobody knows (RFC 4954 §5). The session lets
  // only clients that have logged in say more than <>.
  std::optional<ReversePath> auth;
  bool require_tls = false;  // REQUIRETLS, RFC 8689 §2
  std::optional<FutureRelease> future_release;
  std::optional<DeliverBy> deliver_by;
  std::optional<int8_t> priority;  // MT-PRIORITY=, -9 to 9 (RFC 6710 §3)
};

struct DsnNotify {  // NOTIFY=, RFC 3461 §4.1; NEVER is all false
  bool on_success = false;
  bool on_failure = false;
  bool on_delay = false;
};

struct OriginalRecipient {  // ORCPT=, RFC 3461 §4.2, decoded, at most 500 octets of xtext
  std::string_view address_type;
  std::string_view address;
};

struct RecipientParameters {
  std::optional<DsnNotify> notify;
  std::optional<OriginalRecipient> original_recipient;
};

enum class ParameterError : uint8_t {
  kUnknownKeyword,  // 555 5.5.4 (RFC 5321 §4.1.1.11)
  kBadValue,        // 501 5.5.4
  kRepeated,        // 501 5.5.4
};

// Which parameters a session takes: those of the extensions that it advertised after EHLO.
struct ParameterRules {
  bool size = false;
  bool eight_bit_mime = false;
  bool binary_mime = false;
  bool smtputf8 = false;
  bool dsn = false;
  bool auth = false;
  bool require_tls = false;
  bool future_release = false;
  bool deliver_by = false;
  bool mt_priority = false;
};

// `text` is what stands behind the path, blanks included. Decoded values live in `arena`.
std::variant<MailParameters, ParameterError> ParseMailParameters(std::string_view text,
                                                                 ParameterRules rules,
                                                                 Arena& arena);
std::variant<RecipientParameters, ParameterError> ParseRecipientParameters(std::string_view text,
                                                                           ParameterRules rules,
                                                                           Arena& arena);

// xtext of RFC 3461 §4: '+' and two upper-case hex digits. nullopt when malformed or when it hides
// a CR, an LF, a NUL or any other control character.
std::optional<std::string_view> DecodeXtext(std::string_view xtext, Arena& arena);
std::string EncodeXtext(std::string_view text);

}  // namespace ringpost::smtp
