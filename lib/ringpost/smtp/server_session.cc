#include "ringpost/smtp/server_session.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "ringpost/base/ascii.h"
#include "ringpost/base/check.h"
#include "ringpost/base/text.h"
#include "ringpost/smtp/internal/foreign_protocol.h"
#include "ringpost/smtp/internal/octets.h"
#include "ringpost/smtp/internal/replies.h"

namespace ringpost::smtp {
namespace {

// RCPTs refused in one transaction; more of them get 452, like those over Limits::recipients.
constexpr size_t kMostRefusedRecipients = 1000;
// What ClearOutput() keeps for the next replies.
constexpr size_t kSpareOutputOctets = 1024;

TextRules TextRulesOf(const ServerSessionOptions& options) {
  return {.bare_cr = options.strictness.bare_cr,
          .bare_lf = options.strictness.bare_lf,
          .nul = options.strictness.nul,
          .line_octets = options.limits.text_line_octets};
}

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

void ReplaceNonAscii(std::string& text, size_t start) {
  for (size_t i = start; i < text.size(); ++i) {
    if (!IsAscii(text[i])) text[i] = '?';
  }
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

// RFC 5321 §4.2.3: the last words of a session are told with the name of who says them.
bool BeginsWithHostName(uint16_t code) { return code == 221 || code == 421; }

AbortReason AbortReasonOf(CloseReason reason) {
  switch (reason) {
    case CloseReason::kQuit:
      return AbortReason::kQuit;
    case CloseReason::kDisconnected:
      return AbortReason::kDisconnected;
    case CloseReason::kRefused:
      return AbortReason::kRefusedByFilter;
    case CloseReason::kTooManyErrors:
      return AbortReason::kProtocolError;
    case CloseReason::kTooManyMessages:
      return AbortReason::kProtocolError;
    case CloseReason::kForeignProtocol:
      return AbortReason::kProtocolError;
    case CloseReason::kBadFraming:
      return AbortReason::kProtocolError;
    case CloseReason::kTooMuchDiscarded:
      return AbortReason::kTooBig;
    case CloseReason::kTimeout:
      return AbortReason::kTimeout;
    case CloseReason::kShutdown:
      return AbortReason::kShutdown;
  }
  return AbortReason::kInternalError;
}

}  // namespace

std::string_view AbortReasonName(AbortReason reason) {
  switch (reason) {
    case AbortReason::kReset:
      return "reset";
    case AbortReason::kQuit:
      return "quit";
    case AbortReason::kDisconnected:
      return "disconnected";
    case AbortReason::kTooBig:
      return "too-big";
    case AbortReason::kBareLineEnding:
      return "bare-line-ending";
    case AbortReason::kNul:
      return "nul";
    case AbortReason::kLineTooLong:
      return "line-too-long";
    case AbortReason::kProtocolError:
      return "protocol-error";
    case AbortReason::kRefusedByFilter:
      return "refused-by-filter";
    case AbortReason::kTimeout:
      return "timeout";
    case AbortReason::kShutdown:
      return "shutdown";
    case AbortReason::kInternalError:
      return "internal-error";
  }
  return "";
}

std::string_view CloseReasonName(CloseReason reason) {
  switch (reason) {
    case CloseReason::kQuit:
      return "quit";
    case CloseReason::kDisconnected:
      return "disconnected";
    case CloseReason::kRefused:
      return "refused";
    case CloseReason::kTooManyErrors:
      return "too-many-errors";
    case CloseReason::kTooManyMessages:
      return "too-many-messages";
    case CloseReason::kForeignProtocol:
      return "foreign-protocol";
    case CloseReason::kBadFraming:
      return "bad-framing";
    case CloseReason::kTooMuchDiscarded:
      return "too-much-discarded";
    case CloseReason::kTimeout:
      return "timeout";
    case CloseReason::kShutdown:
      return "shutdown";
  }
  return "";
}

ServerSession::ServerSession(const ServerSessionOptions& options) : options_(&options) {}
ServerSession::~ServerSession() = default;

void ServerSession::UseOptions(const ServerSessionOptions& options) { options_ = &options; }

// --- Input
// ------------------------------------------------------------------------------------------

void ServerSession::Receive(std::string_view octets) {
  Check(input_.empty(), "Receive() before the input was used up");
  if (!close_reason_) input_ = octets;
}

void ServerSession::EndInput() { input_has_ended_ = true; }

Event ServerSession::Next() {
  Check(owed_ == Owed::kNothing, "Next() before the event was answered");
  for (;;) {
    if (abort_due_) return MessageAborted{*std::exchange(abort_due_, std::nullopt)};
    if (transaction_ && state_ <= SessionState::kReady) ResetTransaction();
    if (close_reason_) return SessionClosed{*close_reason_};
    if (MaybeEvent event = Step()) return *event;
  }
}

ServerSession::MaybeEvent ServerSession::Step() {
  if (!connection_is_told_) {
    connection_is_told_ = true;
    owed_ = Owed::kConnection;
    return ConnectionOpened{};
  }
  switch (reading_) {
    case Reading::kCommands:
      return ReadCommand();
    case Reading::kData:
      return ReadData();
    case Reading::kChunk:
      return ReadChunk();
  }
  return std::nullopt;
}

ServerSession::MaybeEvent ServerSession::OutOfInput() {
  if (!input_has_ended_) {
    lines_.ReleaseSpareMemory();
    return NeedInput{};
  }
  CloseNow(state_ == SessionState::kRefused ? CloseReason::kRefused : CloseReason::kDisconnected);
  return std::nullopt;
}

// --- Commands
// ---------------------------------------------------------------------------------------

ServerSession::MaybeEvent ServerSession::ReadCommand() {
  const bool is_tls = lines_.is_at_line_start() && internal::StartsTlsHandshake(input_);
  const LineDecoder::Line line = lines_.Next(input_, options_->limits.command_line_octets);
  // A client of another protocol may never send a line end, and may send one that is no CRLF.
  if (is_tls || internal::StartsTlsHandshake(lines_.partial()) ||
      (line.kind == LineDecoder::Kind::kBareLineFeed && internal::IsForeignLine(line.text))) {
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
    case LineDecoder::Kind::kTooLong:
      ++statistics_.command_count;
      RefuseLine(SplitCommand(line.text).verb, internal::kLineTooLong);
      return std::nullopt;
    case LineDecoder::Kind::kBareLineFeed:
      ++statistics_.command_count;
      RefuseLine(SplitCommand(line.text).verb, internal::kBareLineFeed);
      return std::nullopt;
    case LineDecoder::Kind::kLine:
      ++statistics_.command_count;
      return RunLine(line.text);
  }
  return std::nullopt;
}

ServerSession::MaybeEvent ServerSession::RunLine(std::string_view line) {
  const CommandLine command = SplitCommand(line);
  if (command.verb == Verb::kUnknown) {
    RunUnknown(line);
  } else if (command.has_control) {
    RefuseLine(command.verb, internal::kControlCharacter);
  } else if (command.verb == Verb::kUnimplemented) {
    Respond(state_ == SessionState::kRefused ? internal::kSessionRefused
                                             : internal::kNotImplemented);
  } else {
    return Run(RuleOf(command.verb), command);
  }
  return std::nullopt;
}

// For a line that must not be run, whatever else stands in it.
void ServerSession::RefuseLine(Verb verb, const Reply& reply) {
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
  if (const Reply* const refusal = RefusalOf(LegalityOf(rule, state_))) {
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
  if (const Reply* const refusal = RefusalOf(LegalityOf(rule, state_))) {
    DrainChunk(chunk, *refusal, false);
    return std::nullopt;
  }
  if (!hello_is_extended_ || !options_->capabilities.chunking) {
    DrainChunk(chunk, internal::kNotImplemented, false);
    return std::nullopt;
  }
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
                        TextRulesOf(*options_));
  chunks_.StartChunk(chunk);
  transaction_->framing = Framing::kBdat;
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

// --- Bodies
// -----------------------------------------------------------------------------------------

ServerSession::MaybeEvent ServerSession::ReadData() {
  const DataDecoder::Piece piece = data_.Next(input_);
  if (piece.kind == DataDecoder::Kind::kNeedInput) return OutOfInput();
  if (piece.kind != DataDecoder::Kind::kEnd) return TakeBodyPiece(piece);
  reading_ = Reading::kCommands;
  return EndMessage();
}

ServerSession::MaybeEvent ServerSession::ReadChunk() {
  const DataDecoder::Piece piece = chunks_.Next(input_);
  if (piece.kind == DataDecoder::Kind::kNeedInput) return OutOfInput();
  if (piece.kind != DataDecoder::Kind::kEnd) return TakeBodyPiece(piece);
  reading_ = Reading::kCommands;
  return EndChunk();
}

ServerSession::MaybeEvent ServerSession::TakeBodyPiece(const DataDecoder::Piece& piece) {
  switch (piece.kind) {
    case DataDecoder::Kind::kOctets:
      return TakeBodyOctets(piece.octets);
    case DataDecoder::Kind::kBareCr:
      RefuseBody(internal::kBareCr, AbortReason::kBareLineEnding);
      break;
    case DataDecoder::Kind::kBareLf:
      RefuseBody(internal::kBareLf, AbortReason::kBareLineEnding);
      break;
    case DataDecoder::Kind::kNul:
      RefuseBody(internal::kNul, AbortReason::kNul);
      break;
    case DataDecoder::Kind::kLineTooLong:
      RefuseBody(internal::kTextLineTooLong, AbortReason::kLineTooLong);
      break;
    case DataDecoder::Kind::kNeedInput:
    case DataDecoder::Kind::kEnd:
      break;
  }
  return std::nullopt;
}

ServerSession::MaybeEvent ServerSession::TakeBodyOctets(std::string_view octets) {
  if (refusal_) {
    refusal_->discarded_octets += octets.size();
    if (refusal_->discarded_octets <= options_->limits.discarded_octets) return std::nullopt;
    // The reply tells the client what is wrong; the 421 behind it, that we go (RFC 5321 §3.8).
    SayRefusal(true);
    if (!close_reason_) SayAndClose(internal::kTooMuchDiscarded, CloseReason::kTooMuchDiscarded);
    return std::nullopt;
  }
  if (const uint64_t room = RoomForOctets(); octets.size() > room) {
    RefuseBody(internal::kTooBig, AbortReason::kTooBig);
    return TakeBodyOctets(octets.substr(room));  // the first to be discarded
  }
  transaction_->message_octets += octets.size();
  return BodyReceived{octets};
}

ServerSession::MaybeEvent ServerSession::EndChunk() {
  if (chunks_.chunk().is_last) return EndMessage();
  if (refusal_) {
    SayRefusal(false);
    return std::nullopt;
  }
  Enter(StateAfter(RuleOf(Verb::kBdat), state_));
  if (chunks_.chunk().octets == 0 && !CountIdleCommand()) return std::nullopt;
  Append(output_, "250 2.0.0 ", chunks_.chunk().octets, " octets received\r\n");
  return std::nullopt;
}

ServerSession::MaybeEvent ServerSession::EndMessage() {
  if (refusal_) {
    SayRefusal(true);
    return std::nullopt;
  }
  message_is_open_ = false;
  owed_ = Owed::kMessage;
  return MessageEnded{transaction_->message_octets};
}

void ServerSession::OpenMessage() {
  message_is_open_ = true;
  if (transaction_->framing == Framing::kBdat) {
    reading_ = Reading::kChunk;
    return;
  }
  data_ = DataDecoder(TextRulesOf(*options_), DotRule::kTransparent);
  reading_ = Reading::kData;
  Respond(internal::kStartMail);
}

void ServerSession::DrainChunk(BdatCommand chunk, const Reply& reply, bool ends_transaction) {
  refusal_ = std::make_unique<Refusal>(Refusal{reply, ends_transaction});
  chunks_ = BdatDecoder(BdatDecoder::Content::kBinary, {});
  chunks_.StartChunk(chunk);
  reading_ = Reading::kChunk;
}

void ServerSession::RefuseBody(const Reply& reply, AbortReason reason) {
  AbortMessage(reason);
  refusal_ = std::make_unique<Refusal>(Refusal{reply, true});
  data_.PassEverything();
  chunks_.PassEverything();
}

void ServerSession::AbortMessage(AbortReason reason) {
  if (std::exchange(message_is_open_, false)) abort_due_ = reason;
}

void ServerSession::SayRefusal(bool is_message_end) {
  const std::unique_ptr<Refusal> refusal = std::move(refusal_);
  if (!refusal->ends_transaction) return Respond(refusal->reply);
  if (is_message_end) {
    RespondToMessage(refusal->reply);
  } else {
    Respond(refusal->reply);
  }
  Enter(SessionState::kReady);
}

// What the message may still grow by.
uint64_t ServerSession::RoomForOctets() const {
  const uint64_t limit = options_->limits.message_octets;
  if (limit == 0) return std::numeric_limits<uint64_t>::max();
  return limit - std::min(limit, transaction_->message_octets);
}

// --- Answers
// ----------------------------------------------------------------------------------------

void ServerSession::TakeAnswer(Owed owed) {
  Check(owed_ == owed, "an answer to another event than the last");
  owed_ = Owed::kNothing;
}

void ServerSession::AnswerConnection(std::optional<Reply> refusal) {
  TakeAnswer(Owed::kConnection);
  if (!refusal) {
    const std::string text = Concat(options_->host_name, ' ', options_->greeting_text);
    return AppendReply(Reply::Make(220, internal::kNoStatus, text), ReplyForm::kPlain);
  }
  Respond(*refusal, ReplyForm::kPlain);
  if (!refusal->is_positive()) Enter(SessionState::kRefused);
}

void ServerSession::AnswerHello(std::optional<Reply> refusal) {
  TakeAnswer(Owed::kHello);
  if (refusal) return Respond(*refusal, ReplyForm::kPlain);  // the state stays (RFC 5321 §4.1.4)
  AbortMessage(AbortReason::kReset);
  hello_name_ = offered_hello_name_;
  hello_is_extended_ = offered_hello_is_extended_;
  Enter(SessionState::kReady);
  std::string text = options_->host_name;
  if (hello_is_extended_) text += ExtensionList();
  Respond(Reply::Make(250, internal::kNoStatus, text), ReplyForm::kPlain);
}

std::string ServerSession::ExtensionList() const {
  const Capabilities& offered = options_->capabilities;
  const Limits& limits = options_->limits;
  std::string list = "\nPIPELINING";
  if (offered.size) {
    list += "\nSIZE";
    if (limits.message_octets != 0) Append(list, ' ', limits.message_octets);
  }
  if (offered.eight_bit_mime) list += "\n8BITMIME";
  list += "\nENHANCEDSTATUSCODES";
  if (offered.chunking) list += "\nCHUNKING";
  if (offered.chunking && offered.binary_mime) list += "\nBINARYMIME";
  if (offered.smtputf8 && offered.eight_bit_mime) list += "\nSMTPUTF8";
  if (offered.dsn) list += "\nDSN";
  if (offered.limits) {
    Append(list, "\nLIMITS RCPTMAX=", limits.recipients);
    if (limits.messages != 0) Append(list, " MAILMAX=", limits.messages);
  }
  return list;
}

void ServerSession::AnswerSender(const Reply& reply) {
  TakeAnswer(Owed::kSender);
  if (reply.is_positive()) {
    ++transaction_count_;
    Enter(StateAfter(RuleOf(Verb::kMail), state_));
  } else if (!CountIdleCommand()) {
    return;
  }
  Respond(reply);
}

void ServerSession::AnswerRecipients(std::span<const Reply> replies) {
  TakeAnswer(Owed::kRecipients);
  Transaction& transaction = *transaction_;
  Check(replies.size() == transaction.batch.size(), "not one reply for each recipient");
  for (size_t i = 0; i < replies.size() && !close_reason_; ++i) {
    if (replies[i].is_positive()) {
      transaction.envelope.recipients.push_back(Keep(transaction.batch[i]));
      Enter(StateAfter(RuleOf(Verb::kRcpt), state_));
    } else {
      ++transaction.refused_recipient_count;
    }
    Respond(replies[i]);
  }
  transaction.batch.clear();
}

void ServerSession::AnswerMessageStart(std::optional<Reply> refusal) {
  TakeAnswer(Owed::kMessageStart);
  if (!refusal) return OpenMessage();
  Check(!refusal->is_positive(), "a refusal that is none");
  if (transaction_->framing == Framing::kBdat) {
    DrainChunk(BdatCommand(chunks_.chunk()), *refusal, true);
  } else {
    Enter(SessionState::kReady);
    Respond(*refusal);
  }
}

void ServerSession::RefuseMessage(const Reply& reply, AbortReason reason) {
  Check(message_is_open_ && owed_ == Owed::kNothing, "no message to refuse");
  Check(!reply.is_positive(), "a refusal that is none");
  RefuseBody(reply, reason);
}

void ServerSession::AnswerMessage(const Reply& reply) {
  TakeAnswer(Owed::kMessage);
  CountMessage(reply.is_positive());
  RespondToMessage(reply);
  Enter(SessionState::kReady);
}

void ServerSession::AnswerMessagePerRecipient(std::span<const Reply> replies) {
  TakeAnswer(Owed::kMessage);
  Check(options_->protocol == Protocol::kLmtp, "one reply per recipient outside LMTP");
  Check(replies.size() == transaction_->envelope.recipients.size(),
        "not one reply for each recipient");
  CountMessage(std::any_of(replies.begin(), replies.end(),
                           [](const Reply& reply) { return reply.is_positive(); }));
  for (const Reply& reply : replies) AppendReply(reply);
  Enter(SessionState::kReady);
}

void ServerSession::Close(std::optional<Reply> reply, CloseReason reason) {
  if (close_reason_) return;
  owed_ = Owed::kNothing;
  if (reply) AppendReply(*reply);
  CloseNow(reason);
}

// --- Transitions
// ------------------------------------------------------------------------------------

// A transaction that is over is reset by Next(), once its abort was told.
void ServerSession::Enter(SessionState state) { state_ = state; }

void ServerSession::ResetTransaction() {
  transaction_.reset();
  refusal_.reset();
  arena_.Reset();
}

void ServerSession::CloseNow(CloseReason reason) {
  if (close_reason_) return;
  AbortMessage(AbortReasonOf(reason));
  close_reason_ = reason;
  reading_ = Reading::kCommands;
  input_ = {};
}

void ServerSession::SayAndClose(const Reply& reply, CloseReason reason) {
  AppendReply(reply);
  CloseNow(reason);
}

// --- Replies
// ----------------------------------------------------------------------------------------

void ServerSession::Respond(const Reply& reply, ReplyForm form) {
  if (reply.is_permanent_failure() && recent_error_count_ >= options_->limits.errors) {
    return SayAndClose(internal::kTooManyErrors, CloseReason::kTooManyErrors);
  }
  AppendReply(reply, form);
  if (reply.code() == 421) CloseNow(CloseReason::kRefused);
}

void ServerSession::AppendReply(const Reply& reply, ReplyForm form) {
  if (reply.is_permanent_failure()) {
    ++statistics_.error_count;
    ++recent_error_count_;
  }
  const size_t start = output_.size();
  const bool with_status = form == ReplyForm::kEnhanced;
  if (BeginsWithHostName(reply.code())) {
    const std::string text = Concat(options_->host_name, ' ', reply.text());
    Reply::Make(reply.code(), reply.enhanced_status(), text).AppendTo(output_, with_status);
  } else {
    reply.AppendTo(output_, with_status);
  }
  // RFC 6531 §3.5: no UTF-8 in replies to a client that did not ask for it.
  const bool is_clean = UsesUtf8() || internal::IsAllAscii(std::string_view(output_).substr(start));
  if (!is_clean) ReplaceNonAscii(output_, start);
}

// In LMTP one reply for each recipient (RFC 2033 §4.2).
void ServerSession::RespondToMessage(const Reply& reply) {
  const bool is_lmtp = options_->protocol == Protocol::kLmtp;
  const size_t more = is_lmtp ? transaction_->envelope.recipients.size() - 1 : 0;
  Respond(reply);
  for (size_t i = 0; i < more && !close_reason_; ++i) AppendReply(reply);
}

void ServerSession::CountMessage(bool is_accepted) {
  if (!is_accepted) return;
  ++statistics_.message_count;
  recent_error_count_ = 0;
  idle_command_count_ = 0;
}

void ServerSession::ClearOutput() {
  if (output_.capacity() > kSpareOutputOctets) {
    std::string().swap(output_);
  } else {
    output_.clear();
  }
}

// --- What a caller may ask
// --------------------------------------------------------------------------

Waiting ServerSession::waiting() const {
  if (reading_ != Reading::kCommands) return Waiting::kDataBlock;
  return statistics_.command_count == 0 ? Waiting::kFirstCommand : Waiting::kCommand;
}

bool ServerSession::in_transaction() const {
  if (close_reason_) return false;
  return state_ > SessionState::kReady || reading_ != Reading::kCommands;
}

const Envelope& ServerSession::envelope() const {
  Check(transaction_.has_value(), "no transaction");
  return transaction_->envelope;
}

std::string_view ServerSession::hello_name() const { return hello_name_; }

bool ServerSession::UsesUtf8() const {
  return transaction_ && transaction_->envelope.parameters.smtputf8;
}

std::string_view ServerSession::protocol_keyword() const {
  if (options_->protocol == Protocol::kLmtp) return UsesUtf8() ? "UTF8LMTP" : "LMTP";
  if (!hello_is_extended_) return "SMTP";
  return UsesUtf8() ? "UTF8SMTP" : "ESMTP";
}

}  // namespace ringpost::smtp
