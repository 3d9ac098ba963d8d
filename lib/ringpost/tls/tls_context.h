// TlsServerContext, TlsClientContext: what the TLS connections of a listener, or to other servers,
// have in common: certificates, versions, what is asked of the peer.
//
//   auto context = TlsServerContext::Create({.certificates = {{chain_pem, key_pem}}}, now);
//   auto engine = TlsEngine::ForServer(*context);
//
// TLS 1.2 and 1.3, with the cipher suites of RFC 9325 §4.2 and §4.3 and nothing else. Sessions are
// resumed by tickets, whose keys all contexts of a process share.
//
// Errors: InvalidArgument that names the certificate and what is wrong with it: unreadable,
// expired, not yet valid, the key of another. Threads: any; a context does not change.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "ringpost/crypto/certificate.h"
#include "ringpost/tls/ticket_keys.h"

namespace ringpost::tls {

enum class TlsVersion : uint8_t { kTls12, kTls13 };

// How much AES-GCM may seal by one key, in whole records (RFC 8446 §5.5: 2^24.5 of them).
inline constexpr uint64_t kMostRecordsOfKey = 1 << 24;

enum class ClientCertificates : uint8_t {
  kNotAsked,
  kAsked,     // one that nobody we trust has signed is taken too: TlsFacts tells
  kRequired,  // and signed by one of the roots
};

struct TlsServerOptions {
  // Its own first, then the others of the chain. With an OCSP response, which needs the issuer in
  // the chain, no client certificates asked for and no TLS 1.3, that is shown to clients that ask
  // for it. A client is shown the first whose names fit what it asks for, and of those an ECDSA one
  // if it can verify that; else the first of all.
  std::vector<crypto::CertificateAndKey> certificates = {};
  ClientCertificates client_certificates = ClientCertificates::kNotAsked;
  std::string client_roots_pem = {};
  TlsVersion oldest_version = TlsVersion::kTls12;
  TlsVersion newest_version = TlsVersion::kTls13;
  // By which session tickets are sealed; nullptr: none are sent, and none taken.
  std::shared_ptr<TicketKeys> ticket_keys = nullptr;
  // RFC 7301: a client that offers only others is refused (it is no client of SMTP); one that
  // offers none is not. Empty: nothing is negotiated.
  std::string application_protocol = "smtp";
  // After so many that were sent the keys change. In TLS 1.3; before it they cannot.
  uint64_t records_of_key = kMostRecordsOfKey;
};

class TlsServerContext {
 public:
  static absl::StatusOr<std::shared_ptr<const TlsServerContext>> Create(
      const TlsServerOptions& options, absl::Time now);
  ~TlsServerContext();

  // The first certificate of each pair, in the order of the options.
  const std::vector<crypto::Certificate>& certificates() const { return certificates_; }
  // Why an OCSP response that was given is not shown (RFC 6066 §8), for the log. One that runs out
  // later is not shown from then on.
  const std::vector<std::string>& ocsp_remarks() const { return ocsp_remarks_; }

 private:
  friend class TlsEngine;
  struct State;
  TlsServerContext();

  std::vector<crypto::Certificate> certificates_;
  std::vector<std::string> ocsp_remarks_;
  std::unique_ptr<State> state_;
};

struct TlsClientOptions {
  // Whom to trust. Empty: every server is taken as it is, as opportunistic TLS does (RFC 3207
  // §4.1).
  std::string roots_pem = {};
  // Shown when the server asks. Empty: none.
  crypto::CertificateAndKey certificate = {};
  TlsVersion oldest_version = TlsVersion::kTls12;
  TlsVersion newest_version = TlsVersion::kTls13;
  std::string application_protocol = {};
  // wolfSSL 5.5.4's client fails when a server of TLS 1.2 has forgotten the session: only where it
  // is known not to. TLS 1.3 is resumed always.
  bool resumes_tls12 = false;
  uint64_t records_of_key = kMostRecordsOfKey;  // as for a server
};

class TlsClientContext {
 public:
  static absl::StatusOr<std::shared_ptr<const TlsClientContext>> Create(
      const TlsClientOptions& options, absl::Time now);
  ~TlsClientContext();

 private:
  friend class TlsEngine;
  struct State;
  TlsClientContext();

  std::unique_ptr<State> state_;
};

}  // namespace ringpost::tls
