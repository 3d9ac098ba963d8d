#include "ledger.h"

#include "ringpost/base/text.h"

namespace ringpost::simulation {
namespace {

constexpr std::string_view kIdentifier = "Message-ID: <";

// Return-Path and Received, each once, on top of what the client sent; and perhaps the filter's
// field.
bool IsTrace(std::string_view text) {
  if (!text.starts_with("Return-Path: <")) return false;
  int received_count = 0;
  while (!text.empty()) {
    const size_t end = text.find("\r\n");
    if (end == text.npos) return false;
    const std::string_view line = text.substr(0, end);
    if (line.starts_with("Received: ")) ++received_count;
    const bool is_known = line.starts_with("Received: ") || line.starts_with("Return-Path: ") ||
                          line.starts_with(Ledger::kFilterField) || line.starts_with(' ') ||
                          line.starts_with('\t');
    if (!is_known) return false;
    text.remove_prefix(end + 2);
  }
  return received_count == 1;
}

}  // namespace

std::string Ledger::IdentifyingLine(std::string_view key) {
  return Concat(kIdentifier, key, ">\r\n");
}

std::string Ledger::KeyOf(std::string_view octets) {
  if (!octets.starts_with(kIdentifier)) return {};
  octets.remove_prefix(kIdentifier.size());
  const size_t end = octets.find(">\r\n");
  return end == octets.npos ? std::string() : std::string(octets.substr(0, end));
}

MessageRecord* Ledger::Find(const std::string& key) {
  const auto found = messages_.find(key);
  return found == messages_.end() ? nullptr : &found->second;
}

void Ledger::CheckReplies(std::string_view replies) {
  constexpr std::string_view kPromise = "stored as ";
  for (size_t at = replies.find(kPromise); at != replies.npos; at = replies.find(kPromise, at)) {
    at += kPromise.size();
    const std::string_view id = replies.substr(at, replies.find("\r\n", at) - at);
    if (!committed_ids_.contains(id)) Violate(Concat("250 for ", id, ", which was not committed"));
  }
}

size_t Ledger::promised_count() const {
  size_t count = 0;
  for (const auto& [key, message] : messages_) count += message.promised_mailboxes.size();
  return count;
}

void Ledger::CheckStore(const testing::SimulatedDisk& disk, std::string_view mail_folder) {
  std::map<std::pair<std::string, std::string>, int> found;  // by message and mailbox
  for (const std::string& mailbox : disk.Names(mail_folder)) {
    const std::string folder = Concat(mail_folder, "/", mailbox, "/new");
    for (const std::string& path : disk.Files(folder)) {
      CheckFile(path, disk.Content(path), mailbox, found);
    }
  }
  leftover_count_ = 0;
  for (const auto& [where, count] : found) {
    const auto& [key, mailbox] = where;
    const MessageRecord& message = messages_.at(key);
    if (count > 1) Violate(Concat(key, " is ", count, " times in ", mailbox));
    if (message.promised_mailboxes.contains(mailbox)) continue;
    ++leftover_count_;
    if (!message.commit_was_begun) Violate(Concat(key, " in ", mailbox, " was never committed"));
    if (!leftovers_are_allowed_) Violate(Concat(key, " in ", mailbox, " was refused"));
  }
  for (const auto& [key, message] : messages_) {
    for (const std::string& mailbox : message.promised_mailboxes) {
      if (!found.contains({key, mailbox})) Violate(Concat(key, " was lost from ", mailbox));
    }
    if (message.client_read_250 && message.promised_mailboxes.empty()) {
      Violate(Concat(key, " was answered with 250 and never committed"));
    }
  }
}

void Ledger::CheckFile(std::string_view path, std::string_view content, const std::string& mailbox,
                       std::map<std::pair<std::string, std::string>, int>& found) {
  const size_t start = content.find(kIdentifier);
  const std::string key = start == content.npos ? "" : KeyOf(content.substr(start));
  const MessageRecord* const message = Find(key);
  if (message == nullptr) return Violate(Concat(path, " is no message that anybody sent"));
  ++found[{key, mailbox}];
  if (content.substr(start) != message->octets) {
    Violate(Concat(path, " (", key, ") is not whole: ", content.size() - start, " of ",
                   message->octets.size(), " octets, or others"));
  }
  if (!IsTrace(content.substr(0, start))) Violate(Concat(path, " has a wrong trace header"));
  if (!path.ends_with(Concat(",S=", content.size()))) Violate(Concat(path, " has a wrong size"));
}

}  // namespace ringpost::simulation
