#include "load_world.h"

#include <algorithm>
#include <utility>

#include "load/load_run.h"
#include "ringpost/base/ascii.h"
#include "ringpost/base/base64.h"
#include "ringpost/base/text.h"
#include "ringpost/testing/run_task.h"

namespace ringpost::load {
namespace {

io::SocketAddress ServerAddress() { return *io::ParseSocketAddress("192.0.2.1:25"); }

}  // namespace

// --- The server
// -----------------------------------------------------------------------------------

class LoadWorld::Session {
 public:
  Session(LoadWorld& world, int socket)
      : world_(world),
        socket_(socket),
        transport_(std::make_unique<net::TcpTransport>(world.shard_, socket, world.counters_)) {}

  static Task<void> ServeSocket(LoadWorld& world, int socket) {
    Session session(world, socket);
    co_await session.Serve();
  }

 private:
  Task<void> Serve() {
    const bool is_implicit = world_.options.dialog.tls == TlsUse::kImplicit;
    if ((!is_implicit || co_await Secure()) &&
        co_await Say(Phase::kBanner, "220 mx.test ESMTP\r\n")) {
      while (co_await ReadLine() && co_await Obey()) {
      }
    }
    co_await transport_->Close({.deadline = world_.shard_.Now() + absl::Seconds(1)});
  }

  // False when the session is over.
  Task<bool> Obey() {
    world_.commands.push_back(line_);
    if (StartsWithIgnoreCase(line_, "EHLO") || StartsWithIgnoreCase(line_, "LHLO")) {
      co_return co_await Say(Phase::kEhlo, EhloReply());
    }
    if (StartsWithIgnoreCase(line_, "STARTTLS")) {
      if (!co_await Say(Phase::kStartTls, "220 go\r\n")) co_return false;
      co_return last_code_ != '2' || co_await Secure();
    }
    if (StartsWithIgnoreCase(line_, "AUTH ")) co_return co_await Authenticate(line_.substr(5));
    if (StartsWithIgnoreCase(line_, "HELO"))
      co_return co_await Say(Phase::kEhlo, "250 mx.test\r\n");
    if (StartsWithIgnoreCase(line_, "MAIL")) {
      recipient_count_ = 0;
      const bool goes_on = co_await Say(Phase::kMail, "250 2.1.0 OK\r\n");
      has_sender_ = last_code_ == '2';
      co_return goes_on;
    }
    if (StartsWithIgnoreCase(line_, "RCPT")) {
      const bool goes_on =
          co_await Say(Phase::kRcpt, has_sender_ ? "250 2.1.5 OK\r\n" : "503 no sender\r\n");
      if (last_code_ == '2') ++recipient_count_;
      co_return goes_on;
    }
    if (StartsWithIgnoreCase(line_, "RSET")) co_return co_await Say(Phase::kReset, "250 OK\r\n");
    if (StartsWithIgnoreCase(line_, "DATA")) {
      const char* const reply = recipient_count_ > 0 ? "354 go\r\n" : "503 no recipients\r\n";
      if (!co_await Say(Phase::kData, reply)) co_return false;
      if (last_code_ != '3') co_return true;
      co_return co_await ReadToDot() && co_await Accept();
    }
    if (StartsWithIgnoreCase(line_, "BDAT")) {
      const std::string size = line_.substr(5, line_.find(' ', 5) - 5);
      co_return co_await ReadOctets(*ParseDecimal(size)) && co_await Accept();
    }
    co_await Say(Phase::kQuit, "221 bye\r\n");
    co_return false;
  }

  Task<bool> Secure() {
    auto secure = world_.security->Secure(std::move(transport_));
    net::SecureTransport& made = *secure;
    transport_ = std::move(secure);
    is_secure_ = (co_await made.Handshake({}, nullptr)).ok();
    if (is_secure_) {
      exporter_ = made.facts().tls_exporter;
      world_.resumed_count += made.facts().is_resumed ? 1 : 0;
    }
    co_return is_secure_;
  }

  Task<bool> Authenticate(std::string argument) {
    const size_t blank = std::min(argument.find(' '), argument.size());
    const std::string name = argument.substr(0, blank);
    sink::Login login(*world_.user, *sasl::ParseMechanism(name), {.tls_exporter = exporter_});
    std::optional<std::string> response;
    if (blank < argument.size()) {
      const std::string initial = argument.substr(blank + 1);
      response = initial == "=" ? "" : *DecodeBase64(initial);
    }
    for (;;) {
      const sink::Login::Step step = login.Next(response);
      if (step.reply.has_value()) {
        std::string reply;
        step.reply->AppendTo(reply);
        co_return co_await Say(Phase::kAuth, reply);
      }
      const std::string challenge = Concat("334 ", EncodeBase64(*step.challenge), "\r\n");
      if (!co_await Say(Phase::kAuth, challenge)) co_return false;
      if (last_code_ != '3') co_return true;
      if (!co_await ReadLine()) co_return false;
      response = DecodeBase64(line_).value_or("not base64");
    }
  }

  std::string EhloReply() const {
    std::string reply = "250-mx.test\r\n";
    if (world_.security != nullptr && !is_secure_) Append(reply, "250-STARTTLS\r\n");
    if (world_.user != nullptr) {
      Append(reply, "250-AUTH ", sink::OfferedMechanisms(is_secure_), "\r\n");
    }
    for (const std::string& extension : world_.extensions) Append(reply, "250-", extension, "\r\n");
    Append(reply, "250 HELP\r\n");
    return reply;
  }

  Task<bool> Accept() {
    world_.arrivals.push_back(world_.elapsed());
    const Instant now = world_.shard_.Now();
    world_.busy_until_ = std::max(world_.busy_until_, now) + world_.service_time;
    Instant due = world_.busy_until_;
    const Instant stalled_until = world_.start_ + world_.stall_end;
    if (now >= world_.start_ + world_.stall_start) due = std::max(due, stalled_until);
    if (due > now) static_cast<void>(co_await io::Sleep(world_.shard_, due - now, {}));
    const size_t reply_count = world_.options.target.is_lmtp ? recipient_count_ : 1;
    for (size_t i = 0; i < reply_count; ++i) {
      if (!co_await Say(Phase::kBody, "250 2.0.0 kept\r\n")) co_return false;
    }
    co_return true;
  }

  Task<bool> Say(Phase phase, std::string usual) {
    const uint64_t count = ++world_.phase_counts_[static_cast<size_t>(phase)];
    Answer answer = {.text = std::move(usual)};
    if (world_.answers) answer = world_.answers(phase, count).value_or(answer);
    switch (answer.deed) {
      case Answer::Deed::kReply:
        last_code_ = answer.text.empty() ? ' ' : answer.text[0];
        co_return (co_await transport_->Write(answer.text, {})).ok();
      case Answer::Deed::kReplyAndClose:
        static_cast<void>(co_await transport_->Write(answer.text, {}));
        break;
      case Answer::Deed::kClose:
        break;
      case Answer::Deed::kReset:
        world_.reactor_.ResetConnection(socket_);
        break;
      case Answer::Deed::kSilence:
        while (co_await ReadSome()) {
        }
        break;
    }
    co_return false;
  }

  Task<bool> ReadSome() {
    const absl::StatusOr<io::Chunk> chunk = co_await transport_->Read({});
    if (!chunk.ok() || chunk->octets.empty()) co_return false;
    input_.append(chunk->octets);
    co_return true;
  }
  Task<bool> ReadLine() {
    while (input_.find("\r\n") == std::string::npos) {
      if (!co_await ReadSome()) co_return false;
    }
    const size_t end = input_.find("\r\n");
    line_ = input_.substr(0, end);
    input_.erase(0, end + 2);
    co_return true;
  }
  Task<bool> ReadToDot() {
    std::string body;
    while (co_await ReadLine()) {
      if (line_ == ".") {
        world_.bodies.push_back(std::move(body));
        co_return true;
      }
      Append(body, line_, "\r\n");
    }
    co_return false;
  }
  Task<bool> ReadOctets(size_t count) {
    while (input_.size() < count) {
      if (!co_await ReadSome()) co_return false;
    }
    world_.bodies.push_back(input_.substr(0, count));
    input_.erase(0, count);
    co_return true;
  }

  LoadWorld& world_;
  const int socket_;
  std::unique_ptr<net::Transport> transport_;
  bool is_secure_ = false;
  std::string exporter_;
  std::string input_;
  std::string line_;
  bool has_sender_ = false;
  size_t recipient_count_ = 0;
  char last_code_ = ' ';
};

void LoadWorld::OnConnection(int socket) {
  ++connection_count;
  shard_.scope().Spawn(Session::ServeSocket(*this, socket));
}

// --- The world
// ------------------------------------------------------------------------------------

LoadWorld::LoadWorld(uint64_t seed) : reactor_({.seed = seed}, disk_), shard_(reactor_, 0, seed) {
  options.target = {.url = "smtp://192.0.2.1:25", .is_lmtp = false, .address = ServerAddress()};
  options.connection_count = 1;
  options.message_limit = 1;
  options.duration = absl::Seconds(10);
  options.warm_up = absl::ZeroDuration();
  options.timeout = absl::Seconds(1);
}

LoadWorld::~LoadWorld() = default;

Results LoadWorld::Run() {
  options.dialog.is_lmtp = options.target.is_lmtp;
  if (options.credentials.has_value()) {
    options.dialog.mechanism = sasl::MechanismName(options.credentials->mechanism);
  }
  const Corpus corpus = messages.has_value()
                            ? Corpus::OfMessages(*messages)
                            : Corpus::OfSizes(options.sizes, {.seed = options.seed});
  const Script script(ScriptOptionsOf(options, run_id), corpus);
  Monitor monitor(1);
  Generator generator({.shard = shard_,
                       .options = options,
                       .corpus = corpus,
                       .script = script,
                       .control = control,
                       .monitor = monitor,
                       .channels = channels.get(),
                       .observer = observer,
                       .watcher = this});
  start_ = busy_until_ = shard_.Now();
  {
    const ScopedRunQueue scoped(shard_.run_queue());
    if (listens) {
      const int socket = reactor_.Listen(ServerAddress(), {}).value();
      listener_ = std::make_unique<net::Listener>(shard_, socket,
                                                  static_cast<net::ConnectionTaker&>(*this));
      listener_->Start();
    }
    generator.Start(shard_.Now());
  }
  const auto step = [&] {
    const ScopedRunQueue scoped(shard_.run_queue());
    return generator.Step();
  };
  while (step()) shard_.Turn(generator.next_step());
  if (listener_ != nullptr) testing::RunTask(shard_, listener_->Stop());
  testing::RunTask(shard_, shard_.scope().Join());
  listener_.reset();
  intervals = monitor.Take();
  return ResultsOf(options, generator.tally(), generator.duration());
}

const Histogram* FindLatency(const Results& results, Phase phase) {
  for (const PhaseResult& result : results.phases) {
    if (result.phase == phase) return result.histogram.get();
  }
  return nullptr;
}

uint64_t CountReplies(const Results& results, Phase phase, int code) {
  for (const ReplyResult& reply : results.replies) {
    if (reply.phase == phase && reply.code == code) return reply.count;
  }
  return 0;
}

uint64_t CountErrors(const Results& results, ErrorKind kind, Phase phase) {
  for (const ErrorResult& error : results.errors) {
    if (error.phase == phase && error.kind == kind) return error.count;
  }
  return 0;
}

}  // namespace ringpost::load
