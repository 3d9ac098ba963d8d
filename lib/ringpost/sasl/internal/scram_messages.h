// The four messages of SCRAM (RFC 5802 §7), read and written.
//
// Views are into the text that was read. Readers are strict about order; optional extensions behind
// the known attributes are skipped, mandatory ones ("m=") are told.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ringpost/sasl/internal/gs2_header.h"

namespace ringpost::sasl::internal {

// At least one octet of visible ASCII, no comma, and not more than the limit.
bool IsScramNonce(std::string_view text);

struct ClientFirst {
  Gs2Header gs2_header = {};
  std::string_view bare = {};  // what follows the header: a part of the proof
  std::string user = {};
  std::string_view nonce = {};
  bool has_mandatory_extension = false;  // the rest was not read then
};
std::optional<ClientFirst> ReadClientFirst(std::string_view message);
std::string FormatClientFirstBare(std::string_view user, std::string_view nonce);

struct ServerFirst {
  std::string_view nonce = {};
  std::string salt = {};
  uint32_t iteration_count = 0;
};
std::optional<ServerFirst> ReadServerFirst(std::string_view message);
std::string FormatServerFirst(const ServerFirst& first);

struct ClientFinal {
  std::string channel_binding = {};  // the GS2 header, and the binding's octets
  std::string_view nonce = {};
  std::string proof = {};
  std::string_view without_proof = {};
};
std::optional<ClientFinal> ReadClientFinal(std::string_view message);
std::string FormatClientFinalWithoutProof(std::string_view channel_binding, std::string_view nonce);

}  // namespace ringpost::sasl::internal
