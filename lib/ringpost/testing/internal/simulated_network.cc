#include "ringpost/testing/internal/simulated_network.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "ringpost/base/check.h"
#include "ringpost/base/text.h"

namespace ringpost::testing::internal {

// One direction of a connection.
struct SimulatedNetwork::Pipe {
  struct Segment {
    Instant arrival;
    std::string octets;
    size_t taken_bytes = 0;
  };

  std::deque<Segment> segments;
  size_t held_bytes = 0;
  Instant last_arrival = {};
  Instant end_arrival = Instant::Never();
  bool has_end = false;      // nothing more will be sent
  bool reader_left = false;  // what is sent is answered by a reset

  bool HasArrived(Instant now) const {
    return !segments.empty() && segments.front().arrival <= now;
  }
  size_t ArrivedBytes(Instant now) const {
    size_t bytes = 0;
    for (const Segment& segment : segments) {
      if (segment.arrival > now) break;
      bytes += segment.octets.size() - segment.taken_bytes;
    }
    return bytes;
  }
  // What came in several segments is received as one, as from any stream.
  std::string Take(size_t bytes) {
    std::string taken;
    held_bytes -= bytes;
    while (taken.size() < bytes) {
      Segment& first = segments.front();
      const auto left = std::string_view(first.octets).substr(first.taken_bytes);
      const std::string_view piece = left.substr(0, bytes - taken.size());
      taken.append(piece);
      first.taken_bytes += piece.size();
      if (first.taken_bytes == first.octets.size()) segments.pop_front();
    }
    return taken;
  }
  void DropWhatIsUnderWay(Instant now) {
    while (!segments.empty() && segments.back().arrival > now) {
      held_bytes -= segments.back().octets.size() - segments.back().taken_bytes;
      segments.pop_back();
    }
  }
};

struct SimulatedNetwork::Endpoint {
  struct Sender {
    FlightPtr flight;
    size_t sent_bytes = 0;
  };

  io::SocketAddress local;
  io::SocketAddress remote;
  std::shared_ptr<Pipe> incoming;
  std::shared_ptr<Pipe> outgoing;
  std::weak_ptr<Endpoint> peer;
  FlightPtr receiver;
  std::deque<Sender> senders;
  bool is_reset = false;
  bool reset_was_told = false;
};

struct SimulatedNetwork::Listener {
  io::SocketAddress address;
  io::ListenOptions options;
  FlightPtr acceptor;
  std::deque<EndpointPtr> backlog;
};

struct SimulatedNetwork::Socket {
  io::SocketAddress source = {};  // of one that is not connected yet
  EndpointPtr end = nullptr;
  ListenerPtr listener = nullptr;
};

SimulatedNetwork::SimulatedNetwork(EventQueue& events, Flights& flights, Dice& dice,
                                   ReceiveBuffers& buffers, DescriptorNumbers& descriptors)
    : events_(events),
      flights_(flights),
      dice_(dice),
      buffers_(buffers),
      descriptors_(descriptors) {
  // Leases are dropped in the middle of anything, so what follows is an event of its own.
  buffers_.set_on_room([this] { events_.After(absl::ZeroDuration(), [this] { OnRoom(); }); });
}

SimulatedNetwork::~SimulatedNetwork() = default;

// --- Sockets
// ----------------------------------------------------------------------------------------

absl::StatusOr<int> SimulatedNetwork::Listen(const io::SocketAddress& address,
                                             const io::ListenOptions& options) {
  if (is_down_) return io::StatusFromErrno(-ENETDOWN, Concat("listen on ", address.ToString()));
  for (const ListenerPtr& other : listeners_) {
    const bool shares_port = other->options.reuse_port && options.reuse_port && !address.is_unix();
    if (other->address == address && !shares_port) {
      return io::StatusFromErrno(-EADDRINUSE, Concat("bind ", address.ToString()));
    }
  }
  int descriptor;
  if (!TryNewDescriptor(descriptor)) return io::StatusFromErrno(-EMFILE, "socket");
  auto listener = std::make_shared<Listener>();
  listener->address = address;
  listener->options = options;
  if (!address.is_unix() && address.port == 0) listener->address.port = next_port_++;
  listeners_.push_back(listener);
  sockets_[descriptor] = {.source = listener->address, .listener = listener};
  return descriptor;
}

absl::StatusOr<int> SimulatedNetwork::CreateSocket(const io::SocketAddress& for_address) {
  int descriptor;
  if (!TryNewDescriptor(descriptor)) return io::StatusFromErrno(-EMFILE, "socket");
  io::SocketAddress source;
  if (for_address.is_unix()) {
    source.unix_path = "unnamed";
  } else {
    source.ip = for_address.ip;
    source.port = next_port_++;
    if (next_port_ == 0) next_port_ = 40000;
  }
  sockets_[descriptor] = {.source = source};
  return descriptor;
}

bool SimulatedNetwork::Owns(int descriptor) const { return sockets_.contains(descriptor); }

io::SocketAddress SimulatedNetwork::LocalAddress(int socket) {
  const Socket& of = SocketOf(socket);
  return of.end != nullptr ? of.end->local : of.source;
}

io::SocketAddress SimulatedNetwork::PeerAddress(int socket) {
  const EndpointPtr end = EndpointOf(socket);
  return end != nullptr ? end->remote : io::SocketAddress{};
}

void SimulatedNetwork::SetSource(int socket, const io::IpAddress& ip) {
  SocketOf(socket).source.ip = ip;
}

void SimulatedNetwork::ShutdownSend(int socket) {
  if (const EndpointPtr end = EndpointOf(socket)) EndStream(end);
}

void SimulatedNetwork::Close(int socket) {
  const Socket closed = std::move(SocketOf(socket));
  sockets_.erase(socket);
  --descriptors_.open_count;
  if (closed.listener != nullptr) {
    std::erase(listeners_, closed.listener);
    for (const EndpointPtr& end : closed.listener->backlog) BeResetLater(end->peer.lock());
  }
  if (closed.end == nullptr) return;
  closed.end->incoming->reader_left = true;
  if (closed.end->incoming->segments.empty()) {
    EndStream(closed.end);
  } else {
    BeResetLater(closed.end->peer.lock());
  }
}

void SimulatedNetwork::Reset(int socket) {
  const EndpointPtr end = EndpointOf(socket);
  if (end == nullptr) return;
  BeResetLater(end->peer.lock());
  BeReset(end);
}

void SimulatedNetwork::GoDown() {
  is_down_ = true;
  std::vector<EndpointPtr> ends;
  for (auto& [descriptor, socket] : sockets_) {
    if (socket.end != nullptr) ends.push_back(socket.end);
  }
  for (const ListenerPtr& listener : listeners_) {
    ends.insert(ends.end(), listener->backlog.begin(), listener->backlog.end());
    listener->backlog.clear();
    AcceptWaiting(*listener);
  }
  for (const EndpointPtr& end : ends) BeReset(end);
}

SimulatedNetwork::Socket& SimulatedNetwork::SocketOf(int descriptor) {
  const auto found = sockets_.find(descriptor);
  Check(found != sockets_.end(), "a socket is used after its close");
  return found->second;
}

SimulatedNetwork::EndpointPtr SimulatedNetwork::EndpointOf(int descriptor) {
  return SocketOf(descriptor).end;
}

bool SimulatedNetwork::TryNewDescriptor(int& descriptor) {
  if (descriptors_.open_count >= dice_.faults.descriptor_limit) {
    ++dice_.counts.emfile;
    return false;
  }
  ++descriptors_.open_count;
  descriptor = descriptors_.next++;
  return true;
}

// --- Connections
// ------------------------------------------------------------------------------------

void SimulatedNetwork::Connect(const FlightPtr& flight) {
  events_.After(dice_.Draw(dice_.faults.network), [this, flight] { Establish(flight); });
}

SimulatedNetwork::ListenerPtr SimulatedNetwork::ListenerFor(const io::SocketAddress& address) {
  std::vector<ListenerPtr> matching;
  for (const ListenerPtr& listener : listeners_) {
    const io::SocketAddress& bound = listener->address;
    const bool is_wildcard =
        bound.ip == io::IpAddress() || (bound.ip.is_v4() && bound.ip.v4_host_order() == 0);
    const bool same_port = !bound.is_unix() && !address.is_unix() && bound.port == address.port;
    if (bound == address || (is_wildcard && same_port)) matching.push_back(listener);
  }
  return matching.empty() ? nullptr : matching[next_listener_++ % matching.size()];
}

void SimulatedNetwork::Establish(const FlightPtr& flight) {
  if (flight->has_ended()) return;
  const auto& connect = std::get<io::Connect>(flight->request());
  if (is_down_) return flights_.End(flight, -ENETUNREACH);
  const ListenerPtr listener = ListenerFor(*connect.address);
  if (listener == nullptr ||
      dice_.Strikes(dice_.faults.connect_refused, &FaultCounts::connect_refused)) {
    return flights_.End(flight, -ECONNREFUSED);
  }
  if (listener->backlog.size() >= static_cast<size_t>(listener->options.backlog)) {
    // The kernel drops the packet and the client sends it again.
    events_.After(absl::Seconds(1), [this, flight] { Establish(flight); });
    return;
  }
  auto client = std::make_shared<Endpoint>();
  auto server = std::make_shared<Endpoint>();
  client->local = server->remote = SocketOf(connect.socket).source;
  client->remote = server->local = *connect.address;
  client->outgoing = server->incoming = std::make_shared<Pipe>();
  client->incoming = server->outgoing = std::make_shared<Pipe>();
  client->peer = server;
  server->peer = client;
  SocketOf(connect.socket).end = client;
  listener->backlog.push_back(server);
  AcceptWaiting(*listener);
  events_.After(dice_.Draw(dice_.faults.network), [this, flight] {
    if (!flight->has_ended()) flights_.End(flight, 0);
  });
}

void SimulatedNetwork::Accept(const FlightPtr& flight) {
  const ListenerPtr listener = SocketOf(std::get<io::Accept>(flight->request()).listener).listener;
  Check(listener != nullptr, "Accept of what does not listen");
  Check(listener->acceptor == nullptr || listener->acceptor->has_ended(),
        "two Accepts of one listener");
  listener->acceptor = flight;
  AcceptWaiting(*listener);
}

void SimulatedNetwork::AcceptWaiting(Listener& listener) {
  const FlightPtr flight = listener.acceptor;
  if (flight == nullptr || flight->has_ended()) return;
  if (is_down_) return flights_.End(flight, -ENETDOWN);
  while (!listener.backlog.empty()) {
    int descriptor;
    if (dice_.Strikes(dice_.faults.accept_emfile, &FaultCounts::emfile) ||
        !TryNewDescriptor(descriptor)) {
      return flights_.End(flight, -EMFILE);
    }
    sockets_[descriptor] = {.end = std::move(listener.backlog.front())};
    listener.backlog.pop_front();
    flights_.TellMore(flight, {.result = descriptor});
  }
}

// --- Streams
// ----------------------------------------------------------------------------------------

void SimulatedNetwork::Receive(const FlightPtr& flight) {
  const EndpointPtr end = EndpointOf(std::get<io::Receive>(flight->request()).socket);
  if (end == nullptr) return flights_.End(flight, -ENOTCONN);
  Check(end->receiver == nullptr || end->receiver->has_ended(), "two Receives of one socket");
  end->receiver = flight;
  ReceiveArrived(end);
}

void SimulatedNetwork::ReceiveArrived(const EndpointPtr& end) {
  const FlightPtr flight = end->receiver;
  if (flight == nullptr || flight->has_ended()) return;
  Pipe& pipe = *end->incoming;
  while (const size_t arrived_bytes = pipe.ArrivedBytes(events_.Now())) {
    const size_t room_bytes = buffers_.Room();
    if (room_bytes == 0) {
      starved_.push_back(end);
      return;
    }
    size_t bytes = std::min(arrived_bytes, room_bytes);
    if (dice_.Strikes(dice_.faults.short_receive, &FaultCounts::short_receive)) {
      bytes = dice_.Cut(bytes);
    }
    io::Chunk chunk = buffers_.Fill(pipe.Take(bytes));
    flights_.TellMore(flight, {.result = static_cast<int32_t>(bytes), .chunk = std::move(chunk)});
    if (const EndpointPtr peer = end->peer.lock()) SendWaiting(peer);
  }
  if (!pipe.segments.empty()) return;
  if (pipe.end_arrival <= events_.Now()) return flights_.End(flight, 0);
  if (end->is_reset) flights_.End(flight, -ECONNRESET);
}

void SimulatedNetwork::OnRoom() {
  for (const EndpointPtr& end : std::exchange(starved_, {})) ReceiveArrived(end);
}

void SimulatedNetwork::Send(const FlightPtr& flight) {
  const EndpointPtr end = EndpointOf(std::get<io::Send>(flight->request()).socket);
  if (end == nullptr) return flights_.End(flight, -ENOTCONN);
  if (dice_.Strikes(dice_.faults.reset, &FaultCounts::reset)) {
    BeResetLater(end->peer.lock());
    BeReset(end);
  }
  end->senders.push_back({flight});
  SendWaiting(end);
}

void SimulatedNetwork::SendWaiting(const EndpointPtr& end) {
  while (!end->senders.empty()) {
    Endpoint::Sender& first = end->senders.front();
    if (!first.flight->has_ended() && !SendSome(end, first.flight, first.sent_bytes)) return;
    end->senders.pop_front();
  }
}

bool SimulatedNetwork::SendSome(const EndpointPtr& end, const FlightPtr& flight,
                                size_t& sent_bytes) {
  Pipe& pipe = *end->outgoing;
  const std::string_view octets = std::get<io::Send>(flight->request()).octets;
  if (end->is_reset || pipe.has_end) {
    const bool is_first = end->is_reset && !std::exchange(end->reset_was_told, true);
    flights_.End(flight, is_first ? -ECONNRESET : -EPIPE);
    return true;
  }
  if (pipe.reader_left) {
    BeResetLater(end);
    flights_.End(flight, static_cast<int32_t>(octets.size()));
    return true;
  }
  const size_t capacity_bytes = std::max<size_t>(dice_.faults.socket_buffer_bytes, 1);
  while (sent_bytes < octets.size()) {
    const size_t room_bytes = capacity_bytes - std::min(capacity_bytes, pipe.held_bytes);
    // Small gaps are let grow first (RFC 1122 §4.2.3.4), or the stream would fall into crumbs for
    // good.
    if (room_bytes < std::min((capacity_bytes + 1) / 2, octets.size() - sent_bytes)) {
      ++dice_.counts.waited_for_room;
      return false;
    }
    size_t bytes = std::min(room_bytes, octets.size() - sent_bytes);
    if (dice_.Strikes(dice_.faults.partial_send, &FaultCounts::partial_send)) {
      bytes = dice_.Cut(bytes);
    }
    pipe.last_arrival =
        std::max(pipe.last_arrival, events_.Now() + dice_.Draw(dice_.faults.network));
    pipe.segments.push_back({pipe.last_arrival, std::string(octets.substr(sent_bytes, bytes))});
    pipe.held_bytes += bytes;
    sent_bytes += bytes;
    events_.At(pipe.last_arrival, [this, reader = end->peer] {
      if (const EndpointPtr alive = reader.lock()) ReceiveArrived(alive);
    });
  }
  flights_.End(flight, static_cast<int32_t>(octets.size()));
  return true;
}

void SimulatedNetwork::EndStream(const EndpointPtr& end) {
  Pipe& pipe = *end->outgoing;
  if (std::exchange(pipe.has_end, true) || end->is_reset) return;
  const Instant arrival =
      std::max(pipe.last_arrival, events_.Now() + dice_.Draw(dice_.faults.network));
  events_.At(arrival, [this, arrival, reader = end->peer] {
    const EndpointPtr alive = reader.lock();
    // A reset that came first has torn the connection down.
    if (alive == nullptr || alive->is_reset) return;
    alive->incoming->end_arrival = arrival;
    ReceiveArrived(alive);
  });
}

void SimulatedNetwork::BeResetLater(const EndpointPtr& end) {
  if (end == nullptr) return;
  events_.After(dice_.Draw(dice_.faults.network), [this, end] { BeReset(end); });
}

void SimulatedNetwork::BeReset(const EndpointPtr& end) {
  if (std::exchange(end->is_reset, true)) return;
  end->incoming->DropWhatIsUnderWay(events_.Now());
  ReceiveArrived(end);
  SendWaiting(end);
}

}  // namespace ringpost::testing::internal
