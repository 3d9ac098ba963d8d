// In place of http_client.cc where libcurl is not there.
#include "ringpost/auth/http_client.h"

namespace ringpost::auth {

absl::Status CheckHttpUrl(const std::string&) {
  return absl::UnimplementedError("this was built without libcurl, and speaks no HTTP");
}

absl::StatusOr<std::unique_ptr<HttpClient>> MakeHttpClient(HttpClientOptions options) {
  return CheckHttpUrl(options.url);
}

}  // namespace ringpost::auth
