#include "ringpost/tls/tls_engine.h"

#include <string>

#include "engine_pair.h"
#include "gtest/gtest.h"
#include "ringpost/base/random.h"
#include "ringpost/base/text.h"
#include "test_certificates.h"

namespace ringpost::tls {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

const crypto::CertificateAndKey& EcdsaPair() {
  static const auto pair = MakeTestCertificate({.names = {"mx.example.com"}});
  return pair;
}
const crypto::CertificateAndKey& RsaPair() {
  static const auto pair = MakeTestCertificate({.names = {"mx.example.com"}, .key = TestKey::kRsa});
  return pair;
}

template <typename Context, typename Options>
std::shared_ptr<const Context> Make(const Options& options, absl::Time now = kNow) {
  auto context = Context::Create(options, now);
  EXPECT_TRUE(context.ok()) << context.status();
  return *context;
}

class TlsEngineTest : public ::testing::Test {
 protected:
  EnginePair Pair(TlsConnectOptions options = {.server_name = "mx.example.com"}) {
    return EnginePair(Make<TlsServerContext>(server_options_, server_now_),
                      Make<TlsClientContext>(client_options_), std::move(options));
  }
  // The error of the server or client after a handshake that cannot be.
  TlsError ServerError() {
    EnginePair pair = Pair();
    pair.Handshake();
    EXPECT_EQ(pair.server_progress, TlsProgress::kFailed);
    return pair.server_progress == TlsProgress::kFailed ? pair.server->error()
                                                        : TlsError::kInternal;
  }
  TlsError ClientError(TlsConnectOptions options = {.server_name = "mx.example.com"}) {
    EnginePair pair = Pair(std::move(options));
    pair.Handshake();
    EXPECT_EQ(pair.client_progress, TlsProgress::kFailed);
    return pair.client_progress == TlsProgress::kFailed ? pair.client->error()
                                                        : TlsError::kInternal;
  }

  std::shared_ptr<TicketKeys> NewTicketKeys() {
    return std::make_shared<TicketKeys>([this] { return ticket_now_; });
  }

  absl::Time server_now_ = kNow;
  absl::Time ticket_now_ = kNow;
  TlsServerOptions server_options_ = {.certificates = {EcdsaPair()},
                                      .ticket_keys = NewTicketKeys()};
  TlsClientOptions client_options_ = {.roots_pem = AuthorityPem()};
};

class EachVersion : public TlsEngineTest, public ::testing::WithParamInterface<TlsVersion> {
 protected:
  EachVersion() { client_options_.newest_version = GetParam(); }
};

TEST_P(EachVersion, Talks) {
  EnginePair pair = Pair();
  pair.Handshake();
  ASSERT_TRUE(pair.is_connected());
  EXPECT_EQ(pair.FromClient("EHLO client\r\n"), "EHLO client\r\n");
  EXPECT_EQ(pair.FromServer("250 server\r\n"), "250 server\r\n");
  EXPECT_EQ(pair.server->facts().version, GetParam());
  EXPECT_EQ(pair.client->facts().version, GetParam());
}

TEST_P(EachVersion, TalksInPiecesOfAnySize) {
  for (const size_t size : {1u, 2u, 3u, 5u, 6u, 17u, 100u, 1000u}) {
    EnginePair pair = Pair();
    pair.piece_octets = [size] { return size; };
    pair.Handshake();
    ASSERT_TRUE(pair.is_connected()) << size;
    EXPECT_EQ(pair.FromClient("EHLO client\r\n"), "EHLO client\r\n") << size;
    EXPECT_EQ(pair.FromServer("250 server\r\n"), "250 server\r\n") << size;
  }
}

TEST_P(EachVersion, TalksWhereverItsFlightsAreCut) {
  // A piece up to the cut, and then all the rest, in each flight.
  for (size_t cut = 1; cut < 260; cut += 3) {
    EnginePair pair = Pair();
    bool is_first = false;
    pair.piece_octets = [&] { return (is_first = !is_first) ? cut : size_t{1} << 20; };
    pair.Handshake();
    ASSERT_TRUE(pair.is_connected()) << cut;
    EXPECT_EQ(pair.FromClient("x"), "x") << cut;
  }
}

TEST_P(EachVersion, CarriesLargeTextsBothWays) {
  EnginePair pair = Pair();
  pair.Handshake();
  ASSERT_TRUE(pair.is_connected());
  Random random(1);
  std::string text(1'000'000, '\0');
  for (char& c : text) c = static_cast<char>(random.Next());
  pair.piece_octets = [&random] { return 1 + random.Below(40'000); };
  EXPECT_EQ(pair.FromClient(text), text);
  EXPECT_EQ(pair.FromServer(text), text);
}

TEST_P(EachVersion, TellsItsFacts) {
  EnginePair pair = Pair();
  pair.Handshake();
  ASSERT_TRUE(pair.is_connected());
  const TlsFacts &server = pair.server->facts(), &client = pair.client->facts();
  EXPECT_EQ(server.cipher_suite, GetParam() == TlsVersion::kTls13
                                     ? "TLS_AES_128_GCM_SHA256"
                                     : "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256");
  EXPECT_EQ(client.cipher_suite, server.cipher_suite);
  EXPECT_EQ(server.key_bits, 128);
  EXPECT_EQ(server.server_name, "mx.example.com");
  EXPECT_FALSE(server.is_resumed);
  EXPECT_TRUE(server.peer_certificate.empty());
  EXPECT_FALSE(server.peer_is_verified);
  ASSERT_TRUE(pair.client->ParsePeerCertificate().has_value());
  EXPECT_EQ(pair.client->ParsePeerCertificate()->subject, "CN=mx.example.com");
  EXPECT_TRUE(client.peer_is_verified);
  EXPECT_EQ(pair.client->TlsServerEndPoint(), pair.server->TlsServerEndPoint());
  EXPECT_EQ(pair.server->TlsServerEndPoint().size(), 32u);
  EXPECT_EQ(client.tls_exporter, server.tls_exporter);
  EXPECT_EQ(server.tls_exporter.size(), GetParam() == TlsVersion::kTls13 ? 32u : 0u);
}

class EachVersionResumed : public EachVersion {
 protected:
  EachVersionResumed() { client_options_.resumes_tls12 = true; }

  // What a client has after a connection to a server of `server_options_`.
  std::shared_ptr<const TlsSession> Session() {
    EnginePair pair(Make<TlsServerContext>(server_options_), client_context_,
                    {.server_name = "mx.example.com"});
    pair.Handshake();
    EXPECT_TRUE(pair.is_connected());
    EXPECT_EQ(pair.FromServer("220 hello\r\n"), "220 hello\r\n");
    exporter_ = pair.server->facts().tls_exporter;
    EXPECT_NE(pair.client->session(), nullptr);
    return pair.client->session();
  }
  // Whether a server of `server_options_` takes it.
  bool Resumes(std::shared_ptr<const TlsSession> session) {
    EnginePair pair(Make<TlsServerContext>(server_options_), client_context_,
                    {.server_name = "mx.example.com", .session = std::move(session)});
    pair.Handshake();
    EXPECT_TRUE(pair.is_connected()) << pair.server->error_text() << pair.client->error_text();
    EXPECT_EQ(pair.FromClient("EHLO again\r\n"), "EHLO again\r\n");
    EXPECT_EQ(pair.server->facts().is_resumed, pair.client->facts().is_resumed);
    EXPECT_EQ(pair.server->facts().tls_exporter, pair.client->facts().tls_exporter);
    if (GetParam() == TlsVersion::kTls13) {
      EXPECT_NE(pair.server->facts().tls_exporter, exporter_);
    }
    return pair.server->facts().is_resumed;
  }

  const std::shared_ptr<const TlsClientContext> client_context_ = [this] {
    client_options_.resumes_tls12 = true;
    client_options_.newest_version = GetParam();
    return Make<TlsClientContext>(client_options_);
  }();
  std::string exporter_;
};

// Each server has a context of its own: as after a reload.
TEST_P(EachVersionResumed, OutlivesTheContext) { EXPECT_TRUE(Resumes(Session())); }

TEST_P(EachVersionResumed, OutlivesTheCertificate) {
  const auto session = Session();
  server_options_.certificates = {MakeTestCertificate({.names = {"mx.example.com"}})};
  EXPECT_TRUE(Resumes(session));
}

TEST_P(EachVersionResumed, OutlivesTheKeyOfItsHour) {
  const auto session = Session();
  ticket_now_ += absl::Hours(1);
  EXPECT_TRUE(Resumes(session));
}

// A ticket of a listener that asks for nothing must not open one that requires a certificate.
TEST_P(EachVersionResumed, IsWorthNothingWhereMoreIsAskedFor) {
  server_options_.client_roots_pem = AuthorityPem();
  const auto session = Session();
  for (const auto demand : {ClientCertificates::kAsked, ClientCertificates::kRequired}) {
    server_options_.client_certificates = demand;
    EnginePair pair(Make<TlsServerContext>(server_options_), client_context_,
                    {.server_name = "mx.example.com", .session = session});
    pair.Handshake();
    if (GetParam() == TlsVersion::kTls12) {
      // wolfSSL's client gives up when its session is not taken: docs/decisions/0007-tls.md.
      EXPECT_EQ(pair.server->error(), TlsError::kRefusedByPeer);
    } else if (demand == ClientCertificates::kAsked) {
      ASSERT_TRUE(pair.is_connected());
      EXPECT_FALSE(pair.server->facts().is_resumed);
    } else {
      EXPECT_EQ(pair.server->error(), TlsError::kCertificateMissing);
    }
  }
}

TEST_P(EachVersion, ATicketIsOfNoUseWhenItsKeyIsGone) {
  EnginePair first = Pair();
  first.Handshake();
  first.FromServer("220 hello\r\n");
  const auto session = first.client->session();
  for (const bool is_late : {true, false}) {
    if (is_late) {
      ticket_now_ += kTicketLifetime + absl::Hours(1);
    } else {
      server_options_.ticket_keys = NewTicketKeys();
    }
    EnginePair second = Pair({.server_name = "mx.example.com", .session = session});
    second.Handshake();
    ASSERT_TRUE(second.is_connected())
        << second.server->error_text() << second.client->error_text();
    EXPECT_FALSE(second.server->facts().is_resumed);
  }
}

// The ticket is in the ClientHello of either version, and so is its length.
TEST_P(EachVersionResumed, AHelloWithAChangedTicketDoesNoHarm) {
  const auto server_context = Make<TlsServerContext>(server_options_);
  const auto client = TlsEngine::ForClient(client_context_,
                                           {.server_name = "mx.example.com", .session = Session()});
  client->Handshake();
  const std::string hello(client->output());
  for (size_t at = 5; at < hello.size(); ++at) {
    for (const int flip : {1, 0x80, 0xff}) {
      std::string changed = hello;
      changed[at] = static_cast<char>(changed[at] ^ flip);
      const auto server = TlsEngine::ForServer(server_context);
      server->Receive(changed);
      EXPECT_NE(server->Handshake(), TlsProgress::kDone);
    }
  }
}

TEST_P(EachVersion, SendsNoTicketsWhenItShallNot) {
  server_options_.ticket_keys = nullptr;
  EnginePair pair = Pair();
  pair.Handshake();
  ASSERT_TRUE(pair.is_connected());
  pair.FromServer("220 hello\r\n");
  EXPECT_EQ(pair.client->session(), nullptr);
}

TEST_P(EachVersion, TellsAGoodbyeFromACut) {
  EnginePair closed = Pair();
  closed.Handshake();
  closed.client->Write("last words");
  closed.client->Close();
  closed.MoveOutput();
  TlsProgress progress;
  EXPECT_EQ(closed.ReadAll(*closed.server, progress), "last words");
  EXPECT_EQ(progress, TlsProgress::kClosed);

  EnginePair cut = Pair();
  cut.Handshake();
  cut.client->Write("last words");
  cut.MoveOutput();
  EXPECT_EQ(cut.ReadAll(*cut.server), "last words");
  cut.server->EndInput();
  EXPECT_EQ(cut.ReadAll(*cut.server, progress), "");
  EXPECT_EQ(progress, TlsProgress::kFailed);
  EXPECT_EQ(cut.server->error(), TlsError::kTruncated);
}

TEST_P(EachVersion, AStreamThatEndsInTheHandshakeIsTruncated) {
  EnginePair pair = Pair();
  pair.client->Handshake();
  std::string hello(pair.client->output());
  for (const size_t size : {size_t{0}, size_t{4}, hello.size() - 1, hello.size()}) {
    const auto server = TlsEngine::ForServer(Make<TlsServerContext>(server_options_));
    server->Receive(std::span(hello).first(size));
    server->EndInput();
    EXPECT_EQ(server->Handshake(), TlsProgress::kFailed) << size;
    EXPECT_EQ(server->error(), TlsError::kTruncated) << size << server->error_text();
  }
}

TEST_P(EachVersion, NoticesEachOctetThatWasChanged) {
  for (size_t at = 0; at < 40; ++at) {
    EnginePair pair = Pair();
    pair.Handshake();
    pair.client->Write("EHLO client\r\n");
    std::string record(pair.client->output());
    record[at % record.size()] = static_cast<char>(record[at % record.size()] ^ 1);
    pair.client->ClearOutput();
    pair.to_server.Send(record);
    TlsProgress progress;
    EXPECT_EQ(pair.ReadAll(*pair.server, progress), "") << at;
    // A length that is larger now waits for more, and is found out then.
    if (progress == TlsProgress::kNeedInput) {
      pair.to_server.Send(std::string(20000, 'x'));
      EXPECT_EQ(pair.ReadAll(*pair.server, progress), "") << at;
    }
    EXPECT_EQ(progress, TlsProgress::kFailed) << at;
  }
}

TEST_P(EachVersion, TakesARecordTwiceForAnAttack) {
  EnginePair pair = Pair();
  pair.Handshake();
  pair.client->Write("RSET\r\n");
  const std::string record(pair.client->output());
  pair.client->ClearOutput();
  pair.to_server.Send(record);
  EXPECT_EQ(pair.ReadAll(*pair.server), "RSET\r\n");
  pair.to_server.Send(record);
  TlsProgress progress;
  EXPECT_EQ(pair.ReadAll(*pair.server, progress), "");
  EXPECT_EQ(progress, TlsProgress::kFailed);
}

TEST_P(EachVersion, ReadsAHelloThatIsSplitIntoManyRecords) {
  EnginePair pair = Pair();
  pair.client->Handshake();
  const std::string record(pair.client->output());
  pair.client->ClearOutput();
  const std::string message = record.substr(5);
  for (size_t at = 0; at < message.size(); at += 7) {
    const std::string part = message.substr(at, 7);
    pair.to_server.Send(Concat(record.substr(0, 3), '\0', static_cast<char>(part.size()), part));
  }
  pair.Handshake();
  ASSERT_TRUE(pair.is_connected()) << pair.server->error_text();
  EXPECT_EQ(pair.server->facts().server_name, "mx.example.com");
}

TEST_P(EachVersion, RsaWorksAsWell) {
  server_options_.certificates = {RsaPair()};
  EnginePair pair = Pair();
  pair.Handshake();
  ASSERT_TRUE(pair.is_connected());
  EXPECT_EQ(pair.client->ParsePeerCertificate()->key_type, crypto::KeyType::kRsa);
  EXPECT_EQ(pair.FromClient("x"), "x");
}

TEST_P(EachVersion, TakesAClientsCertificate) {
  server_options_.client_roots_pem = AuthorityPem();
  server_options_.client_certificates = ClientCertificates::kRequired;
  client_options_.certificate = MakeTestCertificate({.names = {"client.example"}});
  EnginePair pair = Pair();
  pair.Handshake();
  ASSERT_TRUE(pair.is_connected()) << pair.server->error_text();
  EXPECT_EQ(pair.FromClient("x"), "x");
  EXPECT_EQ(pair.server->ParsePeerCertificate()->subject, "CN=client.example");
  EXPECT_TRUE(pair.server->facts().peer_is_verified);
}

TEST_P(EachVersion, RefusesAClientWithoutTheCertificateThatIsRequired) {
  server_options_.client_roots_pem = AuthorityPem();
  server_options_.client_certificates = ClientCertificates::kRequired;
  EXPECT_EQ(ServerError(), TlsError::kCertificateMissing);
}

TEST_P(EachVersion, RefusesAClientsCertificateOfNobodyKnown) {
  server_options_.client_roots_pem = AuthorityPem();
  server_options_.client_certificates = ClientCertificates::kRequired;
  client_options_.certificate = MakeCertificateOfOtherAuthority({.names = {"client.example"}});
  EXPECT_EQ(ServerError(), TlsError::kCertificateUntrusted);
}

TEST_P(EachVersion, AsksForACertificateAndTellsWhatItIsWorth) {
  server_options_.client_roots_pem = AuthorityPem();
  server_options_.client_certificates = ClientCertificates::kAsked;
  {
    EnginePair pair = Pair();
    pair.Handshake();
    ASSERT_TRUE(pair.is_connected()) << pair.server->error_text();
    EXPECT_EQ(pair.FromClient("x"), "x");
    EXPECT_FALSE(pair.server->ParsePeerCertificate().has_value());
  }
  client_options_.certificate = MakeTestCertificate({.names = {"client.example"}});
  {
    EnginePair pair = Pair();
    pair.Handshake();
    ASSERT_TRUE(pair.is_connected()) << pair.server->error_text();
    EXPECT_TRUE(pair.server->facts().peer_is_verified);
  }
  client_options_.certificate = MakeCertificateOfOtherAuthority({.names = {"client.example"}});
  {
    EnginePair pair = Pair();
    pair.Handshake();
    ASSERT_TRUE(pair.is_connected()) << pair.server->error_text();
    EXPECT_EQ(pair.server->ParsePeerCertificate()->subject, "CN=client.example");
    EXPECT_FALSE(pair.server->facts().peer_is_verified);
  }
}

TEST_P(EachVersion, ShowsTheCertificateOfTheNameThatIsWanted) {
  server_options_.certificates.push_back(MakeTestCertificate({.names = {"other.example"}}));
  server_options_.certificates.push_back(MakeTestCertificate({.names = {"*.wild.example"}}));
  client_options_.roots_pem.clear();
  for (const auto& [wanted, shown] :
       {std::pair("mx.example.com", "CN=mx.example.com"),
        std::pair("other.example", "CN=other.example"),
        std::pair("OTHER.example", "CN=other.example"),
        std::pair("a.wild.example", "CN=*.wild.example"),
        std::pair("a.b.wild.example", "CN=mx.example.com"),
        std::pair("unknown", "CN=mx.example.com"), std::pair("", "CN=mx.example.com")}) {
    EnginePair pair = Pair({.server_name = wanted});
    pair.Handshake();
    ASSERT_TRUE(pair.is_connected());
    EXPECT_EQ(pair.client->ParsePeerCertificate()->subject, shown) << wanted;
    EXPECT_EQ(pair.client->TlsServerEndPoint(), pair.server->TlsServerEndPoint());
  }
}

TEST_P(EachVersion, AgreesOnTheApplicationProtocol) {
  client_options_.application_protocol = "smtp";
  EnginePair pair = Pair();
  pair.Handshake();
  ASSERT_TRUE(pair.is_connected());
  EXPECT_EQ(pair.server->facts().application_protocol, "smtp");
  EXPECT_EQ(pair.client->facts().application_protocol, "smtp");
}

TEST_P(EachVersion, RefusesOtherApplicationProtocols) {
  client_options_.application_protocol = "http/1.1";
  EXPECT_EQ(ServerError(), TlsError::kNoApplicationProtocol);
}

TEST_P(EachVersion, RefusesAServerOfNobodyKnown) {
  client_options_.roots_pem = OtherAuthorityPem();
  EXPECT_EQ(ClientError(), TlsError::kCertificateUntrusted);
}

TEST_P(EachVersion, RefusesAServerOfAnotherName) {
  EXPECT_EQ(ClientError({.server_name = "other.example"}), TlsError::kCertificateName);
}

TEST_P(EachVersion, RefusesAnExpiredServer) {
  server_now_ = absl::FromUnixSeconds(1'600'000'000);
  server_options_.certificates = {MakeTestCertificate(
      {.names = {"mx.example.com"}, .not_after = server_now_ + absl::Hours(1)})};
  EXPECT_EQ(ClientError(), TlsError::kCertificateExpired);
}

TEST_P(EachVersion, TellsThePeerWhyItFails) {
  client_options_.roots_pem = OtherAuthorityPem();
  EnginePair pair = Pair();
  pair.Handshake();
  EXPECT_EQ(pair.client_progress, TlsProgress::kFailed);
  EXPECT_FALSE(pair.client->error_text().empty());
  TlsProgress progress = pair.server_progress;
  if (progress == TlsProgress::kDone) pair.ReadAll(*pair.server, progress);
  EXPECT_EQ(progress, TlsProgress::kFailed);
  EXPECT_EQ(pair.server->error(), TlsError::kRefusedByPeer);
}

TEST_P(EachVersion, KeepsNoOutputThatWasLarge) {
  EnginePair pair = Pair();
  pair.Handshake();
  ASSERT_TRUE(pair.is_connected());
  pair.server->Write(std::string(100'000, 'x'));
  EXPECT_GT(pair.server->output().size(), 100'000u);
  pair.server->ClearOutput();
  EXPECT_TRUE(pair.server->output().empty());
}

TEST_P(EachVersion, SaysWhetherThereIsMoreToRead) {
  EnginePair pair = Pair();
  pair.Handshake();
  ASSERT_TRUE(pair.is_connected());
  pair.ReadAll(*pair.server);
  EXPECT_FALSE(pair.server->has_unread_input());
  pair.client->Write("two");
  pair.MoveOutput();
  pair.to_server.Deliver(1000);
  EXPECT_TRUE(pair.server->has_unread_input());
  EXPECT_EQ(pair.ReadAll(*pair.server), "two");
  EXPECT_FALSE(pair.server->has_unread_input());
}

std::string NameOf(const ::testing::TestParamInfo<TlsVersion>& tested) {
  return tested.param == TlsVersion::kTls12 ? "Tls12" : "Tls13";
}
INSTANTIATE_TEST_SUITE_P(Tls, EachVersion,
                         ::testing::Values(TlsVersion::kTls12, TlsVersion::kTls13), NameOf);
INSTANTIATE_TEST_SUITE_P(Tls, EachVersionResumed,
                         ::testing::Values(TlsVersion::kTls12, TlsVersion::kTls13), NameOf);

TEST_F(TlsEngineTest, PrefersEcdsaBesideRsa) {
  server_options_.certificates = {RsaPair(), EcdsaPair()};
  EnginePair pair = Pair();
  pair.Handshake();
  ASSERT_TRUE(pair.is_connected());
  EXPECT_EQ(pair.client->ParsePeerCertificate()->key_type, crypto::KeyType::kEcdsa);
}

TEST_F(TlsEngineTest, FindsNoVersionWithOneThatKnowsOthersAlone) {
  server_options_.oldest_version = TlsVersion::kTls13;
  client_options_.newest_version = TlsVersion::kTls12;
  EXPECT_EQ(ServerError(), TlsError::kNoSharedVersion);
}

TEST_F(TlsEngineTest, TakesAnyServerWhereNobodyIsTrusted) {
  client_options_.roots_pem.clear();
  EnginePair pair = Pair({.server_name = "other.example"});
  pair.Handshake();
  ASSERT_TRUE(pair.is_connected());
  EXPECT_FALSE(pair.client->facts().peer_is_verified);
}

TEST_F(TlsEngineTest, TakesNoiseForNoise) {
  Random random(3);
  for (int i = 0; i < 300; ++i) {
    std::string noise(1 + random.Below(300), '\0');
    for (char& c : noise) c = static_cast<char>(random.Next());
    if (i % 3 == 0) noise = "\x16\x03\x01" + noise;
    const auto server = TlsEngine::ForServer(Make<TlsServerContext>(server_options_));
    server->Receive(noise);
    TlsProgress progress = server->Handshake();
    if (progress == TlsProgress::kNeedInput) {
      server->EndInput();
      progress = server->Handshake();
    }
    EXPECT_EQ(progress, TlsProgress::kFailed);
    EXPECT_EQ(server->Handshake(), TlsProgress::kFailed) << "for ever";
    EXPECT_EQ(server->Write("x"), TlsProgress::kFailed);
  }
}

TEST_F(TlsEngineTest, TellsPlaintextFromTls) {
  for (std::string text :
       {"EHLO client\r\n", "GET / HTTP/1.1\r\n\r\n", "SSH-2.0-x\r\n", "\r\n", "Q"}) {
    const auto server = TlsEngine::ForServer(Make<TlsServerContext>(server_options_));
    server->Receive(text);
    EXPECT_EQ(server->Handshake(), TlsProgress::kFailed);
    EXPECT_EQ(server->error(), TlsError::kProtocol);
    EXPECT_EQ(server->error_text(), "not TLS: plain text");
    EXPECT_EQ(server->output(), "") << "an alert is nothing to whoever speaks no TLS";
  }
}

TEST_F(TlsEngineTest, TellsOtherProtocolsFromTls) {
  // SSL 2 begins so.
  std::string hello = "\x80\x2e";
  const auto server = TlsEngine::ForServer(Make<TlsServerContext>(server_options_));
  server->Receive(hello);
  EXPECT_EQ(server->Handshake(), TlsProgress::kFailed);
  EXPECT_EQ(server->error_text(), "not TLS: another protocol");
}

}  // namespace
}  // namespace ringpost::tls
