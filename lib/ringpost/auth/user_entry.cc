#include "ringpost/auth/user_entry.h"

#include <array>
#include <cstdint>

#include "absl/status/status.h"
#include "ringpost/base/base64.h"
#include "ringpost/base/text.h"
#include "ringpost/crypto/hash.h"
#include "ringpost/crypto/password_hash.h"
#include "ringpost/sasl/saslprep.h"
#include "ringpost/sasl/server.h"

namespace ringpost::auth {
namespace {

constexpr std::string_view kScramSha1Field = "scram-sha-1";
constexpr std::string_view kScramSha256Field = "scram-sha-256";
constexpr char kLock = '!';
constexpr std::string_view kNoPassword = "*";
constexpr size_t kMostSaltOctets = 64;

absl::Status Wrong(std::string_view what) { return absl::InvalidArgumentError(std::string(what)); }

// What stands before the next `separator`, which is taken off `rest` with it.
std::string_view TakeUntil(std::string_view& rest, char separator) {
  const size_t end = rest.find(separator);
  const std::string_view taken = rest.substr(0, end);
  rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
  return taken;
}

absl::Status ReadHash(std::string_view hash, UserEntry& entry) {
  entry.is_locked = hash.starts_with(kLock);
  if (entry.is_locked) hash.remove_prefix(1);
  if (hash == kNoPassword || (entry.is_locked && hash.empty())) return absl::OkStatus();
  if (hash.empty()) return Wrong("no password hash; * stands for a user without one");
  if (!crypto::IsPasswordHash(hash)) {
    return Wrong("the password hash is not one of yescrypt, bcrypt or sha512");
  }
  entry.password_hash = hash;
  return absl::OkStatus();
}

std::optional<sasl::ScramKeys> ParseScramKeys(std::string_view text, size_t digest_octets) {
  const std::optional<uint64_t> iteration_count = ParseDecimal(TakeUntil(text, ','));
  const std::optional<std::string> salt = DecodeBase64(TakeUntil(text, ','));
  const std::optional<std::string> stored_key = DecodeBase64(TakeUntil(text, ','));
  const std::optional<std::string> server_key = DecodeBase64(text);
  if (!iteration_count || !salt || !stored_key || !server_key) return std::nullopt;
  const bool fits = *iteration_count >= sasl::kLeastScramIterations &&
                    *iteration_count <= sasl::kMostScramIterations && !salt->empty() &&
                    salt->size() <= kMostSaltOctets && stored_key->size() == digest_octets &&
                    server_key->size() == digest_octets;
  if (!fits) return std::nullopt;
  return sasl::ScramKeys{.salt = *salt,
                         .iteration_count = static_cast<uint32_t>(*iteration_count),
                         .stored_key = *stored_key,
                         .server_key = *server_key};
}

absl::Status ReadScramKeys(std::string_view name, std::string_view value,
                           crypto::HashAlgorithm hash, std::optional<sasl::ScramKeys>& keys) {
  if (keys.has_value()) return Wrong(Concat("a second ", name));
  keys = ParseScramKeys(value, crypto::DigestOctets(hash));
  if (keys.has_value()) return absl::OkStatus();
  return Wrong(Concat(name, " is not ITERATIONS,SALT,STORED-KEY,SERVER-KEY (",
                      sasl::kLeastScramIterations, " to ", sasl::kMostScramIterations,
                      " iterations)"));
}

absl::Status ReadField(std::string_view field, UserEntry& entry) {
  const std::string_view name = field.substr(0, field.find('='));
  if (name.size() == field.size()) return Wrong(Concat("a field without =: ", field));
  const std::string_view value = field.substr(name.size() + 1);
  if (name == kScramSha1Field) {
    return ReadScramKeys(name, value, crypto::HashAlgorithm::kSha1, entry.scram_sha1);
  }
  if (name == kScramSha256Field) {
    return ReadScramKeys(name, value, crypto::HashAlgorithm::kSha256, entry.scram_sha256);
  }
  return Wrong(Concat("an unknown field ", name, "; there are ", kScramSha1Field, " and ",
                      kScramSha256Field));
}

void AppendScramKeys(std::string& line, std::string_view name,
                     const std::optional<sasl::ScramKeys>& keys) {
  if (!keys.has_value()) return;
  Append(line, ':', name, '=', keys->iteration_count, ',', EncodeBase64(keys->salt), ',',
         EncodeBase64(keys->stored_key), ',', EncodeBase64(keys->server_key));
}

}  // namespace

absl::StatusOr<UserEntry> ParseUserEntry(std::string_view line) {
  if (line.size() > kLongestUserLine) return Wrong("the line is too long");
  UserEntry entry;
  entry.name = TakeUntil(line, ':');
  if (absl::Status status = CheckUserName(entry.name); !status.ok()) return status;
  if (absl::Status status = ReadHash(TakeUntil(line, ':'), entry); !status.ok()) return status;
  while (!line.empty()) {
    if (absl::Status status = ReadField(TakeUntil(line, ':'), entry); !status.ok()) return status;
  }
  return entry;
}

std::string FormatUserEntry(const UserEntry& entry) {
  std::string line = Concat(entry.name, ':');
  if (entry.is_locked) line.push_back(kLock);
  line += entry.password_hash.empty() ? kNoPassword : std::string_view(entry.password_hash);
  AppendScramKeys(line, kScramSha1Field, entry.scram_sha1);
  AppendScramKeys(line, kScramSha256Field, entry.scram_sha256);
  return line;
}

absl::Status CheckUserName(std::string_view name) {
  if (name.empty()) return Wrong("a user without a name");
  if (name.size() > sasl::kLongestNameOctets) return Wrong("the name is too long");
  const auto prepared = sasl::SaslPrep(name, sasl::StringUse::kStored);
  if (!prepared.has_value()) return Wrong("the name has characters that SASLprep prohibits");
  if (*prepared != name) {
    return Wrong(Concat("the name is not in the form of SASLprep, which is ", *prepared));
  }
  const bool is_plain = name.find(':') == name.npos && name.front() != '#' && name.front() != ' ' &&
                        name.back() != ' ';
  if (!is_plain) return Wrong("a name has no colon, no blank at its ends and no # before it");
  return absl::OkStatus();
}

std::string_view NameOfUserLine(std::string_view line) {
  return line.starts_with('#') ? std::string_view() : line.substr(0, line.find(':'));
}

}  // namespace ringpost::auth
