#include "ringpost/auth/http_client.h"

#include <array>
#include <string_view>
#include <utility>

#include "curl/curl.h"
#include "ringpost/base/ascii.h"
#include "ringpost/base/check.h"
#include "ringpost/base/text.h"

namespace ringpost::auth {
namespace {

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
struct FreeText {
  void operator()(char* text) const { curl_free(text); }
};
struct FreeHandle {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct FreeFields {
  void operator()(curl_slist* fields) const { curl_slist_free_all(fields); }
};

bool InitialiseLibrary() {
  static const bool is_initialised = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  return is_initialised;
}

std::string PartOf(const CURLU& url, CURLUPart part) {
  char* text = nullptr;
  // It only reads; its parameter is older than const.
  const CURLUcode code = curl_url_get(const_cast<CURLU*>(&url), part, &text, 0);
  const std::unique_ptr<char, FreeText> owned(text);
  return code == CURLUE_OK ? std::string(text) : std::string();
}

// IPv4 comes normalised to four decimal numbers.
bool IsLoopback(std::string_view host) {
  return EqualsIgnoreCase(host, "localhost") || host == "[::1]" ||
         (host.starts_with("127.") && host.find_first_not_of("0123456789.") == host.npos);
}

// Names of protocols and hosts alone: a credential in the URL would end up in messages.
absl::Status CheckParts(const CURLU& url) {
  const std::string scheme = PartOf(url, CURLUPART_SCHEME);
  if (scheme != "https" && scheme != "http") {
    return absl::InvalidArgumentError("a URL must begin with https://");
  }
  if (!PartOf(url, CURLUPART_USER).empty() || !PartOf(url, CURLUPART_PASSWORD).empty() ||
      !PartOf(url, CURLUPART_FRAGMENT).empty()) {
    return absl::InvalidArgumentError("a URL must have neither a user nor a fragment");
  }
  if (scheme == "http" && !IsLoopback(PartOf(url, CURLUPART_HOST))) {
    return absl::InvalidArgumentError("http:// is for this machine alone; use https://");
  }
  return absl::OkStatus();
}

class CurlClient final : public HttpClient {
 public:
  CurlClient(HttpClientOptions options, std::unique_ptr<CURL, FreeHandle> handle)
      : options_(std::move(options)), handle_(std::move(handle)) {
    SetUp();
  }

  absl::StatusOr<HttpResponse> Post(const HttpRequest& request) override;

 private:
  void SetUp();
  template <typename Value>
  void Set(CURLoption option, Value value) {
    Check(curl_easy_setopt(handle_.get(), option, value) == CURLE_OK, "an option that libcurl has");
  }
  static size_t TakeBody(char* octets, size_t size, size_t count, void* client);
  absl::Status Failure(CURLcode code) const;

  const HttpClientOptions options_;
  const std::unique_ptr<CURL, FreeHandle> handle_;
  std::array<char, CURL_ERROR_SIZE> problem_ = {};
  HttpResponse response_;
  bool is_too_long_ = false;
};

void CurlClient::SetUp() {
  Set(CURLOPT_URL, options_.url.c_str());
  // Threads, so no signals.
  Set(CURLOPT_NOSIGNAL, 1L);
  Set(CURLOPT_ERRORBUFFER, problem_.data());
  Set(CURLOPT_PROTOCOLS_STR, "http,https");
  Set(CURLOPT_FOLLOWLOCATION, 0L);
  Set(CURLOPT_PROXY, "");
  Set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  Set(CURLOPT_SSL_VERIFYPEER, 1L);
  Set(CURLOPT_SSL_VERIFYHOST, 2L);
  Set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!options_.ca_file.empty()) Set(CURLOPT_CAINFO, options_.ca_file.c_str());
  Set(CURLOPT_CONNECTTIMEOUT_MS,
      static_cast<long>(absl::ToInt64Milliseconds(options_.connect_timeout)));
  Set(CURLOPT_TIMEOUT_MS, static_cast<long>(absl::ToInt64Milliseconds(options_.timeout)));
  Set(CURLOPT_WRITEFUNCTION, &CurlClient::TakeBody);
  Set(CURLOPT_WRITEDATA, static_cast<void*>(this));
}

absl::StatusOr<HttpResponse> CurlClient::Post(const HttpRequest& request) {
  std::unique_ptr<curl_slist, FreeFields> fields;
  const auto add = [&fields](const std::string& field) {
    curl_slist* const longer = curl_slist_append(fields.get(), field.c_str());
    Check(longer != nullptr, "memory for a header field");
    static_cast<void>(fields.release());
    fields.reset(longer);
  };
  add("Accept: application/json");
  add("Content-Type: application/x-www-form-urlencoded");
  add("Expect:");  // no round trip to ask whether the body is welcome
  if (!request.authorization.empty()) add(Concat("Authorization: ", request.authorization));

  response_ = {};
  is_too_long_ = false;
  problem_[0] = '\0';
  Set(CURLOPT_HTTPHEADER, fields.get());
  Set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  Set(CURLOPT_POSTFIELDS, request.body.c_str());
  const CURLcode code = curl_easy_perform(handle_.get());
  Set(CURLOPT_HTTPHEADER, static_cast<curl_slist*>(nullptr));
  Set(CURLOPT_POSTFIELDS, "");
  if (code != CURLE_OK) return Failure(code);
  long status = 0;
  curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &status);
  response_.status = static_cast<int>(status);
  return std::move(response_);
}

size_t CurlClient::TakeBody(char* octets, size_t size, size_t count, void* client) {
  auto& self = *static_cast<CurlClient*>(client);
  const size_t octet_count = size * count;
  if (octet_count > self.options_.response_octets - self.response_.body.size()) {
    self.is_too_long_ = true;
    return 0;  // gives the transfer up
  }
  self.response_.body.append(octets, octet_count);
  return octet_count;
}

absl::Status CurlClient::Failure(CURLcode code) const {
  if (is_too_long_) {
    return absl::ResourceExhaustedError(
        Concat("the response has more than ", options_.response_octets, " octets"));
  }
  const std::string_view problem = problem_[0] != '\0' ? problem_.data() : curl_easy_strerror(code);
  if (code == CURLE_OPERATION_TIMEDOUT) return absl::DeadlineExceededError(std::string(problem));
  return absl::UnavailableError(std::string(problem));
}

}  // namespace

absl::Status CheckHttpUrl(const std::string& text) {
  if (!InitialiseLibrary()) return absl::InternalError("libcurl does not start");
  const std::unique_ptr<CURLU, FreeUrl> url(curl_url());
  if (url == nullptr) return absl::ResourceExhaustedError("no memory for a URL");
  if (const CURLUcode code = curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0);
      code != CURLUE_OK) {
    return absl::InvalidArgumentError(Concat("not a URL: ", curl_url_strerror(code)));
  }
  return CheckParts(*url);
}

absl::StatusOr<std::unique_ptr<HttpClient>> MakeHttpClient(HttpClientOptions options) {
  if (absl::Status status = CheckHttpUrl(options.url); !status.ok()) return status;
  std::unique_ptr<CURL, FreeHandle> handle(curl_easy_init());
  if (handle == nullptr) return absl::ResourceExhaustedError("no memory for an HTTP client");
  return std::make_unique<CurlClient>(std::move(options), std::move(handle));
}

}  // namespace ringpost::auth
