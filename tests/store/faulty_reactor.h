// FaultyReactor: another reactor with faults put in by hand: an operation that a test picks fails,
// or waits until the test lets it go. Counts what was submitted.
//
//   reactor.fault = [](const io::Request& request) -> std::optional<int32_t> {
//     return std::holds_alternative<io::Link>(request) ? std::optional(-EXDEV) : std::nullopt;
//   };
#pragma once

#include <algorithm>
#include <array>
#include <cerrno>
#include <functional>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "ringpost/io/reactor.h"

namespace ringpost::testing {

class FaultyReactor final : public io::Reactor {
 public:
  explicit FaultyReactor(io::Reactor& real) : real_(real) {}

  // What an operation ends with in place of being done; nullopt: it is done.
  std::function<std::optional<int32_t>(const io::Request&)> fault;
  // Whether an operation is held back until Release().
  std::function<bool(const io::Request&)> hold;

  void Release() {
    hold = nullptr;
    for (io::Operation* const operation : std::exchange(held_, {})) {
      SetInFlight(*operation, false);
      real_.Submit(*operation);
    }
  }
  size_t held_count() const { return held_.size(); }

  template <typename Request>
  size_t count_of() const {
    return counts_[io::Request(Request{}).index()];
  }
  void ClearCounts() { counts_ = {}; }

  void Submit(io::Operation& operation) override {
    ++counts_[operation.request.index()];
    const std::optional<int32_t> result = fault ? fault(operation.request) : std::nullopt;
    if (result.has_value()) {
      SetInFlight(operation, true);
      failed_.push_back({&operation, *result});
    } else if (hold && hold(operation.request)) {
      SetInFlight(operation, true);
      held_.push_back(&operation);
    } else {
      real_.Submit(operation);
    }
  }
  void Cancel(io::Operation& operation) override {
    if (std::erase(held_, &operation) > 0) {
      failed_.push_back({&operation, -ECANCELED});
    } else if (!IsFailed(operation)) {
      real_.Cancel(operation);
    }
  }
  void Poll(Instant until) override {
    real_.Poll(failed_.empty() ? until : Instant{});
    for (const auto& [operation, result] : std::exchange(failed_, {})) {
      SetInFlight(*operation, false);
      operation->OnCompletion({.result = result});
    }
  }
  void Wake() override { real_.Wake(); }

  Instant Now() const override { return real_.Now(); }
  absl::Time WallNow() const override { return real_.WallNow(); }
  absl::StatusOr<int> Listen(const io::SocketAddress& address,
                             const io::ListenOptions& options) override {
    return real_.Listen(address, options);
  }
  absl::StatusOr<int> CreateSocket(const io::SocketAddress& for_address) override {
    return real_.CreateSocket(for_address);
  }
  io::SocketAddress LocalAddress(int socket) override { return real_.LocalAddress(socket); }
  io::SocketAddress PeerAddress(int socket) override { return real_.PeerAddress(socket); }
  void ShutdownSend(int socket) override { real_.ShutdownSend(socket); }
  void CloseNow(int descriptor) override { real_.CloseNow(descriptor); }
  io::BufferStatistics buffer_statistics() const override {
    return is_under_pressure ? io::BufferStatistics{.limit_bytes = 1, .pinned_bytes = 1}
                             : real_.buffer_statistics();
  }
  bool is_under_pressure = false;

 private:
  struct Failed {
    io::Operation* operation;
    int32_t result;
  };

  bool IsFailed(const io::Operation& operation) const {
    return std::any_of(failed_.begin(), failed_.end(),
                       [&](const Failed& failed) { return failed.operation == &operation; });
  }

  io::Reactor& real_;
  std::vector<Failed> failed_;
  std::vector<io::Operation*> held_;
  std::array<size_t, std::variant_size_v<io::Request>> counts_ = {};
};

}  // namespace ringpost::testing
