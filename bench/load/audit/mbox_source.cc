#include "load/audit/mbox_source.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "load/audit/message_scanner.h"
#include "ringpost/base/text.h"

namespace ringpost::load {
namespace {

constexpr size_t kReadOctets = 256 * 1024;
// How much of a line is looked at to tell what it is: deeper quoting than this is not undone.
constexpr size_t kLineStartOctets = 64;

using File = std::unique_ptr<std::FILE, decltype([](std::FILE* file) { std::fclose(file); })>;

// What the start of a line says.
enum class LineStart { kOther, kFrom, kQuotedOnce, kQuotedMore };

LineStart Classify(std::string_view line) {
  const size_t quotes = line.find_first_not_of('>');
  if (quotes == line.npos || !line.substr(quotes).starts_with("From ")) return LineStart::kOther;
  if (quotes == 0) return LineStart::kFrom;
  return quotes == 1 ? LineStart::kQuotedOnce : LineStart::kQuotedMore;
}

class Splitter {
 public:
  Splitter(const std::string& path, MessageSink& sink) : path_(path), sink_(sink) {}

  // The start of a line, of kLineStartOctets or up to its end, and then the rest of it.
  void OnLineStart(std::string_view piece, uint64_t offset);
  void OnLineRest(std::string_view piece) {
    if (!is_separator_) Append(piece);
  }
  void EndMessage();

 private:
  static constexpr size_t kReadingCount = 3;
  enum { kAsIs, kMboxo, kMboxrd };

  void Append(std::string_view piece) {
    for (MessageScanner& reading : readings_) reading.Append(piece);
  }
  // An empty line is held back: before "From " and at the end it belongs to the format.
  void TakeHeldLine();

  const std::string& path_;
  MessageSink& sink_;
  std::array<MessageScanner, kReadingCount> readings_;
  std::string_view held_line_;
  bool is_in_message_ = false;
  bool is_separator_ = false;  // the line at hand, whose rest is no content then
  uint64_t message_offset_ = 0;
};

void Splitter::OnLineStart(std::string_view piece, uint64_t offset) {
  const LineStart start = Classify(piece);
  is_separator_ = start == LineStart::kFrom && (!is_in_message_ || !held_line_.empty());
  if (is_separator_) {
    EndMessage();
    is_in_message_ = true;
    message_offset_ = offset;
    return;
  }
  if (!is_in_message_) return;
  TakeHeldLine();
  if (piece == "\n" || piece == "\r\n") {
    held_line_ = piece == "\n" ? "\n" : "\r\n";
    return;
  }
  const bool is_quoted_once = start == LineStart::kQuotedOnce;
  const bool is_quoted = is_quoted_once || start == LineStart::kQuotedMore;
  readings_[kAsIs].Append(piece);
  readings_[kMboxo].Append(is_quoted_once ? piece.substr(1) : piece);
  readings_[kMboxrd].Append(is_quoted ? piece.substr(1) : piece);
}

void Splitter::TakeHeldLine() { Append(std::exchange(held_line_, {})); }

void Splitter::EndMessage() {
  if (!is_in_message_) return;
  held_line_ = {};
  std::array<Content, kReadingCount> contents;
  for (size_t i = 0; i < kReadingCount; ++i) contents[i] = readings_[i].content();
  const std::string place = Concat(path_, " at octet ", message_offset_);
  sink_.OnMessage({.id = readings_[kAsIs].id(), .readings = contents, .place = place});
  for (MessageScanner& reading : readings_) reading.Reset();
  is_in_message_ = false;
}

// Cuts a file into lines, of which the first octets come in one piece.
class LineReader {
 public:
  explicit LineReader(File file) : file_(std::move(file)), buffer_(kReadOctets) {}

  absl::Status Read(Splitter& splitter) {
    bool is_at_line_start = true;
    while (Fill()) {
      std::string_view rest(buffer_.data() + begin_, end_ - begin_);
      const size_t line_end = rest.find('\n');
      const bool has_end = line_end != rest.npos;
      const std::string_view piece = rest.substr(0, has_end ? line_end + 1 : rest.npos);
      if (is_at_line_start) {
        splitter.OnLineStart(piece, offset_);
      } else {
        splitter.OnLineRest(piece);
      }
      is_at_line_start = has_end;
      begin_ += piece.size();
      offset_ += piece.size();
    }
    return std::ferror(file_.get()) ? absl::UnavailableError(std::strerror(errno))
                                    : absl::OkStatus();
  }

 private:
  // Whether there is more; a whole line, or at least kLineStartOctets, unless the file ends.
  bool Fill() {
    const size_t available = end_ - begin_;
    const bool has_line = std::memchr(buffer_.data() + begin_, '\n', available) != nullptr;
    if (!has_line && available < kLineStartOctets) {
      std::memmove(buffer_.data(), buffer_.data() + begin_, available);
      begin_ = 0;
      end_ = available +
             std::fread(buffer_.data() + available, 1, buffer_.size() - available, file_.get());
    }
    return begin_ < end_;
  }

  File file_;
  std::vector<char> buffer_;
  size_t begin_ = 0;
  size_t end_ = 0;
  uint64_t offset_ = 0;
};

}  // namespace

MboxSource::MboxSource(std::string path) : path_(std::move(path)) {}

absl::Status MboxSource::Read(MessageSink& sink) {
  File file(std::fopen(path_.c_str(), "rbe"));
  if (file == nullptr) {
    return absl::UnavailableError(Concat(path_, ": ", std::strerror(errno)));
  }
  sink.OnMailbox(path_);
  Splitter splitter(path_, sink);
  LineReader reader(std::move(file));
  if (const absl::Status read = reader.Read(splitter); !read.ok()) {
    return absl::UnavailableError(Concat(path_, ": ", std::string(read.message())));
  }
  splitter.EndMessage();
  return absl::OkStatus();
}

}  // namespace ringpost::load
