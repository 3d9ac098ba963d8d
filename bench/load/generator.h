// Generator: the load of one shard: its clients, when they send, and when the run ends.
//
//   Generator generator(setup);
//   generator.Start(now);
//   while (generator.Step()) shard.Turn(generator.next_step());
//
// A run: connections are opened, the load goes on through ramp and warm-up, then the window, in
// which everything is counted; at its end each connection finishes the message that it is at, says
// QUIT, and is closed. Closed loop: a connection begins its next message with the reply to the one
// before. Without messages: a connection says QUIT as soon as it is ready, and a new one is dialled
// in its place; what the run counts are sessions. Open loop: messages are due at their instants
// whatever the server does, wait for a free connection where none is there, and their latency
// counts from when they were due.
//
// Limits: kMostDialing connections are being opened at a time; a run that does not end within
// kLongestDrain of its window is cut off. Ownership: what Setup names outlives it. Threads: its
// shard's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <queue>
#include <vector>

#include "load/client.h"
#include "load/corpus.h"
#include "load/monitor.h"
#include "load/options.h"
#include "load/pacer.h"
#include "load/run_control.h"
#include "load/tally.h"

namespace ringpost::load {

// Told on the first shard's thread, at the very moment.
class WindowWatcher {
 public:
  virtual void OnWindowBegin() = 0;
  virtual void OnWindowEnd() = 0;

 protected:
  ~WindowWatcher() = default;
};

class Generator final : private ClientHost {
 public:
  static constexpr size_t kMostDialing = 128;
  static constexpr absl::Duration kLongestDrain = absl::Seconds(5);

  struct Setup {
    io::Shard& shard;
    const LoadOptions& options;
    const Corpus& corpus;
    const Script& script;
    RunControl& control;
    Monitor& monitor;
    const SecureChannels* channels = nullptr;  // where the options use TLS
    AcceptanceObserver* observer = nullptr;
    WindowWatcher* watcher = nullptr;
  };

  explicit Generator(const Setup& setup);
  ~Generator();

  void Start(Instant start);
  // Does what is due; false when the run has ended and every connection is closed.
  bool Step();
  // When Step() has something to do, if nothing comes from the server before.
  Instant next_step() const;

  const Tally& tally() const { return tally_; }
  // Of the window.
  absl::Duration duration() const { return window_end_ - window_begin_; }

 private:
  enum class Stage : uint8_t { kWarmUp, kWindow, kDrain, kEnded };
  struct Waking {
    Instant due;
    Client* client;
    friend bool operator>(const Waking& a, const Waking& b) { return a.due > b.due; }
  };
  using Agenda = std::priority_queue<Waking, std::vector<Waking>, std::greater<>>;

  // ClientHost
  void OnReady(Client& client) override;
  bool TakeNext(Client& client, Flight& next) override;
  void OnMessageEnd(const Flight& flight, Dialog::Outcome outcome) override;
  void OnLacking(std::string_view extension) override;
  void OnHopeless(std::string_view reason) override;
  void OnFarewell(absl::Duration length) override;
  void WakeAt(Client& client, Instant due) override;
  void OnClosed(Client& client, int error_number) override;

  Instant Now() const { return setup_.shard.Now(); }
  bool is_open_loop() const { return pacer_.has_value(); }
  bool is_idle_run() const { return setup_.options.idle_hold.has_value(); }
  bool is_session_run() const { return setup_.options.sends_no_message; }
  // Connections that are to last for the run: those of the warm-up are all there are.
  bool has_lasting_connections() const {
    return setup_.options.messages_per_connection == 0 && !is_session_run();
  }
  bool is_running() const { return stage_ == Stage::kWarmUp || stage_ == Stage::kWindow; }

  void MakeClients();
  void StartPacing(Instant start);
  void MoveStage(Instant now);
  void BeginWindow();
  void EndWindow(Instant now);
  void CountOverdue(Instant now);
  bool HasRunOut() const;
  void Tick(Instant now);
  void ReportProgress(int64_t tick);
  void WakeClients(Instant now);
  void Wake(Client& client);
  void BeginDueMessages(Instant now);

  void DialWaiting();
  void WaitToDial(Client& client);
  bool TakeMessage(Flight& flight);
  bool MayContinue(const Client& client) const;
  void Offer(Client& client);
  void Begin(Client& client);
  absl::Duration DrawThinkTime();

  const Setup setup_;
  Tally tally_;
  ClientContext context_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::optional<Pacer> pacer_;
  Stage stage_ = Stage::kWarmUp;
  Instant window_begin_ = Instant::Never();
  Instant window_end_ = Instant::Never();
  Instant drain_end_ = Instant::Never();
  Instant next_tick_;
  int64_t tick_ = 0;
  Histogram interval_;

  IntrusiveList<Client> ready_;  // open loop: free for a message
  IntrusiveList<Client> undialed_;
  Agenda agenda_;
  size_t dialing_count_ = 0;
  size_t open_count_ = 0;     // not closed
  size_t settled_count_ = 0;  // clients that were ready once, or have failed
  size_t flight_count_ = 0;
  uint64_t message_count_ = 0;  // begun; of a run without them: sessions
  uint64_t message_limit_ = 0;
  bool has_connected_ = false;
};

}  // namespace ringpost::load
