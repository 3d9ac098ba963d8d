// Both sides of each mechanism talk to each other: random names and passwords, bindings that are
// there, not there, or of another connection, and what is said spoilt or cut on its way.
#include "ringpost/sasl/server.h"

#include <map>
#include <tuple>

#include "dialog.h"
#include "gtest/gtest.h"
#include "ringpost/base/base64.h"
#include "ringpost/base/random.h"
#include "ringpost/crypto/hash.h"

namespace ringpost::sasl {
namespace {

// The hash itself, but each password is stretched once: these tests log in thousands of times.
template <crypto::HashAlgorithm algorithm>
const HashFunctions& RememberingHash() {
  static const HashFunctions hash = [] {
    HashFunctions functions = crypto::HashFunctionsOf(algorithm);
    functions.pbkdf2 = [](std::string_view password, std::string_view salt, uint32_t iterations) {
      static std::map<std::tuple<std::string, std::string, uint32_t>, std::string> known;
      std::string& key = known[{std::string(password), std::string(salt), iterations}];
      if (key.empty()) key = crypto::HashFunctionsOf(algorithm).pbkdf2(password, salt, iterations);
      return key;
    };
    return functions;
  }();
  return hash;
}

const HashFunctions& HashOf(Mechanism mechanism) {
  const bool is_sha1 = mechanism == Mechanism::kScramSha1 || mechanism == Mechanism::kScramSha1Plus;
  return is_sha1 ? RememberingHash<crypto::HashAlgorithm::kSha1>()
                 : RememberingHash<crypto::HashAlgorithm::kSha256>();
}

// What its own side of one login has of everything.
struct Login {
  Login(Mechanism its_mechanism, uint64_t seed) : mechanism(its_mechanism), random(seed) {
    client.user = Text();
    client.password = mechanism == Mechanism::kOauthBearer || mechanism == Mechanism::kXoauth2
                          ? "token" + std::to_string(random.Next())
                          : Text();
    client.hash = &HashOf(mechanism);
    client.nonce = EncodeBase64(std::to_string(random.Next()));
    client.channel_bindings = {.tls_exporter = random.OneIn(2) ? "exported" : "",
                               .tls_server_end_point = "hash of the certificate"};
    if (mechanism == Mechanism::kExternal) client.authorization = client.user;
    server.hash = client.hash;
    server.nonce = EncodeBase64(std::to_string(random.Next()));
    server.fake_secret = "secret";
    server.channel_bindings = client.channel_bindings;
    users.passwords[client.user] = client.password;
    users.tokens[client.password] = client.user;
    users.certificate_user = client.user;
    if (IsScram(mechanism)) {
      users.keys[client.user] =
          MakeScramKeys(*client.hash, client.password, std::to_string(random.Next()), 4096);
    }
  }

  // Characters that SASLprep leaves as they are, the ones with a meaning to some mechanism among
  // them.
  std::string Text() {
    constexpr std::string_view kPieces[] = {"a",
                                            "Z",
                                            "7",
                                            " ",
                                            ",",
                                            "=",
                                            "@",
                                            "=2C",
                                            "\xc3\xa9",
                                            "\xd0\x96",
                                            "\xe4\xb8\xad",
                                            "\xf0\x9d\x84\xa2",
                                            "\"",
                                            "\\"};
    std::string text = "x";
    const uint64_t count = random.Below(20);
    for (uint64_t i = 0; i < count; ++i) text += kPieces[random.Below(std::size(kPieces))];
    return text;
  }

  Outcome Run(const Spoil& spoil = [](size_t, std::string&) {}) {
    const auto client_side = MakeClient(mechanism, client);
    const auto server_side = MakeServer(mechanism, server);
    EXPECT_NE(client_side, nullptr);
    return Talk(*client_side, *server_side, users, spoil);
  }

  Mechanism mechanism;
  Random random;
  ClientOptions client;
  ServerOptions server;
  Users users;
};

class BothSides : public ::testing::TestWithParam<Mechanism> {};

TEST_P(BothSides, Agree) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    Login login(GetParam(), seed);
    const Outcome outcome = login.Run();
    EXPECT_TRUE(outcome.succeeded()) << seed;
    EXPECT_EQ(outcome.identity.authentication, login.client.user);
    EXPECT_EQ(outcome.identity.authorization, login.client.user);
  }
}

TEST_P(BothSides, DisagreeOnAnotherPassword) {
  for (uint64_t seed = 0; seed < 5; ++seed) {
    Login login(GetParam(), seed);
    login.client.password += "x";
    login.users.certificate_user.clear();
    const Outcome outcome = login.Run();
    EXPECT_FALSE(outcome.server_believes || outcome.client_believes) << seed;
    EXPECT_EQ(outcome.reason, FailureReason::kCredentials);
  }
}

TEST_P(BothSides, DisagreeOnAnUnknownUser) {
  Login login(GetParam(), 1);
  login.client.user += "x";
  login.users.tokens.clear();
  login.users.certificate_user.clear();
  EXPECT_EQ(login.Run().reason, FailureReason::kCredentials);
}

TEST_P(BothSides, AnUnknownUserAndAWrongPasswordLookAlike) {
  Login wrong(GetParam(), 1), unknown(GetParam(), 1);
  wrong.client.password += "x";
  wrong.users.certificate_user.clear();
  unknown.users = {};
  const Outcome a = wrong.Run(), b = unknown.Run();
  EXPECT_EQ(a.reason, b.reason);
  EXPECT_EQ(a.said.size(), b.said.size());
}

class Scram : public ::testing::TestWithParam<Mechanism> {};

// The mechanism proves something about all that is said.
TEST_P(Scram, NoFlippedBitGoesUnnoticed) {
  Login login(GetParam(), 3);
  const std::vector<std::string> said = login.Run().said;
  ASSERT_EQ(said.size(), 5u);
  for (size_t message = 0; message < said.size(); ++message) {
    for (size_t bit = 0; bit < said[message].size() * 8; ++bit) {
      const Outcome outcome = login.Run([&](size_t n, std::string& octets) {
        if (n == message) octets[bit / 8] = static_cast<char>(octets[bit / 8] ^ (1 << bit % 8));
      });
      EXPECT_FALSE(outcome.succeeded()) << "bit " << bit << " of " << said[message];
    }
  }
}

TEST_P(BothSides, NoCutMessageIsTakenForAWholeOne) {
  Login login(GetParam(), 4);
  const std::vector<std::string> said = login.Run().said;
  for (size_t message = 0; message < said.size(); ++message) {
    // What a password server says is of no account, and EXTERNAL's response may be empty.
    if (GetParam() == Mechanism::kLogin && message % 2 == 0) continue;
    for (size_t size = 0; size < said[message].size(); ++size) {
      if (GetParam() == Mechanism::kExternal && size == 0) continue;
      const Outcome outcome = login.Run([&](size_t n, std::string& octets) {
        if (n == message) octets.resize(size);
      });
      EXPECT_FALSE(outcome.succeeded()) << size << " octets of " << said[message];
    }
  }
}

TEST_P(BothSides, NoiseIsNoLogin) {
  // What the messages are made of.
  constexpr std::string_view kAlphabet("n,ypar=c2CBeraut \x01\0", 19);
  Random random(9);
  for (int i = 0; i < 2000; ++i) {
    Login login(GetParam(), 5);
    login.users.certificate_user.clear();
    const auto server = MakeServer(GetParam(), login.server);
    std::string noise;
    for (uint64_t size = random.Below(40); size > 0; --size) {
      noise.push_back(kAlphabet[random.Below(kAlphabet.size())]);
    }
    ServerEvent event = Settle(*server, login.users, server->Next(noise));
    while (std::holds_alternative<Challenge>(event)) {
      event = Settle(*server, login.users, server->Next(noise));
    }
    EXPECT_TRUE(std::holds_alternative<Failed>(event));
  }
}

INSTANTIATE_TEST_SUITE_P(All, BothSides, ::testing::ValuesIn(kAllMechanisms),
                         [](const auto& tested) {
                           std::string name(MechanismName(tested.param));
                           std::erase(name, '-');
                           return name;
                         });

INSTANTIATE_TEST_SUITE_P(All, Scram,
                         ::testing::Values(Mechanism::kScramSha1, Mechanism::kScramSha1Plus,
                                           Mechanism::kScramSha256, Mechanism::kScramSha256Plus));

class ChannelBinding : public ::testing::TestWithParam<Mechanism> {};

TEST_P(ChannelBinding, OfAnotherConnectionIsRefused) {
  Login login(GetParam(), 1);
  login.client.channel_bindings = {.tls_exporter = "exported", .tls_server_end_point = "hash"};
  login.server.channel_bindings = {.tls_exporter = "exportee", .tls_server_end_point = "hash"};
  EXPECT_EQ(login.Run().reason, FailureReason::kChannelBinding);
  login.client.channel_bindings = {.tls_server_end_point = "hash"};
  EXPECT_TRUE(login.Run().succeeded());
  login.client.channel_bindings = {.tls_server_end_point = "hasH"};
  EXPECT_EQ(login.Run().reason, FailureReason::kChannelBinding);
}

TEST_P(ChannelBinding, OfAKindThatTheServerHasNotIsRefused) {
  Login login(GetParam(), 1);
  login.client.channel_bindings = {.tls_exporter = "exported"};
  login.server.channel_bindings = {.tls_server_end_point = "hash"};
  EXPECT_EQ(login.Run().reason, FailureReason::kChannelBinding);
}

INSTANTIATE_TEST_SUITE_P(Plus, ChannelBinding,
                         ::testing::Values(Mechanism::kScramSha1Plus, Mechanism::kScramSha256Plus));

TEST(ServerDeathTest, WantsWhatItsMechanismNeeds) {
  const HashFunctions& hash = HashOf(Mechanism::kScramSha256);
  EXPECT_DEATH(MakeServer(Mechanism::kScramSha256, {}), "without a hash");
  EXPECT_DEATH(MakeServer(Mechanism::kScramSha256, {.hash = &hash, .fake_secret = "x"}),
               "without a nonce");
  EXPECT_DEATH(MakeServer(Mechanism::kScramSha256, {.hash = &hash, .nonce = "x"}),
               "without a secret");
  EXPECT_DEATH(
      MakeServer(Mechanism::kScramSha256Plus, {.hash = &hash, .nonce = "x", .fake_secret = "x"}),
      "without a binding");
}

TEST(Server, NamesEachReason) {
  EXPECT_EQ(FailureReasonName(FailureReason::kCredentials), "credentials");
  EXPECT_EQ(FailureReasonName(FailureReason::kChannelBinding), "channel-binding");
}

}  // namespace
}  // namespace ringpost::sasl
