// Aliases: a file is refused or read, and every address then leads to somebody.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "ringpost/base/check.h"
#include "ringpost/store/aliases.h"
#include "ringpost/store/mailbox_path.h"

using ringpost::Check;
using ringpost::store::Aliases;
using ringpost::store::LocalAddress;
using ringpost::store::MailboxPath;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const MailboxPath path = *MailboxPath::Parse("{domain}/{user}/.{tag}");
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto aliases = Aliases::Parse(text, "aliases", {});
  if (!aliases.ok()) return 0;
  for (const std::string_view local_part : {"a", "b", "c+x", "postmaster"}) {
    for (const std::string_view domain : {"x", "y"}) {
      std::vector<LocalAddress> mailboxes;
      aliases->Expand(*LocalAddress::Make(local_part, domain, {}), true, mailboxes);
      Check(!mailboxes.empty(), "mail for nobody");
      for (const LocalAddress& mailbox : mailboxes) {
        Check(path.FolderOf(mailbox).find("/../") == std::string::npos, "a way out");
      }
    }
  }
  return 0;
}
