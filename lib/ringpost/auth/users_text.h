// UsersText: a users file as text that is changed by a line, with comments, order and lines that
// are wrong left as they are.
//
//   UsersText text(content_of_the_file);
//   text.Set(*MakeUserEntry("alice", "pencil", {}));
//   write(text.text());
//
// The entry of a new user stands at the end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "ringpost/auth/user_entry.h"
#include "ringpost/crypto/password_hash.h"

namespace ringpost::auth {

struct NewUserOptions {
  crypto::PasswordScheme scheme = crypto::PasswordScheme::kYescrypt;
  bool has_scram = true;
  uint32_t scram_iteration_count = 10'000;
};

// What is stored for a user and a password, both through SASLprep. InvalidArgument when one of them
// cannot be stored. Takes a tenth of a second of CPU.
absl::StatusOr<UserEntry> MakeUserEntry(std::string_view name, std::string_view password,
                                        const NewUserOptions& options);
// The name as the file has it. InvalidArgument when no user can be called so.
absl::StatusOr<std::string> PrepareUserName(std::string_view name);

class UsersText {
 public:
  explicit UsersText(std::string_view text);

  // In the order of the lines.
  std::vector<std::string> names() const;
  bool Contains(std::string_view name) const { return Find(name).has_value(); }
  // Adds the user, or takes the place of the line that is there.
  void Set(const UserEntry& entry);
  // False when there is no such user.
  bool Remove(std::string_view name);

  std::string text() const;

 private:
  std::optional<size_t> Find(std::string_view name) const;

  std::vector<std::string> lines_;
};

}  // namespace ringpost::auth
