// TicketKeys: by which a server seals its session tickets (RFC 5077 §4, RFC 8446 §4.6.1). One of a
// process, which all shards and all contexts share: so tickets outlive a reload of certificates.
//
//   auto keys = std::make_shared<tls::TicketKeys>([] { return absl::Now(); });
//   auto context = TlsServerContext::Create({.certificates = ..., .ticket_keys = keys}, now);
//
// A ticket is sealed by the key of its hour, and opened for kTicketLifetime and at most an hour
// more. The keys are a chain: each hour's follows from that of the hour before by a one-way
// function, and what is too old is dropped. So who gets hold of the keys cannot go back to tickets
// of long ago.
//
// A ticket is good where it was sealed for: `scope` says what a session had to show there, so that
// one of a server that asks for nothing is worth nothing where a certificate is required.
//
// Errors: what cannot be opened (forged, of another process or scope, too old) is nullopt.
// Threads: any; the clock is asked by all of them.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace ringpost::tls {

inline constexpr absl::Duration kTicketLifetime = absl::Hours(2);

class TicketKeys {
 public:
  explicit TicketKeys(std::function<absl::Time()> clock);
  ~TicketKeys();
  TicketKeys(const TicketKeys&) = delete;
  TicketKeys& operator=(const TicketKeys&) = delete;

  static constexpr size_t kNameOctets = 16;
  static constexpr size_t kNonceOctets = 12;
  static constexpr size_t kTagOctets = 16;

  struct Sealed {
    std::string key_name;  // kNameOctets, which tell nothing
    std::string nonce;     // kNonceOctets
    std::string octets;    // as many as the text has, and kTagOctets
  };
  Sealed Seal(std::string_view scope, std::string_view text);
  std::optional<std::string> Open(std::string_view scope, std::string_view key_name,
                                  std::string_view nonce, std::string_view octets);

 private:
  struct Chain;
  std::shared_ptr<const Chain> ChainOfNow();

  const std::function<absl::Time()> clock_;
  // Held for a copy of the pointer, and once an hour for the next key. No std::atomic of it: that
  // is a spinlock in libstdc++, whose load() lets go of it relaxed (GCC 12), which is a race.
  std::mutex mutex_;
  std::shared_ptr<const Chain> chain_;
};

}  // namespace ringpost::tls
