// A simulated world: a server with its Maildirs on a simulated disk, and its clients; one life
// after another, with a loss of power in between where the options say so.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "client.h"
#include "ringpost/hooks/message_store.h"
#include "ringpost/testing/faults.h"

namespace ringpost::simulation {

struct WorldOptions {
  testing::Faults faults = {};
  uint64_t disk_capacity_bytes = std::numeric_limits<uint64_t>::max();
  size_t client_count = 8;
  int life_count = 1;
  bool only_well_behaved = false;
  bool loses_power = false;    // at a random instant of each life
  bool is_killed = false;      // the same, but the kernel lives on
  bool drains_early = false;   // while clients are talking, in every other life
  bool edits_headers = false;  // a filter adds a field to every other message, at its end
  // The disk may be slower than a clean-up waits: something may stay in tmp/.
  bool cleaning_may_fail = false;
  bool keeps_journal = false;
  // Where both are there, some clients use STARTTLS. Such a world does the same again from its seed
  // but for the octets of keys and signatures, and what follows from their number.
  std::shared_ptr<const net::TransportSecurity> security = nullptr;
  ClientSecurity client_security = nullptr;
  // To see whether the simulation would notice.
  hooks::Durability durability = hooks::Durability::kSynced;
  std::function<std::shared_ptr<hooks::MessageStore>(std::shared_ptr<hooks::MessageStore>)>
      break_store = nullptr;
};

struct WorldReport {
  std::vector<std::string> violations;
  std::vector<std::string> journal;  // what became of each message and session
  size_t session_count = 0;
  size_t encrypted_count = 0;  // sessions
  size_t well_meant_count = 0;
  size_t accepted_count = 0;
  size_t promised_count = 0;  // by mailbox
  size_t leftover_count = 0;  // there without a promise
  size_t aborted_count = 0;
  size_t power_cut_count = 0;  // in the middle of something
  testing::FaultCounts faults = {};
  uint64_t digest = 0;  // of everything that the server and its clients sent, and of the disk
};

WorldReport RunWorld(uint64_t seed, const WorldOptions& options);

}  // namespace ringpost::simulation
