// A server that delivers into Maildirs and marks what looks like spam: a Filter that reads the
// header and edits it before the body comes in.
//
//   header_tagger MAIL_FOLDER [ADDRESS:PORT [DOMAIN]]
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>

#include "ringpost/base/ascii.h"
#include "ringpost/store/local_recipients.h"
#include "ringpost/store/maildir_store.h"
#include "serve.h"

using namespace ringpost;

// One message. X-Spam-Flag says what this server thinks, never what the sender wrote there.
class SubjectTagger final : public hooks::MessageFilter {
 public:
  Task<hooks::Verdict> OnHeader(const hooks::Context&, std::span<const hooks::HeaderField> fields,
                                hooks::HeaderEdits& edits) override {
    edits.Remove("X-Spam-Flag");
    const bool is_spam = std::any_of(fields.begin(), fields.end(), [](const auto& field) {
      return EqualsIgnoreCase(field.name, "Subject") &&
             LooksLikeSpam(message::Unfold(field.raw_value));
    });
    if (is_spam) edits.Append("X-Spam-Flag", "YES");
    co_return hooks::Verdict::Continue();
  }

 private:
  static bool LooksLikeSpam(std::string_view subject) {
    for (size_t i = 0; i < subject.size(); ++i) {
      if (StartsWithIgnoreCase(subject.substr(i), "free money")) return true;
    }
    return false;
  }
};

class SubjectFilter final : public hooks::Filter {
 public:
  std::unique_ptr<hooks::MessageFilter> NewMessage(const hooks::Context&,
                                                   const smtp::Envelope&) override {
    return std::make_unique<SubjectTagger>();
  }
};

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "usage: header_tagger MAIL_FOLDER [ADDRESS:PORT [DOMAIN]]\n";
    return 2;
  }
  const std::string domain = argc > 3 ? argv[3] : "example.org";
  const auto recipients = store::LocalRecipients::Create({.domains = {domain}});
  const auto mailbox_path = store::MailboxPath::Parse(std::string(argv[1]) + "/{user}");
  if (!recipients.ok() || !mailbox_path.ok()) {
    std::cerr << recipients.status().message() << mailbox_path.status().message() << "\n";
    return 2;
  }
  return example::ServeUntilEnded(
      {}, argc > 2 ? argv[2] : "127.0.0.1:2525", [&](io::Shard&) -> absl::StatusOr<hooks::Hooks> {
        hooks::Hooks hooks;
        hooks.recipient_validators = {
            std::make_shared<store::LocalRecipientValidator>(*recipients)};
        hooks.filters = {std::make_shared<SubjectFilter>()};
        hooks.store = std::make_shared<store::MaildirStore>(
            store::MaildirStoreOptions{.mailbox_path = *mailbox_path,
                                       .recipients = *recipients,
                                       .host_name = "localhost",
                                       .process_id = getpid()});
        return hooks;
      });
}
