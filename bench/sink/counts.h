// What a sink counts.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

namespace ringpost::sink {

struct Counts {
  uint64_t connections = 0;
  uint64_t messages = 0;  // accepted; stored, when there is a dump
  uint64_t aborted_messages = 0;
  uint64_t failed_dumps = 0;
  uint64_t recipients = 0;  // of accepted messages
  uint64_t handshakes = 0;
  uint64_t resumed_handshakes = 0;  // of them
  uint64_t failed_handshakes = 0;
  uint64_t logins = 0;
  uint64_t failed_logins = 0;
  uint64_t received_octets = 0;
  uint64_t sent_octets = 0;
  uint64_t body_octets = 0;

  // Commands that were in order. `other`: RSET, NOOP, further BDATs, and what was refused unheard.
  struct Commands {
    uint64_t hello = 0;
    uint64_t starttls = 0;
    uint64_t auth = 0;
    uint64_t mail = 0;
    uint64_t rcpt = 0;
    uint64_t data = 0;
    uint64_t bdat = 0;  // the first one of a message
    uint64_t quit = 0;
    uint64_t other = 0;
  };
  Commands commands = {};
  std::map<uint16_t, uint64_t> replies = {};  // by code
  std::vector<uint64_t> struck = {};          // by the fault's place in the plan

  void Add(const Counts& more);
  // Counts the replies in `output`, whole lines of a session.
  void CountReplies(std::string_view output);
};

}  // namespace ringpost::sink
