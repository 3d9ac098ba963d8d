// ServerSession, from a line to what it asks for.
#include <algorithm>
#include <utility>

#include "ringpost/base/ascii.h"
#include "ringpost/smtp/internal/foreign_protocol.h"
#include "ringpost/smtp/internal/replies.h"
#include "ringpost/smtp/server_session.h"

namespace ringpost::smtp {
namespace {

// RCPTs refused in one transaction; more of them get 452, like those over Limits::recipients.
constexpr size_t kMostRefusedRecipients = 1000;

// What MAIL and RCPT share; the replies to bad paths differ.
const Reply& ReplyTo(CommandError error, const Reply& bad_syntax, const Reply& bad_path) {
  switch (error) {
    case CommandError::kSyntax:
      return bad_syntax;
    case CommandError::kPathSyntax:
      return bad_path;
    case CommandError::kUtf8NotAllowed:
      return internal::kNeedsSmtpUtf8;
    case CommandError::kUnknownParameter:
      return internal::kUnknownParameter;
    case CommandError::kBadParameter:
      return internal::kBadParameter;
    case CommandError::kRepeatedParameter:
      return internal::kRepeatedParameter;
  }
  return bad_syntax;
}

bool IsAcceptableHelloName(std::string_view name, const Strictness& strictness) {
  if (name.size() > kLongestDomain || name.find(' ') != std::string_view::npos) return false;
  return strictness.allow_any_hello_name || IsDomain(name, {}) || IsAddressLiteral(name);
}

bool TakesUtf8(Verb verb) {
  return verb == Verb::kMail || verb == Verb::kRcpt || verb == Verb::kVrfy || verb == Verb::kExpn;
}

const Reply* ArgumentFlaw(const CommandRule& rule, const CommandLine& command) {
  if (rule.argument == ArgumentRule::kNeeded && command.argument.empty()) {
    return &internal::kArgumentNeeded;
  }
  if (rule.argument == ArgumentRule::kNone && !command.argument.empty()) {
    return &internal::kNoArgumentTaken;
  }
  if (command.has_utf8 && !TakesUtf8(rule.verb)) return &internal::kNonAsciiArgument;
  return nullptr;
}

}  // namespace

ServerSession::MaybeEvent ServerSession::ReadCommand() {
  const bool is_tls = lines_.is_at_line_start() && internal::StartsTlsHandshake(input_);
  const LineDecoder::Line line = lines_.Next(input_, CommandLineLimit());
  if (is_tls || IsForeign(line)) {
    SayAndClose(internal::kForeignProtocol, CloseReason::kForeignProtocol);
    return std::nullopt;
  }
  if (lines_.skipped_octets() > options_->limits.discarded_octets) {
    SayAndClose(internal::kTooMuchDiscarded, CloseReason::kTooMuchDiscarded);
    return std::nullopt;
  }
  switch (line.kind) {
    case LineDecoder::Kind::kIncomplete:
      return OutOfInput();
    case LineDecoder::Kind::kSkipped:
      return std::nullopt;
    case LineDecoder::Kind::kTooLong: {
      const Verb verb = SplitCommand(line.text).verb;
      RefuseLine(verb, verb == Verb::kAuth ? internal::kAuthLineTooLong : internal::kLineTooLong);
      return std::nullopt;
    }
    case LineDecoder::Kind::kBareLineFeed:
      RefuseLine(SplitCommand(line.text).verb, internal::kBareLineFeed);
      return std::nullopt;
    case LineDecoder::Kind::kLine:
      return RunLine(line.text);
  }
  return std::nullopt;
}

// A client of another protocol may never send a line end, and may send one that is no CRLF.
bool ServerSession::IsForeign(const LineDecoder::Line& line) const {
  switch (line.kind) {
    case LineDecoder::Kind::kIncomplete:
      return internal::StartsTlsHandshake(lines_.start());
    case LineDecoder::Kind::kTooLong:
      return internal::StartsTlsHandshake(line.text);
    case LineDecoder::Kind::kBareLineFeed:
      return internal::StartsTlsHandshake(line.text) || internal::IsForeignLine(line.text);
    case LineDecoder::Kind::kLine:  // RunUnknown() looks: no command is foreign
    case LineDecoder::Kind::kSkipped:
      return false;
  }
  return false;
}

ServerSession::MaybeEvent ServerSession::RunLine(std::string_view line) {
  const CommandLine command = SplitCommand(line);
  if (command.has_control && command.verb != Verb::kUnknown) {
    RefuseLine(command.verb, internal::kControlCharacter);
    return std::nullopt;
  }
  ++statistics_.command_count;
  if (command.verb == Verb::kUnknown) {
    RunUnknown(line);
  } else if (!IsOffered(command.verb)) {
    Respond(state_ == SessionState::kRefused ? internal::kSessionRefused
                                             : internal::kNotImplemented);
  } else {
    return Run(RuleOf(command.verb), command);
  }
  return std::nullopt;
}

// For a line that must not be run, whatever else stands in it.
void ServerSession::RefuseLine(Verb verb, const Reply& reply) {
  ++statistics_.command_count;
  // A chunk follows, of nobody knows what size.
  if (verb == Verb::kBdat) return SayAndClose(internal::kBadChunkSize, CloseReason::kBadFraming);
  Respond(reply, IsHello(verb) ? ReplyForm::kPlain : ReplyForm::kEnhanced);
}

void ServerSession::RunUnknown(std::string_view line) {
  if (line.find_first_not_of(' ') == std::string_view::npos) return Respond(internal::kEmptyLine);
  if (internal::StartsTlsHandshake(line) || internal::IsForeignLine(line)) {
    return SayAndClose(internal::kForeignProtocol, CloseReason::kForeignProtocol);
  }
  if (++unknown_command_count_ > options_->limits.unknown_commands) {
    return SayAndClose(internal::kTooManyErrors, CloseReason::kTooManyErrors);
  }
  Respond(state_ == SessionState::kRefused ? internal::kSessionRefused : internal::kUnknownCommand);
}

ServerSession::MaybeEvent ServerSession::Run(const CommandRule& rule, const CommandLine& command) {
  const SpokenIn other = options_->protocol == Protocol::kSmtp ? SpokenIn::kLmtp : SpokenIn::kSmtp;
  if (rule.spoken_in == other) {
    // RFC 2034 §4 exempts HELO and EHLO; LHLO is exempt in its own protocol alone.
    Respond(internal::kNotSpokenHere,
            rule.verb == Verb::kLhlo ? ReplyForm::kEnhanced : ReplyForm::kPlain);
    return std::nullopt;
  }
  const ReplyForm form = IsHello(rule.verb) ? ReplyForm::kPlain : ReplyForm::kEnhanced;
  if (rule.verb == Verb::kBdat) return RunBdat(rule, command.argument);
  if (const Reply* const refusal = RefusalOf(LegalityNow(rule))) {
    Respond(*refusal, form);
    return std::nullopt;
  }
  if (const Reply* const flaw = ArgumentFlaw(rule, command)) {
    Respond(*flaw, form);
    return std::nullopt;
  }
  const bool is_idle = !rule.carries_mail && !(IsHello(rule.verb) && hello_name_.empty());
  if (is_idle && !CountIdleCommand()) return std::nullopt;
  switch (rule.verb) {
    case Verb::kHelo:
    case Verb::kEhlo:
    case Verb::kLhlo:
      return RunHello(rule.verb, command.argument);
    case Verb::kStartTls:
      return RunStartTls();
    case Verb::kAuth:
      return RunAuth(command.argument);
    case Verb::kMail:
      return RunMail(command.argument);
    case Verb::kRcpt:
      return RunRcpt(command.argument);
    case Verb::kData:
      return RunData();
    case Verb::kRset:
      RunReset();
      break;
    case Verb::kNoop:
      Respond(internal::kOk);
      break;
    case Verb::kVrfy:
    case Verb::kExpn:
      RunVerify(command);
      break;
    case Verb::kHelp:
      Respond(options_->protocol == Protocol::kLmtp ? internal::kLmtpHelpText
                                                    : internal::kHelpText);
      break;
    case Verb::kQuit:
      SayAndClose(internal::kBye,
                  state_ == SessionState::kRefused ? CloseReason::kRefused : CloseReason::kQuit);
      break;
    case Verb::kBdat:
    case Verb::kUnimplemented:
    case Verb::kUnknown:
      break;
  }
  return std::nullopt;
}

// False when it was one too many, and the session ends.
bool ServerSession::CountIdleCommand() {
  if (++idle_command_count_ <= options_->limits.idle_commands) return true;
  SayAndClose(internal::kTooManyIdleCommands, CloseReason::kTooManyErrors);
  return false;
}

// What no option turns on is not implemented here.
bool ServerSession::IsOffered(Verb verb) const {
  const bool can_start_tls = options_->capabilities.start_tls;
  if (verb == Verb::kStartTls) return can_start_tls || is_secure_;
  // Without TLS there may be no mechanism yet: RunAuth() says so.
  if (verb == Verb::kAuth) {
    return !mechanisms_.empty() || is_authenticated_ || (can_start_tls && !is_secure_);
  }
  return verb != Verb::kUnimplemented;
}

Legality ServerSession::LegalityNow(const CommandRule& rule) const {
  return LegalityOf(rule, state_,
                    {.tls = options_->requires_tls && !is_secure_,
                     .authentication = options_->requires_authentication && !is_authenticated_});
}

const Reply* ServerSession::RefusalOf(Legality legality) const {
  switch (legality) {
    case Legality::kRuns:
      return nullptr;
    case Legality::kRefusedSession:
      return &internal::kSessionRefused;
    case Legality::kNeedsHello:
      return &internal::kNeedsHello;
    case Legality::kNeedsMail:
      return &internal::kNeedsMail;
    case Legality::kNeedsRecipient:
      // RFC 2033 §4.2 wants 503 from LMTP in both cases.
      return transaction_->refused_recipient_count > 0 && options_->protocol == Protocol::kSmtp
                 ? &internal::kNoValidRecipients
                 : &internal::kNeedsRecipient;
    case Legality::kNested:
      return &internal::kNested;
    case Legality::kInsideChunks:
      return &internal::kInsideChunks;
    case Legality::kNeedsTls:
      return &internal::kNeedsTls;
    case Legality::kNeedsAuthentication:
      return &internal::kNeedsAuthentication;
  }
  return nullptr;
}

ServerSession::MaybeEvent ServerSession::RunHello(Verb verb, std::string_view name) {
  if (!IsAcceptableHelloName(name, options_->strictness)) {
    Respond(internal::kBadHelloName, ReplyForm::kPlain);
    return std::nullopt;
  }
  offered_hello_name_ = name;
  offered_hello_is_extended_ = verb != Verb::kHelo;
  owed_ = Owed::kHello;
  return HelloReceived{name, offered_hello_is_extended_};
}

ServerSession::MaybeEvent ServerSession::RunMail(std::string_view argument) {
  const Limits& limits = options_->limits;
  if (limits.messages != 0 && transaction_count_ >= limits.messages) {
    SayAndClose(internal::kTooManyMessages, CloseReason::kTooManyMessages);
    return std::nullopt;
  }
  const auto parsed = ParseMail(argument, MailRules(), arena_);
  if (const auto* error = std::get_if<CommandError>(&parsed)) {
    Respond(ReplyTo(*error, internal::kMailSyntax, internal::kBadSender));
    return std::nullopt;
  }
  const auto& command = std::get<MailCommand>(parsed);
  if (limits.message_octets != 0 &&
      command.parameters.declared_size.value_or(0) > limits.message_octets) {
    Respond(internal::kTooBig);
    return std::nullopt;
  }
  Envelope& envelope = transaction_.emplace(arena_).envelope;
  envelope.parameters = command.parameters;
  if (command.sender.mailbox) envelope.sender.mailbox = Keep(*command.sender.mailbox);
  if (command.parameters.envelope_id) {
    envelope.parameters.envelope_id = arena_.Copy(*command.parameters.envelope_id);
  }
  owed_ = Owed::kSender;
  return SenderReceived{};
}

CommandRules ServerSession::MailRules() const {
  CommandRules rules;
  rules.allow_space_before_path = options_->strictness.allow_space_before_path;
  if (!hello_is_extended_) return rules;
  const Capabilities& offered = options_->capabilities;
  rules.parameters = {.size = offered.size,
                      .eight_bit_mime = offered.eight_bit_mime,
                      .binary_mime = offered.binary_mime && offered.chunking,
                      .smtputf8 = offered.smtputf8 && offered.eight_bit_mime,
                      .dsn = offered.dsn};
  rules.allow_utf8_path = rules.parameters.smtputf8;
  return rules;
}

ServerSession::MaybeEvent ServerSession::RunRcpt(std::string_view argument) {
  if (!HasRoomForRecipient()) {
    RefuseExcessRecipient();
    return std::nullopt;
  }
  const auto first = ParseRecipient(argument);
  if (const auto* error = std::get_if<CommandError>(&first)) {
    ++transaction_->refused_recipient_count;
    Respond(ReplyTo(*error, internal::kRcptSyntax, internal::kBadRecipient));
    return std::nullopt;
  }
  std::pmr::vector<Recipient>& batch = transaction_->batch;
  batch.push_back(std::get<Recipient>(first));
  while (batch.size() < options_->limits.recipient_batch && HasRoomForRecipient()) {
    const std::optional<Recipient> next = TakePipelinedRecipient();
    if (!next) break;
    batch.push_back(*next);
  }
  owed_ = Owed::kRecipients;
  return RecipientsReceived{batch};
}

// The next command when it is a RCPT in order, whole in the input. Anything else is left for its
// turn: its reply comes after those of the batch.
std::optional<Recipient> ServerSession::TakePipelinedRecipient() {
  if (!input_.starts_with('R') && !input_.starts_with('r')) return std::nullopt;
  std::string_view rest = input_;
  const LineDecoder::Line line = LineDecoder::TakeWhole(rest, options_->limits.command_line_octets);
  if (line.kind != LineDecoder::Kind::kLine) return std::nullopt;
  const CommandLine command = SplitCommand(line.text);
  if (command.verb != Verb::kRcpt || command.has_control) return std::nullopt;
  const auto parsed = ParseRecipient(command.argument);
  if (std::holds_alternative<CommandError>(parsed)) return std::nullopt;
  input_ = rest;
  ++statistics_.command_count;
  return std::get<Recipient>(parsed);
}

std::variant<Recipient, CommandError> ServerSession::ParseRecipient(std::string_view argument) {
  CommandRules rules = MailRules();
  rules.allow_utf8_path = rules.parameters.smtputf8 = UsesUtf8();
  return ParseRcpt(argument, rules, arena_);
}

bool ServerSession::HasRoomForRecipient() const {
  const size_t waiting_count = transaction_->batch.size();
  return transaction_->envelope.recipients.size() + waiting_count < options_->limits.recipients &&
         transaction_->refused_recipient_count + waiting_count < kMostRefusedRecipients;
}

// A client may have pipelined more than it is allowed, but not without end.
void ServerSession::RefuseExcessRecipient() {
  if (++transaction_->refused_recipient_count >
      kMostRefusedRecipients + options_->limits.recipients) {
    return SayAndClose(internal::kTooManyErrors, CloseReason::kTooManyErrors);
  }
  Respond(internal::kTooManyRecipients);
}

Mailbox ServerSession::Keep(const Mailbox& mailbox) {
  if (mailbox.domain.empty()) return {arena_.Copy(mailbox.local_part), {}};
  // Both lie in one text, with the "@" between them.
  const size_t domain_start = mailbox.local_part.size() + 1;
  const std::string_view kept =
      arena_.Copy({mailbox.local_part.data(), domain_start + mailbox.domain.size()});
  return {kept.substr(0, domain_start - 1), kept.substr(domain_start)};
}

Recipient ServerSession::Keep(const Recipient& recipient) {
  Recipient kept{Keep(recipient.mailbox), recipient.parameters};
  if (auto& original = kept.parameters.original_recipient) {
    original =
        OriginalRecipient{arena_.Copy(original->address_type), arena_.Copy(original->address)};
  }
  return kept;
}

ServerSession::MaybeEvent ServerSession::RunData() {
  if (transaction_->envelope.parameters.body == BodyType::kBinaryMime) {
    Respond(internal::kBinaryNeedsBdat);  // RFC 3030 §3
    return std::nullopt;
  }
  transaction_->framing = Framing::kData;
  owed_ = Owed::kMessageStart;
  return MessageStarted{Framing::kData};
}

// Whatever becomes of the command, the octets that it announces are not commands.
ServerSession::MaybeEvent ServerSession::RunBdat(const CommandRule& rule,
                                                 std::string_view argument) {
  const auto parsed = ParseBdat(argument);
  if (std::holds_alternative<CommandError>(parsed)) {
    SayAndClose(internal::kBadChunkSize, CloseReason::kBadFraming);
    return std::nullopt;
  }
  const auto chunk = std::get<BdatCommand>(parsed);
  if (const Reply* const refusal = RefusalOf(LegalityNow(rule))) {
    DrainChunk(chunk, *refusal, false);
    return std::nullopt;
  }
  if (!hello_is_extended_ || !options_->capabilities.chunking) {
    DrainChunk(chunk, internal::kNotImplemented, false);
    return std::nullopt;
  }
  transaction_->framing = Framing::kBdat;
  if (refusal_) {  // RefuseMessage() since the last chunk
    DrainChunk(chunk, Reply(refusal_->reply), true);
    return std::nullopt;
  }
  if (chunk.octets > RoomForOctets()) {
    AbortMessage(AbortReason::kTooBig);
    DrainChunk(chunk, internal::kTooBig, true);
    return std::nullopt;
  }
  if (state_ == SessionState::kChunks) {
    chunks_.StartChunk(chunk);
    reading_ = Reading::kChunk;
    return std::nullopt;
  }
  const bool is_binary = transaction_->envelope.parameters.body == BodyType::kBinaryMime;
  chunks_ = BdatDecoder(is_binary ? BdatDecoder::Content::kBinary : BdatDecoder::Content::kText,
                        TextRules::Of(options_->strictness, options_->limits));
  chunks_.StartChunk(chunk);
  owed_ = Owed::kMessageStart;
  return MessageStarted{Framing::kBdat};
}

void ServerSession::RunVerify(const CommandLine& command) {
  if (command.has_utf8) {
    // RFC 6531 §3.7.4.2: VRFY and EXPN take SMTPUTF8 behind their argument.
    constexpr std::string_view kParameter = " SMTPUTF8";
    const std::string_view argument = command.argument;
    const bool is_announced =
        argument.size() > kParameter.size() &&
        EqualsIgnoreCase(argument.substr(argument.size() - kParameter.size()), kParameter);
    if (!MailRules().allow_utf8_path || !is_announced) return Respond(internal::kNeedsSmtpUtf8);
    if (!IsValidUtf8(argument)) return Respond(internal::kNonAsciiArgument);
  }
  Respond(internal::kCannotVerify);
}

void ServerSession::RunReset() {
  AbortMessage(AbortReason::kReset);
  Enter(StateAfter(RuleOf(Verb::kRset), state_));
  Respond(internal::kOk);
}

}  // namespace ringpost::smtp
