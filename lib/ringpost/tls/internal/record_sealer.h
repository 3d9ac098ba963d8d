// RecordSealer: seals what a connection writes, straight into what is sent.
//
// wolfSSL would copy each record three times. It does not count the records that are sealed here:
// what it has to say itself after the handshake, answers to changes of keys and alerts, is sealed
// again, under the next number.
//
//   RecordSealer sealer(keys, 0);
//   sealer.Seal(RecordType::kApplicationData, "250 OK\r\n", output);
//
// One number, and so one nonce, seals one record: `number` at the start is the first that nobody
// has used under these keys. In TLS 1.2 the explicit nonce of AES-GCM is the number too, as
// wolfSSL's is, from zero on.
//
// Ownership: the keys are kept here until the sealer goes. Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "ringpost/tls/internal/record_protection.h"

namespace ringpost::tls::internal {

class RecordSealer {
 public:
  RecordSealer(RecordKeys keys, uint64_t number) : keys_(std::move(keys)), number_(number) {}
  ~RecordSealer() { keys_.Wipe(); }
  RecordSealer(const RecordSealer&) = delete;
  RecordSealer& operator=(const RecordSealer&) = delete;

  // Appends one record. At most kLongestFragment octets of `text`.
  void Seal(RecordType type, std::string_view text, std::string& output);

  // A record that these keys have sealed as `number`: in its place, as the next one.
  void Reseal(std::span<char> record, uint64_t number);

  // How many octets a record has beside its text.
  size_t added_octets() const;
  uint64_t number() const { return number_; }
  const RecordKeys& keys() const { return keys_; }

 private:
  RecordParts NextParts(std::span<char> record);

  RecordKeys keys_;
  uint64_t number_;
};

}  // namespace ringpost::tls::internal
