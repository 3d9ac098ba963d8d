// The users file: who may authenticate, as text that an administrator can read, grep and edit.
//
//   # comments and empty lines
//   alice:$y$j9T$...:scram-sha-256=...      a line for each user: user_entry.h
//
//   auto users = ReadUsersFile("/etc/ringpost/users");       // at the start, and at HUP
//   hooks.authenticator = std::make_shared<UsersFileAuthenticator>(*users, hashing);
//
// `ringpost user` edits it; so does users_text.h. docs/auth.md is the guide.
//
// Errors: InvalidArgument "FILE:LINE: what is wrong", for the first thing that is; the file must be
// as secret_file.h wants it. Threads: a Users is immutable, so any number may share it. An
// authenticator belongs to its shard. Limits: those of secret_file.h.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ringpost/auth/user_entry.h"
#include "ringpost/hooks/authenticator.h"
#include "ringpost/io/offload.h"

namespace ringpost::auth {

class Users {
 public:
  // `file_name` is for messages.
  static absl::StatusOr<Users> Parse(std::string_view text, std::string_view file_name);

  // nullptr: no such user, or locked.
  const UserEntry* Find(std::string_view name) const;
  // Whether there is such a user, who is to be let in by nothing.
  bool IsLocked(std::string_view name) const;
  // For who has none: the hash of some user, the same for the same name each time. So unknown names
  // take as long as known ones do, whichever kinds of hashes the file has.
  const std::string& StandInHash(std::string_view name) const;

  size_t size() const { return by_name_.size(); }
  const hooks::AuthenticatorAbilities& abilities() const { return abilities_; }

 private:
  Users() = default;
  void Summarise();

  std::map<std::string, UserEntry, std::less<>> by_name_;
  std::vector<std::string> hashes_;  // of all who have one; never empty
  std::string stand_in_secret_;
  hooks::AuthenticatorAbilities abilities_;
};

// Blocks: reads the disk. NotFound and PermissionDenied as the system says.
absl::StatusOr<std::shared_ptr<const Users>> ReadUsersFile(const std::string& path);

// Answers for PLAIN and LOGIN by hashes, for SCRAM by the keys that the users have. Hashes are
// computed in `hashing`: exactly one for each question, whether or not there is such a user. When
// its queue is full the answer is ResourceExhausted, and the client is told to come back.
class UsersFileAuthenticator final : public hooks::Authenticator {
 public:
  using PasswordCheck = std::function<bool(std::string_view hash, std::string_view password)>;

  UsersFileAuthenticator(std::shared_ptr<const Users> users,
                         std::shared_ptr<io::OffloadPool> hashing);
  // `check` stands for crypto::IsPasswordOf(), and runs on a thread of `hashing`.
  UsersFileAuthenticator(std::shared_ptr<const Users> users,
                         std::shared_ptr<io::OffloadPool> hashing, PasswordCheck check);

  hooks::AuthenticatorAbilities abilities() const override { return users_->abilities(); }
  Task<hooks::AuthenticatedUser> OnPassword(const hooks::Context& context, std::string_view user,
                                            std::string_view password) override;
  Task<absl::StatusOr<std::optional<sasl::ScramKeys>>> OnScram(const hooks::Context& context,
                                                               std::string_view user,
                                                               sasl::Mechanism mechanism) override;

 private:
  const std::shared_ptr<const Users> users_;
  const std::shared_ptr<io::OffloadPool> hashing_;
  const PasswordCheck check_;
};

}  // namespace ringpost::auth
