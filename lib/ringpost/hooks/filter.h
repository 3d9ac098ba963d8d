// Filter: what about this message? It sees the header, the body as it comes in, and the end; it may
// edit the header and decide at each of the three.
//
// Filters form a chain; the first decisive verdict wins, and later filters see no more of the
// message. Reject, Defer and Disconnect refuse it (the store is told Abort); Discard drops it and
// says 250; Accept lets it pass unseen by later filters; Quarantine does too, with
// "X-Ringpost-Quarantine: yes" on top.
//
// Edits of OnHeader() cost nothing more: the header goes to the store edited. Edits of OnEnd() need
// a store with HeaderRewriter, and edits_at_end() true; the server refuses to start without.
// Prepended fields stand below the server's own Received. An edit that
// message::ValidateHeaderEdits() refuses (a name or a value that would break out of its line) makes
// the client read 451, and is told to the log.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "ringpost/coro/task.h"
#include "ringpost/hooks/context.h"
#include "ringpost/hooks/verdict.h"
#include "ringpost/io/buffer.h"
#include "ringpost/message/header_edits.h"
#include "ringpost/message/header_field.h"
#include "ringpost/smtp/envelope.h"

namespace ringpost::hooks {

using message::HeaderEdits;
using message::HeaderField;

// One message of one filter. Destroyed when the message is over, however it ended.
class MessageFilter {
 public:
  virtual ~MessageFilter() = default;

  // The header is complete; nothing of the body was looked at.
  virtual Task<Verdict> OnHeader(const Context&, std::span<const HeaderField>, HeaderEdits&) {
    return ReadyTask(Verdict::Continue());
  }
  // The next octets of the body. Keep the chunk's lease to keep its octets, copy what is kept long.
  virtual Task<Verdict> OnBody(const Context&, const io::Chunk&) {
    return ReadyTask(Verdict::Continue());
  }
  // The message is whole: `octets` of header and body.
  virtual Task<Verdict> OnEnd(const Context&, uint64_t /*octets*/, HeaderEdits&) {
    return ReadyTask(Verdict::Continue());
  }
};

class Filter {
 public:
  virtual ~Filter() = default;

  // nullptr: not interested in this one. The envelope is valid as long as the message.
  virtual std::unique_ptr<MessageFilter> NewMessage(const Context& context,
                                                    const smtp::Envelope& envelope) = 0;
  // Whether OnEnd() may edit.
  virtual bool edits_at_end() const { return false; }
};

}  // namespace ringpost::hooks
