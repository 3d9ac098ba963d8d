// Authenticated encryption of whole texts (RFC 5116), of libcrypto: AES-GCM, ChaCha20-Poly1305.
//
//   const AeadKey by = {.key = key, .nonce = nonce, .additional = header};
//   AeadSeal(by, text, sealed.data(), tag);
//   if (AeadOpen(by, sealed, tag, text.data()) != AeadResult::kDone) ...  // forged
//
// One nonce seals one text, and never another under the same key.
//
// Errors: kForged for what was not sealed so; kRefused for a key, nonce or tag of a wrong size.
// Threads: any. The keyed contexts that were used last are kept, for each thread its own (64, some
// 1 KiB each): to give a context its key costs as much as some KiB of text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace ringpost::crypto {

enum class AeadAlgorithm : uint8_t { kAesGcm, kChaCha20Poly1305 };

inline constexpr size_t kAeadTagOctets = 16;
inline constexpr size_t kAeadNonceOctets = 12;

struct AeadKey {
  AeadAlgorithm algorithm = AeadAlgorithm::kAesGcm;
  std::string_view key = {};         // of AES 16, 24 or 32 octets; of ChaCha20 32
  std::string_view nonce = {};       // kAeadNonceOctets
  std::string_view additional = {};  // authenticated, and not encrypted
};

enum class AeadResult : uint8_t { kDone, kForged, kRefused };

// Into as many octets as `text` has, which may be its own, and `tag` (kAeadTagOctets).
AeadResult AeadSeal(const AeadKey& key, std::string_view text, char* sealed, std::span<char> tag);
// The same of a text in two pieces, where `sealed` is none of them.
AeadResult AeadSeal(const AeadKey& key, std::string_view text, std::string_view end, char* sealed,
                    std::span<char> tag);
// `text` is of no worth unless kDone.
AeadResult AeadOpen(const AeadKey& key, std::string_view sealed, std::string_view tag, char* text);

}  // namespace ringpost::crypto
