// What a run tells on a terminal: a report at the end, and a line a second while it goes.
#pragma once

#include <cstdio>
#include <string>

#include "load/progress.h"
#include "load/results.h"

namespace ringpost::load {

std::string TextReport(const Results& results);
std::string DescribeStep(const FindMaxStep& step);
// "812 us", "20.4 ms", "1.25 s": three digits.
std::string FormatLatency(double microseconds);

// For an output that is no terminal: plain lines, one each second.
class PlainProgressView final : public ProgressView {
 public:
  explicit PlainProgressView(FILE* out) : out_(out) {}

  void OnProgress(const Progress& progress) override {
    is_of_sessions_ = progress.sends_no_message;
  }
  void OnSecond(absl::Time start, const SecondResult& second, const Histogram& messages) override;
  void OnStep(const FindMaxStep& step) override;
  void OnEnd() override {}

 private:
  FILE* const out_;
  bool is_of_sessions_ = false;
};

}  // namespace ringpost::load
