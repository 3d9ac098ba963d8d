// The device that gives wolfSSL libcrypto's speed: Debian's wolfSSL has neither AES-NI nor SHA-NI.
//
//   const int device = crypto::WolfsslDevice();
//   wolfSSL_CTX_SetDevId(context, device);
//
// Answers AES-GCM, SHA-256, -384 and -512, RSA, ECDSA, ECDH, X25519 and randomness. What libcrypto
// refuses is left to wolfCrypt. docs/decisions/0007-tls.md.
//
// Threads: any.
#pragma once

namespace ringpost::crypto {

// Registered with wolfCrypt by the first call.
int WolfsslDevice();

}  // namespace ringpost::crypto
