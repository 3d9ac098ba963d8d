// MaildirStore: one file per message and mailbox, in Maildirs that any mail program reads.
//
//   MailboxPath path = *MailboxPath::Parse("/var/mail/{domain}/{user}");
//   hooks.store = std::make_shared<MaildirStore>(MaildirStoreOptions{.mailbox_path = path, ...});
//
// A message is written to tmp/ of the first mailbox, synced, given a name in tmp/ of every further
// one (a link, or a copy where there can be none), renamed into each new/, and each new/ is synced:
// then Commit() returns. With Durability::kWritten nothing is synced. A mailbox that several
// recipients lead to gets one file. Mailboxes that are not there are made.
//
// The file has Return-Path on top (RFC 5321 §4.4), then what was appended, with CRLF as it came:
// body octets go from the kernel to the kernel uncopied, the size in the name (",S=") is the size
// on the wire, and IMAP servers (Dovecot among them) read CRLF as well as LF.
//
// Of a message that cannot be put into all of its mailboxes:
//  - SMTP has one answer for all recipients, so what was put into the others is taken away again,
//  and
//    the sender is told to come back. (A reader who was quicker keeps his copy and gets the next,
//    too.)
//  - LMTP has one for each recipient: who got it has it, the others come as Defer in per_recipient.
// Nothing stays behind in tmp/ but after a crash; see maildir_cleanup.h.
//
// Threads: that of its shard. Limits: gather_octets for each message in memory; small messages cost
// one write. Errors: ResourceExhausted when disk or quota is full (the client reads 452).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ringpost/hooks/message_store.h"
#include "ringpost/store/directory_syncer.h"
#include "ringpost/store/local_recipients.h"
#include "ringpost/store/mailbox_path.h"

namespace ringpost::store {

struct MaildirStoreOptions {
  MailboxPath mailbox_path;
  // The mailboxes behind each recipient.
  std::shared_ptr<const LocalRecipients> recipients = nullptr;
  // In file names, as the Maildir convention asks for.
  std::string host_name = "localhost";
  int64_t process_id = 0;
  // What is gathered of a message before it is written. Every buffered write costs a hand-over to a
  // worker thread of the kernel, so few large ones are better; four receive buffers are large
  // enough.
  size_t gather_octets = 256 * 1024;
};

class MaildirStore final : public hooks::MessageStore {
 public:
  // CHECKs that there are recipients.
  explicit MaildirStore(MaildirStoreOptions options);

  Task<absl::StatusOr<hooks::MessageWriterPtr>> Open(const hooks::Context& context,
                                                     const smtp::Envelope& envelope) override;
  bool rewrites_headers() const override { return true; }
  hooks::Durability strongest_durability() const override { return hooks::Durability::kSynced; }

 private:
  class Writer;

  // A name that no other delivery of this host has, without the size.
  std::string NewUniqueName(io::Shard& shard);

  MaildirStoreOptions options_;
  DirectorySyncer directory_syncer_;
  uint64_t delivery_count_ = 0;
};

}  // namespace ringpost::store
