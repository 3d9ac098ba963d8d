#include "ringpost/smtp/session_table.h"

#include "ringpost/base/check.h"

namespace ringpost::smtp {
namespace {

constexpr auto ok = Legality::kRuns;
constexpr auto refused = Legality::kRefusedSession;
constexpr auto hello = Legality::kNeedsHello;
constexpr auto mail = Legality::kNeedsMail;
constexpr auto rcpt = Legality::kNeedsRecipient;
constexpr auto nested = Legality::kNested;
constexpr auto chunks = Legality::kInsideChunks;

constexpr auto both = SpokenIn::kBoth;
constexpr auto smtp = SpokenIn::kSmtp;
constexpr auto lmtp = SpokenIn::kLmtp;
constexpr auto none = ArgumentRule::kNone;
constexpr auto any = ArgumentRule::kAny;
constexpr auto needed = ArgumentRule::kNeeded;

// In the columns of what a session may demand: whether this command needs it.
constexpr bool tls = true;
constexpr bool login = true;
constexpr bool no = false;

using enum SessionState;
constexpr std::nullopt_t same = std::nullopt;

// clang-format off
constexpr CommandRule kRules[] = {
//                                                       needs, if        what the session makes of it in the state ...           and
//  verb             name        spoken argument mail    demanded         refused  start  ready  mail    recipients chunks         then
  {Verb::kHelo,     "HELO",     smtp,  needed, false, tls,  no,    {refused, ok,    ok,    ok,     ok,        ok},           kReady},
  {Verb::kEhlo,     "EHLO",     smtp,  needed, false, no,   no,    {refused, ok,    ok,    ok,     ok,        ok},           kReady},
  {Verb::kLhlo,     "LHLO",     lmtp,  needed, false, no,   no,    {refused, ok,    ok,    ok,     ok,        ok},           kReady},
  {Verb::kMail,     "MAIL",     both,  needed, true,  tls,  login, {refused, hello, ok,    nested, nested,    chunks},       kMail},
  {Verb::kRcpt,     "RCPT",     both,  needed, true,  tls,  login, {refused, hello, mail,  ok,     ok,        chunks},       kRecipients},
  {Verb::kData,     "DATA",     both,  none,   true,  tls,  login, {refused, hello, mail,  rcpt,   ok,        chunks},       kReady},
  {Verb::kBdat,     "BDAT",     both,  needed, true,  tls,  login, {refused, hello, mail,  rcpt,   ok,        ok},           kChunks},
  {Verb::kStartTls, "STARTTLS", both,  none,   false, no,   no,    {refused, hello, ok,    nested, nested,    chunks},       kStart},
  {Verb::kAuth,     "AUTH",     both,  needed, false, tls,  no,    {refused, hello, ok,    nested, nested,    chunks},       same},
  {Verb::kRset,     "RSET",     both,  none,   false, tls,  no,    {refused, ok,    ok,    ok,     ok,        ok},           kReady},
  {Verb::kNoop,     "NOOP",     both,  any,    false, no,   no,    {refused, ok,    ok,    ok,     ok,        ok},           same},
  {Verb::kVrfy,     "VRFY",     both,  needed, false, tls,  login, {refused, ok,    ok,    ok,     ok,        ok},           same},
  {Verb::kExpn,     "EXPN",     both,  needed, false, tls,  login, {refused, ok,    ok,    ok,     ok,        ok},           same},
  {Verb::kHelp,     "HELP",     both,  any,    false, tls,  no,    {refused, ok,    ok,    ok,     ok,        ok},           same},
  {Verb::kQuit,     "QUIT",     both,  none,   true,  no,   no,    {ok,      ok,    ok,    ok,     ok,        ok},           same},
};
// clang-format on

constexpr bool RowsFollowVerbs() {
  for (size_t i = 0; i < std::size(kRules); ++i) {
    if (static_cast<size_t>(kRules[i].verb) != i) return false;
  }
  return true;
}

}  // namespace

std::string_view SessionStateName(SessionState state) {
  switch (state) {
    case kRefused:
      return "refused";
    case kStart:
      return "start";
    case kReady:
      return "ready";
    case kMail:
      return "mail";
    case kRecipients:
      return "recipients";
    case kChunks:
      return "chunks";
  }
  return "";
}

std::span<const CommandRule> SessionTable() { return kRules; }

const CommandRule& RuleOf(Verb verb) {
  static_assert(RowsFollowVerbs());
  const auto row = static_cast<size_t>(verb);
  Check(row < std::size(kRules), "a verb without a rule");
  return kRules[row];
}

SessionState StateAfter(const CommandRule& rule, SessionState state) {
  if (state == kStart && !IsHello(rule.verb)) return state;
  return rule.next.value_or(state);
}

}  // namespace ringpost::smtp
