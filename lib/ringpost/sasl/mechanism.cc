#include "ringpost/sasl/mechanism.h"

#include <cstddef>

#include "ringpost/base/ascii.h"

namespace ringpost::sasl {
namespace {

struct Facts {
  std::string_view name;
  bool sends_secret = false;
  bool is_scram = false;
  bool binds_channel = false;
};

// In the order of the enum.
constexpr Facts kFacts[] = {
    {.name = "PLAIN", .sends_secret = true},
    {.name = "LOGIN", .sends_secret = true},
    {.name = "SCRAM-SHA-1", .is_scram = true},
    {.name = "SCRAM-SHA-1-PLUS", .is_scram = true, .binds_channel = true},
    {.name = "SCRAM-SHA-256", .is_scram = true},
    {.name = "SCRAM-SHA-256-PLUS", .is_scram = true, .binds_channel = true},
    {.name = "OAUTHBEARER", .sends_secret = true},
    {.name = "XOAUTH2", .sends_secret = true},
    {.name = "EXTERNAL"},
};

const Facts& FactsOf(Mechanism mechanism) { return kFacts[static_cast<size_t>(mechanism)]; }

}  // namespace

std::string_view MechanismName(Mechanism mechanism) { return FactsOf(mechanism).name; }

std::optional<Mechanism> ParseMechanism(std::string_view name) {
  for (const Mechanism mechanism : kAllMechanisms) {
    if (EqualsIgnoreCase(name, MechanismName(mechanism))) return mechanism;
  }
  return std::nullopt;
}

bool SendsSecret(Mechanism mechanism) { return FactsOf(mechanism).sends_secret; }
bool IsScram(Mechanism mechanism) { return FactsOf(mechanism).is_scram; }
bool BindsChannel(Mechanism mechanism) { return FactsOf(mechanism).binds_channel; }

}  // namespace ringpost::sasl
