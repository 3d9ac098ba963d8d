// Envelope: who sends, to whom, with which parameters. One per transaction; everything in it is
// valid until the transaction ends.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <span>
#include <string_view>
#include <vector>

#include "ringpost/smtp/parameters.h"
#include "ringpost/smtp/path.h"

namespace ringpost::smtp {

struct Recipient {
  Mailbox mailbox;
  RecipientParameters parameters;
};

struct Envelope {
  explicit Envelope(std::pmr::memory_resource* memory) : recipients(memory) {}

  ReversePath sender;
  MailParameters parameters;
  // Those that were accepted, in order. A mailbox given twice is here twice (RFC 5321 has no
  // opinion; LMTP owes a reply for each, RFC 2033 §4.2).
  std::pmr::vector<Recipient> recipients;
};

}  // namespace ringpost::smtp
