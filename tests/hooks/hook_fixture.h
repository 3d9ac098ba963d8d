// What tests of hooks share: a session of which a test says only what it is about, and a shard for
// hooks to run on.
#pragma once

#include <gtest/gtest.h>

#include "ringpost/hooks/context.h"
#include "ringpost/testing/simulated_disk.h"
#include "ringpost/testing/simulated_reactor.h"

namespace ringpost::hooks {

// A client from nowhere has said EHLO.
inline SessionView PlainSession() {
  static const io::SocketAddress nowhere;
  return {.id = "session",
          .client = nowhere,
          .server = nowhere,
          .connected_at = absl::UnixEpoch(),
          .protocol = smtp::Protocol::kSmtp,
          .hello_name = "client.example",
          .protocol_keyword = "ESMTP"};
}

class HookTest : public ::testing::Test {
 protected:
  explicit HookTest(const testing::SimulationOptions& options = {})
      : reactor_(options, disk_), shard_(reactor_, 0, options.seed) {}

  testing::SimulatedDisk disk_;
  testing::SimulatedReactor reactor_;
  io::Shard shard_;
  SessionView session_ = PlainSession();
  const Context context_{shard_, session_, {}};
};

}  // namespace ringpost::hooks
