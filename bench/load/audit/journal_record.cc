#include "load/audit/journal_record.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <string_view>

namespace ringpost::load {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr size_t kKindAt = 4;
constexpr size_t kCopiesAt = 6;
constexpr size_t kNumberAt = 8;
constexpr size_t kDigestAt = 16;
constexpr size_t kLengthAt = 24;
constexpr size_t kTimeAt = 28;

template <typename Number>
void Put(RecordOctets& octets, size_t at, Number number) {
  std::memcpy(octets.data() + at, &number, sizeof number);
}

template <typename Number>
Number Get(const RecordOctets& octets, size_t at) {
  Number number;
  std::memcpy(&number, octets.data() + at, sizeof number);
  return number;
}

uint32_t Checksum(const RecordOctets& octets) {
  // Not ContentDigest: here a CRLF is two octets like any others.
  uint64_t digest = 0xcbf29ce484222325;
  for (size_t i = kKindAt; i < octets.size(); ++i) {
    digest = (digest ^ static_cast<unsigned char>(octets[i])) * 0x100000001b3;
  }
  return static_cast<uint32_t>(digest);
}

void Seal(RecordOctets& octets) { Put(octets, 0, Checksum(octets)); }

bool IsWhole(const RecordOctets& octets) { return Get<uint32_t>(octets, 0) == Checksum(octets); }

}  // namespace

RecordOctets EncodeRecord(const JournalRecord& record) {
  RecordOctets octets = {};
  Put(octets, kKindAt, record.kind);
  Put(octets, kCopiesAt, record.copies);
  Put(octets, kNumberAt, record.number);
  Put(octets, kDigestAt, record.content.digest);
  Put(octets, kLengthAt, static_cast<uint32_t>(record.content.length_octets));
  Put(octets, kTimeAt, record.at_milliseconds);
  Seal(octets);
  return octets;
}

RecordOctets EncodeRun(const JournalRun& run) {
  RecordOctets octets = {};
  Put(octets, kKindAt, RecordKind::kRun);
  Put(octets, kNumberAt, run.run);
  Put(octets, kDigestAt, run.seed);
  Put(octets, kLengthAt, run.started_seconds);
  Seal(octets);
  return octets;
}

std::optional<JournalRecord> DecodeRecord(const RecordOctets& octets) {
  const auto kind = Get<RecordKind>(octets, kKindAt);
  if (!IsWhole(octets) || kind < RecordKind::kRun || kind > RecordKind::kEnd) return std::nullopt;
  if (kind == RecordKind::kRun) return JournalRecord{.kind = kind};
  return JournalRecord{
      .kind = kind,
      .number = Get<uint64_t>(octets, kNumberAt),
      .copies = Get<uint16_t>(octets, kCopiesAt),
      .content = {Get<uint32_t>(octets, kLengthAt), Get<uint64_t>(octets, kDigestAt)},
      .at_milliseconds = Get<uint32_t>(octets, kTimeAt)};
}

std::optional<JournalRun> DecodeRun(const RecordOctets& octets) {
  if (!IsWhole(octets) || Get<RecordKind>(octets, kKindAt) != RecordKind::kRun) return std::nullopt;
  return JournalRun{.run = Get<uint64_t>(octets, kNumberAt),
                    .seed = Get<uint64_t>(octets, kDigestAt),
                    .started_seconds = Get<int64_t>(octets, kLengthAt)};
}

bool IsUnused(const RecordOctets& octets) {
  return std::ranges::all_of(octets, [](char octet) { return octet == 0; });
}

}  // namespace ringpost::load
