// Plays each dialog of this folder against a whole server, over a socket of the loopback.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "dialog.h"
#include "dialog_files.h"
#include "live_tls.h"
#include "ringpost/server/smtp_server.h"
#include "session_options.h"

namespace ringpost::dialogs {
namespace {

// What hangs ends the test; nothing that works comes near it.
constexpr timeval kPatience = {.tv_sec = 60, .tv_usec = 0};

// --- The application, which says no where the dialog does
// ---------------------------------------------

hooks::Verdict VerdictOf(const Refusal& refusal) {
  return refusal.code < 500 ? hooks::Verdict::Defer(ReplyOf(refusal))
                            : hooks::Verdict::Reject(ReplyOf(refusal));
}

class Application final : public hooks::Authenticator,
                          public hooks::ConnectionPolicy,
                          public hooks::SenderPolicy,
                          public hooks::RecipientValidator,
                          public hooks::MessageStore {
 public:
  explicit Application(const Dialog& dialog) : dialog_(dialog) {}

  hooks::AuthenticatorAbilities abilities() const override { return {.passwords = true}; }
  Task<hooks::AuthenticatedUser> OnPassword(const hooks::Context&, std::string_view user,
                                            std::string_view password) override {
    const bool is_known = std::ranges::any_of(dialog_.users, [&](const User& known) {
      return known.name == user && known.password == password;
    });
    co_return is_known ? std::optional<std::string>(user) : std::nullopt;
  }
  Task<hooks::ConnectionVerdict> OnConnection(const hooks::Context&,
                                              const smtp::ServerSessionOptions&) override {
    co_return hooks::ConnectionVerdict{.verdict = VerdictAt(Refusal::Stage::kConnection),
                                       .options = nullptr};
  }
  Task<hooks::Verdict> OnHello(const hooks::Context&) override {
    co_return VerdictAt(Refusal::Stage::kHello);
  }
  Task<hooks::Verdict> OnSender(const hooks::Context&, const smtp::Envelope&) override {
    co_return VerdictAt(Refusal::Stage::kSender);
  }
  Task<void> OnRecipients(const hooks::Context&, const smtp::Envelope&,
                          std::span<const smtp::Recipient> recipients,
                          std::span<hooks::Verdict> verdicts) override {
    for (size_t i = 0; i < recipients.size(); ++i) {
      const Refusal* const refusal =
          FindRefusal(Refusal::Stage::kRecipient, recipients[i].mailbox.ToString());
      verdicts[i] = refusal != nullptr ? VerdictOf(*refusal) : hooks::Verdict::Accept();
    }
    co_return;
  }
  Task<absl::StatusOr<hooks::MessageWriterPtr>> Open(const hooks::Context&,
                                                     const smtp::Envelope& envelope) override;
  hooks::Durability strongest_durability() const override { return hooks::Durability::kMemory; }

  std::vector<Message> messages;
  std::vector<std::string> aborts;

 private:
  class Writer;

  const Refusal* FindRefusal(Refusal::Stage stage, std::string_view subject) const {
    const auto found = std::ranges::find_if(dialog_.refusals, [&](const Refusal& refusal) {
      return refusal.stage == stage && refusal.subject == subject;
    });
    return found == dialog_.refusals.end() ? nullptr : &*found;
  }
  hooks::Verdict VerdictAt(Refusal::Stage stage) const {
    const Refusal* const refusal = FindRefusal(stage, "");
    return refusal != nullptr ? VerdictOf(*refusal) : hooks::Verdict::Continue();
  }

  const Dialog& dialog_;
};

class Application::Writer final : public hooks::MessageWriter {
 public:
  Writer(Application& application, const smtp::Envelope& envelope) : application_(application) {
    message_.sender = envelope.sender.ToString();
    for (const smtp::Recipient& recipient : envelope.recipients) {
      message_.recipients.push_back(recipient.mailbox.ToString());
    }
  }

  Task<absl::Status> Append(const hooks::Context&, io::Chunk chunk) override {
    // The first chunk is the Received field, of which a dialog knows nothing.
    if (std::exchange(has_received_field_, true)) message_.octets += chunk.octets;
    co_return absl::OkStatus();
  }
  Task<hooks::CommitResult> Commit(const hooks::Context&, hooks::Durability) override {
    hooks::CommitResult result;
    std::vector<std::string> accepting;
    for (const std::string& recipient : message_.recipients) {
      const Refusal* refusal = application_.FindRefusal(Refusal::Stage::kMessage, recipient);
      if (refusal == nullptr) refusal = application_.FindRefusal(Refusal::Stage::kMessage, "");
      if (refusal == nullptr) accepting.push_back(recipient);
      result.per_recipient.push_back(refusal == nullptr ? hooks::Verdict::Accept()
                                                        : VerdictOf(*refusal));
    }
    message_.recipients = std::move(accepting);
    if (!message_.recipients.empty()) application_.messages.push_back(std::move(message_));
    co_return result;
  }
  Task<void> Abort(const hooks::Context&, smtp::AbortReason reason) override {
    application_.aborts.emplace_back(smtp::AbortReasonName(reason));
    co_return;
  }

 private:
  Application& application_;
  Message message_;
  bool has_received_field_ = false;
};

Task<absl::StatusOr<hooks::MessageWriterPtr>> Application::Open(const hooks::Context&,
                                                                const smtp::Envelope& envelope) {
  co_return hooks::MessageWriterPtr(new Writer(*this, envelope));
}

// --- The client
// ---------------------------------------------------------------------------------------

class Client {
 public:
  explicit Client(uint16_t port) : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
    setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
    EXPECT_EQ(connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  ~Client() { close(socket_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // From here on all is encrypted. What was read before is lost with the plain session.
  bool Encrypt() {
    unread_.clear();
    tls_ = LiveTls::Create({.send = [this](std::string_view octets) { SendPlain(octets); },
                            .receive = [this] { return ReceivePlain(); }});
    return tls_ != nullptr && tls_->Handshake();
  }

  void Send(std::string_view octets) {
    if (tls_ != nullptr) return tls_->Send(octets);
    SendPlain(octets);
  }
  void EndSending() {
    if (tls_ != nullptr) tls_->SayGoodbye();
    shutdown(socket_, SHUT_WR);
  }

  // Without its CRLF; nullopt when the server has closed.
  std::optional<std::string> ReadLine() {
    while (unread_.find("\r\n") == std::string::npos) {
      if (!ReceiveMore()) return std::nullopt;
    }
    const size_t line_end = unread_.find("\r\n");
    std::string line = unread_.substr(0, line_end);
    unread_.erase(0, line_end + 2);
    return line;
  }
  // All up to the end.
  std::string ReadRest() {
    while (ReceiveMore()) {
    }
    return std::exchange(unread_, {});
  }

 private:
  // A server that has closed does not hear it; what it said tells.
  void SendPlain(std::string_view octets) {
    while (!octets.empty()) {
      const ssize_t sent = send(socket_, octets.data(), octets.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      octets.remove_prefix(static_cast<size_t>(sent));
    }
  }
  std::string ReceivePlain() {
    char octets[4096];
    const ssize_t received = recv(socket_, octets, sizeof octets, 0);
    if (received < 0) EXPECT_EQ(errno, ECONNRESET) << "waited in vain";
    return received <= 0 ? std::string() : std::string(octets, static_cast<size_t>(received));
  }
  bool ReceiveMore() {
    const std::string octets = tls_ != nullptr ? tls_->Receive() : ReceivePlain();
    unread_ += octets;
    return !octets.empty();
  }

  int socket_;
  std::string unread_;
  std::unique_ptr<LiveTls> tls_;
};

// --- Playing
// ------------------------------------------------------------------------------------------

void ExpectLine(Client& client, const Step& step) {
  std::optional<std::string> line = client.ReadLine();
  while (step.kind == Step::Kind::kExpectLast && line && line->size() > 3 && (*line)[3] == '-') {
    line = client.ReadLine();
  }
  ASSERT_TRUE(line.has_value()) << "line " << step.line_number << ": expected " << step.text
                                << ", and the server closed";
  ASSERT_TRUE(Matches(step.text, *line))
      << "line " << step.line_number << ": expected " << step.text << ", got " << *line;
}

void Play(const Dialog& dialog, Client& client) {
  std::string octets;
  for (const Step& step : dialog.steps) {
    if (step.kind == Step::Kind::kSend) {
      octets += step.text;
      continue;
    }
    client.Send(std::exchange(octets, {}));
    switch (step.kind) {
      case Step::Kind::kSend:
        break;
      case Step::Kind::kHangUp:
        client.EndSending();
        break;
      case Step::Kind::kHandshake:
        ASSERT_TRUE(client.Encrypt()) << "line " << step.line_number;
        break;
      case Step::Kind::kExpect:
      case Step::Kind::kExpectLast:
        ASSERT_NO_FATAL_FAILURE(ExpectLine(client, step));
        break;
      case Step::Kind::kExpectClose:
        ASSERT_EQ(client.ReadRest(), "") << "line " << step.line_number;
        break;
    }
  }
  client.Send(octets);
  client.EndSending();
  EXPECT_EQ(client.ReadRest(), "") << "said and not expected";
}

// What AUTH is to offer, as far as a policy can say it.
server::MechanismPolicy MechanismsOf(const Dialog& dialog) {
  const std::string& over_tls = dialog.mechanisms_over_tls;
  std::istringstream names(over_tls.empty() ? dialog.mechanisms : over_tls);
  server::MechanismPolicy policy = {.allowed = {},
                                    .allows_plaintext_without_tls = !dialog.mechanisms.empty()};
  for (std::string name; names >> name;) policy.allowed.push_back(*sasl::ParseMechanism(name));
  return policy;
}

class LiveDialog : public ::testing::TestWithParam<std::string> {};

TEST_P(LiveDialog, IsPlayedAsWritten) {
  const Dialog dialog = ReadDialog(GetParam());
  auto application = std::make_shared<Application>(dialog);
  server::ServerOptions options;
  options.listeners.resize(1);
  options.listeners[0].address = *io::ParseSocketAddress("127.0.0.1:0");
  for (const Option& option : dialog.options) ApplyOption(option, options.listeners[0].session);
  if (dialog.needs_tls()) options.listeners[0].security = MakeLiveSecurity();
  options.listeners[0].tls_is_implicit = dialog.starts_with_handshake();
  options.authentication.mechanisms = MechanismsOf(dialog);
  options.authentication.throttle.undelayed_failures = 100;  // a dialog has no time
  options.durability = hooks::Durability::kMemory;
  auto server = server::SmtpServer::Start(options, [&](io::Shard&) -> absl::StatusOr<hooks::Hooks> {
    return hooks::Hooks{.connection_policy = application,
                        .authenticator = dialog.needs_authentication() ? application : nullptr,
                        .sender_policy = application,
                        .recipient_validators = {application},
                        .filters = {},
                        .store = application,
                        .observers = {}};
  });
  ASSERT_TRUE(server.ok()) << server.status().message();
  {
    Client client((*server)->addresses()[0].port);
    Play(dialog, client);
  }
  (*server)->Stop(absl::Seconds(30));
  EXPECT_EQ(application->messages, dialog.messages);
  EXPECT_EQ(application->aborts, dialog.aborts);
}

const LiveAbilities kAbilities = {.tls = MakeLiveSecurity() != nullptr, .authentication = true};

INSTANTIATE_TEST_SUITE_P(All, LiveDialog, ::testing::ValuesIn(LiveDialogNames(kAbilities)),
                         [](const auto& test_info) { return TestNameOf(test_info.param); });

}  // namespace
}  // namespace ringpost::dialogs
