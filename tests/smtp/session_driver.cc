#include "session_driver.h"

#include <algorithm>

#include "ringpost/base/ascii.h"
#include "ringpost/base/check.h"
#include "ringpost/base/text.h"

namespace ringpost::smtp {
namespace {

constexpr Reply kAccepted = Reply::Fixed(250, {2, 0, 0}, "OK");
constexpr Reply kLoggedIn = Reply::Fixed(235, {2, 7, 0}, "Authentication successful");
constexpr Reply kBadCredentials =
    Reply::Fixed(535, {5, 7, 8}, "Authentication credentials invalid");

template <typename Map>
const Reply& VerdictOn(const Map& verdicts, const std::string& name) {
  const auto found = verdicts.find(name);
  return found == verdicts.end() ? kAccepted : found->second;
}

std::vector<std::string> NamesOf(std::span<const Recipient> recipients) {
  std::vector<std::string> names;
  for (const Recipient& recipient : recipients) names.push_back(recipient.mailbox.ToString());
  return names;
}

}  // namespace

SessionDriver::SessionDriver(const ServerSessionOptions& options, Verdicts verdicts)
    : verdicts_(std::move(verdicts)), session_(std::make_unique<ServerSession>(options)) {
  session_->OfferMechanisms(verdicts_.mechanisms);
}

SessionDriver::~SessionDriver() = default;

std::string SessionDriver::Send(std::string_view octets) {
  if (handshake_is_due_) return "";
  // A copy that goes away afterwards, so that a view which outlives its promise is found by ASan.
  const std::unique_ptr<char[]> buffer(new char[octets.size()]);
  std::copy(octets.begin(), octets.end(), buffer.get());
  session_->Receive({buffer.get(), octets.size()});
  return Run();
}

std::string SessionDriver::EndInput() {
  session_->EndInput();
  if (handshake_is_due_) session_->Close(std::nullopt, CloseReason::kDisconnected);
  handshake_is_due_ = false;
  return Run();
}

std::string SessionDriver::Secure() {
  handshake_is_due_ = false;
  session_->Secure();
  session_->OfferMechanisms(verdicts_.mechanisms_over_tls);
  return Run();
}

std::string SessionDriver::Run() {
  while (!handshake_is_due_) {
    const Event event = session_->Next();
    if (std::holds_alternative<NeedInput>(event)) break;
    if (const auto* closed = std::get_if<SessionClosed>(&event)) {
      Check(!message_is_open_ && !exchange_, "closed without telling the abort");
      if (!close_reason_) log_.push_back(Concat("closed ", CloseReasonName(closed->reason)));
      close_reason_ = closed->reason;
      break;
    }
    Check(!close_reason_, "an event after the end");
    Answer(event);
  }
  std::string replies(session_->output());
  session_->ClearOutput();
  return replies;
}

void SessionDriver::Answer(const Event& event) {
  struct Visitor {
    SessionDriver& driver;

    void operator()(const ConnectionOpened&) const {
      driver.session_->AnswerConnection(driver.verdicts_.connection);
    }
    void operator()(const HelloReceived& hello) const {
      driver.log_.push_back(Concat(hello.extended ? "EHLO " : "HELO ", hello.name));
      driver.session_->AnswerHello(driver.verdicts_.hello);
    }
    void operator()(const StartTlsReceived&) const {
      driver.log_.push_back("STARTTLS");
      driver.session_->AnswerStartTls(driver.verdicts_.start_tls);
      if (driver.verdicts_.start_tls) return;
      Check(!driver.session_->has_unread_input(), "plaintext left behind STARTTLS");
      driver.handshake_is_due_ = true;
    }
    void operator()(const AuthReceived& auth) const { driver.BeginExchange(auth); }
    void operator()(const AuthResponded& auth) const { driver.ContinueExchange(auth.response); }
    void operator()(const AuthAborted&) const {
      Check(driver.exchange_.has_value(), "the abort of no exchange");
      driver.exchange_.reset();
      driver.log_.push_back("AUTH aborted");
    }
    void operator()(const SenderReceived&) const {
      const Envelope& envelope = driver.session_->envelope();
      driver.log_.push_back(Concat("sender <", envelope.sender.ToString(), ">"));
      driver.session_->AnswerSender(driver.verdicts_.sender.value_or(kAccepted));
    }
    void operator()(const RecipientsReceived& received) const { driver.AnswerRecipients(received); }
    void operator()(const MessageStarted& started) const {
      driver.log_.push_back(started.framing == Framing::kData ? "started DATA" : "started BDAT");
      Check(!driver.message_is_open_, "a message inside a message");
      driver.message_is_open_ = !driver.verdicts_.message_start;
      driver.body_.clear();
      driver.body_is_refused_ = false;
      driver.session_->AnswerMessageStart(driver.verdicts_.message_start);
    }
    void operator()(const BodyReceived& body) const { driver.TakeBody(body); }
    void operator()(const MessageEnded& ended) const { driver.AnswerMessage(ended); }
    void operator()(const MessageAborted& aborted) const {
      driver.log_.push_back(Concat("aborted ", AbortReasonName(aborted.reason)));
      driver.CloseMessage();
    }
    void operator()(const NeedInput&) const {}
    void operator()(const SessionClosed&) const {}
  };
  std::visit(Visitor{*this}, event);
}

void SessionDriver::BeginExchange(const AuthReceived& event) {
  Check(!exchange_, "an exchange inside an exchange");
  exchange_ = event.mechanism;
  login_user_.reset();
  log_.push_back(Concat("AUTH ", event.mechanism));
  if (event.initial_response) return ContinueExchange(*event.initial_response);
  log_.push_back("challenge");
  session_->AnswerChallenge(*exchange_ == "LOGIN" ? "Username:" : "");
}

void SessionDriver::ContinueExchange(std::string_view response) {
  Check(exchange_.has_value(), "a response in no exchange");
  if (*exchange_ == "PLAIN") {
    const size_t user = response.find('\0') + 1;  // behind an identity that this driver ignores
    const size_t password = response.find('\0', user);
    if (user == 0 || password == std::string_view::npos) return EndExchange(false, "");
    const std::string name(response.substr(user, password - user));
    const auto found = verdicts_.users.find(name);
    const bool is_known = found != verdicts_.users.end();
    return EndExchange(is_known && found->second == response.substr(password + 1), name);
  }
  if (!login_user_) {
    login_user_ = response;
    log_.push_back("challenge");
    return session_->AnswerChallenge("Password:");
  }
  const auto found = verdicts_.users.find(*login_user_);
  EndExchange(found != verdicts_.users.end() && found->second == response, *login_user_);
}

void SessionDriver::EndExchange(bool is_good, std::string_view user) {
  exchange_.reset();
  log_.push_back(is_good ? Concat("login ", user) : std::string("login refused"));
  session_->AnswerAuth(is_good ? kLoggedIn : kBadCredentials);
}

void SessionDriver::AnswerRecipients(const RecipientsReceived& event) {
  std::string line = "recipients";
  std::vector<Reply> replies;
  for (const std::string& name : NamesOf(event.recipients)) {
    Append(line, ' ', name);
    replies.push_back(VerdictOn(verdicts_.recipients, name));
  }
  log_.push_back(line);
  session_->AnswerRecipients(replies);
}

void SessionDriver::TakeBody(const BodyReceived& event) {
  Check(message_is_open_ && !body_is_refused_, "octets of no message");
  Check(!event.octets.empty(), "an empty piece of a body");
  body_ += event.octets;
  if (verdicts_.body && body_.size() > verdicts_.refuse_after) {
    body_is_refused_ = true;
    session_->RefuseMessage(*verdicts_.body, AbortReason::kRefusedByFilter);
  }
}

void SessionDriver::AnswerMessage(const MessageEnded& event) {
  CloseMessage();
  Check(event.octets == body_.size(), "the octets do not add up");
  log_.push_back(Concat("ended ", event.octets));
  const Envelope& envelope = session_->envelope();
  const Reply reply = verdicts_.message.value_or(kAccepted);
  AcceptedMessage message{envelope.sender.ToString(), {}, body_};
  std::vector<Reply> replies;
  for (const std::string& name : NamesOf(envelope.recipients)) {
    replies.push_back(verdicts_.message ? reply : VerdictOn(verdicts_.message_for, name));
    if (replies.back().is_positive()) message.recipients.push_back(name);
  }
  if (!message.recipients.empty()) messages_.push_back(message);
  if (session_->options().protocol == Protocol::kLmtp) {
    session_->AnswerMessagePerRecipient(replies);
  } else {
    session_->AnswerMessage(reply);
  }
}

void SessionDriver::CloseMessage() {
  Check(message_is_open_, "the end of no message");
  message_is_open_ = false;
}

size_t SessionDriver::Told(std::string_view line) const {
  return static_cast<size_t>(std::count(log_.begin(), log_.end(), line));
}

std::string CodesOf(std::string_view replies) {
  std::string codes;
  while (!replies.empty()) {
    const size_t line_end = replies.find("\r\n");
    Check(line_end != std::string_view::npos && line_end >= 4, "a reply line that is none");
    const std::string_view line = replies.substr(0, line_end);
    replies.remove_prefix(line_end + 2);
    if (line[3] == '-') continue;
    size_t end = 3;
    const bool has_status = line.size() > 5 && line[4] == line[0] && line[5] == '.';
    if (has_status) end = std::min(line.find(' ', 4), line.size());
    Append(codes, codes.empty() ? "" : ", ", line.substr(0, end));
  }
  return codes;
}

}  // namespace ringpost::smtp
