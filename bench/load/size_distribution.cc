#include "load/size_distribution.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "ringpost/base/quantity.h"
#include "ringpost/base/text.h"

namespace ringpost::load {
namespace {

constexpr std::string_view kExponentialPrefix = "exp:";
// Of an exponential distribution one message in a million is larger than 14 means.
constexpr uint64_t kMeansOfLargest = 14;

absl::Status Unreadable(std::string_view text) {
  return absl::InvalidArgumentError(
      Concat("'", text,
             "' is no size of messages; expected one as 10KiB, a range as 1KiB..100KiB, exp:10KiB, "
             "or sizes with weights as 1KiB:70,100KiB:30"));
}

std::optional<uint64_t> ParseSize(std::string_view text) {
  const std::optional<uint64_t> octets = ParseOctets(text);
  return octets.has_value() && *octets <= kLargestMessageOctets ? octets : std::nullopt;
}

size_t CountOfSizes(double mean_octets) {
  const double fitting = static_cast<double>(kLargestTotalOctets) / std::max(mean_octets, 1.0);
  return static_cast<size_t>(std::clamp(fitting, 8.0, static_cast<double>(kMostSizes)));
}

// `size_at` takes a share of the distribution (0 to 1) to its size.
template <typename SizeAt>
std::vector<WeightedSize> Draw(size_t count, SizeAt size_at) {
  std::vector<WeightedSize> sizes(count);
  for (size_t i = 0; i < count; ++i) {
    const double share = (static_cast<double>(i) + 0.5) / static_cast<double>(count);
    sizes[i].octets = static_cast<uint64_t>(std::llround(size_at(share)));
  }
  return sizes;
}

absl::StatusOr<std::vector<WeightedSize>> ParseRange(std::string_view text, size_t dots) {
  const std::optional<uint64_t> from = ParseSize(text.substr(0, dots));
  const std::optional<uint64_t> to = ParseSize(text.substr(dots + 2));
  if (!from.has_value() || !to.has_value() || *from > *to) return Unreadable(text);
  const auto low = static_cast<double>(*from);
  const auto high = static_cast<double>(*to);
  return Draw(CountOfSizes((low + high) / 2),
              [&](double share) { return low + share * (high - low); });
}

absl::StatusOr<std::vector<WeightedSize>> ParseExponential(std::string_view text) {
  const std::optional<uint64_t> mean = ParseSize(text.substr(kExponentialPrefix.size()));
  if (!mean.has_value() || *mean == 0 || *mean > kLargestMessageOctets / kMeansOfLargest) {
    return Unreadable(text);
  }
  const auto octets = static_cast<double>(*mean);
  return Draw(CountOfSizes(octets), [&](double share) { return -octets * std::log1p(-share); });
}

std::optional<double> ParseWeight(std::string_view text) {
  const std::optional<uint64_t> weight = ParseDecimal(text);
  if (!weight.has_value() || *weight == 0) return std::nullopt;
  return static_cast<double>(*weight);
}

absl::StatusOr<std::vector<WeightedSize>> ParseList(std::string_view text) {
  std::vector<WeightedSize> sizes;
  std::string_view rest = text;
  while (true) {
    const std::string_view item = rest.substr(0, rest.find(','));
    const size_t colon = std::min(item.find(':'), item.size());
    const std::optional<uint64_t> octets = ParseSize(item.substr(0, colon));
    const std::optional<double> weight =
        colon == item.size() ? 1.0 : ParseWeight(item.substr(colon + 1));
    if (!octets.has_value() || !weight.has_value()) return Unreadable(text);
    sizes.push_back({*octets, *weight});
    if (sizes.size() > kMostSizes) return Unreadable(text);
    if (item.size() == rest.size()) return sizes;
    rest.remove_prefix(item.size() + 1);
  }
}

}  // namespace

absl::StatusOr<std::vector<WeightedSize>> ParseSizes(std::string_view text) {
  if (text.starts_with(kExponentialPrefix)) return ParseExponential(text);
  const size_t dots = text.find("..");
  return dots == std::string_view::npos ? ParseList(text) : ParseRange(text, dots);
}

}  // namespace ringpost::load
