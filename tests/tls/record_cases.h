// The ciphers that records are sealed by.
#pragma once

#include <cstddef>
#include <string>

#include "gtest/gtest.h"
#include "ringpost/tls/internal/record_protection.h"

namespace ringpost::tls::internal {

struct RecordCase {
  const char* name;
  TlsVersion version;
  crypto::AeadAlgorithm algorithm;
  size_t key_octets;
  size_t nonce_octets;
};

inline constexpr RecordCase kRecordCases[] = {
    {"Tls12Aes128Gcm", TlsVersion::kTls12, crypto::AeadAlgorithm::kAesGcm, 16, 4},
    {"Tls12Aes256Gcm", TlsVersion::kTls12, crypto::AeadAlgorithm::kAesGcm, 32, 4},
    {"Tls12ChaCha20", TlsVersion::kTls12, crypto::AeadAlgorithm::kChaCha20Poly1305, 32, 12},
    {"Tls13Aes128Gcm", TlsVersion::kTls13, crypto::AeadAlgorithm::kAesGcm, 16, 12},
    {"Tls13Aes256Gcm", TlsVersion::kTls13, crypto::AeadAlgorithm::kAesGcm, 32, 12},
    {"Tls13ChaCha20", TlsVersion::kTls13, crypto::AeadAlgorithm::kChaCha20Poly1305, 32, 12},
};

inline RecordKeys KeysOf(const RecordCase& tested) {
  return {.version = tested.version,
          .algorithm = tested.algorithm,
          .key = std::string(tested.key_octets, 'k'),
          .nonce = std::string(tested.nonce_octets, 'n')};
}

inline std::string NameOf(const testing::TestParamInfo<RecordCase>& tested) {
  return tested.param.name;
}

}  // namespace ringpost::tls::internal
