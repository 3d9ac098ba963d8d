// ClientHello: what of a client's first message decides which certificate it is shown.
//
// Read by ourselves, before the engine starts: a certificate is chosen by name and by what the
// client can verify, and a connection that has said nothing yet costs no engine.
// RFC 8446 §4.1.2, RFC 5246 §7.4.1.2, RFC 6066 §3.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ringpost::tls {

struct ClientHello {
  std::string server_name = {};  // in lower case; empty: none was sent, or none that is a host name
  bool verifies_ecdsa = false;
  bool verifies_rsa = false;
};

enum class HelloResult : uint8_t {
  kIncomplete,  // more octets, please
  kRead,
  kUnreadable,  // too long, or no ClientHello: the engine will say what is wrong with it
  kPlaintext,   // no TLS at all, from its first octet on, but text: SMTP, HTTP, SSH, ...
  kForeign,     // nor text
};

// More than any client sends; what is longer is not looked into.
inline constexpr size_t kLongestHelloOctets = 17 * 1024;

// `stream` is all that has come so far: records, in which the message may be split.
HelloResult ReadClientHello(std::string_view stream, ClientHello& hello);

}  // namespace ringpost::tls
