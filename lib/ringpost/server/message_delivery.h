// MessageDelivery: one message on its way from the session, through the filters, into the store.
//
//   refusal = co_await delivery.Start(context, envelope, received);
//   refusal = co_await delivery.Add(context, chunk);      // for each piece of the body
//   co_await delivery.Finish(context, commit, octets, result);   // or Abort(context, reason)
//
// After Start() let the message through, exactly one of Finish() and Abort() is called. The writer
// of the store hears of exactly one of Commit and Abort, on every path. Without filters no octet is
// copied or looked at; with filters the header is copied once, to be looked at as a whole.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "ringpost/coro/task.h"
#include "ringpost/hooks/hooks.h"
#include "ringpost/message/header_scanner.h"
#include "ringpost/smtp/reply.h"
#include "ringpost/smtp/server_session.h"

namespace ringpost::server {

// Why a message goes no further.
struct Refusal {
  smtp::Reply reply;
  smtp::AbortReason reason;
  bool disconnects = false;
  std::string detail = {};  // for the log
};

struct DeliveryResult {
  smtp::Reply reply = smtp::Reply::Fixed(250, {2, 0, 0}, "OK");  // for all recipients
  std::vector<smtp::Reply> per_recipient = {};                   // or, when not empty, one for each
  hooks::MessageFate fate = hooks::MessageFate::kRefused;
  bool disconnects = false;
  std::string store_id = {};
  std::string detail = {};  // for the log
};

// Memory for the filtering of messages, which those of a shard use one after another.
class FilteringPool {
 public:
  FilteringPool();
  ~FilteringPool();

 private:
  friend class MessageDelivery;
  struct Filtering;
  static constexpr size_t kMostSpare = 16;
  static constexpr size_t kMostSpareHeaderOctets = 16 * 1024;

  struct Return {
    FilteringPool* pool;
    void operator()(Filtering* filtering) const { pool->Give(filtering); }
  };
  using FilteringPtr = std::unique_ptr<Filtering, Return>;

  FilteringPtr Take(size_t header_limit_octets);
  void Give(Filtering* filtering);

  std::vector<std::unique_ptr<Filtering>> spare_;
};

class MessageDelivery {
 public:
  // All outlive the delivery.
  MessageDelivery(FilteringPool& pool, const hooks::Hooks& hooks, hooks::Durability durability,
                  size_t header_limit_octets);
  ~MessageDelivery();
  MessageDelivery(const MessageDelivery&) = delete;
  MessageDelivery& operator=(const MessageDelivery&) = delete;

  // `received` is the Received field. The envelope lives as long as the message.
  Task<std::optional<Refusal>> Start(const hooks::Context& context, const smtp::Envelope& envelope,
                                     io::Chunk received);
  Task<std::optional<Refusal>> Add(const hooks::Context& context, io::Chunk chunk);
  // `commit` is the context of the store's Commit, which has a deadline of its own. `result` is as
  // DeliveryResult() makes it, and is filled in place.
  Task<void> Finish(const hooks::Context& context, const hooks::Context& commit, uint64_t octets,
                    DeliveryResult& result);
  Task<void> Abort(const hooks::Context& context, smtp::AbortReason reason);

  // Between Start() and Finish() or Abort().
  bool in_progress() const { return writer_ != nullptr || filtering_ != nullptr; }

 private:
  using Filtering = FilteringPool::Filtering;

  Task<std::optional<Refusal>> Append(const hooks::Context& context, io::Chunk chunk);
  Task<std::optional<Refusal>> AddToHeader(const hooks::Context& context, io::Chunk chunk);
  Task<std::optional<Refusal>> PassHeader(const hooks::Context& context);
  Task<std::optional<Refusal>> AddToBody(const hooks::Context& context, io::Chunk chunk);
  Task<std::optional<Refusal>> PassEnd(const hooks::Context& context, uint64_t octets);
  Task<std::optional<Refusal>> RewriteHeader(const hooks::Context& context);
  Task<std::optional<Refusal>> Apply(const hooks::Context& context, size_t filter,
                                     const hooks::Verdict& verdict);
  Task<std::optional<Refusal>> Discard(const hooks::Context& context);
  Task<void> FinishFiltering(const hooks::Context& context, const hooks::Context& commit,
                             uint64_t octets, DeliveryResult& result);
  Task<void> Commit(const hooks::Context& context, DeliveryResult& result);

  FilteringPool& pool_;
  const hooks::Hooks& hooks_;
  const hooks::Durability durability_;
  const size_t header_limit_octets_;
  hooks::MessageWriterPtr writer_;
  // Only while a filter is interested.
  FilteringPool::FilteringPtr filtering_;
};

}  // namespace ringpost::server
