// HeaderEdits: what is to change in the header of a message, and the function that changes it.
//
//   HeaderEdits edits;
//   edits.Replace("X-Spam-Flag", "YES");
//   absl::StatusOr<std::string> edited = ApplyHeaderEdits(header, edits);
//
// A value can end neither its line nor the header: CR, LF, NUL and other control characters but
// HTAB are refused, so that no field comes in through what a client chose. Octets over 127 stand as
// they are: who writes them encodes them (RFC 2047) or knows that the message is SMTPUTF8. Limits:
// kLongestFieldName, kLongestFieldValue; a value is folded at its blanks, at 78 octets where it has
// some (RFC 5322 §2.1.1), and refused where no blank allows a line of at most 998.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace ringpost::message {

inline constexpr size_t kLongestFieldName = 76;
inline constexpr size_t kLongestFieldValue = 64 * 1024;

// Edits are applied in order. Names match without regard to case.
class HeaderEdits {
 public:
  enum class Kind : uint8_t { kPrepend, kAppend, kReplace, kRemove };
  struct Edit {
    Kind kind;
    std::string name;
    std::string value;
  };

  // On top of the header; a later one goes above.
  void Prepend(std::string name, std::string value) {
    Add(Kind::kPrepend, std::move(name), std::move(value));
  }
  // Below the last field.
  void Append(std::string name, std::string value) {
    Add(Kind::kAppend, std::move(name), std::move(value));
  }
  // The first field of the name gets the value, further ones go; appended when there is none.
  void Replace(std::string name, std::string value) {
    Add(Kind::kReplace, std::move(name), std::move(value));
  }
  // Every field of the name.
  void Remove(std::string name) { Add(Kind::kRemove, std::move(name), {}); }

  bool empty() const { return edits_.empty(); }
  std::span<const Edit> edits() const { return edits_; }
  void clear() { edits_.clear(); }

 private:
  void Add(Kind kind, std::string name, std::string value) {
    edits_.push_back({kind, std::move(name), std::move(value)});
  }

  std::vector<Edit> edits_;
};

// InvalidArgument when a name or a value cannot stand in a header; names the first one.
absl::Status ValidateHeaderEdits(const HeaderEdits& edits);

// The header block `header` (as HeaderScanner found it) with the edits. Ends with the empty line,
// which is added when `header` had none; fields that no edit names are as they were, octet for
// octet. InvalidArgument as above.
absl::StatusOr<std::string> ApplyHeaderEdits(std::string_view header, const HeaderEdits& edits);

// Appends "name: value" and CRLF, folded. InvalidArgument as above, and then nothing is appended.
absl::Status AppendHeaderField(std::string& out, std::string_view name, std::string_view value);

}  // namespace ringpost::message
