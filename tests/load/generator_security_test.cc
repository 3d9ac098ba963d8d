// A Generator with TLS and AUTH against the scripted server.
#include <algorithm>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "load/generator.h"
#include "load_world.h"
#include "ringpost/base/text.h"
#include "ringpost/crypto/certificate.h"
#include "ringpost/net/tls_security.h"
#include "ringpost/tls/ticket_keys.h"

namespace ringpost::load {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::StartsWith;
using Deed = Answer::Deed;

std::shared_ptr<const net::TransportSecurity> Security() {
  static const std::shared_ptr<const net::TransportSecurity> security = [] {
    const absl::Time now = absl::FromUnixSeconds(1'800'000'000);
    const auto pair = crypto::MakeSelfSignedCertificate(
        {.names = {"mx.test"}, .not_before = now, .not_after = now + absl::Hours(24)});
    return std::make_shared<net::TlsSecurity>(*tls::TlsServerContext::Create(
        {.certificates = {*pair},
         .ticket_keys = std::make_shared<tls::TicketKeys>([now] { return now; })},
        now));
  }();
  return security;
}

std::shared_ptr<const sink::KnownUser> User() {
  static const auto user = std::make_shared<const sink::KnownUser>("me", "pencil");
  return user;
}

std::unique_ptr<SecureChannels> Channels(const TlsOptions& options = {}) {
  return *MakeSecureChannels(options, absl::UnixEpoch());
}

class GeneratorSecurityTest : public ::testing::TestWithParam<TlsUse> {
 protected:
  void Secure(LoadWorld& world, TlsUse use, const TlsOptions& options = {}) {
    world.options.dialog.tls = use;
    world.options.tls = options;
    world.security = Security();
    world.channels = Channels(options);
  }
  void Authenticate(LoadWorld& world, sasl::Mechanism mechanism, std::string password = "pencil") {
    world.user = User();
    world.options.credentials = {.mechanism = mechanism, .user = "me", .password = password};
  }
};

auto AtFirst(Phase phase, Answer answer) {
  return [phase, answer](Phase at, uint64_t count) -> std::optional<Answer> {
    if (at != phase || count != 1) return std::nullopt;
    return answer;
  };
}

uint64_t CountOf(const Results& results, Phase phase) {
  const Histogram* const latency = FindLatency(results, phase);
  return latency == nullptr ? 0 : latency->count();
}

TEST_F(GeneratorSecurityTest, StartTlsIsFollowedByAnotherEhlo) {
  LoadWorld world;
  Secure(world, TlsUse::kStartTls);
  const Results results = world.Run();
  EXPECT_THAT(world.commands, ElementsAre("EHLO localhost", "STARTTLS", "EHLO localhost",
                                          "MAIL FROM:<sender@localhost>",
                                          "RCPT TO:<recipient@localhost>", "DATA", "QUIT"));
  EXPECT_EQ(results.messages.accepted, 1u);
  EXPECT_TRUE(results.errors.empty());
  EXPECT_EQ(CountOf(results, Phase::kStartTls), 1u);
  EXPECT_EQ(CountOf(results, Phase::kTls), 1u);
  EXPECT_EQ(CountOf(results, Phase::kEhlo), 2u);
  EXPECT_EQ(CountReplies(results, Phase::kStartTls, 220), 1u);
  ASSERT_TRUE(results.tls.has_value());
  EXPECT_EQ(results.tls->handshakes, 1u);
  EXPECT_EQ(results.tls->resumed, 0u);
  EXPECT_THAT(results.tls->ciphers, ElementsAre(Pair(StartsWith("TLSv1.3 TLS_"), 1)));
}

TEST_F(GeneratorSecurityTest, ImplicitTlsComesBeforeTheGreeting) {
  LoadWorld world;
  Secure(world, TlsUse::kImplicit);
  const Results results = world.Run();
  EXPECT_EQ(world.commands.front(), "EHLO localhost");
  EXPECT_EQ(results.messages.accepted, 1u);
  EXPECT_EQ(CountOf(results, Phase::kTls), 1u);
  EXPECT_EQ(CountOf(results, Phase::kEhlo), 1u);
  EXPECT_EQ(CountOf(results, Phase::kStartTls), 0u);
  EXPECT_EQ(CountReplies(results, Phase::kBanner, 220), 1u);
}

INSTANTIATE_TEST_SUITE_P(EachUse, GeneratorSecurityTest,
                         ::testing::Values(TlsUse::kStartTls, TlsUse::kImplicit));

TEST_P(GeneratorSecurityTest, EveryPipeliningDeliversTheSame) {
  for (const Pipelining pipelining :
       {Pipelining::kNone, Pipelining::kWithin, Pipelining::kAcross}) {
    LoadWorld world;
    Secure(world, GetParam());
    world.options.message_limit = 30;
    world.options.connection_count = 3;
    world.options.dialog.pipelining = pipelining;
    world.options.sizes = *ParseSizes("100:50,2KiB:30,600KiB:20");
    const Results results = world.Run();
    EXPECT_EQ(results.messages.accepted, 30u);
    EXPECT_EQ(results.connections.dropped + results.connections.failed, 0u);
    ASSERT_EQ(world.bodies.size(), 30u);
    uint64_t octets = 0;
    for (const std::string& body : world.bodies) octets += body.size();
    EXPECT_EQ(octets, results.messages.octets);
  }
}

TEST_P(GeneratorSecurityTest, SessionsWithoutAMessageAreCountedAndResumed) {
  for (const bool resumes : {false, true}) {
    LoadWorld world;
    Secure(world, GetParam(), {.resumes = resumes});
    world.options.sends_no_message = true;
    world.options.message_limit = 20;
    world.options.connection_count = 4;
    const Results results = world.Run();
    EXPECT_EQ(results.mode, Mode::kSessions);
    ASSERT_TRUE(results.sessions.has_value());
    EXPECT_EQ(results.sessions->completed, 20u);
    EXPECT_EQ(world.connection_count, 20u);
    EXPECT_EQ(CountOf(results, Phase::kSession), 20u);
    EXPECT_EQ(CountOf(results, Phase::kMail), 0u);
    // Each client's first is a full handshake.
    EXPECT_EQ(results.tls->handshakes, 20u);
    EXPECT_EQ(results.tls->resumed, resumes ? 16u : 0u);
    EXPECT_EQ(world.resumed_count, results.tls->resumed);
    EXPECT_TRUE(world.bodies.empty());
  }
}

TEST_P(GeneratorSecurityTest, IdleConnectionsAreSecure) {
  LoadWorld world;
  Secure(world, GetParam());
  world.options.connection_count = 20;
  world.options.idle_hold = absl::Seconds(3);
  const Results results = world.Run();
  EXPECT_EQ(results.connections.opened, 20u);
  EXPECT_EQ(results.tls->handshakes, 20u);
}

TEST_P(GeneratorSecurityTest, ASlowClientTakesItsTime) {
  LoadWorld world;
  Secure(world, GetParam());
  world.options.sizes = {{.octets = 5000}};
  world.options.slow_client_count = 1;
  world.options.slow_octets_per_second = 1000;
  const Results results = world.Run();
  EXPECT_EQ(results.messages.accepted, 1u);
  EXPECT_NEAR(absl::ToDoubleSeconds(world.elapsed()), 5, 0.2);
}

TEST_P(GeneratorSecurityTest, EachWayToLoseAConnectionIsToldWithItsPhase) {
  const std::pair<Answer, ErrorKind> ways[] = {
      {{.deed = Deed::kClose}, ErrorKind::kClosedEarly},
      {{.deed = Deed::kSilence}, ErrorKind::kTimedOut},
      {{.deed = Deed::kReply, .text = "hello\r\n"}, ErrorKind::kMalformedReply}};
  for (const auto& [answer, kind] : ways) {
    for (const Phase phase : {Phase::kBanner, Phase::kEhlo, Phase::kMail, Phase::kBody}) {
      LoadWorld world;
      Secure(world, GetParam());
      world.options.message_limit = 2;
      world.answers = AtFirst(phase, answer);
      const Results results = world.Run();
      SCOPED_TRACE(Concat(Name(kind), " at ", Name(phase)));
      EXPECT_EQ(CountErrors(results, kind, phase), 1u);
      EXPECT_EQ(results.errors.size(), 1u);
      EXPECT_EQ(world.connection_count, 2u);
    }
  }
}

// --- What must not be done in the clear
// -----------------------------------------------------------

TEST_F(GeneratorSecurityTest, AServerWithoutStartTlsIsSentNothing) {
  for (const bool forces : {false, true}) {
    LoadWorld world;
    Secure(world, TlsUse::kStartTls);
    world.security = nullptr;
    world.options.dialog.forces = forces;
    world.options.duration = absl::Seconds(2);
    world.answers = [](Phase phase, uint64_t) -> std::optional<Answer> {
      if (phase != Phase::kStartTls) return std::nullopt;
      return Answer{.text = "502 what?\r\n"};
    };
    const Results results = world.Run();
    EXPECT_EQ(results.messages.accepted, 0u);
    EXPECT_EQ(std::count_if(world.commands.begin(), world.commands.end(),
                            [](const std::string& line) { return line.starts_with("MAIL"); }),
              0);
    if (!forces) EXPECT_THAT(world.control.status().message(), HasSubstr("STARTTLS"));
  }
}

TEST_F(GeneratorSecurityTest, ARefusedStartTlsIsCountedAndTriedAgain) {
  LoadWorld world;
  Secure(world, TlsUse::kStartTls);
  world.answers = AtFirst(Phase::kStartTls, {.text = "454 4.7.0 not now\r\n"});
  const Results results = world.Run();
  EXPECT_EQ(CountReplies(results, Phase::kStartTls, 454), 1u);
  EXPECT_EQ(results.connections.failed, 1u);
  EXPECT_EQ(results.messages.accepted, 1u);
}

// As CVE-2011-0411, from the other side: what was said before the handshake counts for nothing.
TEST_F(GeneratorSecurityTest, WhatIsSaidBehindStartTlsInTheClearEndsIt) {
  for (const char* const text : {"220 go\r\n250 and more\r\n", "220 go\r\n250-half"}) {
    LoadWorld world;
    Secure(world, TlsUse::kStartTls);
    world.answers = AtFirst(Phase::kStartTls, {.text = text});
    const Results results = world.Run();
    EXPECT_EQ(CountErrors(results, ErrorKind::kUnexpected, Phase::kStartTls), 1u);
    EXPECT_EQ(results.connections.failed, 1u);
    EXPECT_EQ(results.messages.accepted, 1u);
  }
}

TEST_F(GeneratorSecurityTest, AServerThatLeavesInTheHandshakeIsAnErrorOfIt) {
  LoadWorld world;
  Secure(world, TlsUse::kStartTls);
  const auto plain = [](Phase phase, uint64_t) -> std::optional<Answer> {
    if (phase != Phase::kStartTls) return std::nullopt;
    return Answer{.deed = Deed::kReplyAndClose, .text = "220 go\r\n"};
  };
  world.answers = plain;
  world.options.duration = absl::Seconds(1);
  const Results results = world.Run();
  EXPECT_GE(CountErrors(results, ErrorKind::kClosedEarly, Phase::kTls), 1u);
  EXPECT_EQ(results.messages.accepted, 0u);
}

TEST_F(GeneratorSecurityTest, ACertificateThatIsNotTrustedFailsTheRun) {
  LoadWorld world;
  const absl::Time now = absl::FromUnixSeconds(1'800'000'000);
  const auto other = crypto::MakeSelfSignedCertificate(
      {.names = {"mx.test"}, .not_before = now, .not_after = now + absl::Hours(24)});
  Secure(world, TlsUse::kStartTls, {.roots_pem = other->certificate_pem});
  const Results results = world.Run();
  EXPECT_THAT(world.control.status().message(), HasSubstr("smtp://192.0.2.1:25: TLS: certificate"));
  EXPECT_EQ(CountErrors(results, ErrorKind::kTls, Phase::kTls), 1u);
}

// --- AUTH
// -----------------------------------------------------------------------------------------

TEST_P(GeneratorSecurityTest, EveryMechanismLogsInOverTls) {
  for (const sasl::Mechanism mechanism : sasl::kAllMechanisms) {
    if (mechanism == sasl::Mechanism::kExternal) continue;
    LoadWorld world;
    Secure(world, GetParam());
    Authenticate(world, mechanism);
    const Results results = world.Run();
    SCOPED_TRACE(sasl::MechanismName(mechanism));
    EXPECT_EQ(results.messages.accepted, 1u) << world.control.status();
    EXPECT_EQ(CountReplies(results, Phase::kAuth, 235), 1u);
    EXPECT_GE(CountOf(results, Phase::kAuth), 1u);
  }
}

TEST_F(GeneratorSecurityTest, ScramNeedsNoTls) {
  LoadWorld world;
  Authenticate(world, sasl::Mechanism::kScramSha256);
  const Results results = world.Run();
  EXPECT_EQ(results.messages.accepted, 1u);
  EXPECT_EQ(CountReplies(results, Phase::kAuth, 334), 2u);
  EXPECT_EQ(CountReplies(results, Phase::kAuth, 235), 1u);
  EXPECT_FALSE(results.tls.has_value());
}

TEST_F(GeneratorSecurityTest, AWrongPasswordFailsTheRunAtOnceAndIsToldByItsCode) {
  LoadWorld world;
  Authenticate(world, sasl::Mechanism::kPlain, "wrong");
  const Results results = world.Run();
  EXPECT_THAT(world.control.status().message(), HasSubstr("AUTH PLAIN: 535 5.7.8 Who are you?"));
  EXPECT_EQ(CountReplies(results, Phase::kAuth, 535), 1u);
  EXPECT_EQ(results.connections.failed, 1u);
  EXPECT_EQ(world.connection_count, 1u);
}

TEST_F(GeneratorSecurityTest, ForcedWrongPasswordsAreALoad) {
  LoadWorld world;
  Authenticate(world, sasl::Mechanism::kPlain, "wrong");
  world.options.dialog.forces = true;
  world.options.sends_no_message = true;
  world.options.message_limit = 5;
  const Results results = world.Run();
  EXPECT_TRUE(world.control.status().ok());
  EXPECT_EQ(CountReplies(results, Phase::kAuth, 535), 5u);
  EXPECT_EQ(results.sessions->completed, 0u);
  EXPECT_EQ(results.connections.failed, 5u);
}

TEST_F(GeneratorSecurityTest, AnAuthThatIsPutOffIsTriedAgain) {
  LoadWorld world;
  Authenticate(world, sasl::Mechanism::kPlain);
  world.answers = AtFirst(Phase::kAuth, {.text = "454 4.7.0 later\r\n"});
  const Results results = world.Run();
  EXPECT_EQ(CountReplies(results, Phase::kAuth, 454), 1u);
  EXPECT_EQ(results.messages.accepted, 1u);
}

TEST_F(GeneratorSecurityTest, AServerThatProvesNothingIsNoneToSendTo) {
  LoadWorld world;
  Authenticate(world, sasl::Mechanism::kScramSha256);
  // Before it could know the password.
  world.answers = AtFirst(Phase::kAuth, {.text = "235 2.7.0 welcome\r\n"});
  const Results results = world.Run();
  EXPECT_EQ(CountErrors(results, ErrorKind::kSasl, Phase::kAuth), 1u);
  EXPECT_THAT(world.control.status().message(), HasSubstr("does not prove"));
  EXPECT_EQ(results.messages.accepted, 0u);
}

TEST_F(GeneratorSecurityTest, AChallengeThatCannotBeRightIsAnError) {
  LoadWorld world;
  Authenticate(world, sasl::Mechanism::kScramSha256);
  world.answers = AtFirst(Phase::kAuth, {.text = "334 bm9uc2Vuc2U=\r\n"});
  const Results results = world.Run();
  EXPECT_EQ(CountErrors(results, ErrorKind::kSasl, Phase::kAuth), 1u);
  EXPECT_THAT(world.control.status().message(), HasSubstr("cannot be right"));
}

TEST_F(GeneratorSecurityTest, AMechanismThatIsNotOfferedIsNamed) {
  LoadWorld world;
  Authenticate(world, sasl::Mechanism::kScramSha256Plus);  // in the clear: there is none
  world.Run();
  EXPECT_THAT(world.control.status().message(), HasSubstr("does not offer SCRAM-SHA-256-PLUS"));
}

}  // namespace
}  // namespace ringpost::load
