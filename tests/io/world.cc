#include "world.h"

#include <stdlib.h>
#include <sys/socket.h>

#include <filesystem>

#include "ringpost/io/kernel_probe.h"
#include "ringpost/io/uring_reactor.h"
#include "ringpost/testing/simulated_disk.h"
#include "ringpost/testing/simulated_reactor.h"

namespace ringpost::io {
namespace {

class KernelsWorld final : public World {
 public:
  explicit KernelsWorld(std::unique_ptr<Reactor> reactor)
      : reactor_(std::move(reactor)), folder_(::testing::TempDir() + "ringpost-reactor-XXXXXX") {
    if (mkdtemp(folder_.data()) == nullptr) ADD_FAILURE() << "no folder " << folder_;
  }
  ~KernelsWorld() override { std::filesystem::remove_all(folder_); }

  Reactor& reactor() override { return *reactor_; }
  std::string Path(const std::string& name) override { return folder_ + "/" + name; }
  void CloseByReset(int socket) override {
    const linger at_once = {.l_onoff = 1, .l_linger = 0};
    setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    reactor_->CloseNow(socket);
  }

 private:
  std::unique_ptr<Reactor> reactor_;
  std::string folder_;
};

class SimulatorsWorld final : public World {
 public:
  explicit SimulatorsWorld(const testing::SimulationOptions& options) : reactor_(options, disk_) {}

  Reactor& reactor() override { return reactor_; }
  std::string Path(const std::string& name) override { return name; }
  void CloseByReset(int socket) override {
    reactor_.ResetConnection(socket);
    reactor_.CloseNow(socket);
  }

 private:
  testing::SimulatedDisk disk_;
  testing::SimulatedReactor reactor_;
};

constexpr size_t kBufferLimitBytes = 1 << 20;

std::unique_ptr<World> MakeKernelWorld(std::string& reason) {
  auto reactor = CreateUringReactor({.buffer_limit_bytes = kBufferLimitBytes});
  if (!reactor.ok()) {
    reason = std::string(reactor.status().message());
    return nullptr;
  }
  return std::make_unique<KernelsWorld>(*std::move(reactor));
}

std::unique_ptr<World> MakeSimulatedWorld(std::string&) {
  return std::make_unique<SimulatorsWorld>(
      testing::SimulationOptions{.buffer_limit_bytes = kBufferLimitBytes});
}

std::unique_ptr<World> MakeSimulatedWorldOfPieces(std::string&) {
  testing::SimulationOptions options = {
      .seed = 5, .buffer_block_bytes = 4096, .buffer_limit_bytes = kBufferLimitBytes};
  options.faults.network = {.shortest = absl::ZeroDuration(), .longest = absl::Milliseconds(3)};
  options.faults.disk = {.shortest = absl::ZeroDuration(), .longest = absl::Milliseconds(30)};
  options.faults.short_receive = 0.3;
  options.faults.partial_send = 0.3;
  options.faults.short_read = 0.3;
  options.faults.socket_buffer_bytes = 5000;
  return std::make_unique<SimulatorsWorld>(options);
}

}  // namespace

WorldMaker KernelWorld() { return {"Kernel", MakeKernelWorld}; }
WorldMaker SimulatedWorld() { return {"Simulated", MakeSimulatedWorld}; }
WorldMaker SimulatedWorldOfPieces() { return {"SimulatedInPieces", MakeSimulatedWorldOfPieces}; }

}  // namespace ringpost::io
