// WriteGroup: what goes out in one go, pieced together.
//
//   group.Clear();
//   group.Add(body);        // lives elsewhere, and outlives the send
//   group.Add(envelope);
//   for (size_t i = 0; i < group.segment_count(); ++i) Send(group.segment(i));
//
// A piece that stands alone, or is large, is sent from where it lies; small ones among others are
// copied together, so that almost every group is one send. Memory is kept from group to group.
// Ownership: segments are valid until the next Add() or Clear().
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ringpost::load {

class WriteGroup {
 public:
  // A larger piece is not copied; a send of its own costs less.
  static constexpr size_t kLargestCopyOctets = 32 * 1024;

  void Clear() {
    copied_.clear();
    segments_.clear();
  }

  void Add(std::string_view piece) {
    if (piece.empty()) return;
    if (segments_.empty() || piece.size() > kLargestCopyOctets) {
      segments_.push_back({piece, 0, 0});
    } else {
      AddCopy(piece);
    }
  }

  // Of what does not outlive the call.
  void AddCopy(std::string_view piece) {
    if (segments_.empty() || IsLarge(segments_.back())) {
      segments_.push_back({{}, copied_.size(), 0});
    } else if (!segments_.back().elsewhere.empty()) {
      const std::string_view first = segments_.back().elsewhere;
      segments_.back() = {{}, copied_.size(), first.size()};
      copied_.append(first);
    }
    copied_.append(piece);
    segments_.back().copied_octets += piece.size();
  }

  size_t segment_count() const { return segments_.size(); }
  std::string_view segment(size_t index) const {
    const Segment& segment = segments_[index];
    if (!segment.elsewhere.empty()) return segment.elsewhere;
    return std::string_view(copied_).substr(segment.copied_start, segment.copied_octets);
  }

 private:
  struct Segment {
    std::string_view elsewhere;  // else in copied_
    size_t copied_start;
    size_t copied_octets;
  };
  static bool IsLarge(const Segment& segment) {
    return segment.elsewhere.size() > kLargestCopyOctets;
  }

  std::string copied_;
  std::vector<Segment> segments_;
};

}  // namespace ringpost::load
