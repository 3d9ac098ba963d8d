// What is taken for a path holds to the limits, is printable, and is the same when read again.
#include <algorithm>
#include <string>

#include "fuzz_input.h"
#include "ringpost/base/ascii.h"
#include "ringpost/base/text.h"
#include "ringpost/smtp/path.h"

namespace {

using ringpost::Check;
using ringpost::Concat;
using namespace ringpost::smtp;

void CheckMailbox(const Mailbox& mailbox, PathRules rules) {
  const std::string text = mailbox.ToString();
  Check(!mailbox.local_part.empty() || mailbox.has_quoted_local_part(), "no local part");
  Check(mailbox.local_part.size() <= kLongestLocalPart, "local part too long");
  Check(mailbox.domain.size() <= kLongestDomain, "domain too long");
  Check(text.size() + 2 <= kLongestPath, "path too long");
  Check(std::none_of(text.begin(), text.end(), ringpost::IsAsciiControl), "a control octet");
  Check(rules.allow_utf8 || !mailbox.needs_utf8(), "UTF-8 where it is not allowed");
  Check(IsValidUtf8(text), "no UTF-8");
  mailbox.UnquotedLocalPart();
  if (mailbox.domain.empty()) {
    Check(mailbox.is_postmaster(), "no domain");
    return;
  }
  const auto again = ParseMailbox(text, rules);
  Check(std::holds_alternative<Mailbox>(again), "not a mailbox the second time");
  Check(std::get<Mailbox>(again).ToString() == text, "another mailbox the second time");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  ringpost::fuzz::FuzzInput input(data, size);
  const PathRules rules{.allow_utf8 = input.TakeBool()};
  const std::string_view text = input.Rest();

  const auto mailbox = ParseMailbox(text, rules);
  if (const auto* found = std::get_if<Mailbox>(&mailbox)) {
    CheckMailbox(*found, rules);
    std::string_view rest;
    const std::string path = Concat('<', text, "> X");
    Check(std::holds_alternative<ReversePath>(ParseReversePath(path, rules, rest)) && rest == " X",
          "a mailbox that makes no path");
  }
  std::string_view rest = "unset";
  const auto reverse = ParseReversePath(text, rules, rest);
  if (const auto* found = std::get_if<ReversePath>(&reverse)) {
    Check(text.ends_with(rest), "the rest is not of the text");
    Check(text.front() == '<' && text[text.size() - rest.size() - 1] == '>', "no brackets");
    if (found->mailbox) CheckMailbox(*found->mailbox, rules);
  }
  const auto forward = ParseForwardPath(text, rules, rest);
  if (const auto* found = std::get_if<Mailbox>(&forward)) CheckMailbox(*found, rules);
  return 0;
}
