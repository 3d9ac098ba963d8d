// SimulatedReactor: a world in memory that does the same again from the same seed.
//
//   SimulatedDisk disk;
//   SimulatedReactor reactor({.seed = 42, .faults = {.reset = 0.01}}, disk);
//   io::Shard shard(reactor, /*index=*/0, /*seed=*/42);
//   RunTask(shard, ServeAndTest(shard));
//
// Time is virtual: Poll() moves it to the next event at once, and never sleeps. A server and its
// clients live in the same reactor, as coroutines of one shard. Files are those of a SimulatedDisk.
// What goes wrong is said by Faults; what survives a loss of power, by the disk.
//
// It is stricter than a kernel, and CHECKs what a kernel would let pass: an operation on a closed
// descriptor, a Close under an operation in flight, a chunk that outlives the reactor, a Poll()
// that would wait for ever. The view of a dropped lease is freed at once, so that AddressSanitizer
// sees it used.
//
// Ownership: the disk outlives the reactor. Threads: one; Wake() from any, but nothing waits for
// it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "absl/time/time.h"
#include "ringpost/io/reactor.h"
#include "ringpost/testing/faults.h"
#include "ringpost/testing/manual_clock.h"
#include "ringpost/testing/simulated_disk.h"

namespace ringpost::testing {

struct SimulationOptions {
  uint64_t seed = 1;
  Faults faults = {};
  absl::Time wall_start = ManualClock::DefaultStart();
  // Of the pool of receive buffers; small blocks cut what is received in more places.
  size_t buffer_block_bytes = 64 * 1024;
  size_t buffer_limit_bytes = 16 << 20;
};

class SimulatedReactor final : public io::Reactor {
 public:
  SimulatedReactor(const SimulationOptions& options, SimulatedDisk& disk);
  ~SimulatedReactor() override;
  SimulatedReactor(const SimulatedReactor&) = delete;
  SimulatedReactor& operator=(const SimulatedReactor&) = delete;

  // --- The world's side
  // Runs `call` inside Poll() at `instant`, before what is told then.
  void At(Instant instant, std::function<void()> call);
  // The power fails: the disk keeps what survives (SimulatedDisk::LosePower), connections are
  // reset, and whatever the program still does fails (EIO, ENETDOWN) and reaches nothing. It is
  // left alive in order to unwind its frames.
  void CutPower();
  // Does so just before the `count`th next file operation takes effect (1: the next).
  void CutPowerAtFileOperation(uint64_t count);
  // The process is killed: the same for the program, but the kernel lives on, so the disk keeps all
  // that it was given, synced or not.
  void KillProcess();
  void KillProcessAtFileOperation(uint64_t count);
  // Neither was the power cut nor the process killed.
  bool has_power() const;

  // The connection of `socket` is torn down: its peer reads ECONNRESET.
  void ResetConnection(int socket);
  // The address that a socket will connect from; by default that of the server.
  void SetSourceAddress(int socket, const io::IpAddress& ip);
  // Told of each Send as it is submitted: what a server has said, whoever came to hear it.
  void ObserveSends(std::function<void(int socket, std::string_view octets)> observer);

  const FaultCounts& fault_counts() const;
  uint64_t file_operation_count() const;
  // For leaks.
  size_t open_descriptor_count() const;
  size_t in_flight_count() const;
  size_t leased_chunk_count() const;

  // --- Reactor
  Instant Now() const override;
  absl::Time WallNow() const override;
  void Submit(io::Operation& operation) override;
  void Cancel(io::Operation& operation) override;
  void Poll(Instant until) override;
  void Wake() override { woken_.store(true); }
  absl::StatusOr<int> Listen(const io::SocketAddress& address,
                             const io::ListenOptions& options) override;
  absl::StatusOr<int> CreateSocket(const io::SocketAddress& for_address) override;
  io::SocketAddress LocalAddress(int socket) override;
  io::SocketAddress PeerAddress(int socket) override;
  void ShutdownSend(int socket) override;
  void CloseNow(int descriptor) override;
  io::BufferStatistics buffer_statistics() const override;

 private:
  struct World;
  struct FileWork;

  void EndWorld();
  void TellQueued();
  void SubmitFileOperation(io::Operation& operation, int descriptor);
  void CloseDescriptor(int descriptor);

  std::unique_ptr<World> world_;
  std::atomic<bool> woken_ = false;
};

}  // namespace ringpost::testing
