// How a record is sealed and opened: where its parts lie, by which nonce, and with what beside the
// text (RFC 8446 §5.2 and §5.3, RFC 5246 §6.2.3.3 with RFC 5288 and 7905).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ringpost/crypto/aead.h"
#include "ringpost/tls/tls_context.h"

namespace ringpost::tls::internal {

inline constexpr size_t kRecordHeaderOctets = 5;
// Of plaintext, and with all that may be added to it (RFC 5246 §6.2.3; in TLS 1.3 it is less).
inline constexpr size_t kLongestFragment = 16'384;
inline constexpr size_t kLongestRecord = kRecordHeaderOctets + kLongestFragment + 2048;

inline std::string_view View(std::span<const char> octets) {
  return {octets.data(), octets.size()};
}

// RFC 8446 §5.1.
enum class RecordType : uint8_t { kAlert = 21, kHandshake = 22, kApplicationData = 23 };

// How many octets the record has that begins so; nullopt: too few to tell. One that says that it is
// longer than it may be is as long as its header.
std::optional<size_t> RecordOctets(std::string_view input);

// Of the side that sends.
struct RecordKeys {
  TlsVersion version = TlsVersion::kTls13;
  crypto::AeadAlgorithm algorithm = crypto::AeadAlgorithm::kAesGcm;
  std::string key = {};
  std::string nonce = {};  // 12 octets; of AES-GCM in TLS 1.2 the first 4

  bool operator==(const RecordKeys&) const = default;

  bool is_tls13() const { return version == TlsVersion::kTls13; }
  // Of the nonce, in front of the text: 8, or none (RFC 5288 §3).
  size_t explicit_nonce_octets() const;
  void Wipe();
};

// The parts of one record, which is somebody else's.
struct RecordParts {
  std::span<char> text;  // sealed, or open; in TLS 1.3 with the type behind it
  std::span<char> tag;
  std::array<char, crypto::kAeadNonceOctets> nonce;
  std::array<char, 13> additional;
  size_t additional_octets;

  crypto::AeadKey By(const RecordKeys& keys) const;
};

// Of a whole record with its explicit nonce, under this number. nullopt: it is of no size that
// these keys seal.
std::optional<RecordParts> PartsOf(const RecordKeys& keys, std::span<char> record, uint64_t number);

}  // namespace ringpost::tls::internal
