#include "load/message_files.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "ringpost/base/quantity.h"
#include "ringpost/base/text.h"

namespace ringpost::load {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSeparator = "From ";

class Collector {
 public:
  explicit Collector(const MessageFileLimits& limits) : limits_(limits) {}

  absl::Status Add(std::string_view text) {
    messages_.push_back(MakeMessage(WithCrlf(text)));
    octets_ += messages_.back().content.size();
    if (octets_ <= limits_.octets && messages_.size() <= limits_.messages) {
      return absl::OkStatus();
    }
    return absl::ResourceExhaustedError(Concat("too many messages: more than ", limits_.messages,
                                               " or ", FormatOctets(limits_.octets)));
  }
  uint64_t octets_left() const { return limits_.octets - octets_; }
  std::vector<Message> Take() { return std::move(messages_); }

 private:
  const MessageFileLimits limits_;
  std::vector<Message> messages_;
  uint64_t octets_ = 0;
};

absl::StatusOr<std::string> ReadFile(const fs::path& path, uint64_t limit_octets) {
  std::error_code error;
  const uintmax_t octets = fs::file_size(path, error);
  if (!error && octets > limit_octets) {
    return absl::ResourceExhaustedError(
        Concat(path.string(), ": over the ", FormatOctets(limit_octets), " that are left"));
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(Concat(path.string(), ": cannot be read"));
  return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

// In a fixed order, so that a run can be repeated.
std::vector<fs::path> FilesBelow(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const bool is_hidden = entry->path().filename().string().starts_with('.');
    if (entry->is_regular_file(error) && !is_hidden) files.push_back(entry->path());
  }
  const auto is_message = [](const fs::path& path) { return path.extension() == ".eml"; };
  if (std::any_of(files.begin(), files.end(), is_message)) {
    std::erase_if(files, [&](const fs::path& path) { return !is_message(path); });
  }
  std::sort(files.begin(), files.end());
  return files;
}

absl::Status AddFile(const fs::path& path, bool may_be_mbox, Collector& collector) {
  const absl::StatusOr<std::string> text = ReadFile(path, collector.octets_left());
  if (!text.ok()) return text.status();
  if (text->empty()) return absl::OkStatus();
  if (!may_be_mbox || !text->starts_with(kSeparator)) return collector.Add(*text);
  for (const std::string& message : SplitMbox(*text)) {
    if (absl::Status status = collector.Add(message); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<Message>> ReadMessages(const std::string& path,
                                                  const MessageFileLimits& limits) {
  Collector collector(limits);
  std::error_code error;
  if (!fs::exists(path, error)) return absl::NotFoundError(Concat(path, ": no such file"));
  if (!fs::is_directory(path, error)) {
    if (absl::Status status = AddFile(path, /*may_be_mbox=*/true, collector); !status.ok()) {
      return status;
    }
  } else {
    for (const fs::path& file : FilesBelow(path)) {
      if (absl::Status status = AddFile(file, /*may_be_mbox=*/false, collector); !status.ok()) {
        return status;
      }
    }
  }
  std::vector<Message> messages = collector.Take();
  if (messages.empty()) return absl::InvalidArgumentError(Concat(path, ": no message in it"));
  return messages;
}

std::vector<std::string> SplitMbox(std::string_view text) {
  std::vector<std::string> messages;
  bool follows_blank = true;
  while (!text.empty()) {
    const size_t line_feed = std::min(text.find('\n'), text.size() - 1);
    std::string_view line = text.substr(0, line_feed + 1);
    text.remove_prefix(line.size());
    if (follows_blank && line.starts_with(kSeparator)) {
      messages.emplace_back();
      follows_blank = false;
      continue;
    }
    follows_blank = line == "\n" || line == "\r\n";
    if (messages.empty()) continue;
    const size_t quotes = std::min(line.find_first_not_of('>'), line.size());
    if (quotes > 0 && line.substr(quotes).starts_with(kSeparator)) line.remove_prefix(1);
    messages.back().append(line);
  }
  for (std::string& message : messages) {
    // The blank line before the next separator is the mbox's own.
    if (message.ends_with("\r\n\r\n")) {
      message.resize(message.size() - 2);
    } else if (message.ends_with("\n\n")) {
      message.pop_back();
    }
  }
  std::erase_if(messages, [](const std::string& message) { return message.empty(); });
  return messages;
}

std::string WithCrlf(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 32 + 2);
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r' && text[i] != '\n') {
      out.push_back(text[i]);
      continue;
    }
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
    out.append("\r\n");
  }
  return out;
}

}  // namespace ringpost::load
