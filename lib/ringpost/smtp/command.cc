#include "ringpost/smtp/command.h"

#include <algorithm>
#include <optional>

#include "ringpost/base/ascii.h"
#include "ringpost/base/text.h"
#include "ringpost/smtp/internal/octets.h"

namespace ringpost::smtp {
namespace {

// Four letters as one number, in upper case. Only letters become letters by losing that bit.
constexpr uint32_t Packed(std::string_view word) {
  uint32_t packed = 0;
  for (const char c : word) packed = packed << 8 | static_cast<unsigned char>(c & ~0x20);
  return packed;
}

bool IsBlank(char c) { return c == ' ' || c == '\t'; }

std::string_view TrimBlanks(std::string_view text) {
  while (!text.empty() && IsBlank(text.back())) text.remove_suffix(1);
  while (!text.empty() && IsBlank(text.front())) text.remove_prefix(1);
  return text;
}

CommandError ErrorOf(PathError error) {
  return error == PathError::kUtf8NotAllowed ? CommandError::kUtf8NotAllowed
                                             : CommandError::kPathSyntax;
}

CommandError ErrorOf(ParameterError error) {
  switch (error) {
    case ParameterError::kUnknownKeyword:
      return CommandError::kUnknownParameter;
    case ParameterError::kBadValue:
      return CommandError::kBadParameter;
    case ParameterError::kRepeated:
      return CommandError::kRepeatedParameter;
  }
  return CommandError::kSyntax;
}

// What follows "FROM:" or "TO:"; nullopt when that is not there.
std::optional<std::string_view> PathText(std::string_view argument, std::string_view keyword,
                                         CommandRules rules) {
  if (!StartsWithIgnoreCase(argument, keyword)) return std::nullopt;
  argument.remove_prefix(keyword.size());
  if (!rules.allow_space_before_path) return argument;
  return argument.substr(std::min(argument.find_first_not_of(' '), argument.size()));
}

// Parameters are set off from the path by a blank.
bool StandsApart(std::string_view parameters) {
  return parameters.empty() || parameters.front() == ' ';
}

// A control character ends the verb too: a line that must not be run is still known by its verb.
std::string_view FirstWord(std::string_view line, bool has_control) {
  if (!has_control) return line.substr(0, line.find(' '));
  const auto* const end =
      std::find_if(line.begin(), line.end(), [](char c) { return c == ' ' || IsAsciiControl(c); });
  return {line.begin(), end};
}

}  // namespace

Verb LookUpVerb(std::string_view word) {
  if (word.size() != 4) {
    return EqualsIgnoreCase(word, "STARTTLS") ? Verb::kStartTls : Verb::kUnknown;
  }
  switch (Packed(word)) {
    case Packed("HELO"):
      return Verb::kHelo;
    case Packed("EHLO"):
      return Verb::kEhlo;
    case Packed("LHLO"):
      return Verb::kLhlo;
    case Packed("MAIL"):
      return Verb::kMail;
    case Packed("RCPT"):
      return Verb::kRcpt;
    case Packed("DATA"):
      return Verb::kData;
    case Packed("BDAT"):
      return Verb::kBdat;
    case Packed("AUTH"):
      return Verb::kAuth;
    case Packed("RSET"):
      return Verb::kRset;
    case Packed("NOOP"):
      return Verb::kNoop;
    case Packed("VRFY"):
      return Verb::kVrfy;
    case Packed("EXPN"):
      return Verb::kExpn;
    case Packed("HELP"):
      return Verb::kHelp;
    case Packed("QUIT"):
      return Verb::kQuit;
    case Packed("ETRN"):  // RFC 1985
    case Packed("ATRN"):  // RFC 2645
    case Packed("TURN"):  // RFC 5321 §F.1
    case Packed("SEND"):  // RFC 5321 §F.6
    case Packed("SOML"):
    case Packed("SAML"):
      return Verb::kUnimplemented;
    default:
      return Verb::kUnknown;
  }
}

CommandLine SplitCommand(std::string_view line) {
  while (!line.empty() && IsBlank(line.back())) line.remove_suffix(1);
  const internal::OctetKinds kinds = internal::KindsOf(line);
  const std::string_view word = FirstWord(line, kinds.has_control);
  return {.verb = LookUpVerb(word),
          .argument = TrimBlanks(line.substr(word.size())),
          .has_control = kinds.has_control,
          .has_utf8 = kinds.has_non_ascii};
}

std::variant<MailCommand, CommandError> ParseMail(std::string_view argument, CommandRules rules,
                                                  Arena& arena) {
  const std::optional<std::string_view> path = PathText(argument, "FROM:", rules);
  if (!path) return CommandError::kSyntax;
  std::string_view rest;
  const auto sender = ParseReversePath(*path, {.allow_utf8 = rules.allow_utf8_path}, rest);
  if (const auto* error = std::get_if<PathError>(&sender)) return ErrorOf(*error);
  if (!StandsApart(rest)) return CommandError::kPathSyntax;
  const auto parameters = ParseMailParameters(rest, rules.parameters, arena);
  if (const auto* error = std::get_if<ParameterError>(&parameters)) return ErrorOf(*error);
  const MailCommand command{std::get<ReversePath>(sender), std::get<MailParameters>(parameters)};
  const bool needs_utf8 = command.sender.mailbox && command.sender.mailbox->needs_utf8();
  if (needs_utf8 && !command.parameters.smtputf8) return CommandError::kUtf8NotAllowed;
  return command;
}

std::variant<Recipient, CommandError> ParseRcpt(std::string_view argument, CommandRules rules,
                                                Arena& arena) {
  const std::optional<std::string_view> path = PathText(argument, "TO:", rules);
  if (!path) return CommandError::kSyntax;
  std::string_view rest;
  const auto mailbox = ParseForwardPath(*path, {.allow_utf8 = rules.allow_utf8_path}, rest);
  if (const auto* error = std::get_if<PathError>(&mailbox)) return ErrorOf(*error);
  if (!StandsApart(rest)) return CommandError::kPathSyntax;
  const auto parameters = ParseRecipientParameters(rest, rules.parameters, arena);
  if (const auto* error = std::get_if<ParameterError>(&parameters)) return ErrorOf(*error);
  return Recipient{std::get<Mailbox>(mailbox), std::get<RecipientParameters>(parameters)};
}

std::variant<BdatCommand, CommandError> ParseBdat(std::string_view argument) {
  const std::string_view digits = argument.substr(0, argument.find(' '));
  const std::optional<uint64_t> octets = ParseDecimal(digits);
  if (!octets) return CommandError::kSyntax;
  const std::string_view end_marker = TrimBlanks(argument.substr(digits.size()));
  if (!end_marker.empty() && !EqualsIgnoreCase(end_marker, "LAST")) return CommandError::kSyntax;
  return BdatCommand{*octets, !end_marker.empty()};
}

}  // namespace ringpost::smtp
