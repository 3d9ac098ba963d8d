#include "load/audit/journal_writer.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "ringpost/base/check.h"
#include "ringpost/base/text.h"

namespace ringpost::load {
namespace {

// 131,072 records: a step of some seconds at full speed.
constexpr size_t kWindowOctets = size_t{4} << 20;
static_assert(kWindowOctets % kRecordOctets == 0);

absl::Status ErrnoStatus(int error_number, const std::string& what) {
  const std::string text = Concat(what, ": ", std::strerror(error_number));
  if (error_number == EEXIST) {
    return absl::AlreadyExistsError(Concat(text, "; it is the journal of an earlier run"));
  }
  return absl::UnavailableError(text);
}

uint32_t Milliseconds(absl::Duration since_start) {
  return static_cast<uint32_t>(absl::ToInt64Milliseconds(since_start));
}

// So that the file is found again after a loss of power.
absl::Status SyncFolder(const std::string& folder) {
  const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return ErrnoStatus(errno, folder);
  const bool is_synced = fsync(descriptor) == 0 || errno == EINVAL;
  const int error_number = errno;
  close(descriptor);
  return is_synced ? absl::OkStatus() : ErrnoStatus(error_number, folder);
}

}  // namespace

std::string JournalPath(const std::string& folder, size_t index) {
  return Concat(folder, "/journal.", index);
}

absl::StatusOr<std::unique_ptr<JournalWriter>> JournalWriter::Create(const std::string& folder,
                                                                     size_t index,
                                                                     const JournalRun& run) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return ErrnoStatus(error.value(), folder);
  const std::string path = JournalPath(folder, index);
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) return ErrnoStatus(errno, path);
  std::unique_ptr<JournalWriter> journal(new JournalWriter(descriptor, path));
  if (!journal->Reserve(1)) return journal->status();
  journal->Append(EncodeRun(run));
  if (const absl::Status synced = SyncFolder(folder); !synced.ok()) return synced;
  journal->syncer_ = std::jthread(
      [writer = journal.get()](std::stop_token stop) { writer->SyncUntil(std::move(stop)); });
  return journal;
}

JournalWriter::JournalWriter(int descriptor, std::string path)
    : descriptor_(descriptor), path_(std::move(path)) {}

JournalWriter::~JournalWriter() {
  syncer_ = std::jthread();
  UnmapWindow();
  close(descriptor_);
}

bool JournalWriter::Sent(uint64_t number, const Content& content, absl::Duration since_start) {
  Check(content.length_octets <= kMostContentOctets, "a message of 4 GiB in the journal");
  // Its own, the answers of this and of all that are under way, and the last one.
  if (!status_.ok() || !Reserve(unanswered_count_ + 3)) return false;
  ++unanswered_count_;
  Append(EncodeRecord({.kind = RecordKind::kSent,
                       .number = number,
                       .content = content,
                       .at_milliseconds = Milliseconds(since_start)}));
  return true;
}

void JournalWriter::Accepted(uint64_t number, uint16_t copies, absl::Duration since_start) {
  Check(unanswered_count_-- > 0, "an answer to a message that was not sent");
  Append(EncodeRecord({.kind = RecordKind::kAccepted,
                       .number = number,
                       .copies = copies,
                       .at_milliseconds = Milliseconds(since_start)}));
}

void JournalWriter::Refused(uint64_t number, uint16_t reply_code, absl::Duration since_start) {
  Check(unanswered_count_-- > 0, "an answer to a message that was not sent");
  Append(EncodeRecord({.kind = RecordKind::kRefused,
                       .number = number,
                       .copies = reply_code,
                       .at_milliseconds = Milliseconds(since_start)}));
}

void JournalWriter::LeftInDoubt() {
  Check(unanswered_count_-- > 0, "no answer to a message that was not sent");
}

absl::Status JournalWriter::Close() {
  Check(!is_closed_, "a journal closed twice");
  is_closed_ = true;
  if (Reserve(1)) Append(EncodeRecord({.kind = RecordKind::kEnd}));
  syncer_ = std::jthread();
  UnmapWindow();
  if (ftruncate(descriptor_, static_cast<off_t>(used_octets_)) != 0) Fail("ftruncate", errno);
  if (fdatasync(descriptor_) != 0) Fail("fdatasync", errno);
  return status_;
}

bool JournalWriter::Reserve(size_t record_count) {
  const size_t needed_octets = used_octets_ + record_count * kRecordOctets;
  while (reserved_octets_ < needed_octets) {
    const int error_number = posix_fallocate(descriptor_, static_cast<off_t>(reserved_octets_),
                                             static_cast<off_t>(kWindowOctets));
    if (error_number != 0) {
      Fail("posix_fallocate", error_number);
      return false;
    }
    reserved_octets_ += kWindowOctets;
  }
  return true;
}

void JournalWriter::Append(const RecordOctets& octets) {
  if (char* const place = NextPlace(); place != nullptr) {
    std::memcpy(place, octets.data(), octets.size());
  } else if (pwrite(descriptor_, octets.data(), octets.size(), static_cast<off_t>(used_octets_)) !=
             static_cast<ssize_t>(octets.size())) {
    Fail("pwrite", errno);
  }
  used_octets_ += octets.size();
}

char* JournalWriter::NextPlace() {
  if (window_ == nullptr || used_octets_ == window_offset_ + kWindowOctets) {
    UnmapWindow();
    void* const mapped = mmap(nullptr, kWindowOctets, PROT_READ | PROT_WRITE, MAP_SHARED,
                              descriptor_, static_cast<off_t>(used_octets_));
    if (mapped == MAP_FAILED) return nullptr;
    window_ = static_cast<char*>(mapped);
    window_offset_ = used_octets_;
  }
  return window_ + (used_octets_ - window_offset_);
}

void JournalWriter::UnmapWindow() {
  if (window_ != nullptr) munmap(window_, kWindowOctets);
  window_ = nullptr;
}

void JournalWriter::Fail(const char* what, int error_number) {
  if (status_.ok()) status_ = ErrnoStatus(error_number, Concat(path_, ": ", what));
}

void JournalWriter::SyncUntil(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    wakes_.wait_for(lock, stop, absl::ToChronoMilliseconds(kSyncInterval), [] { return false; });
    // A failure comes again, and is told, in Close().
    fdatasync(descriptor_);
  }
}

}  // namespace ringpost::load
