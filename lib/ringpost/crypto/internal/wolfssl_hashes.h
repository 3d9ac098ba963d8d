// SHA-2 by libcrypto, for wolfSSL: for its device, and in the place of wolfCrypt's own functions,
// which HKDF, HMAC and the transcript of a handshake call without asking the device.
//
// Threads: any, as with wolfCrypt's.
#pragma once

#include <wolfssl/options.h>
#include <wolfssl/wolfcrypt/cryptocb.h>

// In front of a function that takes the place of libwolfssl's of that name, in every build.
#define RINGPOST_SUBSTITUTES __attribute__((visibility("default"), used))

namespace ringpost::crypto::internal {

// What the device answers: 0, or wolfCrypt's code of an error.
int RunHash(const wc_CryptoInfo& info);

}  // namespace ringpost::crypto::internal
