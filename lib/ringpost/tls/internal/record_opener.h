// RecordOpener: opens the records of a connection's application data (RFC 8446 §5.2, RFC 5246
// §6.2.3.3 with RFC 5288 and 7905), where they were received.
//
// wolfSSL would copy each of them twice, and write zeros over it: a third of the time. So the
// engine has it do the handshake, and whatever is no application data afterwards: alerts, changes
// of keys, tickets. It does not count the records that are opened here; what is for it is sealed
// again, under the number that it waits for.
//
//   RecordOpener opener(keys, 0);
//   const RecordOpener::Result opened = opener.Open(record);
//   if (opened.kind == RecordOpener::Kind::kApplicationData) use(opened.plaintext);
//
// Ownership: the keys are kept here until the opener goes. Threads: one.
// Limits: a record has at most kLongestRecord octets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "ringpost/crypto/aead.h"
#include "ringpost/tls/tls_context.h"

namespace ringpost::tls::internal {

inline constexpr size_t kRecordHeaderOctets = 5;
// Of plaintext, and with all that may be added to it (RFC 5246 §6.2.3; in TLS 1.3 it is less).
inline constexpr size_t kLongestFragment = 16'384;
inline constexpr size_t kLongestRecord = kRecordHeaderOctets + kLongestFragment + 2048;

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
};

class RecordOpener {
 public:
  // `number`: of the next record.
  RecordOpener(RecordKeys keys, uint64_t number) : keys_(std::move(keys)), number_(number) {}
  ~RecordOpener();
  RecordOpener(const RecordOpener&) = delete;
  RecordOpener& operator=(const RecordOpener&) = delete;

  enum class Kind : uint8_t {
    kApplicationData,
    kOther,     // opened, and not application data: Reseal() it for wolfSSL
    kUnopened,  // no record that these keys have sealed; it may have been spoilt
  };
  struct Result {
    Kind kind;
    std::string_view plaintext = {};  // in the record
  };
  // `record` is a whole one.
  Result Open(std::span<char> record);

  // The record that was opened last, sealed again in its place, as if it were `number`.
  void Reseal(std::span<char> record, uint64_t number) const;

  const RecordKeys& keys() const { return keys_; }

 private:
  struct Parts;
  std::optional<Parts> PartsOf(std::span<char> record, uint64_t number) const;

  RecordKeys keys_;
  uint64_t number_;
};

}  // namespace ringpost::tls::internal
