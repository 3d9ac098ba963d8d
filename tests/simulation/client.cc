#include "client.h"

#include <algorithm>
#include <utility>

#include "ringpost/base/text.h"
#include "ringpost/io/operations.h"

namespace ringpost::simulation {
namespace {

constexpr absl::Duration kPatience = absl::Minutes(30);

struct Mail {
  std::string key;
  std::string octets;
  std::vector<std::string> mailboxes;
};

std::string RandomLine(Random& random) {
  constexpr std::string_view kLetters =
      "abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ.0123456789";
  std::string line(random.OneIn(3) ? "." : "");
  if (random.OneIn(10)) line = "..";
  for (uint64_t left = random.Below(76); left > 0; --left) {
    line.push_back(kLetters[random.Below(kLetters.size())]);
  }
  return line + "\r\n";
}

size_t RandomBodyBytes(Random& random) {
  if (random.OneIn(40)) return 300'000;
  return static_cast<size_t>(random.OneIn(4) ? random.Below(30'000) : random.Below(600));
}

Mail RandomMail(Random& random, std::string key, size_t body_bytes) {
  Mail mail = {.key = std::move(key), .octets = {}, .mailboxes = {}};
  mail.octets = Ledger::IdentifyingLine(mail.key) + "Subject: simulated\r\n\r\n";
  const size_t whole_bytes = mail.octets.size() + body_bytes;
  while (mail.octets.size() < whole_bytes) mail.octets += RandomLine(random);
  const uint64_t first = random.Below(kMailboxCount);
  const uint64_t recipient_count = 1 + random.Below(3);
  for (uint64_t i = 0; i < recipient_count; ++i) {
    mail.mailboxes.push_back(MailboxName((first + i) % kMailboxCount));
  }
  return mail;
}

// RFC 5321 §4.5.2.
std::string DotStuffed(std::string_view octets) {
  std::string stuffed;
  bool at_line_start = true;
  for (const char c : octets) {
    if (at_line_start && c == '.') stuffed.push_back('.');
    stuffed.push_back(c);
    at_line_start = c == '\n';
  }
  return stuffed;
}

class Client {
 public:
  Client(Surroundings& surroundings, Habit habit, std::string name, uint64_t seed)
      : around_(surroundings), habit_(habit), name_(std::move(name)), random_(seed) {}

  Task<void> Run() {
    const uint64_t session_count = 1 + random_.Below(3);
    for (uint64_t i = 0; i < session_count; ++i) {
      co_await Pause(absl::Milliseconds(200));
      if (!co_await Connect()) continue;
      ++around_.session_count;
      co_await RunSession();
      co_await transport_->Close({.deadline = around_.shard.Now() + linger_});
    }
  }

 private:
  bool is_lmtp() const { return habit_ == Habit::kLmtp; }
  bool is_well_behaved() const { return static_cast<int>(habit_) < kWellBehavedCount; }

  Task<void> RunSession() {
    if (habit_ == Habit::kSilent) co_return co_await ReadToEnd();
    if (habit_ == Habit::kGarbage) co_return co_await TalkGarbage();
    if (co_await ReadReply() != 220) co_return;
    const std::string hello = Concat(is_lmtp() ? "LHLO " : "EHLO ", name_, ".example.org\r\n");
    if (co_await Ask(hello) != 250) co_return;
    if (WantsTls() && !co_await StartTls(hello)) co_return;
    const uint64_t mail_count = 1 + random_.Below(3);
    for (uint64_t i = 0; i < mail_count && !said_quit_ && !is_gone_; ++i)
      co_await HandOver(NewMail());
    if (is_gone_ || said_quit_) co_return;
    co_await Ask("QUIT\r\n");
  }

  // Who closes his half says no goodbye: under TLS that is an attack.
  bool WantsTls() {
    return around_.security && !is_lmtp() && habit_ != Habit::kHalfClosing && random_.OneIn(2);
  }

  Task<bool> StartTls(const std::string& hello) {
    if (co_await Ask("STARTTLS\r\n") != 220) co_return false;
    std::unique_ptr<net::SecureTransport> secure = around_.security(std::move(transport_));
    net::SecureTransport& transport = *secure;
    transport_ = std::move(secure);
    if (!is_well_behaved() && random_.OneIn(3)) {
      Leave();
      co_return false;
    }
    const absl::Status status = co_await transport.Handshake(Patience(), nullptr);
    is_gone_ = is_gone_ || !status.ok();
    if (!status.ok() || co_await Ask(hello) != 250) co_return false;
    ++around_.encrypted_count;
    co_return true;
  }

  Mail NewMail() {
    const size_t body_bytes =
        habit_ == Habit::kSlow ? random_.Below(3000) : RandomBodyBytes(random_);
    Mail mail = RandomMail(random_, Concat(name_, "-", ++mail_count_), body_bytes);
    around_.ledger.Expect(mail.key, mail.octets);
    return mail;
  }

  Task<void> HandOver(Mail mail) {
    if (is_well_behaved()) ++around_.well_meant_count;
    const bool at_once = habit_ == Habit::kPipelining || habit_ == Habit::kHalfClosing;
    if (habit_ == Habit::kChunking) {
      co_await HandOverInChunks(mail);
    } else if (at_once ? co_await SendEnvelopeAtOnce(mail) : co_await SendEnvelope(mail)) {
      co_await SendBody(mail);
    }
  }

  Task<bool> SendEnvelope(const Mail& mail) {
    accepted_recipients_ = 0;
    if (co_await Ask(MailCommand()) != 250) co_return false;
    for (const std::string& mailbox : mail.mailboxes) {
      co_await MaybePause();
      if (co_await Ask(RecipientCommand(mailbox)) == 250) ++accepted_recipients_;
    }
    co_return co_await Ask("DATA\r\n") == 354;
  }

  Task<bool> SendEnvelopeAtOnce(const Mail& mail) {
    std::string commands = MailCommand();
    for (const std::string& mailbox : mail.mailboxes) commands += RecipientCommand(mailbox);
    commands += "DATA\r\n";
    if (!co_await Write(commands)) co_return false;
    int last = 0;
    for (size_t i = 0; i < mail.mailboxes.size() + 2; ++i) last = co_await ReadReply();
    co_return last == 354;
  }

  Task<void> SendBody(const Mail& mail) {
    std::string octets = DotStuffed(mail.octets) + ".\r\n";
    if (habit_ == Habit::kVanishing || habit_ == Habit::kResetting) {
      octets.resize(random_.OneIn(3) ? octets.size() : random_.Below(octets.size()));
      co_await Write(octets);
      co_await MaybePause();
      co_return Leave();
    }
    if (habit_ == Habit::kPipelining && random_.OneIn(3)) octets += SayQuit();
    if (habit_ == Habit::kHalfClosing) octets += SayQuit();
    if (!co_await WriteBody(octets)) co_return;
    if (habit_ == Habit::kHalfClosing) around_.reactor.ShutdownSend(socket_);
    co_await ReadVerdict(mail);
  }

  Task<bool> WriteBody(std::string_view octets) {
    while (!octets.empty()) {
      const size_t piece_bytes =
          habit_ == Habit::kSlow ? 1 + random_.Below(200) : 1 + random_.Below(octets.size());
      const std::string_view piece = octets.substr(0, piece_bytes);
      if (!co_await Write(piece)) co_return false;
      octets.remove_prefix(piece.size());
      if (habit_ == Habit::kSlow) co_await Pause(absl::Milliseconds(400));
    }
    co_return true;
  }

  // RFC 3030, with the chunks pipelined behind each other.
  Task<void> HandOverInChunks(const Mail& mail) {
    std::string commands = MailCommand();
    size_t reply_count = 1 + mail.mailboxes.size();
    for (const std::string& mailbox : mail.mailboxes) commands += RecipientCommand(mailbox);
    std::string_view left = mail.octets;
    while (!left.empty()) {
      const std::string_view chunk = left.substr(0, 1 + random_.Below(left.size()));
      left.remove_prefix(chunk.size());
      Append(commands, "BDAT ", chunk.size(), left.empty() ? " LAST" : "", "\r\n", chunk);
      ++reply_count;
    }
    if (!co_await WriteBody(commands)) co_return;
    for (size_t i = 1; i < reply_count; ++i) co_await ReadReply();
    co_await ReadVerdict(mail);
  }

  Task<void> ReadVerdict(const Mail& mail) {
    const size_t reply_count = is_lmtp() ? accepted_recipients_ : 1;
    bool all_accepted = true;
    for (size_t i = 0; i < reply_count; ++i) {
      const bool accepted = co_await ReadReply() == 250;
      all_accepted = all_accepted && accepted;
      if (accepted) around_.ledger.Find(mail.key)->client_read_250 = true;
    }
    if (all_accepted) ++around_.accepted_count;
  }

  Task<void> TalkGarbage() {
    // Either recipients or ends of messages, so that no garbage is ever accepted.
    constexpr std::string_view kEndless[] = {"RCPT TO:<u1@example.org>\r\n", "BDAT 5\r\n",
                                             "x.\r\n"};
    constexpr std::string_view kRecipientless[] = {"RCPT TO:<u1@example.net>\r\n",
                                                   "BDAT 3 LAST\r\nabc", "\r\n.\r\n"};
    constexpr std::string_view kCommon[] = {"EHLO x\r\n",
                                            "MAIL FROM:<>\r\n",
                                            "DATA\r\n",
                                            "RSET\r\n",
                                            "\r\n",
                                            "NOOP\n",
                                            "\r\n.\n",
                                            "QUIT\r",
                                            "BDAT 18446744073709551616 LAST\r\n",
                                            "GET / HTTP/1.1\r\n",
                                            "\x16\x03\x01\x02"};
    std::vector<std::string_view> phrases(std::begin(kCommon), std::end(kCommon));
    const auto& others = random_.OneIn(2) ? kEndless : kRecipientless;
    phrases.insert(phrases.end(), std::begin(others), std::end(others));
    for (uint64_t left = random_.Below(60); left > 0 && !is_gone_; --left) {
      std::string phrase(phrases[random_.Below(phrases.size())]);
      if (random_.OneIn(8)) phrase.assign(random_.Below(9000), static_cast<char>(random_.Next()));
      co_await Write(phrase);
      co_await MaybePause();
    }
    if (random_.OneIn(3)) co_return Leave();
    around_.reactor.ShutdownSend(socket_);
    co_await ReadToEnd();
  }

  // --- Words
  std::string MailCommand() const { return Concat("MAIL FROM:<", name_, "@example.net>\r\n"); }
  static std::string RecipientCommand(const std::string& mailbox) {
    return Concat("RCPT TO:<", mailbox, "@example.org>\r\n");
  }
  std::string SayQuit() {
    said_quit_ = true;
    return "QUIT\r\n";
  }

  // --- Wire
  Task<bool> Connect() {
    input_.clear();
    is_gone_ = said_quit_ = false;
    linger_ = absl::Seconds(5);
    const io::SocketAddress& address = is_lmtp() ? around_.lmtp : around_.smtp;
    const absl::StatusOr<int> socket =
        co_await net::ConnectSocket(around_.shard, address, Patience());
    if (!socket.ok()) co_return false;
    socket_ = *socket;
    transport_ = std::make_unique<net::TcpTransport>(around_.shard, socket_, around_.counters);
    co_return true;
  }

  void Leave() {
    if (habit_ == Habit::kResetting) around_.reactor.ResetConnection(socket_);
    linger_ = absl::ZeroDuration();
    is_gone_ = true;
  }

  Task<int> Ask(std::string command) {
    if (!co_await Write(command)) co_return 0;
    co_return co_await ReadReply();
  }

  Task<bool> Write(std::string_view octets) {
    const absl::Status status = co_await transport_->Write(octets, Patience());
    is_gone_ = is_gone_ || !status.ok();
    co_return status.ok();
  }

  // The code of the next reply; 0 when the connection has ended.
  Task<int> ReadReply() {
    for (;;) {
      const size_t end = input_.find("\r\n");
      if (end != input_.npos) {
        const std::string line = input_.substr(0, end);
        input_.erase(0, end + 2);
        if (line.size() > 3 && line[3] == '-') continue;
        co_return static_cast<int>(ParseDecimal(line.substr(0, 3)).value_or(0));
      }
      if (!co_await ReadMore()) co_return 0;
    }
  }

  Task<void> ReadToEnd() {
    while (co_await ReadMore()) input_.clear();
  }

  Task<bool> ReadMore() {
    const absl::StatusOr<io::Chunk> chunk = co_await transport_->Read(Patience());
    const bool has_more = chunk.ok() && !chunk->octets.empty();
    if (has_more) input_.append(chunk->octets);
    is_gone_ = is_gone_ || !has_more;
    co_return has_more;
  }

  Task<void> MaybePause() {
    if (random_.OneIn(4)) co_await Pause(absl::Milliseconds(20));
  }
  Task<void> Pause(absl::Duration longest) {
    const auto length = static_cast<int64_t>(
        random_.Below(static_cast<uint64_t>(absl::ToInt64Microseconds(longest)) + 1));
    static_cast<void>(co_await io::Sleep(around_.shard, absl::Microseconds(length), {}));
  }
  io::Wait Patience() const { return {.deadline = around_.shard.Now() + kPatience}; }

  Surroundings& around_;
  const Habit habit_;
  const std::string name_;
  Random random_;
  std::unique_ptr<net::Transport> transport_;
  int socket_ = -1;
  std::string input_;
  size_t mail_count_ = 0;
  size_t accepted_recipients_ = 0;
  absl::Duration linger_;
  bool is_gone_ = false;
  bool said_quit_ = false;
};

}  // namespace

std::string MailboxName(uint64_t index) { return Concat("u", index); }

Task<void> RunClient(Surroundings& surroundings, Habit habit, std::string name, uint64_t seed) {
  Client client(surroundings, habit, std::move(name), seed);
  co_await client.Run();
}

}  // namespace ringpost::simulation
