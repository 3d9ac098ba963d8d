#include "ringpost/net/listener.h"

#include "ringpost/base/check.h"

namespace ringpost::net {

Listener::Listener(io::Shard& shard, int socket, ConnectionTaker& taker)
    : shard_(shard), taker_(taker), socket_(socket) {
  request = io::Accept{socket};
}

Listener::~Listener() { Check(socket_ < 0, "a listener that was not stopped"); }

void Listener::Start() { shard_.reactor().Submit(*this); }

Task<void> Listener::Stop() {
  if (socket_ < 0) co_return;
  stopping_ = true;
  Clear();
  if (in_flight()) {
    shard_.reactor().Cancel(*this);
    static_cast<void>(co_await ended_.WaitFor(shard_, {}));
  }
  shard_.reactor().CloseNow(socket_);
  socket_ = -1;
}

void Listener::OnCompletion(io::Completion completion) {
  if (completion.result >= 0) {
    if (stopping_) {
      shard_.reactor().CloseNow(completion.result);
    } else {
      taker_.OnConnection(completion.result);
    }
  }
  if (completion.more) return;
  if (stopping_) {
    ended_.Raise();
    return;
  }
  // A connection that was reset before it was taken is no reason to rest, a lack of descriptors is;
  // the two are not told apart, as a rest is short.
  shard_.timers().Set(*this, shard_.Now() + kExhaustedRest);
}

void Listener::OnTimer() { Start(); }

}  // namespace ringpost::net
