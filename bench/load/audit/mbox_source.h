// MboxSource: messages in one file, each behind a line "From ..." and before an empty one.
//
// Lines of a message that begin with "From " may be quoted in two ways, which a file does not tell
// apart: by a '>' before "From " alone (mboxo: Postfix), or also before lines that are quoted
// already (mboxrd). So a message has three readings: undone the one way, the other way, and as it
// is. Limits: one piece in memory at a time.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "load/audit/message_source.h"

namespace ringpost::load {

class MboxSource final : public MessageSource {
 public:
  explicit MboxSource(std::string path);

  // The whole file is one mailbox.
  absl::Status Read(MessageSink& sink) override;

 private:
  const std::string path_;
};

}  // namespace ringpost::load
