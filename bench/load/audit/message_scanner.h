// MessageScanner: finds the id line in the header of a stored message and digests what follows, in
// one pass over pieces of any size.
//
//   MessageScanner scanner;
//   scanner.Append("Return-Path: <a@b>\nX-Ringpost-Load-Id: ...");
//   if (scanner.id()) ... scanner.content() ...
//
// What a server put before the id line (Return-Path, Received, Delivered-To) is passed over.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "load/audit/content.h"
#include "load/audit/message_id.h"

namespace ringpost::load {

class MessageScanner {
 public:
  void Append(std::string_view octets);
  // For the next message.
  void Reset();

  // nullopt when its header has no id line.
  const std::optional<MessageId>& id() const { return id_; }
  const Content& content() const { return digest_.content(); }

 private:
  // What follows the id line, or nothing when that is not in `octets`.
  std::string_view SkipToContent(std::string_view octets);
  void EndHeaderLine();

  std::optional<MessageId> id_;
  bool is_behind_header_ = false;
  std::string line_;  // of the header, as far as an id line could go
  CanonicalDigest digest_;
};

}  // namespace ringpost::load
