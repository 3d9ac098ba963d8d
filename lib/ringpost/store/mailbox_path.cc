#include "ringpost/store/mailbox_path.h"

#include <algorithm>
#include <optional>

#include "ringpost/base/ascii.h"
#include "ringpost/base/text.h"

namespace ringpost::store {
namespace {

// File names have at most 255 octets on Linux; what a template adds to a value has the rest.
constexpr size_t kLongestValuePart = 180;

bool StandsForItself(char c) { return !IsAsciiControl(c) && c != '/' && c != '%'; }

void AppendEncoded(std::string& path, std::string_view value) {
  constexpr std::string_view kHexDigits = "0123456789ABCDEF";
  size_t part_octets = 0;
  for (size_t i = 0; i < value.size(); ++i) {
    if (part_octets >= kLongestValuePart) {
      path.append("%+/");
      part_octets = 0;
    }
    const auto octet = static_cast<unsigned char>(value[i]);
    // A part after a cut is a file name of its own: it must not begin with a dot either.
    if (StandsForItself(value[i]) && !(part_octets == 0 && value[i] == '.')) {
      path.push_back(value[i]);
      part_octets += 1;
    } else {
      Append(path, '%', kHexDigits[octet >> 4], kHexDigits[octet & 15]);
      part_octets += 3;
    }
  }
}

absl::Status InvalidTemplate(std::string_view text, std::string_view problem) {
  return absl::InvalidArgumentError(Concat("mailbox path \"", text, "\": ", problem));
}

// Calls `visit` with each component; false when it was false for one.
template <typename Visit>
bool AllComponents(std::string_view path, Visit visit) {
  while (true) {
    const size_t slash = path.find('/');
    if (!visit(path.substr(0, slash))) return false;
    if (slash == path.npos) return true;
    path.remove_prefix(slash + 1);
  }
}

// What stands before the last slash that stands before the first placeholder.
std::string FixedFolder(std::string_view text) {
  const size_t slash = text.substr(0, text.find('{')).rfind('/');
  if (slash == text.npos) return ".";
  return std::string(text.substr(0, std::max<size_t>(slash, 1)));
}

}  // namespace

absl::StatusOr<MailboxPath> MailboxPath::Parse(std::string_view text) {
  std::string_view rest = text;
  while (rest.size() > 1 && rest.ends_with('/')) rest.remove_suffix(1);
  if (rest.empty() || rest == "/") return InvalidTemplate(text, "names no folder");
  if (rest.find('\0') != rest.npos) return InvalidTemplate(text, "has a NUL");
  if (!AllComponents(rest, [](std::string_view component) { return component != ".."; })) {
    return InvalidTemplate(text, "must not go up by \"..\"");
  }
  if (!AllComponents(rest, [](std::string_view component) { return component != "{tag}"; })) {
    return InvalidTemplate(text, "{tag} cannot be a folder of its own; write .{tag}");
  }

  MailboxPath path;
  path.fixed_folder_ = FixedFolder(rest);
  const std::string_view variable =
      path.fixed_folder_ == "." ? rest : rest.substr(path.fixed_folder_.size());
  path.depth_ = static_cast<size_t>(std::count(variable.begin(), variable.end(), '/')) +
                (variable.starts_with('/') ? 0 : 1);
  while (!rest.empty()) {
    const size_t open = std::min(rest.find('{'), rest.size());
    if (open > 0) path.pieces_.push_back({Kind::kText, std::string(rest.substr(0, open))});
    rest.remove_prefix(open);
    if (rest.empty()) break;
    const size_t close = rest.find('}');
    if (close == rest.npos) return InvalidTemplate(text, "a placeholder is not closed");
    absl::StatusOr<Piece> piece = ParsePlaceholder(rest.substr(0, close + 1));
    if (!piece.ok()) return InvalidTemplate(text, std::string(piece.status().message()));
    path.pieces_.push_back(*std::move(piece));
    rest.remove_prefix(close + 1);
  }
  return path;
}

absl::StatusOr<MailboxPath::Piece> MailboxPath::ParsePlaceholder(std::string_view name) {
  if (name == "{user}") return Piece{Kind::kUser, {}};
  if (name == "{tag}") return Piece{Kind::kTag, {}};
  if (name == "{local}") return Piece{Kind::kLocal, {}};
  if (name == "{domain}") return Piece{Kind::kDomain, {}};
  if (name == "{address}") return Piece{Kind::kAddress, {}};
  return absl::InvalidArgumentError(
      Concat(name, " is none of {user}, {tag}, {local}, {domain}, {address}"));
}

std::string_view MailboxPath::ValueOf(Kind kind, const LocalAddress& address) {
  switch (kind) {
    case Kind::kText:
      break;
    case Kind::kUser:
      return address.user();
    case Kind::kTag:
      return address.tag();
    case Kind::kLocal:
      return address.local_part();
    case Kind::kDomain:
      return address.domain();
    case Kind::kAddress:
      return address.text();
  }
  return {};
}

std::string MailboxPath::FolderOf(const LocalAddress& address) const {
  std::string folder;
  for (const Piece& piece : pieces_) {
    if (piece.kind == Kind::kText) {
      folder.append(piece.text);
    } else {
      const std::string_view value = ValueOf(piece.kind, address);
      if (value.empty() && piece.kind != Kind::kTag) folder.push_back('%');
      AppendEncoded(folder, value);
    }
  }
  return folder;
}

}  // namespace ringpost::store
