// The authentication protocol of Dovecot 2, version 1, as its clients speak it: lines of fields
// between tabs. No I/O.
//
//   send(FormatDovecotGreeting(client_id));
//   DovecotHandshake handshake;        // one Take() for each line, until it is complete
//   send(FormatDovecotQuestion(...));
//   auto answer = ParseDovecotAnswer(line);
//
// Errors: Internal for a line that cannot be right; FailedPrecondition for a server that speaks
// another version. Lines of commands that are not known are passed over, as the protocol asks for.
// Limits: kLongestDovecotLine, kMostHandshakeLines.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ringpost/hooks/context.h"
#include "ringpost/sasl/mechanism.h"

namespace ringpost::auth::internal {

// With its LF. Dovecot ends a connection on which a longer one comes in, with all the questions of
// others that wait on it: so what a client makes too long must never be sent.
inline constexpr size_t kLongestDovecotLine = 8192;
inline constexpr size_t kMostHandshakeLines = 256;

// Takes what comes in, gives it back in lines.
class DovecotLines {
 public:
  // False: a line is longer than kLongestDovecotLine.
  bool Add(std::string_view octets);
  // The next line without its LF, valid until the next Add(). nullopt: it is not complete.
  std::optional<std::string_view> Next();

 private:
  std::string unread_;
  size_t next_ = 0;  // of unread_
};

// `client_id` must be another one for each connection to a Dovecot, and not 0.
std::string FormatDovecotGreeting(uint32_t client_id);

class DovecotHandshake {
 public:
  // The next line of the server.
  absl::Status Take(std::string_view line);
  // After DONE.
  bool is_complete() const { return is_complete_; }
  bool Offers(sasl::Mechanism mechanism) const { return offered_[static_cast<size_t>(mechanism)]; }
  // What the server offers, for people: "PLAIN LOGIN".
  const std::string& names() const { return names_; }

 private:
  absl::Status TakeVersion(std::string_view major);
  void TakeMechanism(std::string_view name);

  std::array<bool, sasl::kAllMechanisms.size()> offered_ = {};
  std::string names_;
  size_t line_count_ = 0;
  bool has_version_ = false;
  bool is_complete_ = false;
};

// AUTH with the initial response `response`, decoded. nullopt: it would be too long.
std::optional<std::string> FormatDovecotQuestion(uint32_t id, sasl::Mechanism mechanism,
                                                 const hooks::SessionView& session,
                                                 std::string_view response);
// The answer to a challenge.
std::string FormatDovecotContinuation(uint32_t id, std::string_view response);

struct DovecotAnswer {
  enum class Kind : uint8_t {
    kAccepted,
    kRefused,
    kUndecided,   // Dovecot itself does not know: its database is down
    kChallenged,  // CONT
  };
  Kind kind;
  uint32_t id;
  std::string user = {};    // of kAccepted
  std::string reason = {};  // of kUndecided, for the log; may be empty
};

// nullopt: a line that is no answer.
absl::StatusOr<std::optional<DovecotAnswer>> ParseDovecotAnswer(std::string_view line);

}  // namespace ringpost::auth::internal
