// FoundMessages: a MessageSink that keeps all that a source tells.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "load/audit/message_source.h"

namespace ringpost::load {

struct FoundMessage {
  size_t mailbox = 0;  // index in FoundMessages::mailboxes
  std::optional<MessageId> id = {};
  std::vector<Content> readings = {};
  std::string place = {};
};

class FoundMessages final : public MessageSink {
 public:
  void OnMailbox(std::string_view path) override { mailboxes.emplace_back(path); }
  void OnMessage(const StoredMessage& message) override {
    messages.push_back({.mailbox = mailboxes.size() - 1,
                        .id = message.id,
                        .readings = {message.readings.begin(), message.readings.end()},
                        .place = std::string(message.place)});
  }

  std::vector<std::string> mailboxes;
  std::vector<FoundMessage> messages;
};

}  // namespace ringpost::load
