// A command line is taken apart without surprise: views into the line, sizes that were written
// there.
#include <string>

#include "fuzz_input.h"
#include "ringpost/base/ascii.h"
#include "ringpost/base/text.h"
#include "ringpost/smtp/command.h"
#include "ringpost/smtp/session_table.h"

namespace {

using ringpost::Check;
using namespace ringpost::smtp;

void CheckBdat(std::string_view argument) {
  const auto parsed = ParseBdat(argument);
  const auto* bdat = std::get_if<BdatCommand>(&parsed);
  if (bdat == nullptr) return;
  const std::string_view digits = argument.substr(0, argument.find(' '));
  Check(ringpost::ParseDecimal(digits) == bdat->octets, "not the size that was written");
  Check(bdat->is_last == (digits.size() < argument.size()), "LAST out of nothing");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  ringpost::fuzz::FuzzInput input(data, size);
  const uint8_t bits = input.TakeOctet();
  const bool all = (bits & 1) != 0;
  const CommandRules rules{.parameters = {all, all, all, all, all, all, all, all, all, all},
                           .allow_utf8_path = (bits & 2) != 0,
                           .allow_space_before_path = (bits & 4) != 0};
  const std::string_view line = input.Rest();
  ringpost::Arena arena;

  const CommandLine command = SplitCommand(line);
  Check(command.argument.size() <= line.size(), "an argument longer than its line");
  Check(command.argument.empty() || (command.argument.data() >= line.data() &&
                                     command.argument.data() < line.data() + line.size()),
        "an argument of another line");
  if (command.verb != Verb::kUnknown && command.verb != Verb::kUnimplemented) {
    Check(ringpost::StartsWithIgnoreCase(line, RuleOf(command.verb).name), "another verb");
  }
  const auto mail = ParseMail(command.argument, rules, arena);
  if (const auto* found = std::get_if<MailCommand>(&mail)) {
    const bool needs_utf8 = found->sender.mailbox && found->sender.mailbox->needs_utf8();
    Check(!needs_utf8 || found->parameters.smtputf8, "UTF-8 without SMTPUTF8");
  }
  ParseRcpt(command.argument, rules, arena);
  CheckBdat(command.argument);
  return 0;
}
