#include "ringpost/auth/users_file.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>

#include "ringpost/auth/secret_file.h"
#include "ringpost/base/text.h"
#include "ringpost/crypto/hash.h"
#include "ringpost/crypto/password_hash.h"
#include "ringpost/crypto/secure_random.h"

namespace ringpost::auth {
namespace {

constexpr size_t kSecretOctets = 32;

}  // namespace

absl::StatusOr<Users> Users::Parse(std::string_view text, std::string_view file_name) {
  Users users;
  std::map<std::string, size_t, std::less<>> line_of;
  for (size_t number = 1; !text.empty(); ++number) {
    const size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    if (line.empty() || line.starts_with('#')) continue;
    absl::StatusOr<UserEntry> entry = ParseUserEntry(line);
    if (!entry.ok()) {
      return absl::InvalidArgumentError(
          Concat(file_name, ":", number, ": ", std::string(entry.status().message())));
    }
    const auto [first, is_new] = line_of.emplace(entry->name, number);
    if (!is_new) {
      return absl::InvalidArgumentError(Concat(file_name, ":", number, ": ", entry->name,
                                               " is a user already, in line ", first->second));
    }
    std::string name = entry->name;
    users.by_name_.emplace(std::move(name), *std::move(entry));
  }
  users.Summarise();
  return users;
}

void Users::Summarise() {
  std::map<uint32_t, size_t> iteration_counts;
  for (const auto& [name, entry] : by_name_) {
    if (entry.is_locked) continue;
    if (!entry.password_hash.empty()) hashes_.push_back(entry.password_hash);
    abilities_.scram_sha1 |= entry.scram_sha1.has_value();
    abilities_.scram_sha256 |= entry.scram_sha256.has_value();
    for (const auto* keys : {&entry.scram_sha1, &entry.scram_sha256}) {
      if (keys->has_value()) ++iteration_counts[(*keys)->iteration_count];
    }
  }
  const auto most = std::ranges::max_element(iteration_counts, {},
                                             [](const auto& entry) { return entry.second; });
  if (most != iteration_counts.end()) abilities_.scram_iteration_count = most->first;
  // Where nobody has anything, AUTH is offered all the same: a file may be there before its users.
  const bool has_scram = abilities_.scram_sha1 || abilities_.scram_sha256;
  abilities_.passwords = !hashes_.empty() || !has_scram;
  if (hashes_.empty()) {
    hashes_.push_back(crypto::HashPassword(crypto::PasswordScheme::kYescrypt, "nobody"));
  }
  stand_in_secret_ = crypto::RandomOctets(kSecretOctets);
}

const UserEntry* Users::Find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() || found->second.is_locked ? nullptr : &found->second;
}

bool Users::IsLocked(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found != by_name_.end() && found->second.is_locked;
}

const std::string& Users::StandInHash(std::string_view name) const {
  const std::string code = crypto::Hmac(crypto::HashAlgorithm::kSha256, stand_in_secret_, name);
  uint64_t choice;
  std::memcpy(&choice, code.data(), sizeof choice);
  return hashes_[choice % hashes_.size()];
}

absl::StatusOr<std::shared_ptr<const Users>> ReadUsersFile(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadSecretFile(path);
  if (!text.ok()) return text.status();
  absl::StatusOr<Users> users = Users::Parse(*text, path);
  if (!users.ok()) return users.status();
  return std::make_shared<const Users>(*std::move(users));
}

UsersFileAuthenticator::UsersFileAuthenticator(std::shared_ptr<const Users> users,
                                               std::shared_ptr<io::OffloadPool> hashing)
    : UsersFileAuthenticator(std::move(users), std::move(hashing), crypto::IsPasswordOf) {}

UsersFileAuthenticator::UsersFileAuthenticator(std::shared_ptr<const Users> users,
                                               std::shared_ptr<io::OffloadPool> hashing,
                                               PasswordCheck check)
    : users_(std::move(users)), hashing_(std::move(hashing)), check_(std::move(check)) {}

Task<hooks::AuthenticatedUser> UsersFileAuthenticator::OnPassword(const hooks::Context& context,
                                                                  std::string_view user,
                                                                  std::string_view password) {
  const UserEntry* const entry = users_->Find(user);
  const bool has_hash = entry != nullptr && !entry->password_hash.empty();
  const std::string& hash = has_hash ? entry->password_hash : users_->StandInHash(user);
  const absl::StatusOr<bool> fits =
      co_await io::Offload(context.shard, *hashing_, [&] { return check_(hash, password); });
  if (!fits.ok()) co_return fits.status();
  if (!has_hash || !*fits) co_return std::nullopt;
  co_return entry->name;
}

Task<absl::StatusOr<std::optional<sasl::ScramKeys>>> UsersFileAuthenticator::OnScram(
    const hooks::Context&, std::string_view user, sasl::Mechanism mechanism) {
  using Keys = absl::StatusOr<std::optional<sasl::ScramKeys>>;
  const UserEntry* const entry = users_->Find(user);
  if (entry == nullptr) return ReadyTask(Keys(std::nullopt));
  const bool is_sha1 =
      mechanism == sasl::Mechanism::kScramSha1 || mechanism == sasl::Mechanism::kScramSha1Plus;
  return ReadyTask(Keys(is_sha1 ? entry->scram_sha1 : entry->scram_sha256));
}

}  // namespace ringpost::auth
