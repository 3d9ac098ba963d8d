// The frame of a report: one HTML page that needs nothing else, no network and no script; light or
// dark as the reader's system is.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ringpost::load {

// From the doctype to the start of <body>. `title` is plain text.
std::string PageStart(std::string_view title);
std::string PageEnd();

// Good, to be looked at, bad: by colour, and by the mark before the text.
enum class Tone : uint8_t { kPlain, kGood, kWarning, kBad };

// A short statement in a frame. Plain text.
std::string Pill(Tone tone, std::string_view text);
// A large figure with its name above and a remark below. Plain text.
std::string Tile(std::string_view name, std::string_view figure, std::string_view remark,
                 Tone tone = Tone::kPlain);

// A table of plain text. The first column is left-aligned, and all of `left_columns` more. Heads
// that are all empty are left out.
class HtmlTable {
 public:
  explicit HtmlTable(std::vector<std::string> heads, size_t left_columns = 0);

  void AddRow(const std::vector<std::string>& cells, Tone tone = Tone::kPlain);
  std::string Render() const;
  bool empty() const { return rows_.empty(); }

 private:
  std::string Cells(const std::vector<std::string>& cells, std::string_view tag) const;

  const std::vector<std::string> heads_;
  const size_t left_columns_;
  std::string rows_;
};

// A heading, and `content` (HTML) below it; nothing when that is empty.
std::string Section(std::string_view title, std::string_view remark, std::string_view content);

}  // namespace ringpost::load
