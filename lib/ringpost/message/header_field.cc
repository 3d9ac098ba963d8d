#include "ringpost/message/header_field.h"

#include <algorithm>
#include <optional>

namespace ringpost::message {
namespace {

// The line at the start of `text` with its line end; all of it when there is none.
std::string_view FirstLine(std::string_view text) {
  const size_t line_feed = text.find('\n');
  return line_feed == text.npos ? text : text.substr(0, line_feed + 1);
}

std::string_view WithoutLineEnd(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

// The length of the field at the start of `text`, its continuation lines included.
size_t FieldOctets(std::string_view text) {
  size_t octets = FirstLine(text).size();
  while (octets < text.size() && IsBlank(text[octets])) {
    octets += FirstLine(text.substr(octets)).size();
  }
  return octets;
}

std::optional<HeaderField> FirstField(std::string_view text) {
  const size_t name_octets = internal::FieldNameOctets(text);
  const size_t colon = text.find_first_not_of(" \t", name_octets);
  if (name_octets == 0 || colon == text.npos || text[colon] != ':') return std::nullopt;
  const std::string_view field = text.substr(0, FieldOctets(text));
  return HeaderField{text.substr(0, name_octets), WithoutLineEnd(field.substr(colon + 1)), field};
}

std::string_view WithoutBlanks(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

}  // namespace

void SplitHeader(std::string_view block, std::vector<HeaderField>& fields) {
  while (const std::optional<HeaderField> field = FirstField(block)) {
    fields.push_back(*field);
    block.remove_prefix(field->raw_field.size());
  }
}

std::string Unfold(std::string_view raw_value) {
  std::string line(WithoutBlanks(raw_value));
  std::erase_if(line, [](char c) { return c == '\r' || c == '\n'; });
  return line;
}

bool IsFieldName(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), IsFieldNameOctet);
}

}  // namespace ringpost::message
