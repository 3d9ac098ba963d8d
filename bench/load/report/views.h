// Which view of a run fits: to a terminal, to a pipe, or none; and several at once.
#pragma once

#include <cstdio>
#include <memory>
#include <utility>
#include <vector>

#include "load/progress.h"
#include "load/report/hdr_log.h"

namespace ringpost::load {

// A LiveView when `out` is a terminal that can move its cursor, else a PlainProgressView. A failing
// write is passed over: a run does not end since nobody looks.
std::unique_ptr<ProgressView> MakeProgressView(std::FILE* out);

// Writes the latencies of each second.
class HdrLogView final : public ProgressView {
 public:
  // `log` must outlive it.
  explicit HdrLogView(HdrLog& log) : log_(log) {}

  void OnProgress(const Progress&) override {}
  void OnSecond(absl::Time start, const SecondResult& second, const Histogram& messages) override;
  void OnStep(const FindMaxStep&) override {}
  void OnEnd() override {}

 private:
  HdrLog& log_;
};

// Tells each of its views, in order.
class ProgressViews final : public ProgressView {
 public:
  void Add(std::unique_ptr<ProgressView> view) { views_.push_back(std::move(view)); }

  void OnProgress(const Progress& progress) override;
  void OnSecond(absl::Time start, const SecondResult& second, const Histogram& messages) override;
  void OnStep(const FindMaxStep& step) override;
  void OnEnd() override;

 private:
  std::vector<std::unique_ptr<ProgressView>> views_;
};

}  // namespace ringpost::load
