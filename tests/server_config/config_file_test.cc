#include "server/config_file.h"

#include <unistd.h>

#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ringpost/base/text.h"

namespace ringpost::daemon {
namespace {

using ::testing::ElementsAre;

Config Parse(std::string_view toml) {
  absl::StatusOr<Config> config = ParseConfig(toml, "test.toml");
  EXPECT_TRUE(config.ok()) << config.status().message();
  return config.ok() ? *config : Config();
}

// All errors, or "" when there are none.
std::string ErrorsOf(std::string_view toml) {
  return std::string(ParseConfig(toml, "test.toml").status().message());
}

TEST(ConfigFile, EmptyIsTheDefaults) {
  const Config config = Parse("");
  EXPECT_EQ(config.session.limits.recipients, smtp::Limits().recipients);
  EXPECT_EQ(config.timeouts.command, absl::Minutes(5));
  EXPECT_TRUE(config.recipients.domains.empty());
  EXPECT_TRUE(config.listeners.empty());
}

TEST(ConfigFile, SetsEachFormOfValue) {
  const Config config = Parse(R"(
    [server]
    shards = 3
    host_name = "mx.example.org"
    drain_time = "1m30s"
    [limits]
    max_message_size = "2GiB"
    command_line = 1024
    [strictness]
    bare_lf = "normalise"
    [capabilities]
    dsn = false
    [recipients]
    domains = ["example.org", "b\u00fccher.example"]
    [store]
    kind = "discard"
  )");
  EXPECT_EQ(config.server.shards, 3u);
  EXPECT_EQ(config.server.host_name, "mx.example.org");
  EXPECT_EQ(config.server.drain_time, absl::Seconds(90));
  EXPECT_EQ(config.session.limits.message_octets, 2ull << 30);
  EXPECT_EQ(config.session.limits.command_line_octets, 1024u);
  EXPECT_EQ(config.session.strictness.bare_lf, smtp::Leniency::kNormalise);
  EXPECT_FALSE(config.session.capabilities.dsn);
  EXPECT_THAT(config.recipients.domains, ElementsAre("example.org", "b\u00fccher.example"));
  EXPECT_EQ(config.store.kind, StoreKind::kDiscard);
}

TEST(ConfigFile, SaysWhoMayLogInAndWhere) {
  const Config config = Parse(R"(
    [auth]
    users_file = "users"
    mechanisms = ["SCRAM-SHA-256", "plain"]
    allow_scram_without_tls = true
    failures_per_client = 0
    first_block = "1m"
    hashing_threads = 4
    [[listener]]
    address = "127.0.0.1:587"
    auth = "required"
    [[listener]]
    address = "127.0.0.1:25"
  )");
  EXPECT_EQ(config.auth.users_file, "users");
  EXPECT_THAT(config.auth.mechanisms, ElementsAre("SCRAM-SHA-256", "plain"));
  EXPECT_TRUE(config.auth.allows_scram_without_tls);
  EXPECT_FALSE(config.auth.allows_plaintext_without_tls);
  EXPECT_EQ(config.auth.throttle.failures_per_client, 0u);
  EXPECT_EQ(config.auth.throttle.first_block, absl::Minutes(1));
  EXPECT_EQ(config.auth.hashing_threads, 4u);
  EXPECT_EQ(config.listeners[0].auth, ListenerAuth::kRequired);
  EXPECT_EQ(config.listeners[1].auth, ListenerAuth::kNone);
}

TEST(ConfigFile, ListenersStartFromTheSectionsWhereverTheyStand) {
  const Config config = Parse(R"(
    [[listener]]
    address = "127.0.0.1:25"
    [[listener]]
    address = "unix:/run/lmtp.sock"
    protocol = "lmtp"
    [listener.limits]
    errors = 7
    authentication_failures = 5
    [listener.capabilities]
    chunking = false
    [limits]
    errors = 3
    recipients = 50
  )");
  ASSERT_EQ(config.listeners.size(), 2u);
  EXPECT_EQ(FormatListenAddress(config.listeners[0].address), "127.0.0.1:25");
  EXPECT_EQ(config.listeners[0].protocol, smtp::Protocol::kSmtp);
  EXPECT_EQ(config.listeners[0].session.limits.errors, 3u);
  EXPECT_TRUE(config.listeners[0].session.capabilities.chunking);
  EXPECT_EQ(FormatListenAddress(config.listeners[1].address), "unix:/run/lmtp.sock");
  EXPECT_EQ(config.listeners[1].protocol, smtp::Protocol::kLmtp);
  EXPECT_EQ(config.listeners[1].session.limits.errors, 7u);
  EXPECT_EQ(config.listeners[1].session.limits.recipients, 50u);
  EXPECT_EQ(config.listeners[0].session.limits.authentication_failures, 3u);
  EXPECT_EQ(config.listeners[1].session.limits.authentication_failures, 5u);
  EXPECT_FALSE(config.listeners[1].session.capabilities.chunking);
  EXPECT_TRUE(config.session.capabilities.chunking);
}

TEST(ConfigFile, TakesASocketOfSystemd) {
  const Config config = Parse("[[listener]]\naddress = \"systemd:smtp\"\n");
  ASSERT_EQ(config.listeners.size(), 1u);
  EXPECT_EQ(std::get<ActivatedSocket>(config.listeners[0].address).name, "smtp");
}

TEST(ConfigFile, TakesCertificatesInEitherForm) {
  const std::vector<CertificateFiles> expected = {{"a.pem", "a.key"}, {"b.pem", ""}};
  EXPECT_EQ(Parse("[tls]\ncertificates = [{ certificate = \"a.pem\", key = \"a.key\" }, "
                  "{ certificate = \"b.pem\" }]\n")
                .tls.certificates,
            expected);
  EXPECT_EQ(Parse("[[tls.certificates]]\ncertificate = \"a.pem\"\nkey = \"a.key\"\n"
                  "[[tls.certificates]]\ncertificate = \"b.pem\"\n")
                .tls.certificates,
            expected);
}

TEST(ConfigFile, TellsSubmissionFromOtherListeners) {
  const Config config = Parse(R"(
    [[listener]]
    address = "127.0.0.1:25"
    [[listener]]
    address = "127.0.0.1:587"
    submission = true
    [auth]
    dovecot_socket = "unix:/run/dovecot/auth-client"
    [oauth]
    introspection_url = "https://login.example/introspect"
    scopes = ["mail.send"]
    cache_time = "0s"
    [submission]
    sender_map = "senders"
    allow_null_sender = false
    add_missing_headers = false
  )");
  ASSERT_EQ(config.listeners.size(), 2u);
  EXPECT_FALSE(config.listeners[0].is_submission);
  EXPECT_TRUE(config.listeners[1].is_submission);
  EXPECT_EQ(config.auth.dovecot_socket, "unix:/run/dovecot/auth-client");
  EXPECT_EQ(config.oauth.introspection_url, "https://login.example/introspect");
  EXPECT_THAT(config.oauth.scopes, ElementsAre("mail.send"));
  EXPECT_EQ(config.oauth.cache_time, absl::ZeroDuration());
  EXPECT_EQ(config.submission.sender_map_file, "senders");
  EXPECT_FALSE(config.submission.allow_null_sender);
  EXPECT_FALSE(config.submission.add_missing_headers);
}

struct ErrorCase {
  const char* toml;
  const char* error;
};

TEST(ConfigFile, NamesPlaceReasonAndNearestKey) {
  const ErrorCase cases[] = {
      {"[limits]\nrecipient = 5\n",
       "test.toml:2:1: unknown key limits.recipient; did you mean limits.recipients?"},
      {"[limits]\n  erors = 5\n",
       "test.toml:2:3: unknown key limits.erors; did you mean limits.errors?"},
      {"[limit]\nerrors = 5\n", "test.toml:1:2: unknown section limit; did you mean limits?"},
      {"[limits]\nbare_lf = \"allow\"\n",
       "test.toml:2:1: unknown key limits.bare_lf; did you mean strictness.bare_lf?"},
      {"shards = 2\n", "test.toml:1:1: unknown key shards; did you mean server.shards?"},
      {"[log]\nfrobnicate = 1\n", "test.toml:2:1: unknown key log.frobnicate"},
      {"[limits]\nerrors = 0\n", "test.toml:2:10: limits.errors: out of range (1 to 1000000)"},
      {"[limits]\nerrors = -4\n", "test.toml:2:10: limits.errors: out of range (1 to 1000000)"},
      {"[limits]\nerrors = \"5\"\n",
       "test.toml:2:10: limits.errors: \"5\" is not an integer (1 to 1000000)"},
      {"[limits]\nerrors = 1.5\n",
       "test.toml:2:10: limits.errors: expected an integer, not a fraction (1 to 1000000)"},
      {"[limits]\ncommand_line = \"1KiBs\"\n",
       "test.toml:2:16: limits.command_line: \"1KiBs\" is not a size such as \"64MiB\", \"10KB\" "
       "or "
       "512 (512 to 1MiB)"},
      {"[limits]\ncommand_line = \"2MiB\"\n",
       "test.toml:2:16: limits.command_line: out of range (512 to 1MiB)"},
      {"[timeouts]\ncommand = 300\n",
       "test.toml:2:11: timeouts.command: expected a duration such as \"5m\", \"30s\" or "
       "\"300ms\", "
       "not an integer (10ms to 1d)"},
      {"[timeouts]\ncommand = \"0s\"\n",
       "test.toml:2:11: timeouts.command: out of range (10ms to 1d)"},
      {"[capabilities]\nsize = \"yes\"\n",
       "test.toml:2:8: capabilities.size: \"yes\" is not true or false"},
      {"[auth]\nmechanisms = [\"PLAIN\", \"CRAM-MD5\"]\n",
       "test.toml:2:24: auth.mechanisms: \"CRAM-MD5\" is not a mechanism that there is "
       "(SCRAM-SHA-256, PLAIN, ...)"},
      {"[tls]\ncertificates = \"a.pem\"\n",
       "test.toml:2:16: tls.certificates: \"a.pem\" is not a list of tables, [{ certificate = "
       "\"...\", key = \"...\" }]"},
      {"[[tls.certificates]]\ncertificate = \"a.pem\"\nkeys = \"a.key\"\n",
       "test.toml:3:1: tls.certificates: unknown key keys; did you mean key?"},
      {"[[tls.certificates]]\nkey = \"a.key\"\n",
       "test.toml:1:1: tls.certificates: `certificate` is missing"},
      {"[[tls.certificates]]\ncertificate = 5\n",
       "test.toml:2:1: tls.certificates: certificate: expected a text, not an integer"},
      {"[store]\nkind = \"mailbox\"\n",
       "test.toml:2:8: store.kind: \"mailbox\" is not one of the names (discard or maildir)"},
      {"[store]\nkind = \"maildri\"\n",
       "test.toml:2:8: store.kind: \"maildri\" is not one of the names; did you mean maildir? "
       "(discard or maildir)"},
      {"[recipients]\ndomains = \"example.org\"\n",
       "test.toml:2:11: recipients.domains: \"example.org\" is not a list of texts, [\"...\", "
       "\"...\"]"},
      {"[recipients]\ndomains = [\"a.example\",\n  \"not a domain\"]\n",
       "test.toml:3:3: recipients.domains: \"not a domain\" is not a domain"},
      {"[recipients]\naddresses = [\"nobody\"]\n",
       "test.toml:2:14: recipients.addresses: \"nobody\" is not an address (local-part@domain)"},
      {"[[listener]]\nprotocol = \"smtp\"\n", "test.toml:1:1: listener: `address` is missing"},
      {"[listener]\naddress = \"127.0.0.1:25\"\n",
       "test.toml:1:1: listener: write it with two brackets, [[listener]]"},
      {"[[listener]]\naddress = \"127.0.0.1:25\"\n[listener.timeouts]\ncommand = \"1s\"\n",
       "test.toml:3:11: unknown key listener.timeouts"},
      {"[auth]\ndovecot_socket = \"dovecot\"\n",
       "test.toml:2:18: auth.dovecot_socket: expected ADDRESS:PORT, [IPV6]:PORT or unix:PATH, "
       "not dovecot"},
      {"[oauth]\nuser_claim = \"\"\n", "test.toml:2:14: oauth.user_claim: \"\" is not a name"},
      {"limits = 5\n", "test.toml:1:10: limits: expected a table, [limits], not an integer"},
  };
  for (const ErrorCase& test : cases) EXPECT_EQ(ErrorsOf(test.toml), test.error) << test.toml;
}

TEST(ConfigFile, ReportsAllErrorsInTheOrderOfTheFile) {
  EXPECT_EQ(ErrorsOf("[[listener]]\n"
                     "adress = \"127.0.0.1:25\"\n"
                     "[server]\n"
                     "shards = \"many\"\n"
                     "[limits]\n"
                     "errors = 0\n"),
            "test.toml:1:1: listener: `address` is missing\n"
            "test.toml:2:1: unknown key listener.adress; did you mean listener.address?\n"
            "test.toml:4:10: server.shards: \"many\" is not an integer (0 to 1024)\n"
            "test.toml:6:10: limits.errors: out of range (1 to 1000000)");
}

TEST(ConfigFile, ReportsASyntaxErrorWithItsPlace) {
  EXPECT_TRUE(ErrorsOf("[server]\nshards = = 2\n").starts_with("test.toml:2:10: "))
      << ErrorsOf("[server]\nshards = = 2\n");
}

TEST(ReadConfigFile, NamesAFileThatIsNotThere) {
  const absl::StatusOr<Config> config = ReadConfigFile("/nonexistent/ringpostd.toml");
  EXPECT_EQ(config.status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(std::string(config.status().message()),
            "/nonexistent/ringpostd.toml: No such file or directory");
}

TEST(ReadConfigFile, ReadsAFile) {
  const std::string path = Concat(::testing::TempDir(), "/config_file_test.", ::getpid(), ".toml");
  std::ofstream(path) << "[limits]\nerrors = 9\n";
  const absl::StatusOr<Config> config = ReadConfigFile(path);
  ASSERT_TRUE(config.ok());
  EXPECT_EQ(config->session.limits.errors, 9u);
}

}  // namespace
}  // namespace ringpost::daemon
