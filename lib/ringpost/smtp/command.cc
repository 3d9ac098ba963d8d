#include "ringpost/smtp/command.h"

#include <algorithm>
#include <optional>

#include "ringpost/base/ascii.h"
#include "ringpost/base/text.h"

namespace ringpost::smtp {
namespace {

struct NamedVerb {
  std::string_view name;
  Verb verb;
};

constexpr NamedVerb kVerbs[] = {
    // By how often they come.
    {"RCPT", Verb::kRcpt},          {"MAIL", Verb::kMail},
    {"DATA", Verb::kData},          {"BDAT", Verb::kBdat},
    {"EHLO", Verb::kEhlo},          {"HELO", Verb::kHelo},
    {"LHLO", Verb::kLhlo},          {"QUIT", Verb::kQuit},
    {"RSET", Verb::kRset},          {"NOOP", Verb::kNoop},
    {"VRFY", Verb::kVrfy},          {"EXPN", Verb::kExpn},
    {"HELP", Verb::kHelp},          {"STARTTLS", Verb::kUnimplemented},  // RFC 3207
    {"AUTH", Verb::kUnimplemented},                                      // RFC 4954
    {"ETRN", Verb::kUnimplemented},                                      // RFC 1985
    {"ATRN", Verb::kUnimplemented},                                      // RFC 2645
    {"TURN", Verb::kUnimplemented},                                      // RFC 821, RFC 5321 §F.1
    {"SEND", Verb::kUnimplemented},                                      // RFC 821, RFC 5321 §F.6
    {"SOML", Verb::kUnimplemented}, {"SAML", Verb::kUnimplemented},
};

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

}  // namespace

Verb LookUpVerb(std::string_view word) {
  const auto* const found =
      std::find_if(std::begin(kVerbs), std::end(kVerbs),
                   [word](const NamedVerb& each) { return EqualsIgnoreCase(each.name, word); });
  return found == std::end(kVerbs) ? Verb::kUnknown : found->verb;
}

CommandLine SplitCommand(std::string_view line) {
  while (!line.empty() && IsBlank(line.back())) line.remove_suffix(1);
  CommandLine command{};
  for (const char c : line) {
    command.has_control |= IsAsciiControl(c);
    command.has_utf8 |= !IsAscii(c);
  }
  const std::string_view word = line.substr(0, line.find(' '));
  command.verb = LookUpVerb(word);
  command.argument = TrimBlanks(line.substr(word.size()));
  return command;
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
