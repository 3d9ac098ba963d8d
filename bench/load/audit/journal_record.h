// A record of the journal: what the generator knows of one message, in 32 octets that carry their
// own checksum, so that each is good or bad whatever became of its neighbours.
//
//   offset  octets  field (numbers are little-endian)
//        0       4  checksum: the low half of the 64-bit FNV-1a of the other 28
//        4       1  kind
//        5       1  0
//        6       2  copies: recipients that the server took, 0 when sent; the reply code when
//        refused 8       8  message number; the run in kRun
//       16       8  digest of the content; the seed in kRun
//       24       4  length of the content in octets; in kRun, and the next too, the start of the
//       28       4  run in seconds since 1970; otherwise milliseconds since that start
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "load/audit/content.h"

namespace ringpost::load {

inline constexpr size_t kRecordOctets = 32;
using RecordOctets = std::array<char, kRecordOctets>;

inline constexpr uint64_t kMostContentOctets = 0xffff'ffff;

enum class RecordKind : uint8_t {
  kRun = 1,   // the first record of a journal
  kSent,      // its first octet is about to be sent: from here on it may be kept
  kAccepted,  // 2xx was read
  kRefused,   // another reply was read
  kEnd,       // the last record, when the generator ended in order
};

struct JournalRecord {
  RecordKind kind = RecordKind::kSent;
  uint64_t number = 0;
  uint16_t copies = 0;
  Content content = {};  // of kSent; of at most kMostContentOctets
  uint32_t at_milliseconds = 0;

  friend bool operator==(const JournalRecord&, const JournalRecord&) = default;
};

struct JournalRun {
  uint64_t run = 0;
  uint64_t seed = 0;
  int64_t started_seconds = 0;  // since 1970

  friend bool operator==(const JournalRun&, const JournalRun&) = default;
};

RecordOctets EncodeRecord(const JournalRecord& record);
RecordOctets EncodeRun(const JournalRun& run);

// nullopt when the checksum is wrong or the kind unknown. Of kRun only the kind is told.
std::optional<JournalRecord> DecodeRecord(const RecordOctets& octets);
std::optional<JournalRun> DecodeRun(const RecordOctets& octets);
// Room that was taken for records and not used.
bool IsUnused(const RecordOctets& octets);

}  // namespace ringpost::load
