// MailboxPath: which folder belongs to which mailbox, as a template.
//
//   absl::StatusOr<MailboxPath> path = MailboxPath::Parse("/var/mail/{domain}/{user}");
//   path->FolderOf(address);   // "/var/mail/example.com/john" for <John+lists@Example.com>
//
// | placeholder | for <John+lists@Example.com>, local parts folded |
// | {user}      | john: the local part without its tag             |
// | {tag}       | lists; empty when there is none                  |
// | {local}     | john+lists                                       |
// | {domain}    | example.com                                      |
// | {address}   | john+lists@example.com                           |
//
// A value cannot leave its place: '/', NUL and other controls, '%' and a leading '.' stand as %XX,
// and an empty value but a tag as %. Values that differ never stand as the same text: the encoding
// can be undone, and a value too long for a file name goes on in a folder below ("%+" marks the
// cut). So two mailboxes never share a folder where a slash, or the @ before {domain}, parts the
// placeholders.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "ringpost/store/local_address.h"

namespace ringpost::store {

class MailboxPath {
 public:
  // InvalidArgument, saying what is wrong: an empty template, an unknown or unclosed placeholder,
  // ".." as a component, {tag} as a whole component (mail without a tag would lie in the folder
  // above it; write ".{tag}", which is a Maildir++ folder).
  static absl::StatusOr<MailboxPath> Parse(std::string_view text);

  // Without a slash at the end.
  std::string FolderOf(const LocalAddress& address) const;

  // The folder above the first that depends on the mailbox; "." or "/" when there is no other.
  const std::string& fixed_folder() const { return fixed_folder_; }
  // How many levels below fixed_folder() the mailboxes lie, but for values that were cut.
  size_t depth() const { return depth_; }

 private:
  MailboxPath() = default;

  enum class Kind : uint8_t { kText, kUser, kTag, kLocal, kDomain, kAddress };
  struct Piece {
    Kind kind;
    std::string text;
  };

  static absl::StatusOr<Piece> ParsePlaceholder(std::string_view name);
  static std::string_view ValueOf(Kind kind, const LocalAddress& address);

  std::vector<Piece> pieces_;
  std::string fixed_folder_;
  size_t depth_ = 0;
};

}  // namespace ringpost::store
