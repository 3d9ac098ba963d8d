#include "ringpost/sasl/internal/oauth.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "ringpost/base/ascii.h"
#include "ringpost/base/check.h"
#include "ringpost/base/text.h"
#include "ringpost/sasl/internal/gs2_header.h"

namespace ringpost::sasl::internal {
namespace {

constexpr char kSeparator = '\x01';
constexpr std::string_view kBearer = "Bearer ";

// RFC 6750 §2.1: letters, digits, and a few others, with '=' at its end alone.
bool IsToken(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return IsAsciiAlnum(c) || std::string_view("-._~+/").find(c) != std::string_view::npos;
  });
}

constexpr bool IsVisible(char c) { return c > ' ' && c < '\x7f'; }

// One "name=value" with its separator, off the front of `fields`.
std::optional<std::pair<std::string_view, std::string_view>> TakeField(std::string_view& fields) {
  const size_t end = fields.find(kSeparator);
  if (end == fields.npos) return std::nullopt;
  const std::string_view field = fields.substr(0, end);
  const size_t equals = field.find('=');
  if (equals == field.npos || equals == 0) return std::nullopt;
  fields.remove_prefix(end + 1);
  return std::pair(field.substr(0, equals), field.substr(equals + 1));
}

// What could end a JSON string is left out; neither a scope nor a URL has any.
std::string JsonString(std::string_view text) {
  std::string quoted = "\"";
  std::copy_if(text.begin(), text.end(), std::back_inserter(quoted),
               [](char c) { return c >= ' ' && c < '\x7f' && c != '"' && c != '\\'; });
  quoted.push_back('"');
  return quoted;
}

}  // namespace

ServerEvent OauthServer::Next(std::optional<std::string_view> response) {
  switch (expected_) {
    case Expected::kMessage:
      if (!response) return Challenge{};
      expected_ = Expected::kNothing;
      return TakeMessage(*response);
    case Expected::kAcknowledgement:
      // Whatever it is.
      expected_ = Expected::kNothing;
      return Failed{FailureReason::kCredentials};
    case Expected::kNothing:
      break;
  }
  Check(false, "a response that was not asked for");
  return Failed{};
}

ServerEvent OauthServer::TakeMessage(std::string_view message) {
  if (message.size() > kLongestResponseOctets) return Failed{FailureReason::kTooLong};
  message_ = message;
  std::string_view rest = message_;
  if (mechanism_ == Mechanism::kXoauth2) {
    const auto user = TakeField(rest);
    if (!user || user->first != "user") return Failed{FailureReason::kMalformed};
    return TakeFields(rest, user->second);
  }
  const std::optional<Gs2Header> header = TakeGs2Header(rest);
  if (!header || !rest.starts_with(kSeparator)) return Failed{FailureReason::kMalformed};
  if (header->binding == Gs2Header::Binding::kUsed) return Failed{FailureReason::kChannelBinding};
  const std::optional<std::string> user = DecodeSaslName(header->authorization);
  if (!user) return Failed{FailureReason::kMalformed};
  return TakeFields(rest.substr(1), *user);
}

ServerEvent OauthServer::TakeFields(std::string_view fields, std::string_view user) {
  TokenOffered offer = {};
  while (!fields.empty() && fields[0] != kSeparator) {
    const auto field = TakeField(fields);
    if (!field) return Failed{FailureReason::kMalformed};
    const auto& [name, value] = *field;
    if (name == "auth" && offer.token.empty() && StartsWithIgnoreCase(value, kBearer)) {
      offer.token = value.substr(kBearer.size());
    } else if (name == "auth") {
      return Failed{FailureReason::kMalformed};
    } else if (name == "host") {
      offer.host = value;
    } else if (name == "port") {
      offer.port = value;
    }
  }
  const bool ends = fields.size() == 1;
  if (!ends || !IsToken(offer.token)) return Failed{FailureReason::kMalformed};
  if (std::any_of(offer.host.begin(), offer.host.end(), IsAsciiControl) ||
      std::any_of(offer.port.begin(), offer.port.end(), IsAsciiControl)) {
    return Failed{FailureReason::kBadName};
  }
  if (const auto failed = question_.Claim(user)) return *failed;
  offer.user = question_.claim();
  return offer;
}

ServerEvent OauthServer::Answer(const ServerAnswer& answer) {
  if (!question_.is_open() || !std::holds_alternative<Refused>(answer)) {
    return question_.Answer(answer);
  }
  question_.Answer(answer);
  expected_ = Expected::kAcknowledgement;
  return Challenge{RefusalOfToken()};
}

// RFC 7628 §3.2.2, and what the makers of XOAUTH2 documented.
std::string OauthServer::RefusalOfToken() const {
  const bool is_old = mechanism_ == Mechanism::kXoauth2;
  std::string json =
      is_old ? R"({"status":"401","schemes":"bearer")" : R"({"status":"invalid_token")";
  if (!options_.oauth_scope.empty()) Append(json, ",\"scope\":", JsonString(options_.oauth_scope));
  if (!options_.openid_configuration_url.empty() && !is_old) {
    Append(json, ",\"openid-configuration\":", JsonString(options_.openid_configuration_url));
  }
  json.push_back('}');
  return json;
}

std::optional<std::string> OauthClient::InitialResponse() {
  has_spoken_ = true;
  std::string message;
  if (mechanism_ == Mechanism::kXoauth2) {
    Append(message, "user=", options_.user, kSeparator);
  } else {
    const std::string& user =
        options_.authorization.empty() ? options_.user : options_.authorization;
    Append(message, FormatGs2Header("n", user), kSeparator);
    if (!options_.host.empty()) Append(message, "host=", options_.host, kSeparator);
    if (!options_.port.empty()) Append(message, "port=", options_.port, kSeparator);
  }
  Append(message, "auth=", kBearer, options_.password, kSeparator, kSeparator);
  return message;
}

std::optional<std::string> OauthClient::Next(std::string_view) {
  if (std::exchange(is_refused_, true)) return std::nullopt;
  return mechanism_ == Mechanism::kXoauth2 ? std::string() : std::string(1, kSeparator);
}

bool CanSayToken(Mechanism mechanism, const ClientOptions& options) {
  if (mechanism == Mechanism::kXoauth2 &&
      (options.user.empty() || !options.authorization.empty())) {
    return false;
  }
  return IsToken(options.password) &&
         std::all_of(options.host.begin(), options.host.end(), IsVisible) &&
         std::all_of(options.port.begin(), options.port.end(), IsAsciiDigit);
}

}  // namespace ringpost::sasl::internal
