#include "ringpost/auth/users_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>

#include "ringpost/base/text.h"
#include "ringpost/crypto/hash.h"
#include "ringpost/crypto/password_hash.h"
#include "ringpost/crypto/secure_random.h"
#include "ringpost/io/reactor.h"

namespace ringpost::auth {
namespace {

constexpr size_t kSecretOctets = 32;
constexpr mode_t kForbiddenMode = 0027;

// Ends with its scope.
class Descriptor {
 public:
  explicit Descriptor(int descriptor) : descriptor_(descriptor) {}
  ~Descriptor() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return descriptor_; }

 private:
  const int descriptor_;
};

std::string Octal(mode_t mode) {
  std::string digits = "0000";
  for (size_t i = 4; i-- > 0; mode >>= 3) digits[i] = static_cast<char>('0' + (mode & 7));
  return digits;
}

absl::Status CheckFile(const struct stat& file, const std::string& path) {
  if (!S_ISREG(file.st_mode)) return absl::InvalidArgumentError(Concat(path, ": is no file"));
  if ((file.st_mode & kForbiddenMode) != 0) {
    return absl::InvalidArgumentError(Concat(path, ": has hashes of passwords, but its mode is ",
                                             Octal(file.st_mode & 07777),
                                             "; it may be 0640 at most"));
  }
  if (static_cast<uint64_t>(file.st_size) > kLargestUsersFile) {
    return absl::InvalidArgumentError(Concat(path, ": is too large"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadWhole(const std::string& path) {
  // Not blocking: a FIFO would be opened when somebody writes to it, and never else.
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat facts = {};
  if (file.get() < 0 || fstat(file.get(), &facts) != 0) return io::StatusFromErrno(-errno, path);
  if (absl::Status status = CheckFile(facts, path); !status.ok()) return status;
  std::string text(static_cast<size_t>(facts.st_size), '\0');
  size_t size = 0;
  while (size < text.size()) {
    const ssize_t count = read(file.get(), text.data() + size, text.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return io::StatusFromErrno(-errno, path);
    if (count == 0) break;
    size += static_cast<size_t>(count);
  }
  text.resize(size);
  return text;
}

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

const std::string& Users::StandInHash(std::string_view name) const {
  const std::string code = crypto::Hmac(crypto::HashAlgorithm::kSha256, stand_in_secret_, name);
  uint64_t choice;
  std::memcpy(&choice, code.data(), sizeof choice);
  return hashes_[choice % hashes_.size()];
}

absl::StatusOr<std::shared_ptr<const Users>> ReadUsersFile(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadWhole(path);
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
