// FindEndOfData: how fast a body can be looked through for nothing but its end.
#pragma once

#include <cstddef>
#include <string_view>

namespace ringpost::sink {

inline constexpr std::string_view kEndOfData = "\r\n.\r\n";

// The octets up to and with the first CRLF.CRLF; npos when there is none. The quickest way that
// this processor knows.
size_t FindEndOfData(std::string_view octets);

namespace internal {

// The ways there are, for tests: they give the same.
size_t FindEndOfDataPortably(std::string_view octets);
bool HasWideScan();
// Only where HasWideScan().
size_t FindEndOfDataWidely(std::string_view octets);

}  // namespace internal
}  // namespace ringpost::sink
