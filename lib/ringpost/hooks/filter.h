// Filter: what about this message? It sees the header, the body as it comes in, and the end; it may edit
// the header and decide at each of the three.
//
// Filters form a chain; the first decisive verdict wins, and later filters see no more of the message.
// Reject, Defer and Disconnect refuse it (the store is told Abort); Discard drops it and says 250; Accept
// lets it pass unseen by later filters; Quarantine does too, with "X-Ringpost-Quarantine: yes" on top.
//
// Edits of OnHeader() cost nothing more: the header goes to the store edited. Edits of OnEnd() need a
// store with HeaderRewriter, and edits_at_end() true; the server refuses to start without.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ringpost/coro/task.h"
#include "ringpost/hooks/context.h"
#include "ringpost/hooks/verdict.h"
#include "ringpost/io/buffer.h"
#include "ringpost/smtp/envelope.h"

namespace ringpost::hooks {

// A header field as it stands in the message (RFC 5322 §2.2).
struct HeaderField {
  std::string_view name;
  // After the colon, unfolded lines with their CRLFs, without the last CRLF.
  std::string_view raw_value;
};

// Edits, applied in order. Names are printable ASCII without colon; values carry no CR, LF or NUL (a
// hook's value that does is an InvalidArgument at the server: 451, and a line in the log).
class HeaderEdits {
 public:
  enum class Kind : uint8_t { kPrepend, kAppend, kReplace, kRemove };
  struct Edit {
    Kind kind;
    std::string name;
    std::string value;
  };

  // On top of the header, below Received.
  void Prepend(std::string name, std::string value) { Add(Kind::kPrepend, name, value); }
  // Below the last field.
  void Append(std::string name, std::string value) { Add(Kind::kAppend, name, value); }
  // The first field of the name gets the value, further ones go; appended when there is none.
  void Replace(std::string name, std::string value) { Add(Kind::kReplace, name, value); }
  // Every field of the name.
  void Remove(std::string name) { Add(Kind::kRemove, name, {}); }

  bool empty() const { return edits_.empty(); }
  std::span<const Edit> edits() const { return edits_; }

 private:
  void Add(Kind kind, std::string& name, const std::string& value) {
    edits_.push_back({kind, std::move(name), value});
  }

  std::vector<Edit> edits_;
};

// One message of one filter. Destroyed when the message is over, however it ended.
class MessageFilter {
 public:
  virtual ~MessageFilter() = default;

  // The header is complete; nothing of the body was looked at.
  virtual Task<Verdict> OnHeader(const Context&, std::span<const HeaderField>, HeaderEdits&) {
    co_return Verdict::Continue();
  }
  // The next octets of the body. Keep the chunk's lease to keep its octets, copy what is kept long.
  virtual Task<Verdict> OnBody(const Context&, const io::Chunk&) { co_return Verdict::Continue(); }
  // The message is whole: `octets` of header and body.
  virtual Task<Verdict> OnEnd(const Context&, uint64_t /*octets*/, HeaderEdits&) {
    co_return Verdict::Continue();
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
