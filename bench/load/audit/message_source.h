// MessageSource: where an audit looks for messages. Each message is told once, mailbox by mailbox.
//
// To add one (the export of a spool, say): read each message once, hand its octets to a
// MessageScanner, and give what that found to the sink.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "load/audit/content.h"
#include "load/audit/message_id.h"

namespace ringpost::load {

struct StoredMessage {
  std::optional<MessageId> id = {};  // nullopt: not of this generator, or its header is damaged
  // How its content can be read: more than one where the format is ambiguous. Valid during the
  // call.
  std::span<const Content> readings = {};
  std::string_view place = {};  // a file, and where it lies in it; valid during the call
};

class MessageSink {
 public:
  // What follows, up to the next call, lies in one mailbox.
  virtual void OnMailbox(std::string_view path) = 0;
  virtual void OnMessage(const StoredMessage& message) = 0;

 protected:
  ~MessageSink() = default;
};

class MessageSource {
 public:
  virtual ~MessageSource() = default;

  // Tells all messages. An error when not all could be read: then what was told is not all there
  // is. Blocks.
  virtual absl::Status Read(MessageSink& sink) = 0;
};

}  // namespace ringpost::load
