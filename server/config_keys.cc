#include "server/config_keys.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <system_error>
#include <type_traits>

#include "ringpost/base/quantity.h"
#include "ringpost/base/text.h"
#include "ringpost/sasl/mechanism.h"
#include "ringpost/smtp/path.h"

namespace ringpost::daemon {
namespace {

// --- Places
// ---------------------------------------------------------------------------------------

// ConfigAt<&Config::log, &LogConfig::file> is the function that gives that member of the scope's.
template <auto... kMembers>
auto& ConfigAt(ConfigScope& scope) {
  return (scope.config.*....*kMembers);
}
template <auto... kMembers>
auto& SessionAt(ConfigScope& scope) {
  return (scope.session.*....*kMembers);
}
template <auto kMember>
auto& ListenerAt(ConfigScope& scope) {
  return scope.listener->*kMember;
}

// --- Forms
// ----------------------------------------------------------------------------------------

// Any integer type.
template <auto kAt>
CountForm Count(uint64_t smallest, uint64_t largest) {
  return {
      .get = [](ConfigScope& scope) { return static_cast<uint64_t>(kAt(scope)); },
      .set =
          [](ConfigScope& scope, uint64_t value) {
            auto& place = kAt(scope);
            place = static_cast<std::remove_reference_t<decltype(place)>>(value);
          },
      .smallest = smallest,
      .largest = largest,
  };
}

// An enum whose values are 0, 1, 2, ... in the order of `names`.
template <auto kAt>
ChoiceForm Choice(std::span<const std::string_view> names) {
  return {
      .names = names,
      .get = [](ConfigScope& scope) { return static_cast<size_t>(kAt(scope)); },
      .set =
          [](ConfigScope& scope, size_t index) {
            auto& place = kAt(scope);
            place = static_cast<std::remove_reference_t<decltype(place)>>(index);
          },
  };
}

absl::Status Refuse(std::string_view text, std::string_view reason) {
  return absl::InvalidArgumentError(Concat('"', text, "\" is not ", reason));
}

using TextCheck = absl::Status (*)(std::string_view);

absl::Status Anything(std::string_view) { return absl::OkStatus(); }

template <auto kAt, TextCheck kCheck = Anything>
TextForm Text() {
  return {
      .get = [](ConfigScope& scope) -> std::string { return kAt(scope); },
      .set = [](ConfigScope& scope, std::string_view text) -> absl::Status {
        const absl::Status status = kCheck(text);
        if (status.ok()) kAt(scope) = text;
        return status;
      },
  };
}

TextForm Address() {
  return {
      .get = [](ConfigScope& scope) { return FormatListenAddress(scope.listener->address); },
      .set = [](ConfigScope& scope, std::string_view text) -> absl::Status {
        absl::StatusOr<ListenAddress> address = ParseListenAddress(text);
        if (!address.ok()) return address.status();
        scope.listener->address = *std::move(address);
        return absl::OkStatus();
      },
  };
}

TextForm UnixMode() {
  return {
      .get = [](ConfigScope& scope) -> std::string {
        char digits[5] = {};
        std::snprintf(digits, sizeof digits, "%04o", scope.listener->unix_mode & 07777u);
        return digits;
      },
      .set = [](ConfigScope& scope, std::string_view text) -> absl::Status {
        uint32_t mode = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
        if (error != std::errc() || end != text.data() + text.size() || mode > 0777) {
          return Refuse(text, "0000 to 0777");
        }
        scope.listener->unix_mode = mode;
        return absl::OkStatus();
      },
  };
}

constexpr std::array<std::string_view, 2> kProtocolNames = {"smtp", "lmtp"};
constexpr std::array<std::string_view, 4> kListenerTlsNames = {"auto", "none", "starttls",
                                                               "implicit"};
constexpr std::array<std::string_view, 3> kListenerAuthNames = {"none", "optional", "required"};
constexpr std::array<std::string_view, 3> kClientCertificateNames = {"none", "ask", "require"};
constexpr std::array<std::string_view, 4> kCertificateAccountNames = {"none", "email",
                                                                      "common_name", "dns_name"};
constexpr std::array<std::string_view, 2> kOldestTlsNames = {"1.2", "1.3"};
constexpr std::array<std::string_view, 3> kLeniencyNames = {"reject", "normalise", "allow"};
constexpr std::array<std::string_view, 2> kStoreNames = {"discard", "maildir"};
constexpr std::array<std::string_view, 3> kDurabilityNames = {"memory", "written", "synced"};
constexpr std::array<std::string_view, 2> kLogFormatNames = {"text", "json"};

// --- Checks
// ---------------------------------------------------------------------------------------

absl::Status CheckDomain(std::string_view text) {
  const bool good = smtp::IsDomain(text, {.allow_utf8 = true}) || smtp::IsAddressLiteral(text);
  return good ? absl::OkStatus() : Refuse(text, "a domain");
}

absl::Status CheckHostName(std::string_view text) {
  const bool good = text.empty() || smtp::IsDomain(text, {}) || smtp::IsAddressLiteral(text);
  return good ? absl::OkStatus() : Refuse(text, "a host name");
}

absl::Status CheckMailbox(std::string_view text) {
  const auto mailbox = smtp::ParseMailbox(text, {.allow_utf8 = true});
  const bool good = std::holds_alternative<smtp::Mailbox>(mailbox);
  return good ? absl::OkStatus() : Refuse(text, "an address (local-part@domain)");
}

absl::Status CheckMechanism(std::string_view text) {
  return sasl::ParseMechanism(text).has_value()
             ? absl::OkStatus()
             : Refuse(text, "a mechanism that there is (SCRAM-SHA-256, PLAIN, ...)");
}

absl::Status CheckSocketAddress(std::string_view text) {
  return text.empty() ? absl::OkStatus() : io::ParseSocketAddress(text).status();
}

absl::Status CheckNotEmpty(std::string_view text) {
  return text.empty() ? Refuse(text, "a name") : absl::OkStatus();
}

absl::Status CheckUrl(std::string_view text) {
  return text.empty() ? absl::OkStatus() : auth::CheckHttpUrl(std::string(text));
}

absl::Status CheckTagSeparators(std::string_view text) {
  const bool good = text.find_first_not_of("+-_=.#") == text.npos;
  return good ? absl::OkStatus() : Refuse(text, "some of + - _ = . #");
}

// --- The table
// ------------------------------------------------------------------------------------

constexpr uint64_t kMillion = 1'000'000;
constexpr uint64_t kGibibyte = 1ull << 30;
constexpr absl::Duration kShortestWait = absl::Milliseconds(10);
const absl::Duration kLongestWait = absl::Hours(24);
const absl::Duration kLongestLoginDelay = absl::Minutes(1);

using server::ConnectionLimits;
using server::HandshakeLimits;
using server::ThrottleLimits;
using server::Timeouts;
using server::TransferLimits;
using smtp::Capabilities;
using smtp::Limits;
using smtp::Strictness;

constexpr ConfigSection kSections[] = {
    {"server", "The process as a whole."},
    {"listener",
     "A socket that takes sessions; repeat it for more. [listener.limits], [listener.strictness] "
     "and\n"
     "[listener.capabilities] below it set apart what is different there.",
     /*is_array=*/true},
    {"tls",
     "Encryption: STARTTLS (RFC 3207) and implicit TLS (RFC 8314), by TLS 1.2 and 1.3. HUP reads\n"
     "the files anew."},
    {"auth",
     "Who may log in (AUTH, RFC 4954), on the listeners whose `auth` says so. HUP reads the files\n"
     "anew."},
    {"limits", "What one session may do.", /*is_array=*/false, /*may_differ_by_listener=*/true},
    {"connections", "What all sessions together may do."},
    {"transfer", "How messages come in."},
    {"timeouts", "How long to wait (RFC 5321 4.5.3.2)."},
    {"strictness", "What to do with mail that breaks the rules of framing.",
     /*is_array=*/false, /*may_differ_by_listener=*/true},
    {"capabilities", "What EHLO offers besides PIPELINING and ENHANCEDSTATUSCODES.",
     /*is_array=*/false, /*may_differ_by_listener=*/true},
    {"recipients",
     "Whose mail is taken. Nothing is, until a domain or an address stands here; the server never\n"
     "relays."},
    {"oauth", "Bearer tokens (OAUTHBEARER, XOAUTH2), and who knows whose they are (RFC 7662)."},
    {"submission", "What users may send, on listeners with `submission = true` (RFC 6409)."},
    {"store", "Where messages go."},
    {"log", "What is written down: a line for each message and each session."},
};

template <auto kMember>
SwitchForm Capability() {
  return {SessionAt<&SessionConfig::capabilities, kMember>};
}
template <auto kMember>
ChoiceForm LeniencyOf() {
  return Choice<SessionAt<&SessionConfig::strictness, kMember>>(kLeniencyNames);
}
template <auto kMember>
SwitchForm Allowance() {
  return {SessionAt<&SessionConfig::strictness, kMember>};
}
template <auto kMember>
SwitchForm Stage() {
  return {ConfigAt<&Config::log, &LogConfig::stages, kMember>};
}
template <auto kMember>
OctetsForm SessionOctets(uint64_t smallest, uint64_t largest) {
  return {SessionAt<&SessionConfig::limits, kMember>, smallest, largest};
}
template <auto kMember>
CountForm SessionCount(uint64_t smallest, uint64_t largest) {
  return Count<SessionAt<&SessionConfig::limits, kMember>>(smallest, largest);
}
template <auto kMember>
CountForm ConnectionCount(uint64_t smallest, uint64_t largest) {
  return Count<ConfigAt<&Config::connections, kMember>>(smallest, largest);
}
template <auto kMember>
CountForm HandshakeCount(uint64_t smallest, uint64_t largest) {
  return Count<ConfigAt<&Config::tls, &TlsConfig::handshakes, kMember>>(smallest, largest);
}
template <auto kMember>
CountForm ThrottleCount() {
  return Count<ConfigAt<&Config::auth, &AuthConfig::throttle, kMember>>(0, kMillion);
}
template <auto kMember>
DurationForm ThrottleTime(absl::Duration longest) {
  return {ConfigAt<&Config::auth, &AuthConfig::throttle, kMember>, absl::ZeroDuration(), longest};
}
template <auto kMember>
DurationForm Timeout() {
  return {ConfigAt<&Config::timeouts, kMember>, kShortestWait, kLongestWait};
}

std::vector<ConfigKey> MakeKeys() {
  return {
      {"server", "host_name",
       Text<ConfigAt<&Config::server, &ServerConfig::host_name>, CheckHostName>(),
       "The name in the greeting, in Received and in message identifiers; empty: the system's."},
      {"server", "shards", Count<ConfigAt<&Config::server, &ServerConfig::shards>>(0, 1024),
       "Threads that serve, each with its own ring and buffers; 0: one for each core."},
      {"server", "data_folder", Text<ConfigAt<&Config::server, &ServerConfig::data_folder>>(),
       "Where relative paths of this file start; empty: the folder that the server was started "
       "in."},
      {"server", "user", Text<ConfigAt<&Config::server, &ServerConfig::user>>(),
       "The user to become when started as root, after the sockets are open; empty: stay."},
      {"server", "group", Text<ConfigAt<&Config::server, &ServerConfig::group>>(),
       "The group to become when started as root; empty: the user's own."},
      {"server", "drain_time",
       DurationForm{ConfigAt<&Config::server, &ServerConfig::drain_time>, absl::ZeroDuration(),
                    kLongestWait},
       "How long sessions may finish what they are at when the server is told to end."},

      {"listener", "address", Address(),
       "\"192.0.2.1:25\", \"[::1]:25\", \"unix:/run/lmtp.sock\", or \"systemd:NAME\" for a socket "
       "of "
       "systemd's."},
      {"listener", "protocol", Choice<ListenerAt<&ListenerConfig::protocol>>(kProtocolNames),
       "lmtp answers for each recipient (RFC 2033)."},
      {"listener", "unix_mode", UnixMode(), "The permissions of a Unix socket, in octal."},
      {"listener", "submission", SwitchForm{ListenerAt<&ListenerConfig::is_submission>},
       "For users: they log in first, and send as themselves; port 587 or 465 (RFC 6409)."},
      {"listener", "tls", Choice<ListenerAt<&ListenerConfig::tls>>(kListenerTlsNames),
       "starttls when the client asks, implicit from the start; auto is starttls for SMTP where "
       "tls.certificates has one, else none."},
      {"listener", "require_tls", SwitchForm{ListenerAt<&ListenerConfig::requires_tls>},
       "Without STARTTLS no mail: 530 (RFC 3207 4). Not for a public port 25."},
      {"listener", "client_certificates",
       Choice<ListenerAt<&ListenerConfig::client_certificates>>(kClientCertificateNames),
       "ask takes any, and tells hooks whether tls.client_roots vouch for it; require takes none "
       "else."},

      {"listener", "auth", Choice<ListenerAt<&ListenerConfig::auth>>(kListenerAuthNames),
       "Whether AUTH is offered; required: without it no mail, 530. none for a public port 25, "
       "required for 465 and 587 (RFC 6409)."},

      {"tls", "certificates", CertificateListForm{ConfigAt<&Config::tls, &TlsConfig::certificates>},
       "PEM files, the chain behind the certificate; without `key` it is in the same file. Of "
       "those "
       "that fit the name the client asks for, an ECDSA one comes first, if it can verify that. "
       "Empty: a self-signed one in the data folder, where a listener needs one."},
      {"tls", "client_roots", Text<ConfigAt<&Config::tls, &TlsConfig::client_roots>>(),
       "A PEM file of those whose client certificates are trusted; empty: nobody's are."},
      {"tls", "oldest_version",
       Choice<ConfigAt<&Config::tls, &TlsConfig::oldest_version>>(kOldestTlsNames),
       "Of TLS. Older ones than 1.2 are not spoken (RFC 8996)."},
      {"tls", "session_tickets", SwitchForm{ConfigAt<&Config::tls, &TlsConfig::session_tickets>},
       "Clients may resume a session without a full handshake; keys change by the hour, outlive a "
       "HUP, and are good for two hours."},
      {"tls", "handshakes", HandshakeCount<&HandshakeLimits::at_once>(1, kMillion),
       "At once, on one shard. Over it STARTTLS is answered with 454, and implicit TLS waits."},
      {"tls", "handshakes_per_address", HandshakeCount<&HandshakeLimits::per_address>(0, kMillion),
       "At once, from one IP address, those included that wait; 0: no limit."},
      {"tls", "handshakes_waiting", HandshakeCount<&HandshakeLimits::waiting>(0, kMillion),
       "For a place, on one shard; connections over it are closed."},
      {"tls", "handshake_steps", HandshakeCount<&HandshakeLimits::steps_per_turn>(1, 1000),
       "Of handshakes in one turn of a shard's loop: some hundred microseconds each, which the "
       "sessions of the shard wait."},

      {"auth", "users_file", Text<ConfigAt<&Config::auth, &AuthConfig::users_file>>(),
       "Lines of `name:hash:...`, edited by `ringpost user`; empty: there is none."},
      {"auth", "dovecot_socket",
       Text<ConfigAt<&Config::auth, &AuthConfig::dovecot_socket>, CheckSocketAddress>(),
       "Dovecot's auth socket, \"unix:/run/dovecot/auth-client\" or \"127.0.0.1:12345\"; empty: "
       "Dovecot is not asked."},
      {"auth", "certificates_file", Text<ConfigAt<&Config::auth, &AuthConfig::certificates_file>>(),
       "Lines of `fingerprint account`: whose client certificates log in by EXTERNAL; empty: there "
       "is none."},
      {"auth", "certificate_account",
       Choice<ConfigAt<&Config::auth, &AuthConfig::certificate_account>>(kCertificateAccountNames),
       "Which name of a client certificate is its account, where the file does not have it; none: "
       "it is nobody's."},
      {"auth", "mechanisms",
       TextListForm{ConfigAt<&Config::auth, &AuthConfig::mechanisms>, CheckMechanism},
       "Offered of these are those that the users file, certificates, Dovecot or [oauth] can "
       "serve, "
       "strongest first."},
      {"auth", "allow_plaintext_without_tls",
       SwitchForm{ConfigAt<&Config::auth, &AuthConfig::allows_plaintext_without_tls>},
       "Offer PLAIN, LOGIN and tokens in plain sessions: whoever listens has the password."},
      {"auth", "allow_scram_without_tls",
       SwitchForm{ConfigAt<&Config::auth, &AuthConfig::allows_scram_without_tls>},
       "Offer SCRAM in plain sessions: whoever listens can guess at the password, and change what "
       "follows."},
      {"auth", "secret_file", Text<ConfigAt<&Config::auth, &AuthConfig::secret_file>>(),
       "16 or more random octets, so that users who are not there look the same after a restart; "
       "empty: random at each start."},
      {"auth", "undelayed_failures", ThrottleCount<&ThrottleLimits::undelayed_failures>(),
       "So many failed logins of a client, or at an account, lead to no delay: people mistype."},
      {"auth", "first_delay", ThrottleTime<&ThrottleLimits::first_delay>(kLongestLoginDelay),
       "What the next login waits for then, before it is looked at; doubled with each failure."},
      {"auth", "longest_delay", ThrottleTime<&ThrottleLimits::longest_delay>(kLongestLoginDelay),
       "Up to this. timeouts.hook bounds it too."},
      {"auth", "failures_per_account", ThrottleCount<&ThrottleLimits::failures_per_account>(),
       "Of one client at one account: then it is blocked there, and answered with 454; 0: no "
       "limit."},
      {"auth", "failures_per_client", ThrottleCount<&ThrottleLimits::failures_per_client>(),
       "Of one client at any accounts (an IPv4 address, or a /64): then it is blocked; 0: no "
       "limit."},
      {"auth", "first_block", ThrottleTime<&ThrottleLimits::first_block>(kLongestWait),
       "How long the first block lasts; doubled with each."},
      {"auth", "longest_block", ThrottleTime<&ThrottleLimits::longest_block>(kLongestWait),
       "Up to this."},
      {"auth", "memory", ThrottleTime<&ThrottleLimits::memory>(kLongestWait),
       "After so long without a failure all is forgotten."},
      {"auth", "hashing_threads",
       Count<ConfigAt<&Config::auth, &AuthConfig::hashing_threads>>(1, 1024),
       "For the hashes of passwords, of all shards together."},
      {"auth", "hashing_queue",
       Count<ConfigAt<&Config::auth, &AuthConfig::hashing_queue>>(1, kMillion),
       "Logins that may wait for one of them; more are answered with 454."},

      {"limits", "max_message_size", SessionOctets<&Limits::message_octets>(0, uint64_t{1} << 50),
       "Of one message, as SIZE tells (RFC 1870); 0: no limit."},
      {"limits", "command_line", SessionOctets<&Limits::command_line_octets>(512, 1 << 20),
       "Octets of a command with its CRLF; a longer one is answered with 500 (RFC 5321 "
       "4.5.3.1.4)."},
      {"limits", "text_line", SessionOctets<&Limits::text_line_octets>(1000, kGibibyte),
       "Octets of a line of a message sent by DATA; a longer one refuses it (RFC 5321 4.5.3.1.6)."},
      {"limits", "discarded", SessionOctets<&Limits::discarded_octets>(0, uint64_t{1} << 50),
       "What is read and thrown away of a refused message before the session is ended with 421."},
      {"limits", "recipients", SessionCount<&Limits::recipients>(1, kMillion),
       "Of one message; more are answered with 452 (RFC 5321 4.5.3.1.8 asks for 100 at least)."},
      {"limits", "recipient_batch", SessionCount<&Limits::recipient_batch>(1, 10'000),
       "Pipelined recipients that are looked up together, at most."},
      {"limits", "messages", SessionCount<&Limits::messages>(0, kMillion),
       "In one session, as LIMITS tells (RFC 9422); 0: no limit."},
      {"limits", "errors", SessionCount<&Limits::errors>(1, kMillion),
       "Replies of 5xx since the last accepted message; the next one ends the session with 421."},
      {"limits", "unknown_commands", SessionCount<&Limits::unknown_commands>(1, kMillion),
       "Commands that nobody knows, in one session; the next one ends it with 421."},
      {"limits", "authentication_failures",
       SessionCount<&Limits::authentication_failures>(1, kMillion),
       "AUTHs that are refused, in one session; the next one ends it with 421."},
      {"limits", "idle_commands", SessionCount<&Limits::idle_commands>(1, kMillion),
       "NOOP, RSET, VRFY and others that carry no mail, since the last message; then 421."},

      {"connections", "total", ConnectionCount<&ConnectionLimits::total>(0, 10 * kMillion),
       "At once; more are answered with 421. The process needs a descriptor for each; 0: no "
       "limit."},
      {"connections", "per_address", ConnectionCount<&ConnectionLimits::per_address>(0, kMillion),
       "From one IP address at once; more are answered with 421; 0: no limit."},
      {"connections", "per_network", ConnectionCount<&ConnectionLimits::per_network>(0, kMillion),
       "From one network at once; more are answered with 421; 0: no limit."},
      {"connections", "network_bits_v4", ConnectionCount<&ConnectionLimits::network_bits_v4>(1, 32),
       "What a network is in IPv4: addresses that have so many bits in common."},
      {"connections", "network_bits_v6",
       ConnectionCount<&ConnectionLimits::network_bits_v6>(1, 128), "What a network is in IPv6."},
      {"transfer", "lowest_rate",
       OctetsForm{ConfigAt<&Config::transfer, &TransferConfig::limits,
                           &TransferLimits::lowest_octets_per_second>,
                  0, kGibibyte},
       "Octets per second that a message must come in with, on average; else 421; 0: no limit."},
      {"transfer", "grace",
       DurationForm{ConfigAt<&Config::transfer, &TransferConfig::limits, &TransferLimits::grace>,
                    absl::ZeroDuration(), kLongestWait},
       "From when on a message is measured."},
      {"transfer", "header_size",
       OctetsForm{ConfigAt<&Config::transfer, &TransferConfig::header_octets>, 4096, kGibibyte},
       "Of a message's header when filters look at it; a longer one is refused with 552."},
      {"transfer", "received_fields",
       Count<ConfigAt<&Config::transfer, &TransferConfig::received_fields>>(0, kMillion),
       "A message with more of them goes in a circle: 554 (RFC 5321 6.3); 0: not looked at."},
      {"transfer", "buffer_memory",
       OctetsForm{ConfigAt<&Config::transfer, &TransferConfig::buffer_memory_octets>, 1 << 20,
                  uint64_t{1} << 40},
       "For octets that came in, of all shards together; when it is full, sockets are not read."},

      {"timeouts", "first_command", Timeout<&Timeouts::first_command>(),
       "For the first command, counted from the greeting."},
      {"timeouts", "command", Timeout<&Timeouts::command>(),
       "For the next command (RFC 5321 4.5.3.2.7 asks for 5 minutes)."},
      {"timeouts", "handshake", Timeout<&Timeouts::handshake>(),
       "For a TLS handshake, from STARTTLS or the connection on."},
      {"timeouts", "data_block", Timeout<&Timeouts::data_block>(),
       "For the next octets of a message (RFC 5321 4.5.3.2.5)."},
      {"timeouts", "write", Timeout<&Timeouts::write>(),
       "For a client to take the replies that are sent to it."},
      {"timeouts", "hook", Timeout<&Timeouts::hook>(),
       "For a decision over a sender, recipients or a message; then 451. Clients wait for 2 "
       "minutes "
       "at least."},
      {"timeouts", "commit", Timeout<&Timeouts::commit>(),
       "For the store to take a complete message; then 451. Clients wait for 10 minutes."},
      {"timeouts", "linger", Timeout<&Timeouts::linger>(),
       "For the client to close, when the server has said its last word."},

      {"strictness", "bare_cr", LeniencyOf<&Strictness::bare_cr>(),
       "A CR without LF in DATA; normalise makes it CRLF. SMTP smuggling lives here."},
      {"strictness", "bare_lf", LeniencyOf<&Strictness::bare_lf>(),
       "An LF without CR in DATA; normalise makes it CRLF. Only CRLF.CRLF ever ends a message."},
      {"strictness", "nul", LeniencyOf<&Strictness::nul>(),
       "A NUL in DATA without BODY=BINARYMIME; normalise drops it."},
      {"strictness", "allow_space_before_path", Allowance<&Strictness::allow_space_before_path>(),
       "Take `MAIL FROM: <a@b>`, as old clients send it."},
      {"strictness", "allow_any_hello_name", Allowance<&Strictness::allow_any_hello_name>(),
       "Take EHLO and HELO with a name that is no domain, as appliances send it."},

      {"capabilities", "size", Capability<&Capabilities::size>(), "SIZE (RFC 1870)."},
      {"capabilities", "eight_bit_mime", Capability<&Capabilities::eight_bit_mime>(),
       "8BITMIME (RFC 6152)."},
      {"capabilities", "smtputf8", Capability<&Capabilities::smtputf8>(), "SMTPUTF8 (RFC 6531)."},
      {"capabilities", "chunking", Capability<&Capabilities::chunking>(),
       "CHUNKING: messages by BDAT (RFC 3030)."},
      {"capabilities", "binary_mime", Capability<&Capabilities::binary_mime>(),
       "BINARYMIME (RFC 3030); needs chunking."},
      {"capabilities", "dsn", Capability<&Capabilities::dsn>(),
       "DSN parameters are taken and handed on (RFC 3461)."},
      {"capabilities", "limits", Capability<&Capabilities::limits>(), "LIMITS (RFC 9422)."},
      {"capabilities", "require_tls", Capability<&Capabilities::require_tls_extension>(),
       "REQUIRETLS, in encrypted sessions (RFC 8689): mail that must not leave them in plain; this "
       "server hands none on."},

      {"recipients", "domains",
       TextListForm{ConfigAt<&Config::recipients, &RecipientConfig::domains>, CheckDomain},
       "Ours: every local part is taken, unless `addresses` says which."},
      {"recipients", "addresses",
       TextListForm{ConfigAt<&Config::recipients, &RecipientConfig::addresses>, CheckMailbox},
       "When not empty, these alone are taken, and postmaster at their domains and at `domains`."},
      {"recipients", "encrypted_domains",
       TextListForm{ConfigAt<&Config::recipients, &RecipientConfig::encrypted_domains>,
                    CheckDomain},
       "Of ours: their mail is taken from encrypted sessions alone; in others 550 5.7.10."},
      {"recipients", "aliases_file",
       Text<ConfigAt<&Config::recipients, &RecipientConfig::aliases_file>>(),
       "Lines of `name: address, address`; read at the start and at HUP; empty: none."},
      {"recipients", "tag_separators",
       Text<ConfigAt<&Config::recipients, &RecipientConfig::tag_separators>, CheckTagSeparators>(),
       "user+tag@domain is user@domain; the characters that may stand for +; empty: no tags."},
      {"recipients", "fold_case",
       SwitchForm{ConfigAt<&Config::recipients, &RecipientConfig::fold_case>},
       "Local parts that differ in ASCII case alone are one. Domains always are."},

      {"oauth", "introspection_url",
       Text<ConfigAt<&Config::oauth, &OauthConfig::introspection_url>, CheckUrl>(),
       "Of the authorization server, https:// but on loopback; empty: no tokens are taken."},
      {"oauth", "ca_file", Text<ConfigAt<&Config::oauth, &OauthConfig::ca_file>>(),
       "Certificates of those whom its certificate must be signed by, PEM; empty: the system's."},
      {"oauth", "client_id", Text<ConfigAt<&Config::oauth, &OauthConfig::client_id>>(),
       "Who we are at the authorization server, with the secret; empty: no Basic authentication."},
      {"oauth", "client_secret_file",
       Text<ConfigAt<&Config::oauth, &OauthConfig::client_secret_file>>(),
       "A file whose first line is the secret."},
      {"oauth", "bearer_token_file",
       Text<ConfigAt<&Config::oauth, &OauthConfig::bearer_token_file>>(),
       "A file whose first line is a token of our own, shown in place of client_id and secret."},
      {"oauth", "user_claim",
       Text<ConfigAt<&Config::oauth, &OauthConfig::user_claim>, CheckNotEmpty>(),
       "Of the answer, that names the user: username, sub, email, ..."},
      {"oauth", "scopes", TextListForm{ConfigAt<&Config::oauth, &OauthConfig::scopes>, Anything},
       "A token must have them all."},
      {"oauth", "audience", Text<ConfigAt<&Config::oauth, &OauthConfig::audience>>(),
       "A token must be for it; empty: for anybody."},
      {"oauth", "clients", TextListForm{ConfigAt<&Config::oauth, &OauthConfig::clients>, Anything},
       "A token must have been issued to one of them (client_id); empty: to anybody."},
      {"oauth", "cache_time",
       DurationForm{ConfigAt<&Config::oauth, &OauthConfig::cache_time>, absl::ZeroDuration(),
                    kLongestWait},
       "How long a good token is good without a question; so long one that was revoked still "
       "works."},
      {"oauth", "timeout",
       DurationForm{ConfigAt<&Config::oauth, &OauthConfig::timeout>, kShortestWait, kLongestWait},
       "For the authorization server to answer; then 454."},

      {"submission", "sender_map",
       Text<ConfigAt<&Config::submission, &SubmissionConfig::sender_map_file>>(),
       "A file with lines of `sender: identity, identity`; read at the start and at HUP; empty: "
       "own addresses alone."},
      {"submission", "allow_null_sender",
       SwitchForm{ConfigAt<&Config::submission, &SubmissionConfig::allow_null_sender>},
       "Take MAIL FROM:<>, as mail programs send notifications."},
      {"submission", "add_missing_headers",
       SwitchForm{ConfigAt<&Config::submission, &SubmissionConfig::add_missing_headers>},
       "Date and Message-ID, where a message has none (RFC 6409 8)."},

      {"store", "kind", Choice<ConfigAt<&Config::store, &StoreConfig::kind>>(kStoreNames),
       "discard answers 250 and keeps nothing: for measurements."},
      {"store", "path", Text<ConfigAt<&Config::store, &StoreConfig::path>>(),
       "Of a recipient's Maildir, with {user}, {tag}, {local}, {domain} or {address} filled in."},
      {"store", "durability",
       Choice<ConfigAt<&Config::store, &StoreConfig::durability>>(kDurabilityNames),
       "What must hold before 250 is sent: it is in memory, the kernel has it, the disk has it."},

      {"log", "format", Choice<ConfigAt<&Config::log, &LogConfig::format>>(kLogFormatNames),
       "text is name=value pairs, json an object in each line."},
      {"log", "file", Text<ConfigAt<&Config::log, &LogConfig::file>>(),
       "Opened again at HUP, so that it can be rotated; empty: standard error."},
      {"log", "sessions", Stage<&hooks::ObservedStages::session_ended>(),
       "A line for each session, at its end."},
      {"log", "messages", Stage<&hooks::ObservedStages::message_finished>(),
       "A line for each message, stored or not."},
      {"log", "connections", Stage<&hooks::ObservedStages::session_opened>(),
       "A line for each connection, at its start."},
      {"log", "authentications", Stage<&hooks::ObservedStages::authentication_decided>(),
       "A line for each AUTH: who, how, and whether it was good."},
      {"log", "senders", Stage<&hooks::ObservedStages::sender_decided>(), "A line for each MAIL."},
      {"log", "recipients", Stage<&hooks::ObservedStages::recipient_decided>(),
       "A line for each RCPT."},
  };
}

// --- Printing
// -------------------------------------------------------------------------------------

std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted.push_back('\\');
    quoted.push_back(c);
  }
  return quoted + '"';
}

std::string FormatCount(uint64_t count) { return Concat(count); }

std::string FormatSize(uint64_t octets) {
  const std::string text = FormatOctets(octets);
  return ParseDecimal(text).has_value() ? text : Quoted(text);
}

std::string FormatList(const std::vector<std::string>& texts) {
  std::string list = "[";
  for (const std::string& text : texts) Append(list, list.size() > 1 ? ", " : "", Quoted(text));
  return list + ']';
}

std::string FormatCertificates(const std::vector<CertificateFiles>& certificates) {
  std::string list = "[";
  for (const CertificateFiles& files : certificates) {
    Append(list, list.size() > 1 ? ", " : "", "{ certificate = ", Quoted(files.certificate));
    if (!files.key.empty()) Append(list, ", key = ", Quoted(files.key));
    list += " }";
  }
  return list + ']';
}

std::string JoinNames(std::span<const std::string_view> names) {
  std::string joined;
  for (size_t i = 0; i < names.size(); ++i) {
    Append(joined, i == 0 ? "" : i + 1 == names.size() ? " or " : ", ", names[i]);
  }
  return joined;
}

template <typename... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};

}  // namespace

std::span<const ConfigSection> ConfigSections() { return kSections; }

std::span<const ConfigKey> ConfigKeys() {
  static const std::vector<ConfigKey> keys = MakeKeys();
  return keys;
}

const ConfigSection* FindSection(std::string_view name) {
  const auto sections = ConfigSections();
  const auto found = std::ranges::find(sections, name, &ConfigSection::name);
  return found == sections.end() ? nullptr : &*found;
}

const ConfigKey* FindKey(std::string_view section, std::string_view name) {
  for (const ConfigKey& key : ConfigKeys()) {
    if (key.section == section && key.name == name) return &key;
  }
  return nullptr;
}

std::string FormatValue(const ConfigKey& key, ConfigScope& scope) {
  return std::visit(
      Overloaded{
          [&](const SwitchForm& form) -> std::string { return form.at(scope) ? "true" : "false"; },
          [&](const CountForm& form) { return FormatCount(form.get(scope)); },
          [&](const OctetsForm& form) { return FormatSize(form.at(scope)); },
          [&](const DurationForm& form) { return Quoted(FormatTimeSpan(form.at(scope))); },
          [&](const ChoiceForm& form) { return Quoted(form.names[form.get(scope)]); },
          [&](const TextForm& form) { return Quoted(form.get(scope)); },
          [&](const TextListForm& form) { return FormatList(form.at(scope)); },
          [&](const CertificateListForm& form) { return FormatCertificates(form.at(scope)); },
      },
      key.form);
}

std::string DescribeValues(const ConfigKey& key) {
  return std::visit(
      Overloaded{
          [](const SwitchForm&) -> std::string { return "true or false"; },
          [](const CountForm& form) {
            return Concat(FormatCount(form.smallest), " to ", FormatCount(form.largest));
          },
          [](const OctetsForm& form) {
            return Concat(FormatOctets(form.smallest), " to ", FormatOctets(form.largest));
          },
          [](const DurationForm& form) {
            return Concat(FormatTimeSpan(form.smallest), " to ", FormatTimeSpan(form.largest));
          },
          [](const ChoiceForm& form) { return JoinNames(form.names); },
          [](const TextForm&) -> std::string { return "text"; },
          [](const TextListForm&) -> std::string { return "list of texts"; },
          [](const CertificateListForm&) -> std::string {
            return "list of { certificate = FILE, key = FILE }";
          },
      },
      key.form);
}

}  // namespace ringpost::daemon
