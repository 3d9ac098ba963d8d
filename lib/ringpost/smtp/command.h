// Command lines: the verb, and what stands behind it as typed values (RFC 5321 §4.1.1).
//
//   const CommandLine line = SplitCommand("MAIL FROM:<a@b.example> SIZE=10");
//   line.verb == Verb::kMail, line.argument == "FROM:<a@b.example> SIZE=10"
//
// Nothing here knows whether a command may stand where it stands: session_table.h does. Parsed
// values are views into the line, or into the arena where they had to be decoded.
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

#include "ringpost/base/arena.h"
#include "ringpost/smtp/envelope.h"
#include "ringpost/smtp/parameters.h"
#include "ringpost/smtp/path.h"

namespace ringpost::smtp {

// In the order of the rows of session_table.cc.
enum class Verb : uint8_t {
  kHelo,
  kEhlo,
  kLhlo,
  kMail,
  kRcpt,
  kData,
  kBdat,
  kStartTls,
  kAuth,
  kRset,
  kNoop,
  kVrfy,
  kExpn,
  kHelp,
  kQuit,
  kUnimplemented,  // a verb of some RFC that this server does not speak
  kUnknown,
};

inline constexpr bool IsHello(Verb verb) {
  return verb == Verb::kHelo || verb == Verb::kEhlo || verb == Verb::kLhlo;
}

// Matches in ASCII only, in any case.
Verb LookUpVerb(std::string_view word);

struct CommandLine {
  Verb verb;
  // Without the blanks around it.
  std::string_view argument;
  // A control character somewhere in the line: it must not be run.
  bool has_control;
  // An octet over 127.
  bool has_utf8;
};

// `line` is a whole line without its line end. Blanks at its end do not count (RFC 5321 §4.1.1).
CommandLine SplitCommand(std::string_view line);

struct MailCommand {
  ReversePath sender;
  MailParameters parameters;
};

struct BdatCommand {
  uint64_t octets;
  bool is_last;
};

// Why an argument cannot be taken.
enum class CommandError : uint8_t {
  kSyntax,             // 501 5.5.4: not of the form that the verb asks for
  kPathSyntax,         // 501 5.1.7 (MAIL) or 5.1.3 (RCPT)
  kUtf8NotAllowed,     // 553 5.6.7: needs SMTPUTF8
  kUnknownParameter,   // 555 5.5.4
  kBadParameter,       // 501 5.5.4
  kRepeatedParameter,  // 501 5.5.4
};

// What a session takes in MAIL and RCPT.
struct CommandRules {
  ParameterRules parameters;
  bool allow_utf8_path = false;
  bool allow_space_before_path = false;
};

std::variant<MailCommand, CommandError> ParseMail(std::string_view argument, CommandRules rules,
                                                  Arena& arena);
std::variant<Recipient, CommandError> ParseRcpt(std::string_view argument, CommandRules rules,
                                                Arena& arena);
// "1024" or "0 LAST" (RFC 3030 §2).
std::variant<BdatCommand, CommandError> ParseBdat(std::string_view argument);

}  // namespace ringpost::smtp
