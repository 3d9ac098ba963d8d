#include "load/script.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "load/acceptance.h"
#include "ringpost/base/check.h"
#include "ringpost/base/text.h"

namespace ringpost::load {
namespace {

constexpr std::string_view kStartTls = "STARTTLS\r\n";
constexpr std::string_view kData = "DATA\r\n";
constexpr std::string_view kEndOfData = ".\r\n";
constexpr std::string_view kReset = "RSET\r\n";
constexpr std::string_view kQuit = "QUIT\r\n";
constexpr std::string_view kCounter = "%d";

std::string MailLine(const ScriptOptions& options) {
  std::string line = Concat("MAIL FROM:<", options.from, ">");
  if (options.eight_bit_mime) Append(line, " BODY=8BITMIME");
  if (options.smtputf8) Append(line, " SMTPUTF8");
  Append(line, "\r\n");
  return line;
}

std::string RecipientLine(std::string_view address) {
  return Concat("RCPT TO:<", address, ">\r\n");
}

std::string WithCounter(std::string_view to, size_t place, size_t counter) {
  return Concat(to.substr(0, place), counter, to.substr(place + kCounter.size()));
}

std::vector<std::string> RecipientLines(const ScriptOptions& options) {
  std::vector<std::string> lines;
  const std::string_view to = options.to;
  if (const size_t place = to.find(kCounter); place != std::string_view::npos) {
    for (size_t i = 1; i <= options.recipient_cycle; ++i) {
      lines.push_back(RecipientLine(WithCounter(to, place, i)));
    }
    return lines;
  }
  if (options.recipient_count == 1) return {RecipientLine(to)};
  const size_t at = std::min(to.rfind('@'), to.size());
  for (size_t i = 1; i <= options.recipient_count; ++i) {
    lines.push_back(RecipientLine(Concat(to.substr(0, at), i, to.substr(at))));
  }
  return lines;
}

std::string ChunkCommand(uint64_t octets) { return Concat("BDAT ", octets, " LAST\r\n"); }

struct IdLine {
  std::string_view text() const { return std::string_view(octets, size); }
  char octets[96];
  size_t size;
};

IdLine MakeIdLine(std::string_view run_id, uint64_t number) {
  IdLine line;
  char* to = line.octets;
  const auto put = [&to](std::string_view text) { to = std::copy(text.begin(), text.end(), to); };
  put(kIdFieldName);
  put(": ");
  put(run_id);
  put("-");
  to = std::to_chars(to, line.octets + sizeof line.octets, number).ptr;
  put("\r\n");
  line.size = static_cast<size_t>(to - line.octets);
  return line;
}

}  // namespace

std::string StuffDots(std::string_view content) {
  std::string stuffed;
  stuffed.reserve(content.size() + kEndOfData.size());
  if (content.starts_with('.')) stuffed.push_back('.');
  size_t done = 0;
  for (size_t at = content.find("\n."); at != std::string_view::npos;
       at = content.find("\n.", at + 1)) {
    stuffed.append(content.substr(done, at + 1 - done));
    stuffed.push_back('.');
    done = at + 1;
  }
  stuffed.append(content.substr(done));
  return stuffed;
}

Script::Script(const ScriptOptions& options, const Corpus& corpus)
    : options_(options),
      ehlo_(Concat(options.is_lmtp ? "LHLO " : "EHLO ", options.helo, "\r\n")),
      helo_(Concat("HELO ", options.helo, "\r\n")),
      mail_(MailLine(options)),
      recipient_lines_(RecipientLines(options)),
      counts_recipients_(options.to.find(kCounter) != std::string::npos) {
  Check(options.run_id.size() <= 32, "a run has a short id");
  if (!counts_recipients_) {
    fixed_envelope_ = mail_;
    for (const std::string& line : recipient_lines_) fixed_envelope_ += line;
  }
  for (const Message& message : corpus.messages()) {
    Wire wire;
    if (options_.uses_bdat) {
      wire.text = fixed_envelope_;
      wire.body_start = wire.text.size();
      if (!has_ids()) Append(wire.text, ChunkCommand(message.content.size()));
      Append(wire.text, message.content);
      wire.body_end = wire.text.size();
    } else {
      wire.text = StuffDots(message.content);
      Append(wire.text, kEndOfData);
      wire.body_end = wire.text.size();
      if (!counts_recipients_) Append(wire.text, fixed_envelope_, kData);
    }
    wires_.push_back(std::move(wire));
  }
}

void Script::Write(Dialog::Step step, const Outgoing& outgoing, size_t recipient_index,
                   WriteGroup& group) const {
  switch (step) {
    case Dialog::Step::kSendEhlo:
      return group.Add(ehlo_);
    case Dialog::Step::kSendHelo:
      return group.Add(helo_);
    case Dialog::Step::kSendStartTls:
      return group.Add(kStartTls);
    case Dialog::Step::kSendMail:
      return group.Add(mail_);
    case Dialog::Step::kSendRecipient:
      return group.Add(RecipientLine(outgoing, recipient_index));
    case Dialog::Step::kSendData:
      return group.Add(kData);
    case Dialog::Step::kSendEnvelope:
      return WriteEnvelope(outgoing, group);
    case Dialog::Step::kSendBody:
      return WriteBody(outgoing, group);
    case Dialog::Step::kSendEmptyBody:
      return group.Add(kEndOfData);
    case Dialog::Step::kSendChunk:
      return WriteChunk(outgoing, group);
    case Dialog::Step::kSendTransaction:
      return WriteTransaction(outgoing, group);
    case Dialog::Step::kSendReset:
      return group.Add(kReset);
    case Dialog::Step::kSendQuit:
      return group.Add(kQuit);
    case Dialog::Step::kAwait:
    case Dialog::Step::kSecure:
    case Dialog::Step::kSendAuth:
    case Dialog::Step::kSendAuthResponse:
    case Dialog::Step::kReady:
    case Dialog::Step::kClose:
      return;
  }
}

void Script::WriteBodyAndEnvelope(const Outgoing& outgoing, const Outgoing& next,
                                  WriteGroup& group) const {
  const Wire& wire = wires_[outgoing.message_index];
  if (!counts_recipients_ && !has_ids()) return group.Add(wire.text);
  WriteBody(outgoing, group);
  WriteEnvelope(next, group);
}

std::string_view Script::RecipientLine(const Outgoing& outgoing, size_t recipient_index) const {
  if (!counts_recipients_) return recipient_lines_[recipient_index];
  const uint64_t counter = (outgoing.number - 1) * options_.recipient_count + recipient_index;
  return recipient_lines_[counter % recipient_lines_.size()];
}

void Script::WriteEnvelope(const Outgoing& outgoing, WriteGroup& group) const {
  if (!counts_recipients_ && !options_.uses_bdat) {
    // Behind the body of any message.
    const Wire& wire = wires_.front();
    return group.Add(std::string_view(wire.text).substr(wire.body_end));
  }
  group.Add(mail_);
  for (size_t i = 0; i < options_.recipient_count; ++i) group.Add(RecipientLine(outgoing, i));
  if (!options_.uses_bdat) group.Add(kData);
}

void Script::WriteBody(const Outgoing& outgoing, WriteGroup& group) const {
  const Wire& wire = wires_[outgoing.message_index];
  if (has_ids()) WriteIdLine(outgoing, group);
  group.Add(std::string_view(wire.text).substr(0, wire.body_end));
}

void Script::WriteChunk(const Outgoing& outgoing, WriteGroup& group) const {
  const Wire& wire = wires_[outgoing.message_index];
  if (has_ids()) {
    const IdLine line = MakeIdLine(options_.run_id, outgoing.number);
    group.AddCopy(ChunkCommand(line.size + outgoing.message->content.size()));
    group.AddCopy(line.text());
  }
  group.Add(std::string_view(wire.text).substr(wire.body_start));
}

void Script::WriteTransaction(const Outgoing& outgoing, WriteGroup& group) const {
  if (!counts_recipients_ && !has_ids()) return group.Add(wires_[outgoing.message_index].text);
  WriteEnvelope(outgoing, group);
  WriteChunk(outgoing, group);
}

void Script::WriteIdLine(const Outgoing& outgoing, WriteGroup& group) const {
  group.AddCopy(MakeIdLine(options_.run_id, outgoing.number).text());
}

}  // namespace ringpost::load
