// SimulatedNetwork: the sockets of a SimulatedReactor. Both ends of a connection live here.
//
// A connection is two pipes. What is sent arrives after a latency, in order, and stays in the pipe
// until it is received; a pipe holds so much and no more, and a Send ends when all of it is in.
// Close and reset behave like TCP: a close with octets unread resets the peer, a Send to a closed
// peer is swallowed once and answered by a reset.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "ringpost/io/reactor.h"
#include "ringpost/io/socket_address.h"
#include "ringpost/testing/internal/dice.h"
#include "ringpost/testing/internal/event_queue.h"
#include "ringpost/testing/internal/flights.h"
#include "ringpost/testing/internal/receive_buffers.h"

namespace ringpost::testing::internal {

// Numbers for descriptors. None is given twice, so that a use after the close is found.
struct DescriptorNumbers {
  int next = 100;
  size_t open_count = 0;
};

class SimulatedNetwork {
 public:
  SimulatedNetwork(EventQueue& events, Flights& flights, Dice& dice, ReceiveBuffers& buffers,
                   DescriptorNumbers& descriptors);
  ~SimulatedNetwork();
  SimulatedNetwork(const SimulatedNetwork&) = delete;
  SimulatedNetwork& operator=(const SimulatedNetwork&) = delete;

  absl::StatusOr<int> Listen(const io::SocketAddress& address, const io::ListenOptions& options);
  absl::StatusOr<int> CreateSocket(const io::SocketAddress& for_address);
  bool Owns(int descriptor) const;
  io::SocketAddress LocalAddress(int socket);
  io::SocketAddress PeerAddress(int socket);
  void SetSource(int socket, const io::IpAddress& ip);
  void ShutdownSend(int socket);
  void Close(int socket);
  // As a close that lingers for no time: the peer is reset.
  void Reset(int socket);
  // No connection is left, and none comes: the machine has no power.
  void GoDown();

  void Accept(const FlightPtr& flight);
  void Receive(const FlightPtr& flight);
  void Send(const FlightPtr& flight);
  void Connect(const FlightPtr& flight);

 private:
  struct Pipe;
  struct Endpoint;
  struct Listener;
  struct Socket;
  using EndpointPtr = std::shared_ptr<Endpoint>;
  using ListenerPtr = std::shared_ptr<Listener>;

  Socket& SocketOf(int descriptor);
  // The connected end, or nullptr.
  EndpointPtr EndpointOf(int descriptor);
  bool TryNewDescriptor(int& descriptor);
  ListenerPtr ListenerFor(const io::SocketAddress& address);

  void Establish(const FlightPtr& flight);
  void AcceptWaiting(Listener& listener);
  void ReceiveArrived(const EndpointPtr& end);
  void SendWaiting(const EndpointPtr& end);
  // False when `flight` is to wait.
  bool SendSome(const EndpointPtr& end, const FlightPtr& flight, size_t& sent_bytes);
  void EndStream(const EndpointPtr& end);
  // `end` learns now, or after a latency, that its connection is reset.
  void BeReset(const EndpointPtr& end);
  void BeResetLater(const EndpointPtr& end);
  void OnRoom();

  EventQueue& events_;
  Flights& flights_;
  Dice& dice_;
  ReceiveBuffers& buffers_;
  DescriptorNumbers& descriptors_;
  std::map<int, Socket> sockets_;
  std::vector<ListenerPtr> listeners_;
  std::vector<EndpointPtr> starved_;
  uint16_t next_port_ = 40000;
  size_t next_listener_ = 0;
  bool is_down_ = false;
};

}  // namespace ringpost::testing::internal
