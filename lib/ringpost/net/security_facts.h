// SecurityFacts: what the encryption of a connection is, for Received, the log, hooks and SASL.
//
// Ownership: all views are into the connection, and valid as long as it is.
#pragma once

#include <string_view>

namespace ringpost::net {

struct SecurityFacts {
  std::string_view version = {};               // "TLSv1.3"
  std::string_view cipher_suite = {};          // IANA's name: "TLS_AES_128_GCM_SHA256"
  int key_bits = 0;                            // of the cipher
  std::string_view server_name = {};           // which the client asked for (SNI); may be empty
  std::string_view application_protocol = {};  // ALPN; empty: none was agreed on
  bool is_resumed = false;
  // DER. Empty: the peer showed none; a resumed session may have none any more.
  std::string_view peer_certificate = {};
  bool peer_is_verified = false;  // signed by whom we trust, and in time
  // Channel bindings of SASL (RFC 9266, RFC 5929 §4). Empty: this connection has none.
  std::string_view tls_exporter = {};
  std::string_view tls_server_end_point = {};
};

}  // namespace ringpost::net
