#include "ringpost/auth/internal/dovecot_protocol.h"

#include <limits>
#include <utility>

#include "ringpost/auth/internal/user_name.h"
#include "ringpost/base/base64.h"
#include "ringpost/base/text.h"

namespace ringpost::auth::internal {
namespace {

constexpr std::string_view kProtocolMajor = "1";
constexpr size_t kMostNamesOctets = 256;

// The next field, off the front of `fields`.
std::string_view TakeField(std::string_view& fields) {
  const size_t end = fields.find('\t');
  const std::string_view field = fields.substr(0, end);
  fields.remove_prefix(end == fields.npos ? fields.size() : end + 1);
  return field;
}

// Tabs and line ends within a value are written as \001 and a letter. nullopt: no value.
std::optional<std::string> Unescape(std::string_view value) {
  constexpr char kEscape = '\x01';
  std::string plain;
  for (size_t i = 0; i < value.size(); ++i) {
    if (value[i] != kEscape) {
      plain.push_back(value[i]);
      continue;
    }
    if (++i == value.size()) return std::nullopt;
    switch (value[i]) {
      case '0':
        plain.push_back('\0');
        break;
      case '1':
        plain.push_back(kEscape);
        break;
      case 't':
        plain.push_back('\t');
        break;
      case 'r':
        plain.push_back('\r');
        break;
      case 'n':
        plain.push_back('\n');
        break;
      default:
        return std::nullopt;
    }
  }
  return plain;
}

std::optional<uint32_t> ParseId(std::string_view text) {
  const std::optional<uint64_t> id = ParseDecimal(text);
  if (!id.has_value() || *id > std::numeric_limits<uint32_t>::max()) return std::nullopt;
  return static_cast<uint32_t>(*id);
}

absl::Status Malformed(std::string_view what) {
  return absl::InternalError(Concat("Dovecot sent a malformed ", what));
}

absl::StatusOr<std::optional<DovecotAnswer>> ParseAccepted(uint32_t id, std::string_view fields) {
  constexpr std::string_view kUser = "user=";
  std::optional<std::string> user;
  bool may_log_in = true;
  while (!fields.empty()) {
    const std::string_view field = TakeField(fields);
    if (field.starts_with(kUser)) user = Unescape(field.substr(kUser.size()));
    if (field == "nologin" || field.starts_with("nologin=")) may_log_in = false;
  }
  if (!user.has_value() || !IsUserName(*user)) return Malformed("OK");
  // The password is right, and the user is not to log in: by a rule of the site.
  if (!may_log_in) return DovecotAnswer{.kind = DovecotAnswer::Kind::kRefused, .id = id};
  return DovecotAnswer{.kind = DovecotAnswer::Kind::kAccepted, .id = id, .user = *std::move(user)};
}

absl::StatusOr<std::optional<DovecotAnswer>> ParseRefused(uint32_t id, std::string_view fields) {
  constexpr std::string_view kReason = "reason=";
  DovecotAnswer answer = {.kind = DovecotAnswer::Kind::kRefused, .id = id};
  while (!fields.empty()) {
    const std::string_view field = TakeField(fields);
    if (field == "temp" || field == "code=temp_fail") {
      answer.kind = DovecotAnswer::Kind::kUndecided;
    } else if (field.starts_with(kReason)) {
      answer.reason = Unescape(field.substr(kReason.size())).value_or(std::string());
    }
  }
  return answer;
}

}  // namespace

bool DovecotLines::Add(std::string_view octets) {
  unread_.erase(0, std::exchange(next_, 0));
  unread_.append(octets);
  size_t start = 0;
  for (size_t end; (end = unread_.find('\n', start)) != unread_.npos; start = end + 1) {
    if (end + 1 - start > kLongestDovecotLine) return false;
  }
  return unread_.size() - start < kLongestDovecotLine;
}

std::optional<std::string_view> DovecotLines::Next() {
  const size_t end = unread_.find('\n', next_);
  if (end == unread_.npos) return std::nullopt;
  const size_t start = std::exchange(next_, end + 1);
  return std::string_view(unread_).substr(start, end - start);
}

std::string FormatDovecotGreeting(uint32_t client_id) {
  return Concat("VERSION\t", kProtocolMajor, "\t1\nCPID\t", client_id, "\n");
}

absl::Status DovecotHandshake::Take(std::string_view line) {
  if (++line_count_ > kMostHandshakeLines) return Malformed("handshake: it has no end");
  const std::string_view command = TakeField(line);
  if (command == "VERSION") return TakeVersion(TakeField(line));
  if (!has_version_) return Malformed("handshake: it has no version");
  if (command == "MECH") TakeMechanism(TakeField(line));
  if (command == "DONE") is_complete_ = true;
  return absl::OkStatus();
}

absl::Status DovecotHandshake::TakeVersion(std::string_view major) {
  if (!ParseDecimal(major).has_value()) return Malformed("VERSION");
  if (major != kProtocolMajor) {
    return absl::FailedPreconditionError(Concat(
        "Dovecot speaks version ", major, " of its authentication protocol, not ", kProtocolMajor));
  }
  has_version_ = true;
  return absl::OkStatus();
}

void DovecotHandshake::TakeMechanism(std::string_view name) {
  if (names_.size() + name.size() < kMostNamesOctets) {
    Append(names_, names_.empty() ? "" : " ", name);
  }
  if (const auto mechanism = sasl::ParseMechanism(name)) {
    offered_[static_cast<size_t>(*mechanism)] = true;
  }
}

std::optional<std::string> FormatDovecotQuestion(uint32_t id, sasl::Mechanism mechanism,
                                                 const hooks::SessionView& session,
                                                 std::string_view response) {
  std::string line = Concat("AUTH\t", id, '\t', sasl::MechanismName(mechanism), "\tservice=smtp");
  // Nobody asks for this login again: without it Dovecot would keep each for a minute.
  Append(line, "\tnologin\tsession=", session.id);
  if (!session.client.is_unix()) {
    Append(line, "\trip=", session.client.ip.ToString(), "\trport=", session.client.port);
  }
  if (!session.server.is_unix()) {
    Append(line, "\tlip=", session.server.ip.ToString(), "\tlport=", session.server.port);
  }
  if (session.security != nullptr) line.append("\tsecured");
  // What follows resp= is the response, whatever it is: it comes last.
  Append(line, "\tresp=", EncodeBase64(response), "\n");
  if (line.size() > kLongestDovecotLine) return std::nullopt;
  return line;
}

std::string FormatDovecotContinuation(uint32_t id, std::string_view response) {
  return Concat("CONT\t", id, '\t', EncodeBase64(response), "\n");
}

absl::StatusOr<std::optional<DovecotAnswer>> ParseDovecotAnswer(std::string_view line) {
  const std::string_view command = TakeField(line);
  const bool is_answer = command == "OK" || command == "FAIL" || command == "CONT";
  if (!is_answer) return std::nullopt;
  const std::optional<uint32_t> id = ParseId(TakeField(line));
  if (!id.has_value()) return Malformed(command);
  if (command == "OK") return ParseAccepted(*id, line);
  if (command == "FAIL") return ParseRefused(*id, line);
  return DovecotAnswer{.kind = DovecotAnswer::Kind::kChallenged, .id = *id};
}

}  // namespace ringpost::auth::internal
