// Faults: what a simulated world does to those who live in it. All of it is off by default: a world
// without faults is fast, roomy and reliable.
//
//   SimulatedReactor reactor({.seed = seed, .faults = {.reset = 0.01, .sync_error = 0.001}}, disk);
//
// A probability is that of one operation (0 never, 1 always).
#pragma once

#include <cstddef>
#include <limits>

#include "absl/time/time.h"

namespace ringpost::testing {

struct Latency {
  absl::Duration shortest = absl::Microseconds(50);
  absl::Duration longest = absl::Microseconds(50);
};

struct Faults {
  // --- Network
  // One way, for each piece of a stream, and for each step of a connection.
  Latency network = {};
  // A received piece is cut at a random octet.
  double short_receive = 0;
  // A Send goes out in random pieces with a latency each, rather than as a whole.
  double partial_send = 0;
  // A Send finds its connection reset: both ends read ECONNRESET.
  double reset = 0;
  // An Accept ends with EMFILE; the connection stays in the backlog for the next one.
  double accept_emfile = 0;
  // A Connect is refused though somebody listens.
  double connect_refused = 0;
  // What one direction of a connection holds that the reader has not taken. A Send waits for room.
  size_t socket_buffer_bytes = 64 * 1024;

  // --- Files
  Latency disk = {};
  double short_write = 0;
  double short_read = 0;
  double write_no_space = 0;  // ENOSPC; see SimulatedDisk::set_capacity_bytes() for a full disk
  double write_error = 0;     // EIO
  double read_error = 0;      // EIO
  // EIO; what was to be synced is doubtful for ever, as with the page cache of Linux: a later Sync
  // that says OK does not speak for it.
  double sync_error = 0;
  // A disk that lies, or a program that forgets: Sync says OK and nothing became certain.
  bool file_sync_is_a_lie = false;
  bool directory_sync_is_a_lie = false;
  double open_emfile = 0;
  // EIO of rename, link, unlink and mkdir.
  double directory_error = 0;

  // --- Everywhere
  // Open descriptors of the process; more give EMFILE.
  size_t descriptor_limit = std::numeric_limits<size_t>::max();
  // A Cancel() comes too late: the operation goes on to its end. Only for what ends by itself.
  double late_cancel = 0;
};

// How often each fault struck, so that a test can tell that it tested something.
struct FaultCounts {
  size_t short_receive = 0;
  size_t partial_send = 0;
  size_t reset = 0;
  size_t emfile = 0;
  size_t connect_refused = 0;
  size_t short_write = 0;
  size_t short_read = 0;
  size_t no_space = 0;
  size_t input_output_error = 0;
  size_t late_cancel = 0;
  size_t waited_for_room = 0;  // a Send that found its peer's side full
};

}  // namespace ringpost::testing
