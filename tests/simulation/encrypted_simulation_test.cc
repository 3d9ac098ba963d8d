// The same worlds with STARTTLS: what is promised holds for encrypted sessions too, whatever the
// network does to their records. A failure names its seed; see WorldOptions::security for what of
// such a world is not in the seed.
#include <gtest/gtest.h>

#include "ringpost/base/text.h"
#include "ringpost/net/tls_security.h"
#include "ringpost/net/tls_transport.h"
#include "ringpost/testing/manual_clock.h"
#include "world.h"

namespace ringpost::simulation {
namespace {

WorldOptions Encrypted() {
  static const auto server_context = [] {
    const absl::Time now = testing::ManualClock::DefaultStart();
    const auto pair = crypto::MakeSelfSignedCertificate({.names = {"mx.example.org"},
                                                         .not_before = now - absl::Hours(1),
                                                         .not_after = now + absl::Hours(1000)});
    return *tls::TlsServerContext::Create({.certificates = {*pair}}, now);
  }();
  static const auto client_context = *tls::TlsClientContext::Create({}, absl::UnixEpoch());
  WorldOptions options;
  options.security = std::make_shared<net::TlsSecurity>(server_context);
  options.client_security = [](std::unique_ptr<net::Transport> beneath) {
    return std::make_unique<net::TlsTransport>(std::move(beneath),
                                               tls::TlsEngine::ForClient(client_context, {}));
  };
  return options;
}

struct Totals {
  size_t encrypted_count = 0;
  size_t well_meant_count = 0;
  size_t accepted_count = 0;
  size_t reset_count = 0;
};

Totals RunWorlds(uint64_t world_count, const WorldOptions& options) {
  Totals totals;
  for (uint64_t seed = 1; seed <= world_count; ++seed) {
    const WorldReport world = RunWorld(seed, options);
    for (const std::string& violation : world.violations) {
      ADD_FAILURE() << "seed " << seed << ": " << violation;
    }
    if (!world.violations.empty()) break;
    totals.encrypted_count += world.encrypted_count;
    totals.well_meant_count += world.well_meant_count;
    totals.accepted_count += world.accepted_count;
    totals.reset_count += world.faults.reset;
  }
  return totals;
}

TEST(EncryptedSimulation, AFriendlyWorldGetsEveryMessageAccepted) {
  WorldOptions options = Encrypted();
  options.only_well_behaved = true;
  const Totals totals = RunWorlds(8, options);
  EXPECT_GT(totals.encrypted_count, 20u);
  EXPECT_EQ(totals.accepted_count, totals.well_meant_count);
}

TEST(EncryptedSimulation, RecordsCutAnywhereLoseNothing) {
  WorldOptions options = Encrypted();
  options.only_well_behaved = true;
  options.faults.short_receive = 0.5;
  const Totals totals = RunWorlds(8, options);
  EXPECT_GT(totals.encrypted_count, 20u);
  EXPECT_EQ(totals.accepted_count, totals.well_meant_count);
}

TEST(EncryptedSimulation, BadMannersAndResets) {
  WorldOptions options = Encrypted();
  options.faults.reset = 0.01;
  options.drains_early = true;
  const Totals totals = RunWorlds(15, options);
  EXPECT_GT(totals.encrypted_count, 20u);
  EXPECT_GT(totals.reset_count, 0u);
}

TEST(EncryptedSimulation, PowerLoss) {
  WorldOptions options = Encrypted();
  options.life_count = 3;
  options.loses_power = true;
  EXPECT_GT(RunWorlds(8, options).encrypted_count, 20u);
}

}  // namespace
}  // namespace ringpost::simulation
