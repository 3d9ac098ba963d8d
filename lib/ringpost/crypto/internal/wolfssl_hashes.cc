#include "ringpost/crypto/internal/wolfssl_hashes.h"

#include <wolfssl/wolfcrypt/error-crypt.h>
#include <wolfssl/wolfcrypt/sha256.h>
#include <wolfssl/wolfcrypt/sha512.h>

#include <cstring>
#include <string_view>

#include "ringpost/crypto/internal/primitives.h"

namespace ringpost::crypto::internal {
namespace {

// The state stays in wolfSSL's struct, which it copies and drops without telling us.

template <typename State, typename WolfsslHash>
State StateOf(const WolfsslHash& hash) {
  State state;
  static_assert(sizeof state.digest == sizeof hash.digest);
  static_assert(sizeof state.pending == sizeof hash.buffer);
  std::memcpy(state.digest, hash.digest, sizeof state.digest);
  std::memcpy(state.pending, hash.buffer, sizeof state.pending);
  state.pending_octets = hash.buffLen;
  if constexpr (sizeof hash.loLen == 4) {
    state.octets = static_cast<uint64_t>(hash.hiLen) << 32 | hash.loLen;
  } else {
    state.octets = hash.loLen;
  }
  return state;
}

template <typename State, typename WolfsslHash>
void Keep(const State& state, WolfsslHash& hash) {
  std::memcpy(hash.digest, state.digest, sizeof state.digest);
  std::memcpy(hash.buffer, state.pending, sizeof state.pending);
  hash.buffLen = state.pending_octets;
  hash.loLen = static_cast<decltype(hash.loLen)>(state.octets);
  if constexpr (sizeof hash.loLen == 4) hash.hiLen = static_cast<word32>(state.octets >> 32);
}

struct OfSha256 {
  using State = Sha256State;
  static constexpr auto kUpdate = Sha256Update;
  static constexpr auto kFinish = Sha256Finish;
  static constexpr auto kRestart = wc_InitSha256_ex;
};
template <size_t kDigestOctets, auto kRestartFunction>
struct OfSha512Kind {
  using State = Sha512State;
  static constexpr auto kUpdate = Sha512Update;
  static constexpr auto kFinish = [](const Sha512State& state, char* digest) {
    Sha512Finish(state, kDigestOctets, digest);
  };
  static constexpr auto kRestart = kRestartFunction;
};
using OfSha384 = OfSha512Kind<48, wc_InitSha384_ex>;
using OfSha512 = OfSha512Kind<64, wc_InitSha512_ex>;

template <typename Functions, typename WolfsslHash>
int Update(WolfsslHash* hash, const byte* octets, word32 size) {
  if (hash == nullptr || (octets == nullptr && size > 0)) return BAD_FUNC_ARG;
  if (size == 0) return 0;
  auto state = StateOf<typename Functions::State>(*hash);
  Functions::kUpdate(state, {reinterpret_cast<const char*>(octets), size});
  Keep(state, *hash);
  return 0;
}

// What is finished begins anew.
template <typename Functions, typename WolfsslHash>
int Finish(WolfsslHash* hash, byte* digest) {
  if (hash == nullptr || digest == nullptr) return BAD_FUNC_ARG;
  Functions::kFinish(StateOf<typename Functions::State>(*hash), reinterpret_cast<char*>(digest));
  return Functions::kRestart(hash, hash->heap, hash->devId);
}

template <typename Functions, typename WolfsslHash>
int RunHashOf(WolfsslHash* hash, const wc_CryptoInfo& info) {
  if (const int error = Update<Functions>(hash, info.hash.in, info.hash.inSz)) return error;
  return info.hash.digest == nullptr ? 0 : Finish<Functions>(hash, info.hash.digest);
}

}  // namespace

int RunHash(const wc_CryptoInfo& info) {
  switch (info.hash.type) {
    case WC_HASH_TYPE_SHA256:
      return RunHashOf<OfSha256>(info.hash.sha256, info);
    case WC_HASH_TYPE_SHA384:
      return RunHashOf<OfSha384>(info.hash.sha384, info);
    case WC_HASH_TYPE_SHA512:
      return RunHashOf<OfSha512>(info.hash.sha512, info);
    default:
      return CRYPTOCB_UNAVAILABLE;
  }
}

}  // namespace ringpost::crypto::internal

// In the place of wolfCrypt's.
extern "C" {

RINGPOST_SUBSTITUTES int wc_Sha256Update(wc_Sha256* hash, const byte* octets, word32 size) {
  return ringpost::crypto::internal::Update<ringpost::crypto::internal::OfSha256>(hash, octets,
                                                                                  size);
}
RINGPOST_SUBSTITUTES int wc_Sha256Final(wc_Sha256* hash, byte* digest) {
  return ringpost::crypto::internal::Finish<ringpost::crypto::internal::OfSha256>(hash, digest);
}
RINGPOST_SUBSTITUTES int wc_Sha384Update(wc_Sha384* hash, const byte* octets, word32 size) {
  return ringpost::crypto::internal::Update<ringpost::crypto::internal::OfSha384>(hash, octets,
                                                                                  size);
}
RINGPOST_SUBSTITUTES int wc_Sha384Final(wc_Sha384* hash, byte* digest) {
  return ringpost::crypto::internal::Finish<ringpost::crypto::internal::OfSha384>(hash, digest);
}

}  // extern "C"
