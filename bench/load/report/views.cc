#include "load/report/views.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <string>
#include <string_view>

#include "load/report/live_view.h"
#include "load/text_report.h"
#include "ringpost/base/ascii.h"

namespace ringpost::load {
namespace {

constexpr size_t kUsualColumns = 80;

void WriteAll(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = write(descriptor, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    text.remove_prefix(static_cast<size_t>(count));
  }
}

size_t ColumnsOf(int descriptor) {
  winsize size = {};
  const bool is_known = ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return is_known ? size.ws_col : kUsualColumns;
}

std::string_view Variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// As locale(7) has it: the first of these that is set counts.
bool HasUnicode() {
  for (const char* const name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    std::string locale(Variable(name));
    if (locale.empty()) continue;
    std::ranges::transform(locale, locale.begin(), AsciiToUpper);
    return locale.ends_with("UTF-8") || locale.ends_with("UTF8");
  }
  return false;
}

bool CanMoveItsCursor(int descriptor) {
  const std::string_view terminal = Variable("TERM");
  return isatty(descriptor) == 1 && !terminal.empty() && terminal != "dumb";
}

}  // namespace

std::unique_ptr<ProgressView> MakeProgressView(std::FILE* out) {
  const int descriptor = fileno(out);
  if (!CanMoveItsCursor(descriptor)) return std::make_unique<PlainProgressView>(out);
  const auto write = [descriptor](std::string_view text) { WriteAll(descriptor, text); };
  return std::make_unique<LiveView>(
      LiveView::Terminal{.write = write,
                         .columns = [descriptor] { return ColumnsOf(descriptor); },
                         .has_unicode = HasUnicode()});
}

void HdrLogView::OnSecond(absl::Time start, const SecondResult& second, const Histogram& messages) {
  // The last second of a run may be a short one.
  const double length = second.second - std::ceil(second.second) + 1;
  log_.Append(start, absl::Seconds(length), messages);
}

void ProgressViews::OnProgress(const Progress& progress) {
  for (const auto& view : views_) view->OnProgress(progress);
}

void ProgressViews::OnSecond(absl::Time start, const SecondResult& second,
                             const Histogram& messages) {
  for (const auto& view : views_) view->OnSecond(start, second, messages);
}

void ProgressViews::OnStep(const FindMaxStep& step) {
  for (const auto& view : views_) view->OnStep(step);
}

void ProgressViews::OnEnd() {
  for (const auto& view : views_) view->OnEnd();
}

}  // namespace ringpost::load
