#include "sink/dump.h"

#include <sys/uio.h>
#include <unistd.h>

#include <filesystem>
#include <utility>

#include "absl/time/time.h"
#include "ringpost/base/status_macros.h"
#include "ringpost/base/text.h"
#include "ringpost/io/file.h"

namespace ringpost::sink {
namespace {

std::string EnvelopeFields(const smtp::Envelope& envelope) {
  std::string fields = Concat("Return-Path: <", envelope.sender.ToString(), ">\r\n");
  for (const smtp::Recipient& recipient : envelope.recipients) {
    Append(fields, "Delivered-To: ", recipient.mailbox.ToString(), "\r\n");
  }
  return fields;
}

class MaildirDump final : public Dump {
 public:
  MaildirDump(io::Shard& shard, std::string folder, bool with_envelope)
      : shard_(shard), folder_(std::move(folder)), with_envelope_(with_envelope) {}

  Task<absl::Status> Add(const smtp::Envelope& envelope, std::string_view message,
                         io::Wait wait) override {
    const std::string name = NewName();
    const std::string fields = with_envelope_ ? EnvelopeFields(envelope) : std::string();
    const std::string path = Concat(folder_, "/tmp/", name);
    const absl::Status status = co_await WriteFile(path, fields, message, wait);
    if (!status.ok()) {
      static_cast<void>(co_await io::RemoveFile(shard_, path, wait));
      co_return status;
    }
    co_return co_await io::RenameFile(shard_, path, Concat(folder_, "/new/", name), wait);
  }

 private:
  Task<absl::Status> WriteFile(std::string path, std::string_view fields, std::string_view message,
                               io::Wait wait) {
    CO_ASSIGN_OR_RETURN(io::File file, co_await io::CreateFile(shard_, std::move(path), wait));
    const std::string_view pieces[] = {fields, message};
    CO_RETURN_IF_ERROR(co_await file.Append(pieces, wait));
    co_return co_await file.CloseFile();
  }

  std::string NewName() {
    const int64_t micros = absl::ToUnixMicros(shard_.WallNow());
    return Concat(micros / 1'000'000, ".M", micros % 1'000'000, "P", getpid(), "V", shard_.index(),
                  "Q", ++count_, ".ringpost-sink");
  }

  io::Shard& shard_;
  const std::string folder_;
  const bool with_envelope_;
  uint64_t count_ = 0;
};

class MboxDump final : public Dump {
 public:
  MboxDump(io::Shard& shard, std::string path, bool with_envelope)
      : shard_(shard), path_(std::move(path)), with_envelope_(with_envelope) {}
  ~MboxDump() override {
    if (file_ >= 0) shard_.reactor().CloseNow(file_);
  }

  Task<absl::Status> Add(const smtp::Envelope& envelope, std::string_view message,
                         io::Wait wait) override {
    const std::string whole =
        with_envelope_ ? Concat(EnvelopeFields(envelope), message) : std::string();
    const std::string entry = internal::MboxEntry(envelope.sender.ToString(), shard_.WallNow(),
                                                  with_envelope_ ? whole : message);
    CO_RETURN_IF_ERROR(co_await Open(wait));
    iovec piece = {const_cast<char*>(entry.data()), entry.size()};
    // One write for a message: the kernel puts those of several shards one behind the other.
    const int32_t result = co_await io::Perform(
        shard_, io::Write{file_, std::span<const iovec>(&piece, 1), io::kAppend}, wait);
    if (result < 0) co_return io::StatusFromErrno(result, Concat("write ", path_));
    if (static_cast<size_t>(result) < entry.size()) {
      co_return absl::ResourceExhaustedError(Concat("no room for a whole message in ", path_));
    }
    co_return absl::OkStatus();
  }

 private:
  Task<absl::Status> Open(io::Wait wait) {
    if (file_ >= 0) co_return absl::OkStatus();
    const int32_t result =
        co_await io::Perform(shard_, io::Open{path_.c_str(), io::OpenMode::kCreateAppend}, wait);
    if (result < 0) co_return io::StatusFromErrno(result, Concat("open ", path_));
    // Somebody else may have opened it meanwhile.
    if (file_ >= 0) {
      shard_.reactor().CloseNow(result);
    } else {
      file_ = result;
    }
    co_return absl::OkStatus();
  }

  io::Shard& shard_;
  const std::string path_;
  const bool with_envelope_;
  int file_ = -1;
};

bool NeedsQuote(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of('>'), line.size()));
  return line.starts_with("From ");
}

}  // namespace

namespace internal {

std::string MboxEntry(std::string_view sender, absl::Time when, std::string_view message) {
  const std::string date = absl::FormatTime("%a %b %e %H:%M:%S %Y", when, absl::UTCTimeZone());
  std::string entry =
      Concat("From ", sender.empty() ? std::string_view("MAILER-DAEMON") : sender, " ", date, "\n");
  entry.reserve(entry.size() + message.size() + 2);
  while (!message.empty()) {
    // A bare LF is an end of line here, whatever it was on the way.
    const size_t end = message.find('\n');
    std::string_view line = message.substr(0, end);
    message.remove_prefix(end == std::string_view::npos ? message.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (NeedsQuote(line)) entry += '>';
    Append(entry, line, "\n");
  }
  entry += '\n';
  return entry;
}

}  // namespace internal

absl::StatusOr<DumpTarget> ParseDumpTarget(std::string_view text) {
  const size_t colon = text.find(':');
  const std::string_view kind = text.substr(0, colon);
  const std::string_view path = colon == std::string_view::npos ? "" : text.substr(colon + 1);
  if (!path.empty() && kind == "maildir") {
    return DumpTarget{DumpTarget::Kind::kMaildir, std::string(path)};
  }
  if (!path.empty() && kind == "mbox") {
    return DumpTarget{DumpTarget::Kind::kMbox, std::string(path)};
  }
  return absl::InvalidArgumentError("expected maildir:FOLDER or mbox:FILE");
}

absl::Status PrepareDump(const DumpTarget& target) {
  if (target.kind == DumpTarget::Kind::kMbox) return absl::OkStatus();
  for (const char* const part : {"new", "cur", "tmp"}) {
    std::error_code error;
    std::filesystem::create_directories(std::filesystem::path(target.path) / part, error);
    if (error) {
      return absl::UnavailableError(
          Concat("making ", target.path, "/", part, ": ", error.message()));
    }
  }
  return absl::OkStatus();
}

std::unique_ptr<Dump> OpenDump(io::Shard& shard, const DumpTarget& target, bool with_envelope) {
  if (target.kind == DumpTarget::Kind::kMaildir) {
    return std::make_unique<MaildirDump>(shard, target.path, with_envelope);
  }
  return std::make_unique<MboxDump>(shard, target.path, with_envelope);
}

}  // namespace ringpost::sink
