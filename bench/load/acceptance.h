// AcceptanceObserver: told what becomes of each message, for the audit ("was every 250 kept?").
//
// A run with an observer numbers its messages from 1 on, each number once in the run, and puts the
// line "X-Ringpost-Load-Id: RUN-NUMBER" first in each (RUN: RunId(), NUMBER: decimal). What follows
// that line, up to the end of the message, is the content: the same for all messages of one shape,
// and ContentDigest() tells whether it is whole.
//
// Threads: each shard has an observer of its own and calls it on its thread, before anything else
// is done about the reply. Errors: the observer's own; a run cannot go on without its log, so an
// observer that cannot log asks for the end by RunControl (run_control.h).
#pragma once

#include <cstdint>
#include <string_view>

namespace ringpost::load {

inline constexpr std::string_view kIdFieldName = "X-Ringpost-Load-Id";

struct SentMessage {
  uint64_t number = 0;
  uint64_t content_octets = 0;  // with CRLF, not dot-stuffed, without the id line
  uint64_t content_digest = 0;
};

class AcceptanceObserver {
 public:
  // Its first octet is about to be sent.
  virtual void OnSent(const SentMessage& message) = 0;
  // The final reply was 2xx: from here on the server answers for it. `recipient_count`: for how
  // many it was accepted, at least 1 (of several LMTP replies, those with 2xx); each is to get a
  // copy. `reply_text` is valid during the call.
  virtual void OnAccepted(uint64_t message_number, uint64_t recipient_count,
                          std::string_view reply_text) = 0;
  // Refused: the server must not have it.
  virtual void OnRefused(uint64_t message_number, int code) = 0;
  // The connection ended before the final reply: the server may or may not have it.
  virtual void OnUnknown(uint64_t message_number) = 0;

 protected:
  ~AcceptanceObserver() = default;
};

// Of a content with CRLF line ends: FNV-1a, 64 bits.
constexpr uint64_t ContentDigest(std::string_view content) {
  uint64_t digest = 0xcbf29ce484222325u;
  for (const char c : content) {
    digest ^= static_cast<unsigned char>(c);
    digest *= 0x100000001b3u;
  }
  return digest;
}

}  // namespace ringpost::load
