#include "load/audit/message_id.h"

#include <charconv>

#include "ringpost/base/text.h"

namespace ringpost::load {
namespace {

constexpr size_t kRunDigits = 16;

}  // namespace

std::string FormatRun(uint64_t run) {
  std::string digits(kRunDigits, '0');
  for (size_t i = kRunDigits; i-- > 0; run >>= 4) digits[i] = "0123456789abcdef"[run & 15];
  return digits;
}

std::string FormatIdLine(const MessageId& id) {
  return Concat(kIdFieldStart, FormatRun(id.run), '-', id.number, "\r\n");
}

std::optional<MessageId> ParseIdLine(std::string_view line) {
  if (!line.starts_with(kIdFieldStart)) return std::nullopt;
  line.remove_prefix(kIdFieldStart.size());
  if (line.size() < kRunDigits + 2 || line[kRunDigits] != '-') return std::nullopt;
  MessageId id;
  const char* const run_end = line.data() + kRunDigits;
  const auto [end, error] = std::from_chars(line.data(), run_end, id.run, 16);
  if (error != std::errc() || end != run_end) return std::nullopt;
  const std::optional<uint64_t> number = ParseDecimal(line.substr(kRunDigits + 1));
  if (!number.has_value()) return std::nullopt;
  id.number = *number;
  // Capital digits or leading zeros are not what was sent.
  const std::string same = FormatIdLine(id);
  const bool is_exact =
      same.substr(kIdFieldStart.size(), same.size() - kIdFieldStart.size() - 2) == line;
  return is_exact ? std::optional(id) : std::nullopt;
}

}  // namespace ringpost::load
