// UserEntry: one user, as a line of a users file has it.
//
//   alice:$y$j9T$...$...:scram-sha-1=10000,SALT,STORED,SERVER:scram-sha-256=10000,SALT,STORED,SERVER
//   robot:*:scram-sha-256=...     no password is good: SCRAM alone
//   carol:!$6$...                 locked: nobody is carol, by whatever mechanism
//
// The fields are separated by colons: the name, in the form of SASLprep; a hash as crypt(5) has it,
// which is that of /etc/shadow; then, in any order, what is kept for a mechanism as NAME=VALUE.
// SCRAM's keys are the iteration count, and in base64 salt, StoredKey and ServerKey (RFC 5802 §3).
//
// Errors: InvalidArgument says what is wrong with a line. What is not known is an error too: a
// misspelt field must not mean that a mechanism silently refuses somebody.
// Limits: a line is at most kLongestUserLine octets.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ringpost/sasl/scram_keys.h"

namespace ringpost::auth {

inline constexpr size_t kLongestUserLine = 2048;

struct UserEntry {
  std::string name = {};
  bool is_locked = false;
  std::string password_hash = {};  // empty: no password is good
  std::optional<sasl::ScramKeys> scram_sha1 = {};
  std::optional<sasl::ScramKeys> scram_sha256 = {};
};

// `line` has no end of line, is no comment and not empty.
absl::StatusOr<UserEntry> ParseUserEntry(std::string_view line);
// As ParseUserEntry() reads it.
std::string FormatUserEntry(const UserEntry& entry);

// Whether a user can be called so: in the form of SASLprep, and nothing that the format has another
// use for (a colon, a # or a blank at the start, a blank at the end).
absl::Status CheckUserName(std::string_view name);

// The name that a line is about, however wrong the rest is; empty for comments and empty lines.
std::string_view NameOfUserLine(std::string_view line);

}  // namespace ringpost::auth
