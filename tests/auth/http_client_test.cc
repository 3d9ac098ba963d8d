#include "ringpost/auth/http_client.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "ringpost/base/text.h"
#include "ringpost/crypto/certificate.h"

namespace ringpost::auth {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// Answers each request on 127.0.0.1 by the same octets; none: never. One connection at a time.
class LoopbackServer {
 public:
  enum class Afterwards : uint8_t { kKeepsConnection, kCloses };

  LoopbackServer(std::string reply, Afterwards afterwards)
      : reply_(std::move(reply)), afterwards_(afterwards) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(listener_, 16), 0);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { Serve(); });
  }
  // The clients have gone.
  ~LoopbackServer() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }

  std::string url() const { return Concat("http://127.0.0.1:", port_, "/introspect"); }
  std::vector<std::string> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  size_t connection_count() {
    const std::lock_guard lock(mutex_);
    return connection_count_;
  }

 private:
  void Serve() {
    for (int client; (client = accept(listener_, nullptr, nullptr)) >= 0; close(client)) {
      {
        const std::lock_guard lock(mutex_);
        ++connection_count_;
      }
      ServeConnection(client);
    }
  }

  void ServeConnection(int client) {
    std::string request;
    char octets[4096];
    for (ssize_t count; (count = read(client, octets, sizeof octets)) > 0;) {
      request.append(octets, static_cast<size_t>(count));
      // All the tests' bodies end so.
      if (!request.ends_with("token=t")) continue;
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(std::move(request));
      }
      request.clear();
      if (send(client, reply_.data(), reply_.size(), MSG_NOSIGNAL) < 0) return;
      if (afterwards_ == Afterwards::kCloses) return;
    }
  }

  const std::string reply_;
  const Afterwards afterwards_;
  int listener_ = -1;
  uint16_t port_ = 0;
  std::mutex mutex_;
  std::vector<std::string> requests_;
  size_t connection_count_ = 0;
  std::thread thread_;
};

using Afterwards = LoopbackServer::Afterwards;

std::string Ok(std::string_view body) {
  return Concat("HTTP/1.1 200 OK\r\nContent-Length: ", body.size(), "\r\n\r\n", body);
}

std::unique_ptr<HttpClient> ClientOf(HttpClientOptions options) {
  absl::StatusOr<std::unique_ptr<HttpClient>> client = MakeHttpClient(std::move(options));
  EXPECT_TRUE(client.ok()) << client.status();
  return client.ok() ? *std::move(client) : nullptr;
}

// What a client of these options makes of `reply`.
absl::StatusOr<HttpResponse> ResponseTo(std::string reply, Afterwards afterwards,
                                        HttpClientOptions options = {}) {
  LoopbackServer server(std::move(reply), afterwards);
  options.url = server.url();
  return ClientOf(std::move(options))->Post({.body = "token=t"});
}

TEST(HttpClient, PostsAForm) {
  LoopbackServer server(Ok("{}"), Afterwards::kCloses);
  const absl::StatusOr<HttpResponse> response =
      ClientOf({.url = server.url()})->Post({.body = "x=y&token=t", .authorization = "Basic Zm9v"});
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body, "{}");
  ASSERT_EQ(server.requests().size(), 1u);
  const std::string request = server.requests()[0];
  EXPECT_THAT(request, StartsWith("POST /introspect HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nAuthorization: Basic Zm9v\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nContent-Type: application/x-www-form-urlencoded\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nAccept: application/json\r\n"));
  EXPECT_TRUE(request.ends_with("\r\n\r\nx=y&token=t")) << request;
}

TEST(HttpClient, KeepsTheConnectionAndNothingOfTheLastRequest) {
  LoopbackServer server(Ok("{\"active\":false}"), Afterwards::kKeepsConnection);
  const auto client = ClientOf({.url = server.url()});
  EXPECT_TRUE(client->Post({.body = "token=t", .authorization = "Basic Zm9v"}).ok());
  const absl::StatusOr<HttpResponse> second = client->Post({.body = "token=t"});
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(second->body, "{\"active\":false}");
  EXPECT_EQ(server.connection_count(), 1u);
  EXPECT_EQ(server.requests()[1].find("Authorization"), std::string::npos);
}

TEST(HttpClient, ConnectsAgainWhenTheServerClosed) {
  LoopbackServer server(Ok("{}"), Afterwards::kCloses);
  const auto client = ClientOf({.url = server.url()});
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(client->Post({.body = "token=t"}).ok());
  EXPECT_EQ(server.connection_count(), 3u);
}

TEST(HttpClient, AStatusIsNoError) {
  for (const int status : {401, 404, 500, 503}) {
    const auto response = ResponseTo(
        Concat("HTTP/1.1 ", status, " No\r\nContent-Length: 0\r\n\r\n"), Afterwards::kCloses);
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_EQ(response->status, status);
  }
}

TEST(HttpClient, FollowsNoRedirect) {
  LoopbackServer elsewhere(Ok("{}"), Afterwards::kCloses);
  for (const int status : {301, 302, 307, 308}) {
    const auto response =
        ResponseTo(Concat("HTTP/1.1 ", status, " There\r\nLocation: ", elsewhere.url(),
                          "\r\nContent-Length: 0\r\n\r\n"),
                   Afterwards::kCloses);
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_EQ(response->status, status);
  }
  EXPECT_EQ(elsewhere.connection_count(), 0u);
}

TEST(HttpClient, TakesNoMoreThanItsLimit) {
  const HttpClientOptions options = {.response_octets = 1000};
  const auto most = ResponseTo(Ok(std::string(1000, 'x')), Afterwards::kCloses, options);
  ASSERT_TRUE(most.ok()) << most.status();
  EXPECT_EQ(most->body.size(), 1000u);
  const auto over = ResponseTo(Ok(std::string(1001, 'x')), Afterwards::kCloses, options);
  EXPECT_TRUE(absl::IsResourceExhausted(over.status())) << over.status();
  // A body whose length nobody told.
  const auto endless = ResponseTo(Concat("HTTP/1.1 200 OK\r\n\r\n", std::string(100'000, 'x')),
                                  Afterwards::kCloses, options);
  EXPECT_TRUE(absl::IsResourceExhausted(endless.status())) << endless.status();
}

TEST(HttpClient, GivesUpOnAServerThatDoesNotAnswer) {
  for (const std::string reply : {"", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"}) {
    const auto response =
        ResponseTo(reply, Afterwards::kKeepsConnection, {.timeout = absl::Milliseconds(100)});
    EXPECT_TRUE(absl::IsDeadlineExceeded(response.status())) << response.status();
  }
}

TEST(HttpClient, WhatIsNoAnswerIsAnError) {
  for (const std::string reply :
       {"", "220 mail.example ESMTP\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n"}) {
    const auto response = ResponseTo(reply, Afterwards::kCloses);
    EXPECT_TRUE(absl::IsUnavailable(response.status())) << reply << response.status();
  }
}

TEST(HttpClient, NobodyListening) {
  std::string url;
  {
    LoopbackServer server("", Afterwards::kCloses);
    url = server.url();
  }
  EXPECT_TRUE(absl::IsUnavailable(ClientOf({.url = url})->Post({.body = "token=t"}).status()));
}

TEST(HttpClient, SpeaksNoTlsWithWhoHasNone) {
  LoopbackServer server(Ok("{}"), Afterwards::kCloses);
  std::string url = server.url();
  url.replace(0, 4, "https");
  HttpClientOptions options = {.url = url, .timeout = absl::Seconds(5)};
  EXPECT_FALSE(ClientOf(std::move(options))->Post({.body = "token=t"}).ok());
  EXPECT_TRUE(server.requests().empty());
}

// https_server.py with a certificate of `name`, which nobody has signed.
class HttpsServer {
 public:
  explicit HttpsServer(const std::string& name) {
    const auto made =
        crypto::MakeSelfSignedCertificate({.names = {name},
                                           .not_before = absl::Now() - absl::Hours(1),
                                           .not_after = absl::Now() + absl::Hours(1)});
    EXPECT_TRUE(made.ok()) << made.status();
    std::ofstream(certificate_file_) << made->certificate_pem;
    std::ofstream(key_file_) << made->key_pem;
    const char* const source_folder = std::getenv("RINGPOST_SOURCE_FOLDER");
    const std::string script =
        Concat(source_folder == nullptr ? "." : source_folder, "/tests/auth/https_server.py");
    int input[2], output[2];
    EXPECT_EQ(pipe2(input, O_CLOEXEC), 0);
    EXPECT_EQ(pipe2(output, O_CLOEXEC), 0);
    process_ = fork();
    if (process_ == 0) {
      dup2(input[0], STDIN_FILENO);
      dup2(output[1], STDOUT_FILENO);
      execlp("python3", "python3", script.c_str(), certificate_file_.c_str(), key_file_.c_str(),
             nullptr);
      _exit(127);
    }
    close(input[0]);
    close(output[1]);
    input_ = input[1];
    std::string line;
    for (char c; read(output[0], &c, 1) == 1 && c != '\n';) line.push_back(c);
    EXPECT_FALSE(line.empty()) << "https_server.py does not start";
    close(output[0]);
    port_ = std::atoi(line.c_str());
  }
  ~HttpsServer() {
    close(input_);
    waitpid(process_, nullptr, 0);
    unlink(certificate_file_.c_str());
    unlink(key_file_.c_str());
  }

  std::string url() const { return Concat("https://localhost:", port_, "/"); }
  const std::string& certificate_file() const { return certificate_file_; }

 private:
  const std::string certificate_file_ =
      Concat(::testing::TempDir(), "/http_client_test.", getpid(), ".pem");
  const std::string key_file_ = Concat(certificate_file_, ".key");
  pid_t process_ = -1;
  int input_ = -1;
  int port_ = 0;
};

TEST(HttpClient, TrustsWhomItIsToldTo) {
  const HttpsServer server("localhost");
  const auto client = ClientOf({.url = server.url(), .ca_file = server.certificate_file()});
  for (int i = 0; i < 2; ++i) {
    const absl::StatusOr<HttpResponse> response = client->Post({.body = "token=t"});
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_EQ(response->body, "{\"active\": false}");
  }
}

TEST(HttpClient, TrustsNobodyByDefault) {
  const HttpsServer server("localhost");
  const auto response = ClientOf({.url = server.url()})->Post({.body = "token=t"});
  EXPECT_TRUE(absl::IsUnavailable(response.status())) << response.status();
  EXPECT_THAT(std::string(response.status().message()), HasSubstr("certificate"));
}

TEST(HttpClient, TrustsNobodyOfAnotherName) {
  const HttpsServer server("other.example");
  const auto response = ClientOf({.url = server.url(), .ca_file = server.certificate_file()})
                            ->Post({.body = "token=t"});
  EXPECT_TRUE(absl::IsUnavailable(response.status())) << response.status();
}

TEST(CheckHttpUrl, WantsTlsButOnLoopback) {
  for (const char* const url : {"https://login.example/introspect",
                                "https://login.example:8443/a?b=c", "http://localhost:8080/x",
                                "http://127.0.0.1/x", "http://127.8.9.10/x", "http://[::1]:80/"}) {
    EXPECT_TRUE(CheckHttpUrl(url).ok()) << url << ' ' << CheckHttpUrl(url);
  }
  for (const char* const url :
       {"", "login", "/introspect", "ftp://localhost/x", "file:///etc/passwd",
        "http://login.example/x", "http://127.0.0.1.example/x", "http://localhost.example/x",
        "http://127.example/", "http://192.0.2.1/x", "http://[2001:db8::1]/",
        "https://user@login.example/", "https://user:secret@login.example/",
        "https://login.example/#part", "https://", "http://127.0.0.1@login.example/"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(CheckHttpUrl(url))) << url << ' ' << CheckHttpUrl(url);
    EXPECT_FALSE(MakeHttpClient({.url = url}).ok()) << url;
  }
}

}  // namespace
}  // namespace ringpost::auth
