// FolderSource: messages that lie in files of their own, one in each.
//
// Links are not followed, and what is in tmp/ is not delivered. Nothing should be delivered to or
// moved about in the folders meanwhile. Limits: one message in memory at a time, in pieces.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "load/audit/message_source.h"

namespace ringpost::load {

class FolderSource final : public MessageSource {
 public:
  enum class Layout : uint8_t {
    kMaildirs,  // every Maildir at or below the folder: what is in its new/ and cur/
    kFiles,     // every file at or below the folder; each folder is a mailbox
  };

  FolderSource(std::string path, Layout layout);

  absl::Status Read(MessageSink& sink) override;

 private:
  const std::string path_;
  const Layout layout_;
};

}  // namespace ringpost::load
