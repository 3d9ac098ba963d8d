// LiveView: a run on a terminal, drawn over itself on two lines.
//
//   ████████████░░░░░░░░░░░░░░░░  42 %  0:04 of 0:10
//   31,248/s · p50 1.50 ms · p99 4.12 ms · 131,060 accepted · 50 connections
//
// Each picture is one write, so nothing flickers; lines are cut at the width of the terminal, which
// may change meanwhile. The cursor is hidden and comes back with OnEnd(), at the latest when the
// view goes.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "load/progress.h"

namespace ringpost::load {

class LiveView final : public ProgressView {
 public:
  struct Terminal {
    std::function<void(std::string_view)> write = {};
    std::function<size_t()> columns = {};
    bool has_unicode = true;
  };

  explicit LiveView(Terminal terminal);
  ~LiveView() override;
  LiveView(const LiveView&) = delete;
  LiveView& operator=(const LiveView&) = delete;

  void OnProgress(const Progress& progress) override;
  void OnSecond(absl::Time start, const SecondResult& second, const Histogram& messages) override;
  // Stays above the picture.
  void OnStep(const FindMaxStep& step) override;
  void OnEnd() override;

 private:
  std::string BarLine(const Progress& progress, size_t columns) const;
  // In what the terminal can show, and no longer than `columns`.
  std::string Fitted(std::string line, size_t columns) const;

  const Terminal terminal_;
  bool is_drawn_ = false;
};

}  // namespace ringpost::load
