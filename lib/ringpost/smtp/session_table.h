// What a server session lets stand where: one row for each command, one column for each state.
//
// The table says what is in order, and nothing else: what a command asks of its argument is a
// column, and so is whether it needs TLS or a login where a session demands them.
// docs/session-table.md is generated from it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "ringpost/smtp/command.h"

namespace ringpost::smtp {

enum class SessionState : uint8_t {
  kRefused,     // greeted with a refusal: only QUIT (RFC 5321 §3.1)
  kStart,       // greeted; no HELO or EHLO yet
  kReady,       // no transaction
  kMail,        // MAIL accepted, no recipient yet
  kRecipients,  // at least one recipient
  kChunks,      // between two BDATs
};
inline constexpr size_t kSessionStateCount = 6;
std::string_view SessionStateName(SessionState state);

// Whether a command is run in a state, and if not, what it lacks.
enum class Legality : uint8_t {
  kRuns,
  kRefusedSession,       // 503: nothing but QUIT after a refusing greeting
  kNeedsHello,           // 503: HELO or EHLO first
  kNeedsMail,            // 503: MAIL first
  kNeedsRecipient,       // 503: RCPT first; 554 when all were refused (RFC 5321 §3.3)
  kNested,               // 503: a transaction is open
  kInsideChunks,         // 503: only BDAT goes on from here
  kNeedsTls,             // 530: STARTTLS first (RFC 3207 §4)
  kNeedsAuthentication,  // 530: AUTH first (RFC 4954 §6)
};

// What a session demands of its client and has not got.
struct MissingProtection {
  bool tls = false;
  bool authentication = false;
};

enum class ArgumentRule : uint8_t { kNone, kAny, kNeeded };
enum class SpokenIn : uint8_t { kBoth, kSmtp, kLmtp };

struct CommandRule {
  Verb verb;
  std::string_view name;
  SpokenIn spoken_in;
  ArgumentRule argument;
  bool carries_mail;          // false: counts towards Limits::idle_commands
  bool needs_tls;             // where the session demands it
  bool needs_authentication;  // likewise
  Legality in[kSessionStateCount];
  // Once it is answered positively; nullopt: as before. kStart is not left without a HELO.
  std::optional<SessionState> next;
};

std::span<const CommandRule> SessionTable();
// Of a verb that is neither kUnknown nor kUnimplemented.
const CommandRule& RuleOf(Verb verb);

inline Legality LegalityOf(const CommandRule& rule, SessionState state,
                           MissingProtection missing = {}) {
  const Legality in_order = rule.in[static_cast<size_t>(state)];
  if (in_order == Legality::kRefusedSession) return in_order;
  if (missing.tls && rule.needs_tls) return Legality::kNeedsTls;
  if (in_order == Legality::kNeedsHello) return in_order;
  if (missing.authentication && rule.needs_authentication) return Legality::kNeedsAuthentication;
  return in_order;
}
// Where a session stands after `rule`'s command was answered positively in `state`.
SessionState StateAfter(const CommandRule& rule, SessionState state);

}  // namespace ringpost::smtp
