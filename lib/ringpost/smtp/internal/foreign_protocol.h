// Signs of a client that speaks something else: HTTP sent across (a browser made to post to port
// 25), TLS, SSH. Such a client's "lines" are chosen by somebody else, so the session ends at the
// first.
#pragma once

#include <string_view>

namespace ringpost::smtp::internal {

// A whole line that is no command of SMTP.
bool IsForeignLine(std::string_view line);

// The start of a TLS record: handshake, version 3.x (RFC 8446 §5.1). Such a client sends no line
// end.
bool StartsTlsHandshake(std::string_view octets);

}  // namespace ringpost::smtp::internal
