#include "ringpost/auth/users_text.h"

#include <utility>

#include "ringpost/base/text.h"
#include "ringpost/crypto/hash.h"
#include "ringpost/crypto/secure_random.h"
#include "ringpost/sasl/saslprep.h"

namespace ringpost::auth {
namespace {

absl::Status Wrong(std::string_view what) { return absl::InvalidArgumentError(std::string(what)); }

sasl::ScramKeys MakeKeys(crypto::HashAlgorithm hash, std::string_view password,
                         uint32_t iteration_count) {
  return sasl::MakeScramKeys(crypto::HashFunctionsOf(hash), password,
                             crypto::RandomOctets(sasl::kScramSaltOctets), iteration_count);
}

}  // namespace

absl::StatusOr<std::string> PrepareUserName(std::string_view name) {
  std::optional<std::string> prepared = sasl::SaslPrep(name, sasl::StringUse::kStored);
  if (!prepared.has_value()) return Wrong("the name has characters that SASLprep prohibits");
  if (absl::Status status = CheckUserName(*prepared); !status.ok()) return status;
  return *std::move(prepared);
}

absl::StatusOr<UserEntry> MakeUserEntry(std::string_view name, std::string_view password,
                                        const NewUserOptions& options) {
  absl::StatusOr<std::string> prepared_name = PrepareUserName(name);
  if (!prepared_name.ok()) return prepared_name.status();
  const std::optional<std::string> prepared = sasl::SaslPrep(password, sasl::StringUse::kStored);
  if (!prepared.has_value()) {
    return Wrong("the password has characters that cannot be stored (SASLprep prohibits them)");
  }
  if (prepared->empty()) return Wrong("the password is empty");
  if (prepared->size() > crypto::kLongestHashedPassword) {
    return Wrong(Concat("the password is longer than ", crypto::kLongestHashedPassword, " octets"));
  }
  UserEntry entry = {.name = *std::move(prepared_name),
                     .password_hash = crypto::HashPassword(options.scheme, *prepared)};
  if (options.has_scram) {
    entry.scram_sha1 =
        MakeKeys(crypto::HashAlgorithm::kSha1, *prepared, options.scram_iteration_count);
    entry.scram_sha256 =
        MakeKeys(crypto::HashAlgorithm::kSha256, *prepared, options.scram_iteration_count);
  }
  return entry;
}

UsersText::UsersText(std::string_view text) {
  while (!text.empty()) {
    const size_t end = text.find('\n');
    lines_.emplace_back(text.substr(0, end));
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
}

std::vector<std::string> UsersText::names() const {
  std::vector<std::string> names;
  for (const std::string& line : lines_) {
    const std::string_view name = NameOfUserLine(line);
    if (!name.empty()) names.emplace_back(name);
  }
  return names;
}

void UsersText::Set(const UserEntry& entry) {
  const std::optional<size_t> index = Find(entry.name);
  if (index.has_value()) {
    lines_[*index] = FormatUserEntry(entry);
  } else {
    lines_.push_back(FormatUserEntry(entry));
  }
}

bool UsersText::Remove(std::string_view name) {
  const std::optional<size_t> index = Find(name);
  if (!index.has_value()) return false;
  lines_.erase(lines_.begin() + static_cast<std::ptrdiff_t>(*index));
  return true;
}

std::string UsersText::text() const {
  std::string text;
  for (const std::string& line : lines_) Append(text, line, '\n');
  return text;
}

std::optional<size_t> UsersText::Find(std::string_view name) const {
  for (size_t i = 0; i < lines_.size(); ++i) {
    if (NameOfUserLine(lines_[i]) == name) return i;
  }
  return std::nullopt;
}

}  // namespace ringpost::auth
