// MessageStore: where messages go. open -> Append* -> Commit or Abort.
//
// For each writer that Open() returned, exactly one of Commit() and Abort() is called, and nothing
// after it: a store that fails in Commit() cleans up by itself. 250 is sent only after Commit()
// said OK, so what Commit() promises is what the sender relies on. While Append() waits, the socket
// is not read.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ringpost/coro/task.h"
#include "ringpost/hooks/context.h"
#include "ringpost/hooks/verdict.h"
#include "ringpost/io/buffer.h"
#include "ringpost/smtp/envelope.h"

namespace ringpost::hooks {

// What must hold of a message before Commit() returns.
enum class Durability : uint8_t {
  kMemory,      // it is in this process
  kWritten,     // the kernel has it: survives a crash of the process
  kSynced,      // the disk has it: survives a loss of power
  kReplicated,  // another machine has it
};
std::string_view DurabilityName(Durability durability);

struct CommitResult {
  // Not OK: for all recipients; the client reads 4xx (452 when ResourceExhausted).
  absl::Status status;
  // What the store calls the message, for the 250 and the log. May be empty.
  std::string id = {};
  // Empty, or one for each recipient of the envelope, for what `status` OK does not cover. LMTP
  // answers each; SMTP has one reply for all, and any refusal in here becomes it: a duplicate
  // rather than a loss.
  std::vector<Verdict> per_recipient = {};
};

// Optional ability of a MessageWriter: edits of the header when the body is in already.
class HeaderRewriter {
 public:
  // The first `old_octets` octets that were appended (a whole header block, with the empty line)
  // become `header`. Called at most once, before Commit().
  virtual Task<absl::Status> RewriteHeader(const Context& context, uint64_t old_octets,
                                           std::string_view header) = 0;

 protected:
  ~HeaderRewriter() = default;
};

class MessageWriter {
 public:
  virtual ~MessageWriter() = default;

  // The next octets, with CRLF line ends. The first chunk is the Received field. The octets are
  // valid until Append() returns, or as long as a lease is kept. Not OK: the message is refused,
  // Abort() follows.
  virtual Task<absl::Status> Append(const Context& context, io::Chunk chunk) = 0;
  // The message is whole.
  virtual Task<CommitResult> Commit(const Context& context, Durability durability) = 0;
  // It will never be. Cannot fail; what it leaves behind it must find at the next start.
  virtual Task<void> Abort(const Context& context, smtp::AbortReason reason) = 0;

  // nullptr when it cannot.
  virtual HeaderRewriter* header_rewriter() { return nullptr; }

  // How a writer goes. A store whose writers have no state of their own returns the same one again
  // and again and does nothing here.
  virtual void Release() { delete this; }
};

struct MessageWriterRelease {
  void operator()(MessageWriter* writer) const { writer->Release(); }
};
using MessageWriterPtr = std::unique_ptr<MessageWriter, MessageWriterRelease>;

class MessageStore {
 public:
  virtual ~MessageStore() = default;

  // The envelope has all recipients, and is valid until Commit() or Abort() returns. Not OK: the
  // client reads 4xx at DATA (452 when ResourceExhausted) and the writer does not exist.
  virtual Task<absl::StatusOr<MessageWriterPtr>> Open(const Context& context,
                                                      const smtp::Envelope& envelope) = 0;
  // Whether its writers have a HeaderRewriter.
  virtual bool rewrites_headers() const { return false; }
  // The strongest promise its Commit() can keep.
  virtual Durability strongest_durability() const = 0;
};

}  // namespace ringpost::hooks
