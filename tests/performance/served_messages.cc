// Serves messages of one kind to a client in the same thread, for a count of instructions:
//
//   valgrind --tool=callgrind --collect-atstart=no --toggle-collect=ServeCounted served_messages A
//   1000
//
// The server is ringpostd's, on the kernel's io_uring, with its hooks and its log, and the store
// that drops what it is given. One connection, in step: the client sends, the server turns until
// its reply is there. So each message takes the same way each time, and the client costs next to
// nothing.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ringpost/base/check.h"
#include "ringpost/base/text.h"
#include "ringpost/io/uring_reactor.h"
#include "ringpost/server/shard_server.h"
#include "server/activated_sockets.h"
#include "server/default_config.h"
#include "server/wiring.h"

namespace ringpost::daemon {
namespace {

constexpr size_t kWarmUpCount = 200;
// Of a body, sent at once: few enough to be received at once.
constexpr size_t kPieceOctets = 16 * 1024;

// What is sent at once, and how many replies it gets.
struct Step {
  std::string octets;
  int reply_count;
};

// The cases of docs/benchmarks.md.
struct Case {
  std::vector<Step> once;  // behind EHLO
  std::vector<Step> message;
};

std::string Body(size_t octets) {
  std::string body;
  while (body.size() + 78 <= octets) Append(body, std::string(76, 'a'), "\r\n");
  return body + ".\r\n";
}

Case CaseOf(std::string_view name) {
  const std::string mail = "MAIL FROM:<sender@example.org>\r\n";
  const std::string rcpt = "RCPT TO:<rcpt@example.com>\r\n";
  const std::string data = "DATA\r\n";
  const std::string envelope = mail + rcpt + data;
  if (name == "A") return {{}, {{mail, 1}, {rcpt, 1}, {data, 1}, {Body(1024), 1}}};
  if (name == "B1") return {{}, {{envelope, 3}, {Body(1024), 1}}};
  if (name == "B") return {{{envelope, 3}}, {{Body(1024) + envelope, 4}}};
  if (name == "D") return {{}, {{mail, 1}, {rcpt, 1}, {data, 1}, {Body(100 * 1024), 1}}};
  std::fprintf(stderr, "served_messages: cases are A, B1, B and D\n");
  std::exit(2);
}

// A server with one listener, to be turned by hand.
class Server {
 public:
  Server() : reactor_(*io::CreateUringReactor({.bounded_waits = true})), shard_(*reactor_, 0, 1) {
    Config config = DefaultConfig();
    config.listeners = {{.address = *ParseListenAddress("127.0.0.1:0"), .session = config.session}};
    config.store.kind = StoreKind::kDiscard;
    config.recipients.domains = {"example.com"};
    config.log.file = "/dev/null";
    const ScopedRunQueue scoped(shard_.run_queue());
    const auto options = std::make_shared<const server::ServerOptions>(
        *MakeServerOptions(config, *ActivatedSockets::FromEnvironment()));
    absl::StatusOr<hooks::Hooks> hooks = MakeHooksFactory(
        config, *LoadMailboxes(config), *LoadLogins(config, pools_), writers_)(shard_);
    const int listener = *reactor_->Listen(options->listeners[0].address, {});
    address_ = reactor_->LocalAddress(listener);
    server_.UseGeneration(std::make_shared<server::Generation>(options, *std::move(hooks)));
    server_.Listen({&listener, 1});
  }

  const io::SocketAddress& address() const { return address_; }
  void Turn() { shard_.Turn(); }

 private:
  std::unique_ptr<io::Reactor> reactor_;
  io::Shard shard_;
  server::ConnectionCensus census_;
  server::SharedAuthentication authentication_;
  LoginPools pools_;
  LogWriters writers_{1};
  server::ShardServer server_{shard_, census_, authentication_};
  io::SocketAddress address_;
};

// A client that turns the server while it waits.
class Client {
 public:
  explicit Client(Server& server) : server_(server), socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(server.address().port);
    Check(connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0, "connect");
    const int on = 1;
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }

  void Perform(const Step& step) {
    std::string_view left = step.octets;
    for (; left.size() > kPieceOctets; left.remove_prefix(kPieceOctets)) {
      Send(left.substr(0, kPieceOctets));
      server_.Turn();
    }
    Send(left);
    AwaitReplies(step.reply_count);
  }

  void AwaitReplies(int count) {
    while (count > 0) {
      server_.Turn();
      char octets[4096];
      const ssize_t received = recv(socket_, octets, sizeof octets, MSG_DONTWAIT);
      if (received > 0) count -= CountReplies({octets, static_cast<size_t>(received)});
    }
  }

 private:
  void Send(std::string_view octets) {
    const ssize_t sent = send(socket_, octets.data(), octets.size(), MSG_NOSIGNAL);
    Check(sent == static_cast<ssize_t>(octets.size()), "send");
  }

  // Replies come whole.
  static int CountReplies(std::string_view octets) {
    int count = 0;
    while (!octets.empty()) {
      Check(octets[0] == '2' || octets[0] == '3', "a reply that is no success");
      if (octets[3] == ' ') ++count;
      octets.remove_prefix(octets.find('\n') + 1);
    }
    return count;
  }

  Server& server_;
  const int socket_;
};

// The name that valgrind is told.
extern "C" [[gnu::noinline]] void ServeCounted(Client& client, const Case& served, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    for (const Step& step : served.message) client.Perform(step);
  }
}

int Main(const char* name, size_t count) {
  const Case served = CaseOf(name);
  Server server;
  Client client(server);
  client.AwaitReplies(1);
  client.Perform({"EHLO client.test\r\n", 1});
  for (const Step& step : served.once) client.Perform(step);
  for (size_t i = 0; i < kWarmUpCount; ++i) {
    for (const Step& step : served.message) client.Perform(step);
  }
  ServeCounted(client, served, count);
  std::fflush(nullptr);
  // What is open is the kernel's to close.
  _exit(0);
}

}  // namespace
}  // namespace ringpost::daemon

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "--compiler") {
    std::printf("%s\n", __VERSION__);
    return 0;
  }
  if (argc != 3) {
    std::fprintf(stderr, "usage: served_messages CASE COUNT | --compiler\n");
    return 2;
  }
  return ringpost::daemon::Main(argv[1], std::strtoul(argv[2], nullptr, 10));
}
