// RecordOpener: opens the records of a connection's application data where they were received.
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

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "ringpost/tls/internal/record_protection.h"

namespace ringpost::tls::internal {

class RecordOpener {
 public:
  // `number`: of the next record.
  RecordOpener(RecordKeys keys, uint64_t number) : keys_(std::move(keys)), number_(number) {}
  ~RecordOpener() { keys_.Wipe(); }
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
  RecordKeys keys_;
  uint64_t number_;
};

}  // namespace ringpost::tls::internal
