#include "ringpost/testing/simulated_reactor.h"

#include <cerrno>
#include <map>
#include <utility>
#include <variant>

#include "ringpost/base/check.h"
#include "ringpost/testing/internal/dice.h"
#include "ringpost/testing/internal/event_queue.h"
#include "ringpost/testing/internal/flights.h"
#include "ringpost/testing/internal/receive_buffers.h"
#include "ringpost/testing/internal/simulated_network.h"

namespace ringpost::testing {
namespace {

constexpr Instant kStart{1'000'000'000};

struct OpenFile {
  SimulatedDisk::InodePtr inode;
  io::OpenMode mode;
};

}  // namespace

struct SimulatedReactor::World {
  World(const SimulationOptions& world_options, SimulatedDisk& world_disk)
      : options(world_options),
        disk(world_disk),
        dice(world_options.seed, world_options.faults),
        buffers(world_options.buffer_block_bytes, world_options.buffer_limit_bytes) {}

  const SimulationOptions options;
  SimulatedDisk& disk;
  internal::Dice dice;
  internal::EventQueue events{kStart};
  internal::Flights flights;
  internal::ReceiveBuffers buffers;
  internal::DescriptorNumbers descriptors;
  internal::SimulatedNetwork network{events, flights, dice, buffers, descriptors};
  std::map<int, OpenFile> files;
  std::function<void(int, std::string_view)> send_observer;
  uint64_t file_operation_count = 0;
  // The numbers of file operations; 0: none.
  uint64_t power_cut_at = 0;
  uint64_t kill_at = 0;
  bool has_power = true;
};

SimulatedReactor::SimulatedReactor(const SimulationOptions& options, SimulatedDisk& disk)
    : world_(std::make_unique<World>(options, disk)) {}

SimulatedReactor::~SimulatedReactor() = default;

// --- The world's side
// -------------------------------------------------------------------------------

void SimulatedReactor::At(Instant instant, std::function<void()> call) {
  world_->events.At(instant, std::move(call));
}

void SimulatedReactor::CutPower() {
  if (!world_->has_power) return;
  world_->disk.LosePower(world_->dice.random);
  EndWorld();
}

void SimulatedReactor::CutPowerAtFileOperation(uint64_t count) {
  world_->power_cut_at = world_->file_operation_count + count;
}

void SimulatedReactor::KillProcess() {
  if (world_->has_power) EndWorld();
}

void SimulatedReactor::KillProcessAtFileOperation(uint64_t count) {
  world_->kill_at = world_->file_operation_count + count;
}

void SimulatedReactor::EndWorld() {
  world_->has_power = false;
  world_->network.GoDown();
}

bool SimulatedReactor::has_power() const { return world_->has_power; }

void SimulatedReactor::ResetConnection(int socket) { world_->network.Reset(socket); }

void SimulatedReactor::SetSourceAddress(int socket, const io::IpAddress& ip) {
  world_->network.SetSource(socket, ip);
}

void SimulatedReactor::ObserveSends(std::function<void(int, std::string_view)> observer) {
  world_->send_observer = std::move(observer);
}

const FaultCounts& SimulatedReactor::fault_counts() const { return world_->dice.counts; }
uint64_t SimulatedReactor::file_operation_count() const { return world_->file_operation_count; }
size_t SimulatedReactor::open_descriptor_count() const { return world_->descriptors.open_count; }
size_t SimulatedReactor::in_flight_count() const { return world_->flights.count(); }
size_t SimulatedReactor::leased_chunk_count() const { return world_->buffers.leased_count(); }

// --- Time and completions
// ---------------------------------------------------------------------------

Instant SimulatedReactor::Now() const { return world_->events.Now(); }

absl::Time SimulatedReactor::WallNow() const {
  return world_->options.wall_start + (Now() - kStart);
}

void SimulatedReactor::Poll(Instant until) {
  internal::EventQueue& events = world_->events;
  events.RunUntil(events.Now());
  const bool woken = woken_.exchange(false);
  while (!woken && !world_->flights.HasQueued() && events.Now() < until) {
    const Instant next = std::min(events.NextAt(), until);
    Check(next != Instant::Never(), "Poll() would wait for ever: nothing is planned in this world");
    events.RunUntil(next);
  }
  TellQueued();
}

void SimulatedReactor::TellQueued() {
  // What is told may submit, and that is told by the next Poll().
  for (internal::Flights::Told& told : world_->flights.TakeQueued()) {
    io::Operation& operation = world_->flights.Land(told);
    if (!told.completion.more) SetInFlight(operation, false);
    operation.OnCompletion(std::move(told.completion));
  }
}

// --- Operations
// -------------------------------------------------------------------------------------

void SimulatedReactor::Submit(io::Operation& operation) {
  Check(!operation.in_flight(), "an operation submitted twice");
  SetInFlight(operation, true);
  internal::Flights& flights = world_->flights;
  internal::SimulatedNetwork& network = world_->network;
  if (const auto* accept = std::get_if<io::Accept>(&operation.request)) {
    network.Accept(flights.Start(operation, accept->listener));
  } else if (const auto* receive = std::get_if<io::Receive>(&operation.request)) {
    network.Receive(flights.Start(operation, receive->socket));
  } else if (const auto* send = std::get_if<io::Send>(&operation.request)) {
    if (world_->send_observer) world_->send_observer(send->socket, send->octets);
    network.Send(flights.Start(operation, send->socket));
  } else if (const auto* connect = std::get_if<io::Connect>(&operation.request)) {
    network.Connect(flights.Start(operation, connect->socket));
  } else if (const auto* close = std::get_if<io::Close>(&operation.request)) {
    CloseDescriptor(close->descriptor);
    flights.End(flights.Start(operation, -1), 0);
  } else if (const auto* read = std::get_if<io::Read>(&operation.request)) {
    SubmitFileOperation(operation, read->file);
  } else if (const auto* write = std::get_if<io::Write>(&operation.request)) {
    SubmitFileOperation(operation, write->file);
  } else if (const auto* sync = std::get_if<io::Sync>(&operation.request)) {
    SubmitFileOperation(operation, sync->descriptor);
  } else {
    SubmitFileOperation(operation, -1);
  }
}

void SimulatedReactor::Cancel(io::Operation& operation) {
  if (!operation.in_flight()) return;
  const internal::FlightPtr flight = world_->flights.Of(operation);
  if (flight->has_ended()) return;
  const io::Request& request = operation.request;
  const bool may_wait_for_ever =
      std::holds_alternative<io::Accept>(request) || std::holds_alternative<io::Receive>(request) ||
      std::holds_alternative<io::Send>(request) || std::holds_alternative<io::Connect>(request);
  internal::Dice& dice = world_->dice;
  if (!may_wait_for_ever && dice.Strikes(dice.faults.late_cancel, &FaultCounts::late_cancel))
    return;
  world_->flights.End(flight, -ECANCELED);
}

// What a file operation does when its time has come; a case for each request.
struct SimulatedReactor::FileWork {
  World& world;
  internal::Dice& dice = world.dice;
  const Faults& faults = dice.faults;

  bool Fails(double probability) const {
    return dice.Strikes(probability, &FaultCounts::input_output_error);
  }

  int64_t operator()(const io::Open& open) const {
    if (world.descriptors.open_count >= faults.descriptor_limit) {
      ++dice.counts.emfile;
      return -EMFILE;
    }
    if (dice.Strikes(faults.open_emfile, &FaultCounts::emfile)) return -EMFILE;
    SimulatedDisk::InodePtr inode;
    if (const int result = world.disk.Open(open.path, open.mode, inode); result < 0) return result;
    ++world.descriptors.open_count;
    const int descriptor = world.descriptors.next++;
    world.files[descriptor] = {std::move(inode), open.mode};
    return descriptor;
  }
  int64_t operator()(const io::Read& read) const {
    if (Fails(faults.read_error)) return -EIO;
    std::span<char> into = read.into;
    if (!into.empty() && dice.Strikes(faults.short_read, &FaultCounts::short_read)) {
      into = into.first(dice.Cut(into.size()));
    }
    return SimulatedDisk::Read(*world.files.at(read.file).inode, into, read.offset);
  }
  int64_t operator()(const io::Write& write) const {
    const OpenFile& file = world.files.at(write.file);
    if (file.mode == io::OpenMode::kRead || file.mode == io::OpenMode::kDirectory) return -EBADF;
    if (dice.Strikes(faults.write_no_space, &FaultCounts::no_space)) return -ENOSPC;
    if (Fails(faults.write_error)) return -EIO;
    size_t bytes = 0;
    for (const iovec& piece : write.pieces) bytes += piece.iov_len;
    const bool is_short = bytes > 0 && dice.Strikes(faults.short_write, &FaultCounts::short_write);
    const uint64_t offset = file.mode == io::OpenMode::kCreateAppend ? io::kAppend : write.offset;
    const int64_t result =
        world.disk.Write(*file.inode, write.pieces, offset, is_short ? dice.Cut(bytes) : bytes);
    if (result == -ENOSPC) ++dice.counts.no_space;
    return result;
  }
  int64_t operator()(const io::Sync& sync) const {
    SimulatedDisk::Inode& inode = *world.files.at(sync.descriptor).inode;
    if (Fails(faults.sync_error)) {
      SimulatedDisk::Doubt(inode);
      return -EIO;
    }
    const bool is_a_lie =
        sync.is_directory ? faults.directory_sync_is_a_lie : faults.file_sync_is_a_lie;
    if (!is_a_lie) world.disk.Sync(inode);
    return 0;
  }
  int64_t operator()(const io::Rename& rename) const {
    return Fails(faults.directory_error) ? -EIO : world.disk.Rename(rename.from, rename.to);
  }
  int64_t operator()(const io::Link& link) const {
    return Fails(faults.directory_error) ? -EIO : world.disk.Link(link.from, link.to);
  }
  int64_t operator()(const io::Unlink& unlink) const {
    return Fails(faults.directory_error) ? -EIO : world.disk.Unlink(unlink.path);
  }
  int64_t operator()(const io::MakeDirectory& make) const {
    return Fails(faults.directory_error) ? -EIO : world.disk.MakeDirectory(make.path);
  }
  int64_t operator()(const auto&) const { return -EINVAL; }  // not a file operation
};

void SimulatedReactor::SubmitFileOperation(io::Operation& operation, int descriptor) {
  Check(descriptor < 0 || world_->files.contains(descriptor), "a file is used after its close");
  const internal::FlightPtr flight = world_->flights.Start(operation, descriptor);
  world_->events.After(world_->dice.Draw(world_->dice.faults.disk), [this, flight] {
    if (flight->has_ended()) return;
    const uint64_t number = ++world_->file_operation_count;
    if (number == world_->power_cut_at) CutPower();
    if (number == world_->kill_at) KillProcess();
    const int64_t result =
        world_->has_power ? std::visit(FileWork{*world_}, flight->request()) : -EIO;
    world_->flights.End(flight, static_cast<int32_t>(result));
  });
}

// --- Descriptors
// ------------------------------------------------------------------------------------

absl::StatusOr<int> SimulatedReactor::Listen(const io::SocketAddress& address,
                                             const io::ListenOptions& options) {
  return world_->network.Listen(address, options);
}

absl::StatusOr<int> SimulatedReactor::CreateSocket(const io::SocketAddress& for_address) {
  return world_->network.CreateSocket(for_address);
}

io::SocketAddress SimulatedReactor::LocalAddress(int socket) {
  return world_->network.LocalAddress(socket);
}

io::SocketAddress SimulatedReactor::PeerAddress(int socket) {
  return world_->network.PeerAddress(socket);
}

void SimulatedReactor::ShutdownSend(int socket) { world_->network.ShutdownSend(socket); }

void SimulatedReactor::CloseNow(int descriptor) { CloseDescriptor(descriptor); }

void SimulatedReactor::CloseDescriptor(int descriptor) {
  Check(!world_->flights.AnyOn(descriptor), "a close under an operation in flight");
  if (world_->network.Owns(descriptor)) {
    world_->network.Close(descriptor);
    return;
  }
  Check(world_->files.erase(descriptor) == 1, "a descriptor is closed twice");
  --world_->descriptors.open_count;
}

io::BufferStatistics SimulatedReactor::buffer_statistics() const {
  return world_->buffers.statistics();
}

}  // namespace ringpost::testing
