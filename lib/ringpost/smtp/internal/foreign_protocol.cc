#include "ringpost/smtp/internal/foreign_protocol.h"

#include <algorithm>
#include <iterator>

#include "ringpost/base/ascii.h"

namespace ringpost::smtp::internal {
namespace {

// RFC 9110 §9.3, RFC 5789, RFC 9113 §3.4 and the methods of RTSP and SIP that are no verbs of ours.
constexpr std::string_view kMethods[] = {"GET",     "HEAD",  "POST",  "PUT", "DELETE", "CONNECT",
                                         "OPTIONS", "TRACE", "PATCH", "PRI", "INVITE", "REGISTER"};

// What a request line that was lost is followed by.
constexpr std::string_view kHeaders[] = {
    "Accept",     "Accept-Encoding", "Accept-Language",   "Authorization", "Cache-Control",
    "Connection", "Content-Length",  "Content-Type",      "Cookie",        "Host",
    "Origin",     "Referer",         "Transfer-Encoding", "Upgrade",       "User-Agent"};

template <typename Names>
bool IsOneOf(const Names& names, std::string_view word) {
  return std::any_of(std::begin(names), std::end(names),
                     [word](std::string_view name) { return EqualsIgnoreCase(name, word); });
}

}  // namespace

bool IsForeignLine(std::string_view line) {
  const size_t blank = line.find(' ');
  if (blank != std::string_view::npos && IsOneOf(kMethods, line.substr(0, blank))) return true;
  if (line.find(" HTTP/1") != std::string_view::npos) return true;
  if (line.starts_with("SSH-")) return true;
  const size_t colon = line.find(':');
  return colon != std::string_view::npos && IsOneOf(kHeaders, line.substr(0, colon));
}

bool StartsTlsHandshake(std::string_view octets) { return octets.starts_with("\x16\x03"); }

}  // namespace ringpost::smtp::internal
