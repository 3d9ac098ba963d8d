#include "server/nearest_name.h"

#include <algorithm>
#include <vector>

namespace ringpost::daemon {
namespace {

// Names are short; whatever is longer is no slip, and the table below is quadratic.
constexpr size_t kLongestName = 64;

}  // namespace

size_t EditDistance(std::string_view a, std::string_view b) {
  const size_t width = b.size() + 1;
  std::vector<size_t> distances((a.size() + 1) * width);
  const auto at = [&](size_t i, size_t j) -> size_t& { return distances[i * width + j]; };
  for (size_t i = 0; i <= a.size(); ++i) at(i, 0) = i;
  for (size_t j = 0; j <= b.size(); ++j) at(0, j) = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = at(i - 1, j - 1) + (a[i - 1] == b[j - 1] ? 0 : 1);
      at(i, j) = std::min({at(i - 1, j) + 1, at(i, j - 1) + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) at(i, j) = std::min(at(i, j), at(i - 2, j - 2) + 1);
    }
  }
  return at(a.size(), b.size());
}

std::string_view NearestName(std::string_view written, std::span<const std::string_view> names) {
  if (written.size() > kLongestName) return {};
  std::string_view nearest;
  // A third of the letters may be wrong, and one of a short name.
  size_t nearest_distance = std::max<size_t>(written.size() / 3, 1) + 1;
  for (const std::string_view name : names) {
    const size_t distance = EditDistance(written, name);
    if (distance < nearest_distance) {
      nearest = name;
      nearest_distance = distance;
    }
  }
  return nearest;
}

}  // namespace ringpost::daemon
