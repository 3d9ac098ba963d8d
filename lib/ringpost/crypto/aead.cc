#include "ringpost/crypto/aead.h"

#include <openssl/evp.h>

#include <array>
#include <cstring>
#include <memory>
#include <string>

#include "ringpost/crypto/internal/release.h"

namespace ringpost::crypto {
namespace {

using internal::Release;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Release<EVP_CIPHER_CTX_free>>;

const unsigned char* Octets(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* Octets(char* text) { return reinterpret_cast<unsigned char*>(text); }
int Size(std::string_view text) { return static_cast<int>(text.size()); }

struct KeyedContext {
  const EVP_CIPHER* cipher = nullptr;
  std::string key;
  CipherContext context;
};

const EVP_CIPHER* AesGcmOf(size_t key_octets) {
  static const EVP_CIPHER* const k128 = EVP_CIPHER_fetch(nullptr, "AES-128-GCM", nullptr);
  static const EVP_CIPHER* const k192 = EVP_CIPHER_fetch(nullptr, "AES-192-GCM", nullptr);
  static const EVP_CIPHER* const k256 = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  switch (key_octets) {
    case 16:
      return k128;
    case 24:
      return k192;
    case 32:
      return k256;
    default:
      return nullptr;
  }
}

const EVP_CIPHER* CipherOf(const AeadKey& key) {
  static const EVP_CIPHER* const chacha = EVP_CIPHER_fetch(nullptr, "ChaCha20-Poly1305", nullptr);
  switch (key.algorithm) {
    case AeadAlgorithm::kAesGcm:
      return AesGcmOf(key.key.size());
    case AeadAlgorithm::kChaCha20Poly1305:
      return key.key.size() == 32 ? chacha : nullptr;
  }
  return nullptr;
}

// nullptr: refused.
EVP_CIPHER_CTX* ContextFor(const AeadKey& wanted, bool seals) {
  thread_local std::array<KeyedContext, 64> contexts;
  const EVP_CIPHER* const cipher = CipherOf(wanted);
  if (cipher == nullptr) return nullptr;
  size_t slot = 0;
  std::memcpy(&slot, wanted.key.data(), sizeof slot);  // keys are random
  KeyedContext& kept = contexts[(slot * 2 + (seals ? 1 : 0)) % contexts.size()];
  if (kept.cipher == cipher && kept.key == wanted.key) return kept.context.get();

  if (!kept.context) kept.context.reset(EVP_CIPHER_CTX_new());
  kept.cipher = nullptr;
  if (EVP_CipherInit_ex(kept.context.get(), cipher, nullptr, Octets(wanted.key), nullptr, seals) !=
      1) {
    return nullptr;
  }
  kept.cipher = cipher;
  kept.key = wanted.key;
  return kept.context.get();
}

// With its nonce, and what is not encrypted.
EVP_CIPHER_CTX* Begin(const AeadKey& key, bool seals) {
  if (key.nonce.size() != kAeadNonceOctets) return nullptr;
  EVP_CIPHER_CTX* const context = ContextFor(key, seals);
  if (context == nullptr ||
      EVP_CipherInit_ex(context, nullptr, nullptr, nullptr, Octets(key.nonce), -1) != 1) {
    return nullptr;
  }
  int done = 0;
  const bool is_given =
      key.additional.empty() ||
      EVP_CipherUpdate(context, nullptr, &done, Octets(key.additional), Size(key.additional)) == 1;
  return is_given ? context : nullptr;
}

bool Run(EVP_CIPHER_CTX* context, std::string_view in, char* out) {
  int done = 0;
  return in.empty() || EVP_CipherUpdate(context, Octets(out), &done, Octets(in), Size(in)) == 1;
}

bool Finish(EVP_CIPHER_CTX* context) {
  unsigned char nothing[16];
  int done = 0;
  return EVP_CipherFinal_ex(context, nothing, &done) == 1;
}

}  // namespace

AeadResult AeadSeal(const AeadKey& key, std::string_view text, char* sealed, std::span<char> tag) {
  return AeadSeal(key, text, {}, sealed, tag);
}

AeadResult AeadSeal(const AeadKey& key, std::string_view text, std::string_view end, char* sealed,
                    std::span<char> tag) {
  if (tag.size() != kAeadTagOctets) return AeadResult::kRefused;
  EVP_CIPHER_CTX* const context = Begin(key, true);
  if (context == nullptr || !Run(context, text, sealed) ||
      !Run(context, end, sealed + text.size()) || !Finish(context) ||
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, static_cast<int>(tag.size()),
                          tag.data()) != 1) {
    return AeadResult::kRefused;
  }
  return AeadResult::kDone;
}

AeadResult AeadOpen(const AeadKey& key, std::string_view sealed, std::string_view tag, char* text) {
  if (tag.size() != kAeadTagOctets) return AeadResult::kRefused;
  EVP_CIPHER_CTX* const context = Begin(key, false);
  if (context == nullptr || !Run(context, sealed, text) ||
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Size(tag),
                          const_cast<char*>(tag.data())) != 1) {
    return AeadResult::kRefused;
  }
  return Finish(context) ? AeadResult::kDone : AeadResult::kForged;
}

}  // namespace ringpost::crypto
