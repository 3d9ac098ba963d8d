#include "ringpost/io/uring_reactor.h"

#include <fcntl.h>
#include <liburing.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <optional>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "ringpost/base/check.h"
#include "ringpost/base/text.h"
#include "ringpost/io/internal/uring_buffer_ring.h"
#include "ringpost/io/kernel_probe.h"

namespace ringpost::io {
namespace {

// --- Addresses of the kernel
// ------------------------------------------------------------------------

struct KernelAddress {
  sockaddr_storage storage = {};
  socklen_t size_bytes = 0;

  sockaddr* raw() { return reinterpret_cast<sockaddr*>(&storage); }
};

KernelAddress ToKernel(const SocketAddress& address) {
  KernelAddress result;
  if (address.is_unix()) {
    auto& to = reinterpret_cast<sockaddr_un&>(result.storage);
    to.sun_family = AF_UNIX;
    std::memcpy(to.sun_path, address.unix_path.data(),
                std::min(address.unix_path.size(), sizeof to.sun_path - 1));
    result.size_bytes = sizeof to;
  } else if (address.ip.is_v4()) {
    auto& to = reinterpret_cast<sockaddr_in&>(result.storage);
    to.sin_family = AF_INET;
    to.sin_port = htons(address.port);
    to.sin_addr.s_addr = htonl(address.ip.v4_host_order());
    result.size_bytes = sizeof to;
  } else {
    auto& to = reinterpret_cast<sockaddr_in6&>(result.storage);
    to.sin6_family = AF_INET6;
    to.sin6_port = htons(address.port);
    std::memcpy(to.sin6_addr.s6_addr, address.ip.octets().data(), 16);
    result.size_bytes = sizeof to;
  }
  return result;
}

SocketAddress FromKernel(const KernelAddress& address) {
  SocketAddress result;
  switch (address.storage.ss_family) {
    case AF_INET: {
      const auto& from = reinterpret_cast<const sockaddr_in&>(address.storage);
      result.ip = IpAddress::V4(ntohl(from.sin_addr.s_addr));
      result.port = ntohs(from.sin_port);
      break;
    }
    case AF_INET6: {
      const auto& from = reinterpret_cast<const sockaddr_in6&>(address.storage);
      std::array<uint8_t, 16> octets;
      std::memcpy(octets.data(), from.sin6_addr.s6_addr, octets.size());
      result.ip = IpAddress::V6(octets);
      result.port = ntohs(from.sin6_port);
      break;
    }
    case AF_UNIX: {
      const auto& from = reinterpret_cast<const sockaddr_un&>(address.storage);
      result.unix_path = address.size_bytes > offsetof(sockaddr_un, sun_path) ? from.sun_path : "";
      // The connecting end of a Unix socket has no name.
      if (result.unix_path.empty()) result.unix_path = "unnamed";
      break;
    }
    default:
      break;
  }
  return result;
}

int FamilyOf(const SocketAddress& address) {
  if (address.is_unix()) return AF_UNIX;
  return address.ip.is_v4() ? AF_INET : AF_INET6;
}

// A Unix socket outlives the process that made it. One that nobody listens on is in the way.
void RemoveStaleSocket(const SocketAddress& address) {
  const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (probe < 0) return;
  KernelAddress kernel = ToKernel(address);
  if (connect(probe, kernel.raw(), kernel.size_bytes) != 0 && errno == ECONNREFUSED) {
    unlink(address.unix_path.c_str());
  }
  close(probe);
}

void SetOption(int socket, int level, int name, int value) {
  setsockopt(socket, level, name, &value, sizeof value);
}

// --- Time
// -------------------------------------------------------------------------------------------

Instant MonotonicNow() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return {int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec};
}

__kernel_timespec ToKernel(Instant instant) {
  return {.tv_sec = instant.nanoseconds / 1'000'000'000,
          .tv_nsec = instant.nanoseconds % 1'000'000'000};
}

// --- The reactor
// ------------------------------------------------------------------------------------

int OpenFlags(OpenMode mode) {
  switch (mode) {
    case OpenMode::kRead:
      return O_RDONLY | O_CLOEXEC;
    case OpenMode::kCreateNew:
      return O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC;
    case OpenMode::kCreateAppend:
      return O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC;
    case OpenMode::kDirectory:
      return O_RDONLY | O_DIRECTORY | O_CLOEXEC;
  }
  return O_RDONLY;
}

class UringReactor final : public Reactor {
 public:
  explicit UringReactor(const UringOptions& options)
      : bounded_waits_(options.bounded_waits), now_(MonotonicNow()) {}
  ~UringReactor() override;

  absl::Status Open(const UringOptions& options);

  Instant Now() const override { return now_; }
  absl::Time WallNow() const override;

  void Submit(Operation& operation) override;
  void Cancel(Operation& operation) override;
  void Poll(Instant until) override;
  void Wake() override;

  absl::StatusOr<int> Listen(const SocketAddress& address, const ListenOptions& options) override;
  absl::StatusOr<int> CreateSocket(const SocketAddress& for_address) override;
  SocketAddress LocalAddress(int socket) override;
  SocketAddress PeerAddress(int socket) override;
  void ShutdownSend(int socket) override { shutdown(socket, SHUT_WR); }
  void CloseNow(int descriptor) override { close(descriptor); }
  BufferStatistics buffer_statistics() const override { return buffers_.statistics(); }

 private:
  // user_data of what is not an Operation. Operations are aligned, so small numbers are free.
  enum Tag : uint64_t { kIgnored = 0, kWakeUp = 1, kTimeout = 2, kTagEnd = 8 };

  io_uring_sqe& NextEntry();
  void Prepare(io_uring_sqe& entry, Operation& operation);
  void ArmWakeUp();
  void ArmTimeout(Instant until);
  void SubmitAndWait(Instant until);
  void TellCompletions();
  void Tell(const io_uring_cqe& entry);
  void TellOperation(Operation& operation, int32_t result, uint32_t flags);
  void TellReceived(Operation& operation, int32_t result, uint32_t flags);
  void TellOneOfMany(Operation& operation, Completion completion, bool goes_on);
  void AskKernelToCancel(Operation& operation);
  void Finish(Operation& operation, int32_t result);
  void RearmStarved();

  const bool bounded_waits_;
  bool is_open_ = false;
  io_uring uring_ = {};
  internal::UringBufferRing buffers_;
  Instant now_;
  mutable std::optional<absl::Time> wall_now_;  // asked for once in a turn
  int wake_up_ = -1;                            // eventfd
  uint64_t wake_up_count_ = 0;
  Instant timeout_armed_ = Instant::Never();
  __kernel_timespec timeout_ = {};
  // Receives that found no buffer, and among them those whose cancellation is to be told.
  std::vector<Operation*> starved_;
  std::vector<Operation*> cancelled_;
  KernelAddress connect_address_;
};

UringReactor::~UringReactor() {
  if (is_open_) io_uring_queue_exit(&uring_);
  if (wake_up_ >= 0) close(wake_up_);
}

absl::Status UringReactor::Open(const UringOptions& options) {
  if (absl::Status status = ProbeKernel(); !status.ok()) return status;
  io_uring_params parameters = {};
  parameters.flags = IORING_SETUP_CQSIZE | IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
  parameters.cq_entries = options.completion_count;
  int result = io_uring_queue_init_params(options.submission_count, &uring_, &parameters);
  if (result == -EINVAL) {  // DEFER_TASKRUN came with Linux 6.1
    parameters = {};
    parameters.flags = IORING_SETUP_CQSIZE | IORING_SETUP_COOP_TASKRUN;
    parameters.cq_entries = options.completion_count;
    result = io_uring_queue_init_params(options.submission_count, &uring_, &parameters);
  }
  if (result < 0) return StatusFromErrno(result, "io_uring_setup");
  is_open_ = true;
  if (absl::Status status = buffers_.Open(uring_, options.buffer_limit_bytes); !status.ok()) {
    return status;
  }
  wake_up_ = eventfd(0, EFD_CLOEXEC);
  if (wake_up_ < 0) return StatusFromErrno(-errno, "eventfd");
  ArmWakeUp();
  return absl::OkStatus();
}

absl::Time UringReactor::WallNow() const {
  if (!wall_now_.has_value()) wall_now_ = absl::Now();
  return *wall_now_;
}

io_uring_sqe& UringReactor::NextEntry() {
  io_uring_sqe* entry = io_uring_get_sqe(&uring_);
  if (entry == nullptr) {
    io_uring_submit(&uring_);
    entry = io_uring_get_sqe(&uring_);
    Check(entry != nullptr, "the kernel takes no submissions");
  }
  return *entry;
}

void UringReactor::Submit(Operation& operation) {
  Check(!operation.in_flight(), "an operation submitted twice");
  SetInFlight(operation, true);
  io_uring_sqe& entry = NextEntry();
  Prepare(entry, operation);
  entry.user_data = reinterpret_cast<uintptr_t>(&operation);
}

// One case for each request; a new one does not compile until it has its case.
struct Prepared {
  io_uring_sqe* entry;

  void operator()(const Accept& accept) const {
    io_uring_prep_multishot_accept(entry, accept.listener, nullptr, nullptr, SOCK_CLOEXEC);
  }
  void operator()(const Receive& receive) const {
    io_uring_prep_recv_multishot(entry, receive.socket, nullptr, 0, 0);
    entry->flags |= IOSQE_BUFFER_SELECT;
    entry->buf_group = internal::UringBufferRing::kGroup;
  }
  void operator()(const Send& send) const {
    io_uring_prep_send(entry, send.socket, send.octets.data(), send.octets.size(),
                       MSG_NOSIGNAL | MSG_WAITALL | (send.is_last ? MSG_MORE : 0));
  }
  void operator()(const Connect&) const { Check(false, "prepared by the reactor"); }
  void operator()(const Close& close) const { io_uring_prep_close(entry, close.descriptor); }
  void operator()(const Open& open) const {
    io_uring_prep_openat(entry, AT_FDCWD, open.path, OpenFlags(open.mode), 0600);
  }
  void operator()(const Read& read) const {
    io_uring_prep_read(entry, read.file, read.into.data(), static_cast<unsigned>(read.into.size()),
                       read.offset);
  }
  void operator()(const Write& write) const {
    io_uring_prep_writev(entry, write.file, write.pieces.data(),
                         static_cast<unsigned>(write.pieces.size()), write.offset);
  }
  void operator()(const Sync& sync) const {
    io_uring_prep_fsync(entry, sync.descriptor, sync.is_directory ? 0 : IORING_FSYNC_DATASYNC);
  }
  void operator()(const Rename& rename) const {
    io_uring_prep_renameat(entry, AT_FDCWD, rename.from, AT_FDCWD, rename.to, 0);
  }
  void operator()(const Link& link) const {
    io_uring_prep_linkat(entry, AT_FDCWD, link.from, AT_FDCWD, link.to, 0);
  }
  void operator()(const Unlink& unlink) const {
    io_uring_prep_unlinkat(entry, AT_FDCWD, unlink.path, 0);
  }
  void operator()(const MakeDirectory& make) const {
    io_uring_prep_mkdirat(entry, AT_FDCWD, make.path, 0700);
  }
};

void UringReactor::Prepare(io_uring_sqe& entry, Operation& operation) {
  if (const auto* const connect = std::get_if<Connect>(&operation.request)) {
    // The kernel copies the address when it takes the entry, so one place for all must be emptied
    // first.
    connect_address_ = ToKernel(*connect->address);
    io_uring_prep_connect(&entry, connect->socket, connect_address_.raw(),
                          connect_address_.size_bytes);
    entry.user_data = reinterpret_cast<uintptr_t>(&operation);
    io_uring_submit(&uring_);
    return;
  }
  std::visit(Prepared{&entry}, operation.request);
}

void UringReactor::Cancel(Operation& operation) {
  if (!operation.in_flight()) return;
  SetCancelRequested(operation);
  if (const auto found = std::find(starved_.begin(), starved_.end(), &operation);
      found != starved_.end()) {
    starved_.erase(found);
    cancelled_.push_back(&operation);
    return;
  }
  AskKernelToCancel(operation);
}

void UringReactor::AskKernelToCancel(Operation& operation) {
  io_uring_sqe& entry = NextEntry();
  io_uring_prep_cancel64(&entry, reinterpret_cast<uintptr_t>(&operation), 0);
  entry.flags |= IOSQE_CQE_SKIP_SUCCESS;
  entry.user_data = kIgnored;
}

void UringReactor::Poll(Instant until) {
  if (!starved_.empty()) RearmStarved();
  buffers_.Publish();
  SubmitAndWait(cancelled_.empty() ? until : Instant{});
  now_ = MonotonicNow();
  wall_now_.reset();
  TellCompletions();
}

void UringReactor::SubmitAndWait(Instant until) {
  int result;
  if (until <= now_) {
    result = io_uring_submit_and_get_events(&uring_);
  } else if (bounded_waits_) {
    __kernel_timespec length = {.tv_sec = 0, .tv_nsec = 100'000'000};
    if (until - now_ < absl::Milliseconds(100)) {
      length.tv_nsec = std::max<int64_t>(until.nanoseconds - now_.nanoseconds, 1);
    }
    io_uring_cqe* first = nullptr;
    result = io_uring_submit_and_wait_timeout(&uring_, &first, 1, &length, nullptr);
  } else {
    if (until < timeout_armed_) ArmTimeout(until);
    result = io_uring_submit_and_wait(&uring_, 1);
  }
  // EBUSY and EAGAIN: the kernel is short of memory or has completions that wait to be taken; we
  // come again next turn.
  Check(
      result >= 0 || result == -EINTR || result == -ETIME || result == -EBUSY || result == -EAGAIN,
      "io_uring_enter failed");
}

// A timeout of its own entry, kept over many turns: cheaper than a timer for each wait. Only the
// earliest one counts; an earlier one that is superseded merely ends a wait for nothing.
void UringReactor::ArmTimeout(Instant until) {
  timeout_armed_ = until;
  timeout_ = ToKernel(until);
  io_uring_sqe& entry = NextEntry();
  io_uring_prep_timeout(&entry, &timeout_, 0, IORING_TIMEOUT_ABS);
  entry.user_data = kTimeout;
}

void UringReactor::ArmWakeUp() {
  io_uring_sqe& entry = NextEntry();
  io_uring_prep_read(&entry, wake_up_, &wake_up_count_, sizeof wake_up_count_, 0);
  entry.user_data = kWakeUp;
}

void UringReactor::Wake() {
  const uint64_t one = 1;
  // Fails only when the counter is full, and then the reactor is awake.
  [[maybe_unused]] const ssize_t written = write(wake_up_, &one, sizeof one);
}

void UringReactor::TellCompletions() {
  for (Operation* const operation : std::exchange(cancelled_, {})) Finish(*operation, -ECANCELED);
  // Copied out first: what is told may submit, and a full submission queue enters the kernel.
  unsigned head;
  unsigned count = 0;
  io_uring_cqe* entry;
  io_uring_for_each_cqe(&uring_, head, entry) {
    Tell(*entry);
    ++count;
  }
  io_uring_cq_advance(&uring_, count);
}

void UringReactor::Tell(const io_uring_cqe& entry) {
  switch (entry.user_data) {
    case kIgnored:
      return;
    case kWakeUp:
      ArmWakeUp();
      return;
    case kTimeout:
      if (timeout_armed_ <= now_) timeout_armed_ = Instant::Never();
      return;
    default:
      TellOperation(*reinterpret_cast<Operation*>(entry.user_data), entry.res, entry.flags);
  }
}

void UringReactor::TellOperation(Operation& operation, int32_t result, uint32_t flags) {
  if (std::holds_alternative<Receive>(operation.request)) {
    TellReceived(operation, result, flags);
    return;
  }
  const bool goes_on = (flags & IORING_CQE_F_MORE) != 0;
  if (std::holds_alternative<Accept>(operation.request) && (goes_on || result >= 0)) {
    TellOneOfMany(operation, {.result = result, .more = true}, goes_on);
    return;
  }
  if (const auto* const send = std::get_if<Send>(&operation.request)) {
    // MSG_WAITALL sends all or was stopped half-way: by Cancel(), or by an error that the next send
    // would tell.
    if (result >= 0 && static_cast<size_t>(result) < send->octets.size()) {
      result = CancelRequested(operation) ? -ECANCELED : -EPIPE;
    }
  }
  Finish(operation, result);
}

void UringReactor::TellReceived(Operation& operation, int32_t result, uint32_t flags) {
  const bool goes_on = (flags & IORING_CQE_F_MORE) != 0;
  if (result == -ENOBUFS) {
    buffers_.CountStarved();
    if (goes_on) return;
    if (CancelRequested(operation)) {
      Finish(operation, -ECANCELED);
    } else {
      starved_.push_back(&operation);
    }
    return;
  }
  if (result <= 0) {
    Finish(operation, result);
    return;
  }
  Chunk chunk = buffers_.Take(static_cast<uint32_t>(result), flags);
  TellOneOfMany(operation, {.result = result, .more = true, .chunk = std::move(chunk)}, goes_on);
}

// The kernel ends a multishot now and then (its queue was full), and who submitted it is none the
// wiser, unless it is to end anyway. While data keeps coming the kernel has it in its hands and
// finds nothing to cancel: then it must be asked again.
void UringReactor::TellOneOfMany(Operation& operation, Completion completion, bool goes_on) {
  const bool was_cancelled = CancelRequested(operation);
  if (!goes_on && !was_cancelled) {
    SetInFlight(operation, false);
    Submit(operation);
  }
  operation.OnCompletion(std::move(completion));
  if (!was_cancelled) return;
  if (goes_on) {
    AskKernelToCancel(operation);
  } else {
    Finish(operation, -ECANCELED);
  }
}

void UringReactor::Finish(Operation& operation, int32_t result) {
  SetInFlight(operation, false);
  operation.OnCompletion({.result = result});
}

void UringReactor::RearmStarved() {
  if (!buffers_.Publish()) return;
  for (Operation* const operation : std::exchange(starved_, {})) {
    SetInFlight(*operation, false);
    Submit(*operation);
  }
}

absl::StatusOr<int> UringReactor::CreateSocket(const SocketAddress& for_address) {
  const int socket = ::socket(FamilyOf(for_address), SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return StatusFromErrno(-errno, "socket");
  if (!for_address.is_unix()) SetOption(socket, IPPROTO_TCP, TCP_NODELAY, 1);
  return socket;
}

absl::StatusOr<int> UringReactor::Listen(const SocketAddress& address,
                                         const ListenOptions& options) {
  absl::StatusOr<int> created = CreateSocket(address);
  if (!created.ok()) return created.status();
  const int socket = *created;
  const auto failed = [&](const char* what) {
    const absl::Status status = StatusFromErrno(-errno, Concat(what, " ", address.ToString()));
    close(socket);
    return status;
  };
  if (!address.is_unix()) {
    SetOption(socket, SOL_SOCKET, SO_REUSEADDR, 1);
    if (options.reuse_port) SetOption(socket, SOL_SOCKET, SO_REUSEPORT, 1);
    if (!address.ip.is_v4()) SetOption(socket, IPPROTO_IPV6, IPV6_V6ONLY, 1);
  }
  KernelAddress kernel = ToKernel(address);
  if (address.is_unix()) RemoveStaleSocket(address);
  // The ring of a process that died holds its port for some milliseconds longer (5 to 8 measured).
  constexpr int kBindTries = 40;
  for (int tries = 1; bind(socket, kernel.raw(), kernel.size_bytes) != 0; ++tries) {
    if (errno != EADDRINUSE || tries == kBindTries || address.is_unix()) return failed("bind");
    usleep(5000);
  }
  if (address.is_unix() && chmod(address.unix_path.c_str(), options.unix_mode) != 0) {
    return failed("chmod");
  }
  if (listen(socket, options.backlog) != 0) return failed("listen on");
  return socket;
}

SocketAddress UringReactor::LocalAddress(int socket) {
  KernelAddress address;
  address.size_bytes = sizeof address.storage;
  return getsockname(socket, address.raw(), &address.size_bytes) == 0 ? FromKernel(address)
                                                                      : SocketAddress{};
}

SocketAddress UringReactor::PeerAddress(int socket) {
  KernelAddress address;
  address.size_bytes = sizeof address.storage;
  return getpeername(socket, address.raw(), &address.size_bytes) == 0 ? FromKernel(address)
                                                                      : SocketAddress{};
}

}  // namespace

absl::StatusOr<std::unique_ptr<Reactor>> CreateUringReactor(const UringOptions& options) {
  auto reactor = std::make_unique<UringReactor>(options);
  if (absl::Status status = reactor->Open(options); !status.ok()) return status;
  return reactor;
}

}  // namespace ringpost::io
