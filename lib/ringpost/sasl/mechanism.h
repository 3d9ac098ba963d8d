// The SASL mechanisms that Ringpost speaks, both as server and as client (RFC 4422).
//
// CRAM-MD5 and DIGEST-MD5 are not among them: docs/decisions/0006-sasl.md.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace ringpost::sasl {

enum class Mechanism : uint8_t {
  kPlain,            // RFC 4616
  kLogin,            // no RFC; what old Outlooks and many scripts speak
  kScramSha1,        // RFC 5802
  kScramSha1Plus,    // with channel binding
  kScramSha256,      // RFC 7677
  kScramSha256Plus,  //
  kOauthBearer,      // RFC 7628
  kXoauth2,          // what OAUTHBEARER was before it was an RFC
  kExternal,         // RFC 4422 appendix A: the client's certificate
};

inline constexpr std::array kAllMechanisms = {
    Mechanism::kPlain,         Mechanism::kLogin,       Mechanism::kScramSha1,
    Mechanism::kScramSha1Plus, Mechanism::kScramSha256, Mechanism::kScramSha256Plus,
    Mechanism::kOauthBearer,   Mechanism::kXoauth2,     Mechanism::kExternal};

std::string_view MechanismName(Mechanism mechanism);
// In either case, as SMTP's keywords are. nullopt: not one of ours.
std::optional<Mechanism> ParseMechanism(std::string_view name);

// Whoever reads the connection can use what is sent again: to be offered under TLS alone.
bool SendsSecret(Mechanism mechanism);
// SCRAM with or without channel binding.
bool IsScram(Mechanism mechanism);
// The -PLUS ones: to be offered only where there is a channel binding.
bool BindsChannel(Mechanism mechanism);

}  // namespace ringpost::sasl
