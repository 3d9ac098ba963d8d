#include "load/report/plain_view.h"

#include <utility>

#include "load/report/progress_text.h"
#include "ringpost/base/text.h"

namespace ringpost::load {

PlainView::PlainView(std::function<void(std::string_view)> write) : write_(std::move(write)) {}

void PlainView::OnProgress(const Progress&) {}

void PlainView::OnSecond(absl::Time, const SecondResult& second, const Histogram&) {
  write_(Concat(SecondText(second), '\n'));
}

void PlainView::OnStep(const FindMaxStep& step) { write_(Concat(StepText(step), '\n')); }

}  // namespace ringpost::load
