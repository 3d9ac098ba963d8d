// ServerSession, STARTTLS and AUTH: who may hear the session, and who the client is.
#include <algorithm>
#include <utility>

#include "ringpost/base/ascii.h"
#include "ringpost/base/base64.h"
#include "ringpost/base/check.h"
#include "ringpost/base/text.h"
#include "ringpost/smtp/internal/replies.h"
#include "ringpost/smtp/server_session.h"

namespace ringpost::smtp {
namespace {

constexpr std::string_view kAuthStart = "AUTH ";

// Whether `start` and `rest`, one behind the other, begin with AUTH as a whole word.
bool BeginsWithAuth(std::string_view start, std::string_view rest) {
  start = start.substr(0, kAuthStart.size());
  rest = rest.substr(0, kAuthStart.size() - start.size());
  return EqualsIgnoreCase(start, kAuthStart.substr(0, start.size())) &&
         EqualsIgnoreCase(rest, kAuthStart.substr(start.size()));
}

// The one of `names` that `name` is, in any case; nullopt when it is none of them.
std::optional<std::string_view> FindMechanism(std::string_view names, std::string_view name) {
  while (!names.empty()) {
    const std::string_view offered = names.substr(0, names.find(' '));
    if (EqualsIgnoreCase(offered, name)) return offered;
    names.remove_prefix(std::min(offered.size() + 1, names.size()));
  }
  return std::nullopt;
}

}  // namespace

// --- STARTTLS

ServerSession::MaybeEvent ServerSession::RunStartTls() {
  if (is_secure_ || !hello_is_extended_) {
    Respond(is_secure_ ? internal::kAlreadySecure : internal::kNeedsExtendedHello);
    return std::nullopt;
  }
  owed_ = Owed::kStartTls;
  return StartTlsReceived{};
}

void ServerSession::AnswerStartTls(std::optional<Reply> refusal) {
  TakeAnswer(Owed::kStartTls);
  if (refusal) {
    Check(!refusal->is_positive(), "a refusal that is none");
    return Respond(*refusal);
  }
  AppendReply(internal::kReadyForTls);
  // Whoever can write into the plaintext could have put it there (CVE-2011-0411).
  input_ = {};
  lines_ = LineDecoder();
  owed_ = Owed::kSecure;
}

void ServerSession::Secure() {
  const bool is_implicit = !connection_is_told_ && owed_ == Owed::kNothing;
  Check(is_implicit || owed_ == Owed::kSecure, "Secure() without STARTTLS");
  owed_ = Owed::kNothing;
  is_secure_ = true;
  is_authenticated_ = false;
  hello_name_.clear();
  hello_is_extended_ = false;
  Enter(SessionState::kStart);
}

// --- AUTH

void ServerSession::OfferMechanisms(std::string names) {
  Check(!exchange_is_open_, "other mechanisms during an exchange");
  mechanisms_ = std::move(names);
}

// However the line was cut: the first five octets are there before it can be too long.
size_t ServerSession::CommandLineLimit() const {
  const Limits& limits = options_->limits;
  if (mechanisms_.empty() || !BeginsWithAuth(lines_.start(), input_)) {
    return limits.command_line_octets;
  }
  return std::max(limits.command_line_octets, limits.authentication_line_octets);
}

ServerSession::MaybeEvent ServerSession::RunAuth(std::string_view argument) {
  const std::string_view name = argument.substr(0, argument.find(' '));
  const std::string_view rest = argument.substr(name.size());
  const std::optional<std::string_view> mechanism = FindMechanism(mechanisms_, name);
  if (is_authenticated_) {
    Respond(internal::kAlreadyAuthenticated);
  } else if (!hello_is_extended_) {
    Respond(internal::kNeedsExtendedHello);
  } else if (mechanisms_.empty()) {
    Respond(internal::kAuthNeedsTls);
  } else if (!mechanism) {
    Respond(internal::kUnknownMechanism);
  } else {
    return RunInitialResponse(*mechanism, rest);
  }
  return std::nullopt;
}

// `rest` is what follows the mechanism: a blank and the response, or nothing.
ServerSession::MaybeEvent ServerSession::RunInitialResponse(std::string_view mechanism,
                                                            std::string_view rest) {
  if (!rest.empty()) rest.remove_prefix(1);
  if (rest.find(' ') != std::string_view::npos) {
    Respond(internal::kAuthSyntax);
    return std::nullopt;
  }
  const bool has_response = !rest.empty();
  if (!DecodeResponse(rest == "=" ? "" : rest)) {
    Respond(internal::kBadBase64);
    return std::nullopt;
  }
  exchange_is_open_ = true;
  owed_ = Owed::kAuth;
  if (!has_response) return AuthReceived{mechanism, std::nullopt};
  return AuthReceived{mechanism, authentication_response_};
}

void ServerSession::AnswerChallenge(std::string_view octets) {
  TakeAnswer(Owed::kAuth);
  // No Reply, whose lines are cut: a challenge may have as many octets as a response.
  Append(output_, "334 ", EncodeBase64(octets), "\r\n");
  reading_ = Reading::kAuthentication;
}

void ServerSession::AnswerAuth(const Reply& reply) {
  TakeAnswer(Owed::kAuth);
  Check(reply.code() == 235 || !reply.is_positive(), "neither a login nor a refusal");
  exchange_is_open_ = false;
  reading_ = Reading::kCommands;
  std::string().swap(authentication_response_);
  if (reply.is_positive()) {
    is_authenticated_ = true;
    return Respond(reply);
  }
  if (++authentication_failure_count_ > options_->limits.authentication_failures) {
    return SayAndClose(internal::kTooManyAuthFailures, CloseReason::kTooManyErrors);
  }
  Respond(reply);
}

// Whatever the line is, it is no command.
ServerSession::MaybeEvent ServerSession::ReadAuthentication() {
  const size_t limit_octets = options_->limits.authentication_line_octets;
  const LineDecoder::Line line = lines_.Next(input_, limit_octets);
  if (lines_.skipped_octets() > options_->limits.discarded_octets) {
    SayAndClose(internal::kTooMuchDiscarded, CloseReason::kTooMuchDiscarded);
    return std::nullopt;
  }
  switch (line.kind) {
    case LineDecoder::Kind::kIncomplete:
      return OutOfInput();
    case LineDecoder::Kind::kSkipped:
      break;
    case LineDecoder::Kind::kTooLong:
      RefuseExchange(internal::kAuthLineTooLong);
      break;
    case LineDecoder::Kind::kBareLineFeed:
      RefuseExchange(internal::kBareLineFeed);
      break;
    case LineDecoder::Kind::kLine:
      return RunResponse(line.text);
  }
  return std::nullopt;
}

ServerSession::MaybeEvent ServerSession::RunResponse(std::string_view line) {
  if (line == "*") {
    RefuseExchange(internal::kAuthCancelled);
  } else if (!DecodeResponse(line)) {
    RefuseExchange(internal::kBadBase64);
  } else {
    owed_ = Owed::kAuth;
    return AuthResponded{authentication_response_};
  }
  return std::nullopt;
}

// Into authentication_response_.
bool ServerSession::DecodeResponse(std::string_view base64) {
  std::optional<std::string> octets = DecodeBase64(base64);
  if (!octets) return false;
  authentication_response_ = *std::move(octets);
  return true;
}

void ServerSession::RefuseExchange(const Reply& reply) {
  AbortExchange();
  reading_ = Reading::kCommands;
  Respond(reply);
}

void ServerSession::AbortExchange() {
  if (std::exchange(exchange_is_open_, false)) exchange_abort_is_due_ = true;
}

}  // namespace ringpost::smtp
