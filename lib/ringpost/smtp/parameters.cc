#include "ringpost/smtp/parameters.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "ringpost/base/ascii.h"
#include "ringpost/base/text.h"
#include "ringpost/smtp/internal/date_time.h"
#include "ringpost/smtp/path.h"

namespace ringpost::smtp {
namespace {

constexpr size_t kLongestEnvelopeId = 100;         // RFC 3461 §4.4, octets of xtext
constexpr size_t kLongestOriginalRecipient = 500;  // RFC 3461 §4.2
constexpr size_t kLongestSizeDigits = 20;          // RFC 1870 §6.1
constexpr size_t kLongestAuth = 500;               // RFC 4954 §3
constexpr size_t kLongestTimeDigits = 9;           // RFC 4865 §3, RFC 2852 §4

struct Parameter {
  std::string_view keyword;
  std::optional<std::string_view> value;
};

// Takes "KEYWORD" or "KEYWORD=value" (RFC 5321 §4.1.2 esmtp-param) and the blanks before it off the
// front of `text`; nullopt at its end.
std::optional<Parameter> TakeParameter(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  if (text.empty()) return std::nullopt;
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(word.size());
  const size_t equals = word.find('=');
  if (equals == std::string_view::npos) return Parameter{word, std::nullopt};
  return Parameter{word.substr(0, equals), word.substr(equals + 1)};
}

// `field` becomes `value`, once.
template <typename Field, typename Value>
std::optional<ParameterError> SetOnce(std::optional<Field>& field, const Value& value) {
  if (!value) return ParameterError::kBadValue;
  if (field) return ParameterError::kRepeated;
  field = *value;
  return std::nullopt;
}

std::optional<uint64_t> ParseSize(std::string_view value) {
  if (value.size() > kLongestSizeDigits) return std::nullopt;
  if (!std::all_of(value.begin(), value.end(), IsAsciiDigit) || value.empty()) return std::nullopt;
  // Twenty digits can be more than 64 bits hold: more than any limit.
  return ParseDecimal(value).value_or(UINT64_MAX);
}

std::optional<BodyType> ParseBody(std::string_view value, ParameterRules rules) {
  if (EqualsIgnoreCase(value, "7BIT")) return BodyType::k7Bit;
  if (EqualsIgnoreCase(value, "8BITMIME")) return BodyType::k8BitMime;
  if (rules.binary_mime && EqualsIgnoreCase(value, "BINARYMIME")) return BodyType::kBinaryMime;
  return std::nullopt;
}

std::optional<DsnReturn> ParseReturn(std::string_view value) {
  if (EqualsIgnoreCase(value, "FULL")) return DsnReturn::kFull;
  if (EqualsIgnoreCase(value, "HDRS")) return DsnReturn::kHeaders;
  return std::nullopt;
}

std::optional<std::string_view> ParseEnvelopeId(std::string_view value, Arena& arena) {
  if (value.empty() || value.size() > kLongestEnvelopeId) return std::nullopt;
  return DecodeXtext(value, arena);
}

std::optional<ReversePath> ParseAuth(std::string_view value, ParameterRules rules, Arena& arena) {
  if (value.empty() || value.size() > kLongestAuth) return std::nullopt;
  const std::optional<std::string_view> text = DecodeXtext(value, arena);
  if (!text) return std::nullopt;
  if (*text == "<>") return ReversePath{};
  const auto mailbox = ParseMailbox(*text, {.allow_utf8 = rules.smtputf8});
  if (std::holds_alternative<PathError>(mailbox)) return std::nullopt;
  return ReversePath{std::get<Mailbox>(mailbox)};
}

// Up to nine digits, so that it fits.
std::optional<int32_t> ParseSeconds(std::string_view digits) {
  if (digits.size() > kLongestTimeDigits) return std::nullopt;
  const std::optional<uint64_t> seconds = ParseDecimal(digits);
  if (!seconds) return std::nullopt;
  return static_cast<int32_t>(*seconds);
}

std::optional<FutureRelease> ParseHoldFor(std::string_view value) {
  const std::optional<int32_t> seconds = ParseSeconds(value);
  if (!seconds || value.front() == '0') return std::nullopt;
  return FutureRelease{FutureRelease::Kind::kInterval, *seconds};
}

std::optional<FutureRelease> ParseHoldUntil(std::string_view value) {
  const std::optional<int64_t> time = internal::ParseDateTime(value);
  if (!time) return std::nullopt;
  return FutureRelease{FutureRelease::Kind::kTime, *time};
}

// "120;R", "-30;NT".
std::optional<DeliverBy> ParseDeliverBy(std::string_view value) {
  const bool is_negative = value.starts_with('-');
  if (is_negative || value.starts_with('+')) value.remove_prefix(1);
  const std::string_view digits = value.substr(0, value.find(';'));
  const std::optional<int32_t> seconds = ParseSeconds(digits);
  if (!seconds || digits.size() == value.size()) return std::nullopt;
  std::string_view mode = value.substr(digits.size() + 1);
  const bool traces = mode.size() == 2 && AsciiToUpper(mode[1]) == 'T';
  if (traces) mode.remove_suffix(1);
  DeliverBy by{DeliverBy::Mode::kNotify, traces, is_negative ? -*seconds : *seconds};
  if (EqualsIgnoreCase(mode, "N")) return by;
  if (!EqualsIgnoreCase(mode, "R") || by.seconds <= 0) return std::nullopt;
  by.mode = DeliverBy::Mode::kReturn;
  return by;
}

std::optional<int8_t> ParsePriority(std::string_view value) {
  const bool is_negative = value.starts_with('-');
  if (is_negative) value.remove_prefix(1);
  if (value.size() != 1 || !IsAsciiDigit(value[0])) return std::nullopt;
  const int magnitude = value[0] - '0';
  if (is_negative && magnitude == 0) return std::nullopt;
  return static_cast<int8_t>(is_negative ? -magnitude : magnitude);
}

std::optional<DsnNotify> ParseNotify(std::string_view value) {
  if (EqualsIgnoreCase(value, "NEVER")) return DsnNotify{};
  DsnNotify notify;
  for (;;) {
    const size_t comma = value.find(',');
    const std::string_view word = value.substr(0, comma);
    if (EqualsIgnoreCase(word, "SUCCESS")) {
      notify.on_success = true;
    } else if (EqualsIgnoreCase(word, "FAILURE")) {
      notify.on_failure = true;
    } else if (EqualsIgnoreCase(word, "DELAY")) {
      notify.on_delay = true;
    } else {
      return std::nullopt;
    }
    if (comma == std::string_view::npos) return notify;
    value.remove_prefix(comma + 1);
  }
}

bool IsAddressType(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return IsAsciiAlnum(c) || c == '-' || c == '.';
  });
}

bool IsXtextOctet(char c) { return c >= '!' && c <= '~' && c != '='; }

// RFC 6533 §3: an address of type utf-8 may stand there in UTF-8 as it is, when the message is one
// of SMTPUTF8. Everything else is xtext.
std::optional<std::string_view> DecodeAddress(std::string_view address, bool allow_utf8,
                                              Arena& arena) {
  if (std::all_of(address.begin(), address.end(), IsAscii)) return DecodeXtext(address, arena);
  const auto is_good = [](char c) { return !IsAscii(c) || (IsXtextOctet(c) && c != '+'); };
  if (!allow_utf8 || !IsValidUtf8(address)) return std::nullopt;
  if (!std::all_of(address.begin(), address.end(), is_good)) return std::nullopt;
  return address;
}

std::optional<OriginalRecipient> ParseOriginalRecipient(std::string_view value,
                                                        ParameterRules rules, Arena& arena) {
  const size_t semicolon = value.find(';');
  if (value.size() > kLongestOriginalRecipient || semicolon == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view address_type = value.substr(0, semicolon);
  if (!IsAddressType(address_type)) return std::nullopt;
  const bool allow_utf8 = rules.smtputf8 && EqualsIgnoreCase(address_type, "utf-8");
  const auto address = DecodeAddress(value.substr(semicolon + 1), allow_utf8, arena);
  if (!address || address->empty()) return std::nullopt;
  return OriginalRecipient{address_type, *address};
}

std::optional<ParameterError> SetFlag(bool& flag, const Parameter& parameter) {
  if (parameter.value) return ParameterError::kBadValue;
  if (std::exchange(flag, true)) return ParameterError::kRepeated;
  return std::nullopt;
}

// RFC 5321 §4.1.2: an esmtp-keyword has letters, digits and, but at its start, hyphens.
ParameterError UnknownParameter(const Parameter& parameter) {
  const std::string_view keyword = parameter.keyword;
  const bool is_keyword = !keyword.empty() && keyword.front() != '-' &&
                          std::all_of(keyword.begin(), keyword.end(),
                                      [](char c) { return IsAsciiAlnum(c) || c == '-'; });
  return is_keyword ? ParameterError::kUnknownKeyword : ParameterError::kBadValue;
}

// Of the fields that have a default instead of being absent.
struct Seen {
  bool body = false;
};

std::optional<ParameterError> SetMailParameter(const Parameter& parameter, ParameterRules rules,
                                               Arena& arena, MailParameters& parameters,
                                               Seen& seen) {
  const std::string_view value = parameter.value.value_or("");
  const auto is = [&](std::string_view keyword) {
    return EqualsIgnoreCase(parameter.keyword, keyword);
  };
  if (rules.size && is("SIZE")) return SetOnce(parameters.declared_size, ParseSize(value));
  if ((rules.eight_bit_mime || rules.binary_mime) && is("BODY")) {
    const std::optional<BodyType> body = ParseBody(value, rules);
    if (!body) return ParameterError::kBadValue;
    if (std::exchange(seen.body, true)) return ParameterError::kRepeated;
    parameters.body = *body;
    return std::nullopt;
  }
  if (rules.smtputf8 && is("SMTPUTF8")) return SetFlag(parameters.smtputf8, parameter);
  if (rules.dsn && is("RET")) return SetOnce(parameters.dsn_return, ParseReturn(value));
  if (rules.dsn && is("ENVID")) {
    return SetOnce(parameters.envelope_id, ParseEnvelopeId(value, arena));
  }
  if (rules.auth && is("AUTH")) return SetOnce(parameters.auth, ParseAuth(value, rules, arena));
  if (rules.require_tls && is("REQUIRETLS")) return SetFlag(parameters.require_tls, parameter);
  if (rules.future_release && is("HOLDFOR")) {
    return SetOnce(parameters.future_release, ParseHoldFor(value));
  }
  if (rules.future_release && is("HOLDUNTIL")) {
    return SetOnce(parameters.future_release, ParseHoldUntil(value));
  }
  if (rules.deliver_by && is("BY")) return SetOnce(parameters.deliver_by, ParseDeliverBy(value));
  if (rules.mt_priority && is("MT-PRIORITY")) {
    return SetOnce(parameters.priority, ParsePriority(value));
  }
  return UnknownParameter(parameter);
}

std::optional<ParameterError> SetRecipientParameter(const Parameter& parameter,
                                                    ParameterRules rules, Arena& arena,
                                                    RecipientParameters& parameters) {
  const std::string_view value = parameter.value.value_or("");
  const auto is = [&](std::string_view keyword) {
    return EqualsIgnoreCase(parameter.keyword, keyword);
  };
  if (rules.dsn && is("NOTIFY")) return SetOnce(parameters.notify, ParseNotify(value));
  if (rules.dsn && is("ORCPT")) {
    return SetOnce(parameters.original_recipient, ParseOriginalRecipient(value, rules, arena));
  }
  return UnknownParameter(parameter);
}

std::optional<char> DecodeHexPair(std::string_view digits) {
  const auto value_of = [](char c) -> int {
    if (IsAsciiDigit(c)) return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;  // RFC 3461 §4: upper case only
    return -1;
  };
  if (digits.size() < 2) return std::nullopt;
  const int high = value_of(digits[0]);
  const int low = value_of(digits[1]);
  if (high < 0 || low < 0) return std::nullopt;
  return static_cast<char>(high * 16 + low);
}

}  // namespace

std::variant<MailParameters, ParameterError> ParseMailParameters(std::string_view text,
                                                                 ParameterRules rules,
                                                                 Arena& arena) {
  MailParameters parameters;
  Seen seen;
  while (const std::optional<Parameter> parameter = TakeParameter(text)) {
    const auto error = SetMailParameter(*parameter, rules, arena, parameters, seen);
    if (error) return *error;
  }
  return parameters;
}

std::variant<RecipientParameters, ParameterError> ParseRecipientParameters(std::string_view text,
                                                                           ParameterRules rules,
                                                                           Arena& arena) {
  RecipientParameters parameters;
  while (const std::optional<Parameter> parameter = TakeParameter(text)) {
    const auto error = SetRecipientParameter(*parameter, rules, arena, parameters);
    if (error) return *error;
  }
  return parameters;
}

std::optional<std::string_view> DecodeXtext(std::string_view xtext, Arena& arena) {
  if (!std::all_of(xtext.begin(), xtext.end(), IsXtextOctet)) return std::nullopt;
  if (xtext.find('+') == std::string_view::npos) return xtext;
  auto* const decoded = static_cast<char*>(arena.allocate(xtext.size(), 1));
  size_t size = 0;
  for (size_t i = 0; i < xtext.size(); ++i) {
    char octet = xtext[i];
    if (octet == '+') {
      const std::optional<char> pair = DecodeHexPair(xtext.substr(i + 1));
      if (!pair || IsAsciiControl(*pair)) return std::nullopt;
      octet = *pair;
      i += 2;
    }
    decoded[size++] = octet;
  }
  return std::string_view(decoded, size);
}

std::string EncodeXtext(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string xtext;
  for (const char c : text) {
    if (IsXtextOctet(c) && c != '+') {
      xtext.push_back(c);
      continue;
    }
    const auto octet = static_cast<unsigned char>(c);
    Append(xtext, '+', kDigits[octet >> 4], kDigits[octet & 15]);
  }
  return xtext;
}

}  // namespace ringpost::smtp
