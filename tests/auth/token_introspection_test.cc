#include "ringpost/auth/token_introspection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "../hooks/hook_fixture.h"
#include "ringpost/base/text.h"
#include "ringpost/testing/run_task.h"

namespace ringpost::auth {
namespace {

using hooks::AuthenticatedUser;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::RunTask;

// An authorization server, without the network.
class FakeServer {
 public:
  absl::StatusOr<HttpResponse> response = HttpResponse{.status = 200, .body = "{}"};
  std::function<void()> within_request;
  std::vector<HttpRequest> requests;
  size_t client_count = 0;
  absl::Status client_status;

  TokenIntrospection::ClientFactory Clients() {
    return [this]() -> absl::StatusOr<std::unique_ptr<HttpClient>> {
      if (!client_status.ok()) return client_status;
      ++client_count;
      return std::make_unique<Client>(*this);
    };
  }

 private:
  class Client final : public HttpClient {
   public:
    explicit Client(FakeServer& server) : server_(server) {}
    absl::StatusOr<HttpResponse> Post(const HttpRequest& request) override {
      server_.requests.push_back(request);
      if (server_.within_request) server_.within_request();
      return server_.response;
    }

   private:
    FakeServer& server_;
  };
};

class TokenIntrospectionTest : public hooks::HookTest {
 protected:
  AuthenticatedUser Ask(std::string_view token, std::string_view user = "") {
    if (authenticator_ == nullptr) {
      authenticator_ =
          std::make_unique<TokenIntrospection>(shard_, pool_, options_, server_.Clients());
    }
    return RunTask(shard_, authenticator_->OnToken(context_, {.token = token, .user = user}));
  }
  // Of an active token, with these members besides.
  AuthenticatedUser AnswerTo(std::string_view members) {
    authenticator_.reset();
    server_.response =
        HttpResponse{.status = 200, .body = Concat("{\"active\": true, ", members, "}")};
    return Ask("t");
  }
  int64_t SecondsNow() { return absl::ToUnixSeconds(shard_.WallNow()); }
  void Pass(absl::Duration length) { RunTask(shard_, PassTask(length), length + absl::Seconds(1)); }

  const std::shared_ptr<io::OffloadPool> pool_ =
      std::make_shared<io::OffloadPool>(io::OffloadPool::Options{.thread_count = 0});
  IntrospectionOptions options_;
  FakeServer server_;
  std::unique_ptr<TokenIntrospection> authenticator_;

 private:
  Task<void> PassTask(absl::Duration length) {
    static_cast<void>(co_await io::Sleep(shard_, length, {}));
  }
};

TEST_F(TokenIntrospectionTest, AsksAsTheRfcSays) {
  options_.client_id = "mail server";
  options_.client_secret = "s:cret";
  server_.response = HttpResponse{.status = 200, .body = R"({"active":true,"username":"jdoe"})"};
  EXPECT_EQ(Ask("a+b/c=").value(), "jdoe");
  ASSERT_EQ(server_.requests.size(), 1u);
  EXPECT_EQ(server_.requests[0].body, "token=a%2Bb%2Fc%3D&token_type_hint=access_token");
  // "mail%20server:s%3Acret"
  EXPECT_EQ(server_.requests[0].authorization, "Basic bWFpbCUyMHNlcnZlcjpzJTNBY3JldA==");
}

TEST_F(TokenIntrospectionTest, ShowsATokenOfItsOwnOrNothing) {
  Ask("t").IgnoreError();
  EXPECT_EQ(server_.requests.back().authorization, "");
  authenticator_.reset();
  options_.bearer_token = "ours";
  Ask("t").IgnoreError();
  EXPECT_EQ(server_.requests.back().authorization, "Bearer ours");
}

TEST_F(TokenIntrospectionTest, AnswersForTokensAlone) {
  EXPECT_FALSE(Ask("t").ok());
  EXPECT_TRUE(authenticator_->abilities().tokens);
  EXPECT_FALSE(authenticator_->abilities().passwords);
}

TEST_F(TokenIntrospectionTest, AnInactiveTokenIsRefused) {
  server_.response = HttpResponse{.status = 200, .body = R"({"active":false})"};
  EXPECT_EQ(Ask("t").value(), std::nullopt);
  EXPECT_EQ(Ask("t").value(), std::nullopt);
  EXPECT_EQ(server_.requests.size(), 2u) << "refusals are not kept";
}

TEST_F(TokenIntrospectionTest, TheTokenMustBeValidNow) {
  EXPECT_EQ(AnswerTo(Concat("\"username\":\"a\",\"exp\":", SecondsNow() - 1)).value(),
            std::nullopt);
  EXPECT_EQ(AnswerTo(Concat("\"username\":\"a\",\"exp\":", SecondsNow() + 10)).value(), "a");
  EXPECT_EQ(AnswerTo(Concat("\"username\":\"a\",\"nbf\":", SecondsNow() + 10)).value(),
            std::nullopt);
  EXPECT_EQ(AnswerTo(Concat("\"username\":\"a\",\"nbf\":", SecondsNow() - 1)).value(), "a");
}

TEST_F(TokenIntrospectionTest, TheTokenMustHaveEveryScope) {
  options_.required_scopes = {"mail", "smtp.send"};
  EXPECT_EQ(AnswerTo(R"("username":"a","scope":"smtp.send other mail")").value(), "a");
  EXPECT_EQ(AnswerTo(R"("username":"a","scope":"mail")").value(), std::nullopt);
  EXPECT_EQ(AnswerTo(R"("username":"a","scope":"mail smtp.sender")").value(), std::nullopt);
  EXPECT_EQ(AnswerTo(R"("username":"a")").value(), std::nullopt);
}

TEST_F(TokenIntrospectionTest, TheTokenMustBeForUs) {
  options_.required_audience = "smtp.example.org";
  EXPECT_EQ(AnswerTo(R"("username":"a","aud":"smtp.example.org")").value(), "a");
  EXPECT_EQ(AnswerTo(R"("username":"a","aud":["x","smtp.example.org"])").value(), "a");
  EXPECT_EQ(AnswerTo(R"("username":"a","aud":"x")").value(), std::nullopt);
  EXPECT_EQ(AnswerTo(R"("username":"a")").value(), std::nullopt);
}

TEST_F(TokenIntrospectionTest, TheTokenMustBeOfAClientOfOurs) {
  options_.accepted_clients = {"webmail", "phone"};
  EXPECT_EQ(AnswerTo(R"("username":"a","client_id":"phone")").value(), "a");
  EXPECT_EQ(AnswerTo(R"("username":"a","client_id":"other")").value(), std::nullopt);
  EXPECT_EQ(AnswerTo(R"("username":"a")").value(), std::nullopt);
}

TEST_F(TokenIntrospectionTest, AGoodTokenOfNobodyIsAMistakeInTheSettings) {
  const absl::Status status = AnswerTo(R"("sub":"a")").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("\"username\""));
  EXPECT_FALSE(AnswerTo(R"("username":"")").ok());
  EXPECT_FALSE(AnswerTo(R"("username":"a\nb")").ok());
  EXPECT_FALSE(AnswerTo(Concat("\"username\":\"", std::string(256, 'a'), "\"")).ok());
  options_.user_claim = "sub";
  EXPECT_EQ(AnswerTo(R"("sub":"a")").value(), "a");
}

TEST_F(TokenIntrospectionTest, WhateverElseTheServerSaysIsNoAnswer) {
  for (const int status : {201, 204, 301, 302, 400, 401, 403, 404, 429, 500, 503}) {
    server_.response =
        HttpResponse{.status = status, .body = R"({"active":true,"username":"root"})"};
    EXPECT_FALSE(Ask("t").ok()) << status;
  }
  for (const std::string_view body : {"", "<html>", "{}", R"({"active":"yes"})"}) {
    server_.response = HttpResponse{.status = 200, .body = std::string(body)};
    EXPECT_FALSE(Ask("t").ok()) << body;
  }
}

TEST_F(TokenIntrospectionTest, AServerThatCannotBeAskedIsNoAnswer) {
  server_.response = absl::DeadlineExceededError("slow");
  EXPECT_TRUE(absl::IsDeadlineExceeded(Ask("t").status()));
  server_.response = HttpResponse{.status = 200, .body = R"({"active":true,"username":"jdoe"})"};
  EXPECT_EQ(Ask("t").value(), "jdoe");
  authenticator_.reset();
  server_.client_status = absl::InvalidArgumentError("no URL");
  EXPECT_TRUE(absl::IsInvalidArgument(Ask("t").status()));
}

TEST_F(TokenIntrospectionTest, AGoodTokenIsNotAskedForAgainAtOnce) {
  server_.response = HttpResponse{.status = 200, .body = R"({"active":true,"username":"jdoe"})"};
  EXPECT_EQ(Ask("t").value(), "jdoe");
  EXPECT_EQ(Ask("t").value(), "jdoe");
  EXPECT_EQ(server_.requests.size(), 1u);
  EXPECT_EQ(Ask("u").value(), "jdoe");
  EXPECT_EQ(server_.requests.size(), 2u);
  Pass(options_.cache_time);
  server_.response = HttpResponse{.status = 200, .body = R"({"active":false})"};
  EXPECT_EQ(Ask("t").value(), std::nullopt);
}

TEST_F(TokenIntrospectionTest, NoTokenIsKeptBeyondItsEnd) {
  server_.response = HttpResponse{
      .status = 200,
      .body = Concat(R"({"active":true,"username":"jdoe","exp":)", SecondsNow() + 5, "}")};
  EXPECT_EQ(Ask("t").value(), "jdoe");
  Pass(absl::Seconds(4));
  EXPECT_EQ(Ask("t").value(), "jdoe");
  EXPECT_EQ(server_.requests.size(), 1u);
  Pass(absl::Seconds(2));
  EXPECT_EQ(Ask("t").value(), std::nullopt);
  EXPECT_EQ(server_.requests.size(), 2u);
}

TEST_F(TokenIntrospectionTest, MayKeepNothing) {
  options_.cache_time = absl::ZeroDuration();
  server_.response = HttpResponse{.status = 200, .body = R"({"active":true,"username":"jdoe"})"};
  EXPECT_EQ(Ask("t").value(), "jdoe");
  EXPECT_EQ(Ask("t").value(), "jdoe");
  EXPECT_EQ(server_.requests.size(), 2u);
}

TEST_F(TokenIntrospectionTest, ClientsAreUsedAgain) {
  for (const char* const token : {"a", "b", "c"}) Ask(token).IgnoreError();
  EXPECT_EQ(server_.requests.size(), 3u);
  EXPECT_EQ(server_.client_count, 1u);
}

TEST_F(TokenIntrospectionTest, AsksNotForMoreTokensThanItsLimitAtTheSameTime) {
  options_.request_limit = 1;
  std::optional<absl::Status> second;
  server_.response = HttpResponse{.status = 200, .body = R"({"active":true,"username":"jdoe"})"};
  server_.within_request = [&] {
    server_.within_request = nullptr;
    second = Ask("u").status();
  };
  EXPECT_EQ(Ask("t").value(), "jdoe");
  ASSERT_TRUE(second.has_value());
  EXPECT_TRUE(absl::IsResourceExhausted(*second));
  EXPECT_EQ(Ask("u").value(), "jdoe");
}

}  // namespace
}  // namespace ringpost::auth
