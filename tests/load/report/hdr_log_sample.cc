// hdr_log_sample FILE: writes a log of some histograms, and to stdout what is in them: for each
// bucket that is not empty, the line of the log, the bucket's index, its largest value and its
// count.
#include <cstdio>
#include <utility>

#include "load/report/hdr_log.h"
#include "ringpost/base/random.h"

namespace ringpost::load {
namespace {

// Values from some nanoseconds up to an hour and beyond, equally dense at each magnitude.
Histogram RandomHistogram(Random& random, uint64_t count) {
  Histogram histogram;
  for (uint64_t i = 0; i < count; ++i) {
    const uint64_t magnitude = random.Below(43);
    histogram.Record(static_cast<int64_t>(random.Below(uint64_t{1} << magnitude)));
  }
  return histogram;
}

// Counts of every length that a varint can have here, and rows of empty buckets between them.
Histogram WithLargeCounts() {
  Histogram histogram;
  histogram.Record(0);
  for (int doublings = 0; doublings < 40; ++doublings) {
    Histogram twice = histogram;
    twice.Merge(histogram);
    histogram = std::move(twice);
  }
  histogram.Record(128);
  histogram.Record(1'000'000);
  return histogram;
}

void Print(size_t line, const Histogram& histogram) {
  for (size_t i = 0; i < histogram.counts().size(); ++i) {
    const uint64_t count = histogram.counts()[i];
    if (count == 0) continue;
    std::printf("%zu %zu %lld %llu\n", line, i, static_cast<long long>(Histogram::HighestOf(i)),
                static_cast<unsigned long long>(count));
  }
}

int Main(const char* path) {
  Random random(1);
  const Histogram histograms[] = {RandomHistogram(random, 100'000), Histogram(), WithLargeCounts(),
                                  RandomHistogram(random, 1), RandomHistogram(random, 30)};
  const absl::Time started = absl::FromUnixMillis(1'795'000'000'250);
  const auto log = HdrLog::Create(path, started);
  if (!log.ok()) return 1;
  for (size_t line = 0; line < std::size(histograms); ++line) {
    (*log)->Append(started + absl::Seconds(line), absl::Seconds(1), histograms[line]);
    Print(line, histograms[line]);
  }
  return (*log)->Close().ok() ? 0 : 1;
}

}  // namespace
}  // namespace ringpost::load

int main(int argc, char** argv) { return argc == 2 ? ringpost::load::Main(argv[1]) : 2; }
