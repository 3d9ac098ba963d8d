// Script: the octets of each step of a dialog, made before the run begins.
//
//   Script script(options, corpus);
//   script.Write(Dialog::Step::kSendEnvelope, outgoing, group);
//
// Whatever is the same for every message is one text that all connections send from; only a line
// that changes (an id, a counted recipient) is pieced together. Ownership: lives as long as the
// sends, and so does the corpus. Threads: any, once it is made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "load/corpus.h"
#include "load/dialog.h"
#include "load/write_group.h"

namespace ringpost::load {

struct ScriptOptions {
  bool is_lmtp = false;
  bool uses_bdat = false;
  bool smtputf8 = false;
  bool eight_bit_mime = false;
  std::string helo = "localhost";
  std::string from = "sender@localhost";
  // "%d" stands for a counter: 1, 2, ... recipient_cycle, 1, ... over the recipients of the run.
  // Without it, several recipients of a message are told apart by a number before the '@'.
  std::string to = "recipient@localhost";
  size_t recipient_count = 1;  // of a message
  size_t recipient_cycle = 1000;
  // Of X-Ringpost-Load-Id; empty: messages have no such line.
  std::string run_id = {};
};

// A message on its way.
struct Outgoing {
  const Message* message = nullptr;
  size_t message_index = 0;  // in its corpus
  uint64_t number = 0;       // from 1 on
};

class Script {
 public:
  Script(const ScriptOptions& options, const Corpus& corpus);

  // Appends what `step` sends to `group`. `recipient_index`: of kSendRecipient, from 0 on.
  void Write(Dialog::Step step, const Outgoing& outgoing, size_t recipient_index,
             WriteGroup& group) const;
  // The body of `outgoing` with the envelope of `next` behind it.
  void WriteBodyAndEnvelope(const Outgoing& outgoing, const Outgoing& next,
                            WriteGroup& group) const;

 private:
  bool has_ids() const { return !options_.run_id.empty(); }
  std::string_view RecipientLine(const Outgoing& outgoing, size_t recipient_index) const;
  void WriteEnvelope(const Outgoing& outgoing, WriteGroup& group) const;
  void WriteBody(const Outgoing& outgoing, WriteGroup& group) const;
  void WriteChunk(const Outgoing& outgoing, WriteGroup& group) const;
  void WriteTransaction(const Outgoing& outgoing, WriteGroup& group) const;
  void WriteIdLine(const Outgoing& outgoing, WriteGroup& group) const;

  const ScriptOptions options_;
  std::string ehlo_, helo_, mail_;
  std::vector<std::string> recipient_lines_;
  bool counts_recipients_;
  // MAIL and every RCPT; empty where recipients are counted.
  std::string fixed_envelope_;
  // For each message. DATA: the body with its end, and behind it the fixed envelope with DATA.
  // BDAT: the fixed envelope, the command and the content.
  struct Wire {
    std::string text;
    size_t body_start = 0;  // in text: of the body, or of the BDAT command
    size_t body_end = 0;
  };
  std::vector<Wire> wires_;
};

// RFC 5321 §4.5.2: `content` with a dot before each line that starts with one.
std::string StuffDots(std::string_view content);

}  // namespace ringpost::load
