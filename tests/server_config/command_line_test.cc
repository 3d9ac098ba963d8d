#include "server/command_line.h"

#include <unistd.h>

#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ringpost/base/text.h"
#include "server/version.h"

namespace ringpost::daemon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::variant<CommandLine, Farewell> Parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "ringpostd");
  return ParseCommandLine(static_cast<int>(arguments.size()), arguments.data());
}

Config ConfigOf(std::vector<const char*> arguments) {
  const auto parsed = Parse(std::move(arguments));
  if (const auto* farewell = std::get_if<Farewell>(&parsed)) {
    ADD_FAILURE() << farewell->to_stderr;
    return {};
  }
  absl::StatusOr<Config> config = LoadConfig(std::get<CommandLine>(parsed));
  EXPECT_TRUE(config.ok()) << config.status().message();
  return config.ok() ? *config : Config();
}

std::string MistakeOf(std::vector<const char*> arguments) {
  const auto parsed = Parse(std::move(arguments));
  const auto* const farewell = std::get_if<Farewell>(&parsed);
  if (farewell == nullptr) return "no mistake";
  EXPECT_EQ(farewell->exit_code, 2);
  EXPECT_EQ(farewell->to_stdout, "");
  return farewell->to_stderr;
}

std::vector<std::string> AddressesOf(const Config& config) {
  std::vector<std::string> addresses;
  for (const ListenerConfig& listener : config.listeners) {
    addresses.push_back(FormatListenAddress(listener.address));
  }
  return addresses;
}

std::string FileWith(std::string_view toml) {
  const std::string path = Concat(::testing::TempDir(), "/command_line_test.", ::getpid(), ".toml");
  std::ofstream(path) << toml;
  return path;
}

TEST(CommandLine, WithoutArgumentsIsTheDefault) {
  const Config config = ConfigOf({});
  EXPECT_THAT(AddressesOf(config), ElementsAre("127.0.0.1:2525"));
  EXPECT_THAT(config.recipients.domains, ElementsAre("localhost"));
  EXPECT_EQ(config.store.kind, StoreKind::kMaildir);
  EXPECT_EQ(config.store.path, "mail/{user}@{domain}");
}

TEST(CommandLine, WithoutAFileOneAddressMayHaveAllConnections) {
  EXPECT_EQ(ConfigOf({}).connections.per_address, 0u);
  const std::string path = FileWith("[[listener]]\naddress = \"127.0.0.1:25\"\n");
  EXPECT_GT(ConfigOf({"--config", path.c_str()}).connections.per_address, 0u);
}

TEST(CommandLine, TakesTheContractsOptions) {
  const Config config = ConfigOf(
      {"--listen", "127.0.0.1:0", "--listen=[::1]:0", "--lmtp", "unix:/run/x.sock", "--store",
       "maildir:/srv/{address}", "--domain", "a.example", "--domain", "b.example", "--shards", "2",
       "--max-message-size", "2GiB", "--timeout", "3s", "--log-format", "json"});
  EXPECT_THAT(AddressesOf(config), ElementsAre("127.0.0.1:0", "[::1]:0", "unix:/run/x.sock"));
  EXPECT_EQ(config.listeners[0].protocol, smtp::Protocol::kSmtp);
  EXPECT_EQ(config.listeners[2].protocol, smtp::Protocol::kLmtp);
  EXPECT_EQ(config.store.kind, StoreKind::kMaildir);
  EXPECT_EQ(config.store.path, "/srv/{address}");
  EXPECT_THAT(config.recipients.domains, ElementsAre("a.example", "b.example"));
  EXPECT_EQ(config.server.shards, 2u);
  for (const ListenerConfig& listener : config.listeners) {
    EXPECT_EQ(listener.session.limits.message_octets, 2ull << 30);
  }
  EXPECT_EQ(config.timeouts.first_command, absl::Seconds(3));
  EXPECT_EQ(config.timeouts.command, absl::Seconds(3));
  EXPECT_EQ(config.timeouts.data_block, absl::Seconds(3));
  EXPECT_EQ(config.timeouts.write, absl::Seconds(3));
  EXPECT_EQ(config.log.format, server::LogFormat::kJson);
}

TEST(CommandLine, ACertificateMakesListenersOfferStartTls) {
  if (!kHasTls) GTEST_SKIP() << "this build has no TLS";
  const Config config =
      ConfigOf({"--listen", "127.0.0.1:0", "--smtps", "[::1]:0", "--lmtp", "unix:/run/x.sock",
                "--certificate", "mx.pem", "--key", "mx.key"});
  EXPECT_THAT(config.tls.certificates, ElementsAre(CertificateFiles{"mx.pem", "mx.key"}));
  EXPECT_THAT(AddressesOf(config), ElementsAre("127.0.0.1:0", "unix:/run/x.sock", "[::1]:0"));
  EXPECT_EQ(TlsOf(config.listeners[0], config.tls), ListenerTls::kStartTls);
  EXPECT_EQ(TlsOf(config.listeners[1], config.tls), ListenerTls::kNone);
  EXPECT_EQ(TlsOf(config.listeners[2], config.tls), ListenerTls::kImplicit);
  const Config plain = ConfigOf({"--listen", "127.0.0.1:0"});
  EXPECT_EQ(TlsOf(plain.listeners[0], plain.tls), ListenerTls::kNone);
}

TEST(CommandLine, WhatNeedsTlsIsAMistakeWithout) {
  const auto complaint_about = [](std::string_view listener) {
    CommandLine line;
    line.config_file = FileWith(Concat("[[listener]]\naddress = \"127.0.0.1:25\"\n", listener));
    return std::string(LoadConfig(line).status().message());
  };
  EXPECT_THAT(complaint_about("require_tls = true\n"),
              HasSubstr("127.0.0.1:25: require_tls is of no use without tls"));
  const std::string required =
      complaint_about("tls = \"implicit\"\nclient_certificates = \"require\"\n");
  EXPECT_THAT(required, HasSubstr(kHasTls ? "needs tls.client_roots" : "was built without TLS"));
  const std::string offered = complaint_about("tls = \"starttls\"\n");
  EXPECT_EQ(offered.empty(), kHasTls) << offered;
  // No listener offers TLS, but these files say that somebody counts on it.
  for (const std::string_view key :
       {"certificates = [{ certificate = \"mx.pem\" }]", "client_roots = \"roots.pem\""}) {
    const std::string unused = complaint_about(Concat("tls = \"none\"\n[tls]\n", key, "\n"));
    EXPECT_EQ(unused.empty(), kHasTls) << unused;
  }
}

TEST(CommandLine, TheHelpHasTheOptionsOfTlsWhereThereIsTls) {
  const std::string help = std::get<Farewell>(Parse({"--help"})).to_stdout;
  for (const std::string_view option : {"--smtps ", "--certificate ", "--key "})
    EXPECT_EQ(help.find(option) != help.npos, kHasTls) << option;
}

TEST(CommandLine, AFolderHoldsAMaildirForEachMailbox) {
  EXPECT_EQ(ConfigOf({"--store", "maildir:/srv/mail"}).store.path, "/srv/mail/{user}@{domain}");
  EXPECT_EQ(ConfigOf({"--store", "maildir"}).store.path, "mail/{user}@{domain}");
  EXPECT_EQ(ConfigOf({"--store", "maildir:/m/{domain}"}).store.path, "/m/{domain}");
}

TEST(CommandLine, RecipientsTakeThePlaceOfTheDomains) {
  const Config config = ConfigOf({"--recipient", "a@x.example", "--recipient", "b@y.example"});
  EXPECT_THAT(config.recipients.addresses, ElementsAre("a@x.example", "b@y.example"));
  EXPECT_TRUE(config.recipients.domains.empty());
}

TEST(CommandLine, OverridesTheFile) {
  const std::string path = FileWith(
      "[[listener]]\naddress = \"127.0.0.1:25\"\n"
      "[recipients]\ndomains = [\"file.example\"]\n"
      "[server]\nshards = 4\n[limits]\nerrors = 3\n");
  const Config of_file = ConfigOf({"--config", path.c_str()});
  EXPECT_THAT(AddressesOf(of_file), ElementsAre("127.0.0.1:25"));
  const Config both = ConfigOf({"--config", path.c_str(), "--listen", "127.0.0.1:0", "--domain",
                                "line.example", "--shards", "1"});
  EXPECT_THAT(AddressesOf(both), ElementsAre("127.0.0.1:0"));
  EXPECT_THAT(both.recipients.domains, ElementsAre("line.example"));
  EXPECT_EQ(both.server.shards, 1u);
  EXPECT_EQ(both.listeners[0].session.limits.errors, 3u);
}

TEST(CommandLine, NamesTheOptionThatIsWrong) {
  const struct {
    std::vector<const char*> arguments;
    const char* expected;
  } cases[] = {
      {{"--listen", "nowhere"}, "--listen"},
      {{"--lmtp", "127.0.0.1"}, "--lmtp"},
      {{"--store", "mailbox"}, "--store: expected discard, maildir or maildir:PATH"},
      {{"--store", "discard:x"}, "--store"},
      {{"--domain", "not a domain"}, "--domain: \"not a domain\" is not a domain"},
      {{"--recipient", "nobody"}, "--recipient"},
      {{"--shards", "-1"}, "--shards"},
      {{"--shards", "5000"}, "--shards: out of range (0 to 1024)"},
      {{"--max-message-size", "big"}, "--max-message-size"},
      {{"--timeout", "3"}, "--timeout: expected a duration"},
      {{"--log-format", "xml"}, "--log-format"},
      {{"--frobnicate"}, "--frobnicate"},
      {{"stray"}, "stray"},
  };
  for (const auto& test : cases) {
    EXPECT_THAT(MistakeOf(test.arguments), HasSubstr(test.expected));
  }
}

TEST(CommandLine, HelpHasExamplesAndIsNoMistake) {
  const auto parsed = Parse({"--help"});
  const auto& farewell = std::get<Farewell>(parsed);
  EXPECT_EQ(farewell.exit_code, 0);
  EXPECT_THAT(farewell.to_stdout, HasSubstr("Examples:"));
  EXPECT_THAT(farewell.to_stdout, HasSubstr("--max-message-size SIZE"));
}

TEST(CommandLine, VersionIsOneLine) {
  const auto parsed = Parse({"--version"});
  EXPECT_EQ(std::get<Farewell>(parsed).exit_code, 0);
  EXPECT_TRUE(std::get<Farewell>(parsed).to_stdout.starts_with("ringpostd "));
}

TEST(LoadConfig, WantsAListener) {
  CommandLine line;
  line.config_file = FileWith("[limits]\nerrors = 3\n");
  EXPECT_THAT(std::string(LoadConfig(line).status().message()), HasSubstr("no listener"));
}

TEST(LoadConfig, RefusesToBeTwoThingsAtOnce) {
  const auto error_of = [](std::string_view toml) {
    CommandLine line;
    line.config_file = FileWith(toml);
    return std::string(LoadConfig(line).status().message());
  };
  EXPECT_THAT(error_of("[[listener]]\naddress = \"unix:lmtp\"\nprotocol = \"lmtp\"\n"
                       "submission = true\n"),
              HasSubstr("the listener unix:lmtp cannot have"));
  EXPECT_THAT(error_of("[[listener]]\naddress = \"127.0.0.1:0\"\n"
                       "[oauth]\nclient_id = \"a\"\nbearer_token_file = \"b\"\n"),
              HasSubstr("oauth.client_id is of no use"));
}

TEST(LoadConfig, RefusesOneAddressTwice) {
  EXPECT_THAT(std::string(LoadConfig(std::get<CommandLine>(Parse(
                                         {"--listen", "127.0.0.1:25", "--lmtp", "127.0.0.1:25"})))
                              .status()
                              .message()),
              HasSubstr("127.0.0.1:25"));
  EXPECT_THAT(AddressesOf(ConfigOf({"--listen", "127.0.0.1:0", "--lmtp", "127.0.0.1:0"})),
              ElementsAre("127.0.0.1:0", "127.0.0.1:0"));
}

}  // namespace
}  // namespace ringpost::daemon
