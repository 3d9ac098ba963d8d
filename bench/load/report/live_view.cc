#include "load/report/live_view.h"

#include <algorithm>
#include <utility>

#include "load/report/progress_text.h"
#include "load/report/quantity_text.h"
#include "ringpost/base/text.h"

namespace ringpost::load {
namespace {

constexpr std::string_view kHideCursor = "\x1b[?25l";
constexpr std::string_view kShowCursor = "\x1b[?25h";
constexpr std::string_view kClearLine = "\x1b[K";
constexpr std::string_view kClearBelow = "\x1b[J";
constexpr std::string_view kToFirstLine = "\r\x1b[1A";
constexpr size_t kLongestBar = 40;
constexpr size_t kShortestBar = 8;

bool ContinuesCharacter(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

void ReplaceAll(std::string& text, std::string_view from, std::string_view to) {
  for (size_t at = text.find(from); at != text.npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

}  // namespace

LiveView::LiveView(Terminal terminal) : terminal_(std::move(terminal)) {}

LiveView::~LiveView() { OnEnd(); }

void LiveView::OnProgress(const Progress& progress) {
  const size_t columns = terminal_.columns();
  std::string picture(is_drawn_ ? "\r" : kHideCursor);
  Append(picture, BarLine(progress, columns), kClearLine, "\r\n",
         Fitted(ProgressText(progress), columns), kClearLine, kToFirstLine);
  terminal_.write(picture);
  is_drawn_ = true;
}

void LiveView::OnSecond(absl::Time, const SecondResult&, const Histogram&) {}

void LiveView::OnStep(const FindMaxStep& step) {
  terminal_.write(Concat("\r", kClearBelow, Fitted(StepText(step), terminal_.columns()), "\r\n"));
}

void LiveView::OnEnd() {
  if (std::exchange(is_drawn_, false)) terminal_.write(Concat("\r", kClearBelow, kShowCursor));
}

std::string LiveView::BarLine(const Progress& progress, size_t columns) const {
  const std::string clock = Concat("  ", PlaceText(progress));
  const size_t room = columns - std::min(columns, clock.size() + 1);
  const size_t length = std::min(room, kLongestBar);
  if (length < kShortestBar) return Fitted(clock.substr(2), columns);
  const auto full = static_cast<size_t>(ShareDone(progress) * static_cast<double>(length) + 0.5);
  std::string bar;
  for (size_t i = 0; i < length; ++i) bar += i < full ? "█" : "░";
  return Fitted(bar + clock, columns);
}

std::string LiveView::Fitted(std::string line, size_t columns) const {
  if (!terminal_.has_unicode) {
    for (const auto& [from, to] : {std::pair("µ", "u"), std::pair("·", "|"), std::pair("█", "#"),
                                   std::pair("░", "-"), std::pair("–", "-"), std::pair("×", "x")}) {
      ReplaceAll(line, from, to);
    }
  }
  // The last column stays empty: some terminals go to the next line behind it.
  size_t used = 0;
  for (size_t i = 0; i < line.size(); ++i) {
    if (!ContinuesCharacter(line[i]) && ++used >= std::max<size_t>(columns, 2))
      return line.substr(0, i);
  }
  return line;
}

}  // namespace ringpost::load
