#include "ringpost/message/header_edits.h"

#include <algorithm>
#include <list>

#include "ringpost/base/ascii.h"
#include "ringpost/base/text.h"
#include "ringpost/message/header_field.h"

namespace ringpost::message {
namespace {

constexpr size_t kPreferredLineOctets = 78;  // RFC 5322 §2.1.1, without CRLF
constexpr size_t kLongestLineOctets = 998;

absl::Status InvalidField(std::string_view name, std::string_view problem) {
  // A name that is wrong is not shown: it may be what somebody tried to inject.
  return absl::InvalidArgumentError(IsFieldName(name) ? Concat("header field ", name, ": ", problem)
                                                      : Concat("header field: ", problem));
}

absl::Status ValidateName(std::string_view name) {
  if (!IsFieldName(name)) return InvalidField(name, "the name is no field name");
  if (name.size() > kLongestFieldName) return InvalidField(name, "the name is too long");
  return absl::OkStatus();
}

std::string_view WithoutBlanks(std::string_view value) {
  const size_t first = value.find_first_not_of(" \t");
  if (first == value.npos) return {};
  return value.substr(first, value.find_last_not_of(" \t") - first + 1);
}

// The blanks before the next word, and the word.
std::string_view NextWord(std::string_view value) {
  const size_t word = std::min(value.find_first_not_of(" \t"), value.size());
  return value.substr(0, std::min(value.find_first_of(" \t", word), value.size()));
}

// Appends `value`, with a line end before each word that would go over the preferred length. False
// when a line got too long all the same. A line is never blank: `value` starts and ends with a
// word.
bool AppendFolded(std::string& out, size_t line_octets, std::string_view value) {
  for (bool first = true; !value.empty(); first = false) {
    const std::string_view word = NextWord(value);
    if (!first && line_octets + word.size() > kPreferredLineOctets) {
      out.append("\r\n");
      line_octets = 0;
    }
    out.append(word);
    line_octets += word.size();
    if (line_octets > kLongestLineOctets) return false;
    value.remove_prefix(word.size());
  }
  return true;
}

// The header as a list of fields that can be changed.
class EditableHeader {
 public:
  explicit EditableHeader(std::string_view header) {
    std::vector<HeaderField> fields;
    SplitHeader(header, fields);
    for (const HeaderField& field : fields) {
      fields_.push_back({field.name, field.raw_field, {}});
    }
  }

  absl::Status Apply(const HeaderEdits::Edit& edit) {
    if (edit.kind == HeaderEdits::Kind::kRemove) {
      if (absl::Status status = ValidateName(edit.name); !status.ok()) return status;
      RemoveFrom(fields_.begin(), edit.name);
      return absl::OkStatus();
    }
    Field field{edit.name, {}, {}};
    if (absl::Status status = AppendHeaderField(field.edited, edit.name, edit.value);
        !status.ok()) {
      return status;
    }
    switch (edit.kind) {
      case HeaderEdits::Kind::kPrepend:
        fields_.push_front(std::move(field));
        break;
      case HeaderEdits::Kind::kReplace:
        Replace(std::move(field));
        break;
      case HeaderEdits::Kind::kAppend:
      case HeaderEdits::Kind::kRemove:
        fields_.push_back(std::move(field));
        break;
    }
    return absl::OkStatus();
  }

  std::string ToString() const {
    std::string header;
    for (const Field& field : fields_) {
      header.append(field.edited.empty() ? field.original : std::string_view(field.edited));
      // The last field of a message without body may lack its line end.
      if (!header.ends_with('\n')) header.append("\r\n");
    }
    header.append("\r\n");
    return header;
  }

 private:
  struct Field {
    std::string_view name;  // of the header or of the edit
    std::string_view original;
    std::string edited;
  };
  using Fields = std::list<Field>;

  void RemoveFrom(Fields::iterator from, std::string_view name) {
    while (from != fields_.end()) {
      from = EqualsIgnoreCase(from->name, name) ? fields_.erase(from) : std::next(from);
    }
  }

  void Replace(Field field) {
    const auto first = std::find_if(fields_.begin(), fields_.end(), [&](const Field& other) {
      return EqualsIgnoreCase(other.name, field.name);
    });
    if (first == fields_.end()) {
      fields_.push_back(std::move(field));
      return;
    }
    *first = std::move(field);
    RemoveFrom(std::next(first), first->name);
  }

  Fields fields_;
};

}  // namespace

absl::Status ValidateHeaderEdits(const HeaderEdits& edits) {
  std::string scratch;
  for (const HeaderEdits::Edit& edit : edits.edits()) {
    scratch.clear();
    const absl::Status status = edit.kind == HeaderEdits::Kind::kRemove
                                    ? ValidateName(edit.name)
                                    : AppendHeaderField(scratch, edit.name, edit.value);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ApplyHeaderEdits(std::string_view header, const HeaderEdits& edits) {
  EditableHeader editable(header);
  for (const HeaderEdits::Edit& edit : edits.edits()) {
    if (absl::Status status = editable.Apply(edit); !status.ok()) return status;
  }
  return editable.ToString();
}

absl::Status AppendHeaderField(std::string& out, std::string_view name, std::string_view value) {
  if (absl::Status status = ValidateName(name); !status.ok()) return status;
  if (value.size() > kLongestFieldValue) return InvalidField(name, "the value is too long");
  if (std::any_of(value.begin(), value.end(),
                  [](char c) { return IsAsciiControl(c) && c != '\t'; })) {
    return InvalidField(name, "a control character in the value");
  }
  const size_t start = out.size();
  Append(out, name, ": ");
  if (!AppendFolded(out, name.size() + 2, WithoutBlanks(value))) {
    out.resize(start);
    return InvalidField(name, "a word of the value is longer than a line can be");
  }
  out.append("\r\n");
  return absl::OkStatus();
}

}  // namespace ringpost::message
