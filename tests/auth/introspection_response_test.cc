#include "ringpost/auth/internal/introspection_response.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace ringpost::auth::internal {
namespace {

using ::testing::ElementsAre;

IntrospectionResponse Parse(std::string_view json) {
  const auto response = ParseIntrospectionResponse(json, "username");
  EXPECT_TRUE(response.ok()) << response.status();
  return response.value_or(IntrospectionResponse());
}

// RFC 7662 §2.2.
TEST(IntrospectionResponse, ReadsTheExampleOfTheRfc) {
  const IntrospectionResponse response = Parse(R"({
    "active": true, "client_id": "l238j323ds-23ij4", "username": "jdoe",
    "scope": "read write dolphin", "sub": "Z5O3upPC88QrAjx00dis",
    "aud": "https://protected.example.net/resource", "iss": "https://server.example.com/",
    "exp": 1419356238, "iat": 1419350238, "extension_field": "twenty-seven"})");
  EXPECT_TRUE(response.is_active);
  EXPECT_EQ(response.user, "jdoe");
  EXPECT_EQ(response.client_id, "l238j323ds-23ij4");
  EXPECT_THAT(response.scopes, ElementsAre("read", "write", "dolphin"));
  EXPECT_THAT(response.audience, ElementsAre("https://protected.example.net/resource"));
  EXPECT_EQ(response.expires, absl::FromUnixSeconds(1419356238));
  EXPECT_EQ(response.not_before, absl::InfinitePast());
}

TEST(IntrospectionResponse, OfAnInactiveTokenSaysNothingElse) {
  EXPECT_FALSE(Parse(R"({"active": false})").is_active);
  const IntrospectionResponse response =
      Parse(R"({"active": false, "username": "jdoe", "exp": "never"})");
  EXPECT_FALSE(response.is_active);
  EXPECT_EQ(response.user, "");
}

TEST(IntrospectionResponse, LeavesOutWhatIsNotThere) {
  const IntrospectionResponse response = Parse(R"({"active": true, "scope": null})");
  EXPECT_TRUE(response.is_active);
  EXPECT_EQ(response.user, "");
  EXPECT_TRUE(response.scopes.empty());
  EXPECT_EQ(response.expires, absl::InfiniteFuture());
}

TEST(IntrospectionResponse, TakesTheUserFromTheClaimThatIsAskedFor) {
  const auto response = ParseIntrospectionResponse(
      R"({"active": true, "username": "jdoe", "email": "jdoe@example.org"})", "email");
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->user, "jdoe@example.org");
}

TEST(IntrospectionResponse, ReadsScopesAndAudiencesHoweverTheyStand) {
  const IntrospectionResponse response =
      Parse(R"({"active": true, "scope": "  a  b ", "aud": ["x", "y"], "nbf": 10.5})");
  EXPECT_THAT(response.scopes, ElementsAre("a", "b"));
  EXPECT_THAT(response.audience, ElementsAre("x", "y"));
  EXPECT_EQ(response.not_before, absl::FromUnixMillis(10'500));
}

TEST(IntrospectionResponse, RefusesWhatItCannotBe) {
  for (const std::string_view json : {"",
                                      "null",
                                      "true",
                                      "[]",
                                      "[{\"active\": true}]",
                                      "{}",
                                      "{\"active\": 1}",
                                      "{\"active\": \"true\"}",
                                      "{\"active\": null}",
                                      "{\"active\": true",
                                      "{\"active\": true} x",
                                      "<html>",
                                      "{\"active\": true, \"username\": 5}",
                                      "{\"active\": true, \"username\": [\"a\"]}",
                                      "{\"active\": true, \"scope\": [\"a\"]}",
                                      "{\"active\": true, \"exp\": \"1\"}",
                                      "{\"active\": true, \"exp\": {}}",
                                      "{\"active\": true, \"aud\": [1]}",
                                      "{\"active\": true, \"client_id\": 1}",
                                      "{\"active\": true, \"username\": \"\xff\"}"}) {
    EXPECT_FALSE(ParseIntrospectionResponse(json, "username").ok()) << json;
  }
}

TEST(IntrospectionResponse, DepthAndSizeOfNumbersDoNoHarm) {
  EXPECT_FALSE(ParseIntrospectionResponse(std::string(60'000, '['), "username").ok());
  EXPECT_EQ(Parse(R"({"active": true, "exp": 1e300})").expires, absl::InfiniteFuture());
  EXPECT_EQ(Parse(R"({"active": true, "exp": -1e300})").expires, absl::InfinitePast());
}

}  // namespace
}  // namespace ringpost::auth::internal
