// KneeSearch: which rate to try next, to find the highest one that a server keeps up with.
//
//   KneeSearch search(1000);
//   while (!search.has_ended()) search.Report(Passes(search.rate()));
//   ... search.knee()
//
// Doubles until a rate fails (or halves until one passes), then halves the interval in between
// until it is kPrecision wide. Limits: kMostSteps.
#pragma once

namespace ringpost::load {

class KneeSearch {
 public:
  static constexpr double kPrecision = 1.04;  // the lowest that failed by the highest that passed
  static constexpr int kMostSteps = 30;

  explicit KneeSearch(double first_rate) : rate_(first_rate) {}

  double rate() const { return rate_; }
  void Report(bool passed);
  bool has_ended() const { return has_ended_; }
  // The highest rate that passed; 0: none did.
  double knee() const { return highest_passed_; }

 private:
  static constexpr double kLowestRate = 1;

  double rate_;
  double highest_passed_ = 0;
  double lowest_failed_ = 0;  // 0: none did
  int step_count_ = 0;
  bool has_ended_ = false;
};

}  // namespace ringpost::load
