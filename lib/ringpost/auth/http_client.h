// HttpClient: one POST to a fixed URL and what comes back. It blocks, so it belongs into the
// Offload pool.
//
//   absl::StatusOr<std::unique_ptr<HttpClient>> client = MakeHttpClient({.url = "https://..."});
//   absl::StatusOr<HttpResponse> response = (*client)->Post({.body = "token=..."});
//
// The connection is kept for the next request. The server's certificate is verified, and TLS is 1.2
// at least; plain HTTP is for loopback alone. Redirects are not followed, and neither proxies nor
// credentials are taken from the environment.
//
// Threads: one at a time, but not always the same. Limits: HttpClientOptions. Errors:
// DeadlineExceeded, Unavailable (also for a certificate that is not trusted), ResourceExhausted
// when the response is too long. A status of HTTP is no error.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace ringpost::auth {

struct HttpClientOptions {
  std::string url = {};
  // Certificates of those who are trusted, PEM; empty: whom the system trusts.
  std::string ca_file = {};
  absl::Duration connect_timeout = absl::Seconds(5);
  absl::Duration timeout = absl::Seconds(10);  // from the first step to the last octet
  size_t response_octets = 64 * 1024;
};

struct HttpRequest {
  std::string body = {};           // application/x-www-form-urlencoded
  std::string authorization = {};  // the value of the field; empty: none
};

struct HttpResponse {
  int status = 0;
  std::string body = {};
};

class HttpClient {
 public:
  virtual ~HttpClient() = default;

  virtual absl::StatusOr<HttpResponse> Post(const HttpRequest& request) = 0;
};

// OK when MakeHttpClient() takes this URL. InvalidArgument: it is none, has a name, a password or a
// fragment, or is http to anywhere but loopback. Unimplemented: built without libcurl.
absl::Status CheckHttpUrl(const std::string& url);

// Errors as above.
absl::StatusOr<std::unique_ptr<HttpClient>> MakeHttpClient(HttpClientOptions options);

}  // namespace ringpost::auth
