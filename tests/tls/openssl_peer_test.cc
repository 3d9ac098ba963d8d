// OpenSSL's client and the engine: that each cipher of both sides' fits, what happens behind the
// handshake, and what the server lets nobody talk it into.
#include "openssl_peer.h"

#include <openssl/ssl.h>

#include <string>

#include "gtest/gtest.h"
#include "ringpost/base/text.h"
#include "test_certificates.h"

namespace ringpost::tls {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

class OpensslPeerTest : public ::testing::Test {
 protected:
  std::shared_ptr<const TlsServerContext> Context() {
    if (!options_.certificates.empty()) return *TlsServerContext::Create(options_, kNow);
    options_.certificates = {
        MakeTestCertificate({.names = {"mx.example.com"}}),
        MakeTestCertificate({.names = {"mx.example.com"}, .key = TestKey::kRsa})};
    return *TlsServerContext::Create(options_, kNow);
  }

  TlsServerOptions options_;
};

struct Cipher {
  int version;
  const char* name;
};

class EachCipherSuite : public OpensslPeerTest, public ::testing::WithParamInterface<Cipher> {};

TEST_P(EachCipherSuite, CarriesTextsOfAnySizeBothWays) {
  OpensslPeer peer(Context());
  SSL_set_min_proto_version(peer.client(), GetParam().version);
  SSL_set_max_proto_version(peer.client(), GetParam().version);
  if (GetParam().version == TLS1_3_VERSION) {
    SSL_set_ciphersuites(peer.client(), GetParam().name);
  } else {
    SSL_set_cipher_list(peer.client(), GetParam().name);
  }
  ASSERT_TRUE(peer.Handshake()) << peer.server().error_text();
  EXPECT_STREQ(SSL_get_cipher_name(peer.client()), GetParam().name);
  for (const size_t size : {1u, 100u, 16'383u, 16'384u, 16'385u, 200'000u}) {
    const std::string text(size, 't');
    EXPECT_EQ(peer.FromClient(text), text);
    EXPECT_EQ(peer.FromServer(text), text);
  }
  // Goodbye is a record that is not of application data.
  peer.server().Close();
  peer.server().Close();
  EXPECT_EQ(peer.FromServer(""), "");
  EXPECT_EQ(SSL_get_shutdown(peer.client()), SSL_RECEIVED_SHUTDOWN);
  SSL_shutdown(peer.client());
  peer.Exchange();
  EXPECT_EQ(peer.server_progress(), TlsProgress::kClosed);
}

INSTANTIATE_TEST_SUITE_P(Tls, EachCipherSuite,
                         ::testing::Values(Cipher{TLS1_3_VERSION, "TLS_AES_128_GCM_SHA256"},
                                           Cipher{TLS1_3_VERSION, "TLS_AES_256_GCM_SHA384"},
                                           Cipher{TLS1_3_VERSION, "TLS_CHACHA20_POLY1305_SHA256"},
                                           Cipher{TLS1_2_VERSION, "ECDHE-ECDSA-AES128-GCM-SHA256"},
                                           Cipher{TLS1_2_VERSION, "ECDHE-RSA-AES128-GCM-SHA256"},
                                           Cipher{TLS1_2_VERSION, "ECDHE-ECDSA-AES256-GCM-SHA384"},
                                           Cipher{TLS1_2_VERSION, "ECDHE-RSA-AES256-GCM-SHA384"},
                                           Cipher{TLS1_2_VERSION, "ECDHE-ECDSA-CHACHA20-POLY1305"},
                                           Cipher{TLS1_2_VERSION, "ECDHE-RSA-CHACHA20-POLY1305"}),
                         [](const auto& tested) {
                           std::string name = tested.param.name;
                           std::erase(name, '-');
                           std::erase(name, '_');
                           return name;
                         });

// RFC 8446 §4.6.3, in the middle of application data, which wolfSSL has not seen.
TEST_F(OpensslPeerTest, KeysMayChange) {
  OpensslPeer peer(Context());
  ASSERT_TRUE(peer.Handshake());
  for (const int kind :
       {SSL_KEY_UPDATE_NOT_REQUESTED, SSL_KEY_UPDATE_REQUESTED, SSL_KEY_UPDATE_REQUESTED}) {
    EXPECT_EQ(peer.FromClient("one"), "one");
    EXPECT_EQ(peer.FromClient("two"), "two");
    ASSERT_EQ(SSL_key_update(peer.client(), kind), 1);
    EXPECT_EQ(peer.FromClient("three"), "three") << peer.server().error_text();
    EXPECT_EQ(peer.FromServer("four"), "four");
    EXPECT_EQ(peer.FromClient("five"), "five");
  }
}

// RFC 8446 §5.5.
TEST_F(OpensslPeerTest, KeysChangeBeforeTheyAreWorn) {
  options_.records_of_key = 5;
  OpensslPeer peer(Context());
  int changes = 0;
  SSL_set_msg_callback_arg(peer.client(), &changes);
  SSL_set_msg_callback(peer.client(), [](int sends, int, int type, const void* octets, size_t, SSL*,
                                         void* count) {
    const bool is_change = type == SSL3_RT_HANDSHAKE &&
                           *static_cast<const char*>(octets) == SSL3_MT_KEY_UPDATE && sends == 0;
    if (is_change) ++*static_cast<int*>(count);
  });
  ASSERT_TRUE(peer.Handshake());
  const std::string text(3 * 16'384, 't');
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(peer.FromServer(text), text) << i;
    EXPECT_EQ(peer.FromClient("thanks"), "thanks") << i << peer.server().error_text();
  }
  EXPECT_EQ(changes, 5) << "thirty records by six keys";
}

TEST_F(OpensslPeerTest, KeysOfTls12StayTheSame) {
  options_.records_of_key = 5;
  OpensslPeer peer(Context());
  SSL_set_max_proto_version(peer.client(), TLS1_2_VERSION);
  ASSERT_TRUE(peer.Handshake());
  const std::string text(10 * 16'384, 't');
  EXPECT_EQ(peer.FromServer(text), text);
}

// RFC 6066 §4.
TEST_F(OpensslPeerTest, RecordsAreNoLongerThanTheClientWantsThem) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    OpensslPeer peer(Context());
    SSL_set_max_proto_version(peer.client(), version);
    ASSERT_EQ(SSL_set_tlsext_max_fragment_length(peer.client(), TLSEXT_max_fragment_length_512), 1);
    ASSERT_TRUE(peer.Handshake()) << peer.server().error_text();
    const std::string text(5000, 't');
    EXPECT_EQ(peer.FromServer(text), text) << version;
    EXPECT_EQ(peer.FromClient(text), text) << version;
  }
}

TEST_F(OpensslPeerTest, RecordsMayBePadded) {
  OpensslPeer peer(Context());
  SSL_set_block_padding(peer.client(), 4096);
  ASSERT_TRUE(peer.Handshake());
  EXPECT_EQ(peer.FromClient("padded"), "padded");
  EXPECT_EQ(peer.FromClient(std::string(16'384, 'x')), std::string(16'384, 'x'));
}

TEST_F(OpensslPeerTest, RecordsMayBeSmall) {
  OpensslPeer peer(Context());
  SSL_set_max_send_fragment(peer.client(), 512);
  ASSERT_TRUE(peer.Handshake());
  const std::string text(50'000, 'x');
  EXPECT_EQ(peer.FromClient(text), text);
}

TEST_F(OpensslPeerTest, NobodyRenegotiates) {
  OpensslPeer peer(Context());
  SSL_set_max_proto_version(peer.client(), TLS1_2_VERSION);
  ASSERT_TRUE(peer.Handshake());
  EXPECT_EQ(peer.FromClient("before"), "before");
  // Whether OpenSSL tries at all depends on what the server said of RFC 5746.
  if (SSL_renegotiate(peer.client()) == 1) {
    SSL_do_handshake(peer.client());
    peer.Exchange();
    EXPECT_EQ(peer.server_progress(), TlsProgress::kFailed);
  }
}

// RFC 9325 §3.5, RFC 7627.
TEST_F(OpensslPeerTest, TheMasterSecretIsBoundToTheSession) {
  OpensslPeer peer(Context());
  SSL_set_max_proto_version(peer.client(), TLS1_2_VERSION);
  ASSERT_TRUE(peer.Handshake());
  EXPECT_EQ(SSL_get_extms_support(peer.client()), 1);
}

// RFC 5746 §3.6: said although nothing is renegotiated.
TEST_F(OpensslPeerTest, RenegotiationIsIndicated) {
  OpensslPeer peer(Context());
  SSL_set_max_proto_version(peer.client(), TLS1_2_VERSION);
  ASSERT_TRUE(peer.Handshake());
  EXPECT_EQ(SSL_get_secure_renegotiation_support(peer.client()), 1);
}

TEST_F(OpensslPeerTest, TheServerChoosesTheCipherSuite) {
  OpensslPeer peer(Context());
  SSL_set_ciphersuites(peer.client(), "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256");
  ASSERT_TRUE(peer.Handshake());
  EXPECT_STREQ(SSL_get_cipher_name(peer.client()), "TLS_AES_128_GCM_SHA256");

  OpensslPeer older(Context());
  SSL_set_max_proto_version(older.client(), TLS1_2_VERSION);
  SSL_set_cipher_list(older.client(), "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256");
  ASSERT_TRUE(older.Handshake());
  EXPECT_STREQ(SSL_get_cipher_name(older.client()), "ECDHE-RSA-AES128-GCM-SHA256");
}

// RFC 9325 §4.2 and §4.1: neither key transport by RSA, nor CBC, nor finite fields, nor the weak.
TEST_F(OpensslPeerTest, WeakCipherSuitesAreRefused) {
  for (const char* const list :
       {"AES128-GCM-SHA256", "AES128-SHA", "ECDHE-RSA-AES128-SHA", "ECDHE-ECDSA-AES128-SHA256",
        "ECDHE-RSA-AES256-SHA384", "DHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-CCM",
        "NULL-SHA256:@SECLEVEL=0", "ADH-AES128-GCM-SHA256:@SECLEVEL=0",
        "PSK-AES128-GCM-SHA256:ECDHE-PSK-CHACHA20-POLY1305"}) {
    OpensslPeer peer(Context());
    SSL_set_max_proto_version(peer.client(), TLS1_2_VERSION);
    ASSERT_EQ(SSL_set_cipher_list(peer.client(), list), 1) << list;
    EXPECT_FALSE(peer.Handshake()) << list;
  }
}

TEST_F(OpensslPeerTest, OldVersionsAreRefused) {
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION}) {
    OpensslPeer peer(Context());
    SSL_set_security_level(peer.client(), 0);
    SSL_set_cipher_list(peer.client(), "ALL:@SECLEVEL=0");
    SSL_set_min_proto_version(peer.client(), version);
    SSL_set_max_proto_version(peer.client(), version);
    EXPECT_FALSE(peer.Handshake()) << version;
    EXPECT_EQ(peer.server().error(), TlsError::kNoSharedVersion) << peer.server().error_text();
  }
}

// RFC 9155.
TEST_F(OpensslPeerTest, SignaturesOverSha1AreRefused) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    OpensslPeer peer(Context());
    SSL_set_security_level(peer.client(), 0);
    SSL_set_max_proto_version(peer.client(), version);
    SSL_set1_sigalgs_list(peer.client(), "ECDSA+SHA1:RSA+SHA1");
    EXPECT_FALSE(peer.Handshake()) << version;
  }
}

TEST_F(OpensslPeerTest, KeysAreAgreedOnByStrongGroupsAlone) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    for (const std::string good : {"X25519", "P-256", "P-384"}) {
      OpensslPeer peer(Context());
      SSL_set_max_proto_version(peer.client(), version);
      // A client of TLS 1.2 verifies certificates of these groups alone, and ours is of P-256.
      const std::string list = good == "P-256" ? good : good + ":P-256";
      ASSERT_EQ(SSL_set1_groups_list(peer.client(), list.c_str()), 1);
      EXPECT_TRUE(peer.Handshake()) << list << " " << peer.server().error_text();
    }
    for (const char* const weak : {"secp192r1", "secp224r1", "secp256k1", "brainpoolP256r1"}) {
      OpensslPeer peer(Context());
      SSL_set_max_proto_version(peer.client(), version);
      if (SSL_set1_groups_list(peer.client(), weak) != 1) continue;
      EXPECT_FALSE(peer.Handshake()) << weak;
    }
  }
}

// What a client gets that asks for the state of the server's certificate; empty: nothing.
class OcspStapling : public OpensslPeerTest {
 protected:
  OcspStapling() {
    options_.newest_version = TlsVersion::kTls12;
    options_.certificates = {MakeTestCertificate(
        {.names = {"mx.example.com"}, .ocsp_url = "http://127.0.0.1:9/nobody"})};
  }
  // wolfSSL looks at the clock itself.
  std::string Response(absl::Duration this_update, absl::Duration next_update,
                       bool is_good = true) {
    return MakeOcspResponse(
        options_.certificates[0],
        {.is_good = is_good, .this_update = now_ + this_update, .next_update = now_ + next_update});
  }
  std::string StapleOf(const std::string& response) {
    options_.certificates[0].ocsp_response_der = response;
    const auto context = *TlsServerContext::Create(options_, now_);
    remarks_ = context->ocsp_remarks();
    std::string staple;
    for (int i = 0; i < 2; ++i) {  // the second time wolfSSL remembers
      OpensslPeer peer(context);
      SSL_set_tlsext_status_type(peer.client(), TLSEXT_STATUSTYPE_ocsp);
      EXPECT_TRUE(peer.Handshake()) << peer.server().error_text();
      const unsigned char* octets = nullptr;
      const long size = SSL_get_tlsext_status_ocsp_resp(peer.client(), &octets);
      staple.assign(reinterpret_cast<const char*>(octets),
                    size > 0 ? static_cast<size_t>(size) : 0);
    }
    return staple;
  }

  const absl::Time now_ = absl::Now();
  std::vector<std::string> remarks_;
};

TEST_F(OcspStapling, ShowsWhatItWasGiven) {
  const std::string response = Response(-absl::Hours(1), absl::Hours(24));
  EXPECT_EQ(StapleOf(response), response);
  EXPECT_TRUE(remarks_.empty()) << remarks_[0];
}

TEST_F(OcspStapling, ShowsNothingThatIsOutOfDateOrOtherwiseBad) {
  const auto other = MakeTestCertificate({.names = {"other.example"}, .ocsp_url = "http://x/"});
  const std::string good = Response(-absl::Hours(1), absl::Hours(24));
  std::string forged = good;
  forged.back() ^= 1;
  for (const auto& [response, remark] :
       {std::pair(Response(-absl::Hours(48), -absl::Hours(24)), "is out of date"),
        std::pair(Response(absl::Hours(1), absl::Hours(24)), "is of the future"),
        std::pair(Response(-absl::Hours(1), absl::Hours(24), false),
                  "does not say that the certificate is good"),
        std::pair(
            MakeOcspResponse(other, {.this_update = now_, .next_update = now_ + absl::Hours(24)}),
            "is of another certificate"),
        std::pair(forged, "is not signed for the issuer"),
        std::pair(std::string("x"), "cannot be read")}) {
    EXPECT_EQ(StapleOf(response), "");
    ASSERT_EQ(remarks_.size(), 1u) << remark;
    EXPECT_EQ(remarks_[0], Concat("certificate of CN=mx.example.com: the OCSP response ", remark));
  }
}

TEST_F(OcspStapling, ShowsNothingWithoutIt) { EXPECT_EQ(StapleOf(""), ""); }

// docs/decisions/0007-tls.md: wolfSSL leaks.
TEST_F(OcspStapling, ShowsNothingWhereThereIsTls13) {
  options_.newest_version = TlsVersion::kTls13;
  EXPECT_EQ(StapleOf(Response(-absl::Hours(1), absl::Hours(24))), "");
  EXPECT_EQ(remarks_.size(), 1u);
}

// Else wolfSSL would trust the issuer for the certificates of clients as well.
TEST_F(OpensslPeerTest, NoResponseIsShownWhereClientCertificatesAreAskedFor) {
  options_.certificates = {
      MakeTestCertificate({.names = {"mx.example.com"}, .ocsp_url = "http://x/"})};
  options_.certificates[0].ocsp_response_der = MakeOcspResponse(
      options_.certificates[0], {.this_update = kNow, .next_update = kNow + absl::Hours(24)});
  options_.newest_version = TlsVersion::kTls12;
  options_.client_certificates = ClientCertificates::kAsked;
  EXPECT_EQ(Context()->ocsp_remarks().size(), 1u);
}

class Resumption : public OpensslPeerTest, public ::testing::WithParamInterface<int> {
 protected:
  Resumption() {
    options_.ticket_keys = std::make_shared<TicketKeys>([this] { return ticket_now_; });
    OpensslPeer peer(Context());
    SSL_set_max_proto_version(peer.client(), GetParam());
    EXPECT_TRUE(peer.Handshake());
    EXPECT_EQ(peer.FromServer("220 hello\r\n"), "220 hello\r\n");
    session_ = SSL_get1_session(peer.client());
    // Else OpenSSL takes the connection for broken, and the session with it.
    SSL_set_shutdown(peer.client(), SSL_SENT_SHUTDOWN);
  }
  ~Resumption() override { SSL_SESSION_free(session_); }

  // Of a server of `options_`, to a client that has the session.
  std::unique_ptr<OpensslPeer> Again(int version = GetParam()) {
    auto peer = std::make_unique<OpensslPeer>(Context());
    SSL_set_max_proto_version(peer->client(), version);
    SSL_set_session(peer->client(), session_);
    return peer;
  }
  bool IsResumed() {
    const auto peer = Again();
    EXPECT_TRUE(peer->Handshake()) << peer->server().error_text();
    EXPECT_EQ(peer->FromClient("EHLO client\r\n"), "EHLO client\r\n");
    EXPECT_EQ(peer->server().facts().is_resumed, SSL_session_reused(peer->client()) == 1);
    return peer->server().facts().is_resumed;
  }

  absl::Time ticket_now_ = kNow;
  SSL_SESSION* session_;
};

TEST_P(Resumption, SparesAFullHandshakeForAsLongAsTheTicketTells) {
  EXPECT_EQ(SSL_SESSION_get_ticket_lifetime_hint(session_),
            static_cast<unsigned long>(absl::ToInt64Seconds(kTicketLifetime)));
  EXPECT_TRUE(IsResumed());
  ticket_now_ += kTicketLifetime + absl::Hours(1);
  EXPECT_FALSE(IsResumed());
}

TEST_P(Resumption, DoesNotGoOnInAnotherVersion) {
  const bool is_tls12 = GetParam() == TLS1_2_VERSION;
  const auto peer = Again(is_tls12 ? TLS1_3_VERSION : TLS1_2_VERSION);
  EXPECT_TRUE(peer->Handshake()) << peer->server().error_text();
  EXPECT_FALSE(peer->server().facts().is_resumed);
}

TEST_P(Resumption, EndsWithTheKeys) {
  options_.ticket_keys = std::make_shared<TicketKeys>([this] { return ticket_now_; });
  EXPECT_FALSE(IsResumed());
  options_.ticket_keys = nullptr;
  EXPECT_FALSE(IsResumed());
}

// A ticket of a listener that asks for nothing must not open one that requires a certificate.
TEST_P(Resumption, IsWorthNothingWhereMoreIsAskedFor) {
  options_.client_roots_pem = AuthorityPem();
  options_.client_certificates = ClientCertificates::kAsked;
  EXPECT_FALSE(IsResumed());
  options_.client_certificates = ClientCertificates::kRequired;
  const auto peer = Again();
  peer->Handshake();
  ASSERT_EQ(peer->server_progress(), TlsProgress::kFailed);
  EXPECT_EQ(peer->server().error(), TlsError::kCertificateMissing);
}

INSTANTIATE_TEST_SUITE_P(Tls, Resumption, ::testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const auto& tested) {
                           return tested.param == TLS1_2_VERSION ? "Tls12" : "Tls13";
                         });

TEST_F(OpensslPeerTest, NothingIsCompressed) {
  OpensslPeer peer(Context());
  SSL_clear_options(peer.client(), SSL_OP_NO_COMPRESSION);
  SSL_set_max_proto_version(peer.client(), TLS1_2_VERSION);
  ASSERT_TRUE(peer.Handshake());
  EXPECT_EQ(SSL_get_current_compression(peer.client()), nullptr);
}

}  // namespace
}  // namespace ringpost::tls
