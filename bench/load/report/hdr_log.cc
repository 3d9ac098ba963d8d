#include "load/report/hdr_log.h"

#include <zlib.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <utility>

#include "load/report/quantity_text.h"
#include "ringpost/base/check.h"
#include "ringpost/base/text.h"

namespace ringpost::load {
namespace {

constexpr uint32_t kEncodingCookie = 0x1c849303 | 0x10;
constexpr uint32_t kCompressedCookie = 0x1c849304 | 0x10;
constexpr double kNanosecondsPerMillisecond = 1e6;

template <typename Number>
void AppendBigEndian(std::string& out, Number number) {
  for (size_t i = sizeof number; i-- > 0;) out.push_back(static_cast<char>(number >> (8 * i)));
}

// LEB128 with seven bits in an octet, and all eight in the ninth.
void AppendVarint(std::string& out, uint64_t number) {
  for (int i = 0; i < 8 && number >= 0x80; ++i) {
    out.push_back(static_cast<char>(number | 0x80));
    number >>= 7;
  }
  out.push_back(static_cast<char>(number));
}

uint64_t ZigZag(int64_t number) {
  return (static_cast<uint64_t>(number) << 1) ^ static_cast<uint64_t>(number >> 63);
}

// Each count, and for a row of empty buckets their number as a negative one.
std::string EncodeCounts(std::span<const uint64_t> counts) {
  std::string out;
  for (size_t i = 0; i < counts.size();) {
    const size_t begin = i;
    while (i < counts.size() && counts[i] == 0) ++i;
    if (i == counts.size()) break;  // what follows the last count is left out
    if (i > begin) {
      const auto empty_count = static_cast<int64_t>(i - begin);
      AppendVarint(out, ZigZag(empty_count == 1 ? 0 : -empty_count));
    }
    AppendVarint(out, ZigZag(static_cast<int64_t>(counts[i++])));
  }
  return out;
}

std::string EncodeUncompressed(const Histogram& histogram) {
  const std::string counts = EncodeCounts(histogram.counts());
  std::string out;
  AppendBigEndian(out, kEncodingCookie);
  AppendBigEndian(out, static_cast<uint32_t>(counts.size()));
  AppendBigEndian(out, uint32_t{0});  // index offset
  AppendBigEndian(out, static_cast<uint32_t>(Histogram::kSignificantDigits));
  AppendBigEndian(out, static_cast<uint64_t>(Histogram::kLowestDiscernible));
  AppendBigEndian(out, static_cast<uint64_t>(Histogram::kHighestTrackable));
  AppendBigEndian(out, std::bit_cast<uint64_t>(1.0));  // integer to double
  return out + counts;
}

std::string Deflate(const std::string& octets) {
  uLongf length = compressBound(octets.size());
  std::string out(length, '\0');
  const int result = compress2(reinterpret_cast<Bytef*>(out.data()), &length,
                               reinterpret_cast<const Bytef*>(octets.data()), octets.size(),
                               Z_DEFAULT_COMPRESSION);
  Check(result == Z_OK, "zlib refused to compress into enough room");
  out.resize(length);
  return out;
}

std::string Base64(std::string_view octets) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (size_t i = 0; i < octets.size(); i += 3) {
    const std::string_view group = octets.substr(i, 3);
    uint32_t bits = 0;
    for (size_t j = 0; j < 3; ++j) {
      bits = bits << 8 | (j < group.size() ? static_cast<unsigned char>(group[j]) : 0u);
    }
    for (size_t j = 0; j < 4; ++j) {
      out.push_back(j <= group.size() ? kDigits[bits >> (18 - 6 * j) & 63] : '=');
    }
  }
  return out;
}

std::string Seconds(absl::Duration length) {
  std::string text = DecimalText(absl::ToDoubleSeconds(length), 3);
  std::erase(text, ',');
  return text;
}

}  // namespace

std::string EncodeHistogram(const Histogram& histogram) {
  const std::string deflated = Deflate(EncodeUncompressed(histogram));
  std::string out;
  AppendBigEndian(out, kCompressedCookie);
  AppendBigEndian(out, static_cast<uint32_t>(deflated.size()));
  return Base64(out + deflated);
}

absl::StatusOr<std::unique_ptr<HdrLog>> HdrLog::Create(const std::string& path,
                                                       absl::Time started) {
  std::FILE* const file = std::fopen(path.c_str(), "we");
  if (file == nullptr) {
    return absl::UnavailableError(Concat(path, ": ", std::strerror(errno)));
  }
  const std::string since_epoch = Seconds(started - absl::UnixEpoch());
  const std::string header = Concat(
      "#[Logged by ringpost-load: a whole message, or session without one, in nanoseconds]\n"
      "#[Histogram log format version 1.3]\n#[StartTime: ",
      since_epoch, " (seconds since epoch), ",
      std::string(absl::FormatTime("%a %b %d %H:%M:%S UTC %Y", started, absl::UTCTimeZone())),
      "]\n\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\","
      "\"Interval_Compressed_Histogram\"\n");
  std::fwrite(header.data(), 1, header.size(), file);
  return std::unique_ptr<HdrLog>(new HdrLog(file, path, started));
}

HdrLog::HdrLog(std::FILE* file, std::string path, absl::Time started)
    : file_(file), path_(std::move(path)), started_(started) {}

HdrLog::~HdrLog() {
  if (file_ != nullptr) std::fclose(file_);
}

void HdrLog::Append(absl::Time start, absl::Duration length, const Histogram& histogram) {
  std::string largest =
      DecimalText(static_cast<double>(histogram.largest()) / kNanosecondsPerMillisecond, 3);
  std::erase(largest, ',');
  const std::string line = Concat(Seconds(start - started_), ',', Seconds(length), ',', largest,
                                  ',', EncodeHistogram(histogram), '\n');
  std::fwrite(line.data(), 1, line.size(), file_);
}

absl::Status HdrLog::Close() {
  const bool is_written = std::ferror(file_) == 0;
  const bool is_closed = std::fclose(std::exchange(file_, nullptr)) == 0;
  if (is_written && is_closed) return absl::OkStatus();
  return absl::UnavailableError(Concat(path_, ": ", std::strerror(errno)));
}

}  // namespace ringpost::load
