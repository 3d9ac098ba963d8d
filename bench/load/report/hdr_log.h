// HdrLog: the interval log of HdrHistogram (format 1.3), one line for each second, which the usual
// tools of that family read and draw.
//
//   CO_ASSIGN_OR_RETURN(auto log, HdrLog::Create("latency.hlog", started));
//   log->Append(second_start, absl::Seconds(1), histogram);
//   log->Close();
//
// Values are nanoseconds; the column of the largest value is in milliseconds. A histogram is
// written in the V2 encoding (ZigZag LEB128 counts), deflated and in base64.
#pragma once

#include <cstdio>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "load/histogram.h"

namespace ringpost::load {

class HdrLog {
 public:
  // Writes the header lines. `started` is wall time, from which the lines count.
  static absl::StatusOr<std::unique_ptr<HdrLog>> Create(const std::string& path,
                                                        absl::Time started);
  ~HdrLog();
  HdrLog(const HdrLog&) = delete;
  HdrLog& operator=(const HdrLog&) = delete;

  // An empty histogram is written too: nothing came in that time.
  void Append(absl::Time start, absl::Duration length, const Histogram& histogram);
  // Of everything that was appended.
  absl::Status Close();

 private:
  HdrLog(std::FILE* file, std::string path, absl::Time started);

  std::FILE* file_;
  const std::string path_;
  const absl::Time started_;
};

// What stands in the last column of a line.
std::string EncodeHistogram(const Histogram& histogram);

}  // namespace ringpost::load
