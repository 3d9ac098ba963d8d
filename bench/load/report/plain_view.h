// PlainView: a run as lines, one a second, for pipes and log files.
#pragma once

#include <functional>
#include <string_view>

#include "load/progress.h"

namespace ringpost::load {

class PlainView final : public ProgressView {
 public:
  explicit PlainView(std::function<void(std::string_view)> write);

  void OnProgress(const Progress& progress) override;
  void OnSecond(absl::Time start, const SecondResult& second, const Histogram& messages) override;
  void OnStep(const FindMaxStep& step) override;
  void OnEnd() override {}

 private:
  const std::function<void(std::string_view)> write_;
};

}  // namespace ringpost::load
