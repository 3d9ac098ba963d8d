// JournalWriter: the generator's own memory of what it sent and what was answered, which outlives
// it.
//
//   CO_ASSIGN_OR_RETURN(auto journal, JournalWriter::Create("audit", 0, run));
//   if (!journal->Sent(number, content, at)) ...      // before its first octet is
//   journal->Accepted(number, recipient_count, at);   // when its 250 was read
//   journal->Close();
//
// What it promises: once one of these calls has returned, its record is in the kernel's hands, so
// it is in the journal even when the generator is killed (kill -9) right after. The records are
// written to the disk itself in groups, every kSyncInterval, so the machine of the generator may
// lose the last of them with its power. A message without an answer in the journal is in doubt: the
// server may have kept it or not.
//
// The file is mapped, so a record costs no system call. Room is taken for both records of a message
// before it is sent: an answer is never lost to a full disk.
// Threads: one for all calls; a thread of its own syncs.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "load/audit/journal_record.h"

namespace ringpost::load {

class JournalWriter {
 public:
  static constexpr absl::Duration kSyncInterval = absl::Milliseconds(250);

  // The journal `index` (one for each thread that sends) in `folder`, which is made when it is
  // missing. AlreadyExists when it has that journal: of an earlier run, which is not to be mixed
  // with this one.
  static absl::StatusOr<std::unique_ptr<JournalWriter>> Create(const std::string& folder,
                                                               size_t index, const JournalRun& run);
  // What was not closed looks cut short.
  ~JournalWriter();
  JournalWriter(const JournalWriter&) = delete;
  JournalWriter& operator=(const JournalWriter&) = delete;

  // False when there is no more room (status() says why): then do not send it.
  bool Sent(uint64_t number, const Content& content, absl::Duration since_start);
  // `copies`: for how many recipients. For a message that was Sent(), once.
  void Accepted(uint64_t number, uint16_t copies, absl::Duration since_start);
  void Refused(uint64_t number, uint16_t reply_code, absl::Duration since_start);
  // No answer will come: the connection is gone.
  void LeftInDoubt();

  // Writes the last record, and all of it to the disk.
  absl::Status Close();

  const absl::Status& status() const { return status_; }

 private:
  JournalWriter(int descriptor, std::string path);

  // Room on the disk for this many records more.
  bool Reserve(size_t record_count);
  void Append(const RecordOctets& octets);
  // Where the next record goes; nullptr when it cannot be mapped.
  char* NextPlace();
  void UnmapWindow();
  void Fail(const char* what, int error_number);
  void SyncUntil(std::stop_token stop);

  const int descriptor_;
  const std::string path_;
  absl::Status status_;

  size_t reserved_octets_ = 0;  // of the file
  size_t used_octets_ = 0;      // of the file
  size_t unanswered_count_ = 0;
  char* window_ = nullptr;  // the part of the file that is being written
  size_t window_offset_ = 0;
  bool is_closed_ = false;

  std::mutex mutex_;
  std::condition_variable_any wakes_;
  std::jthread syncer_;
};

// The journals in a folder are named like this one.
std::string JournalPath(const std::string& folder, size_t index);

}  // namespace ringpost::load
