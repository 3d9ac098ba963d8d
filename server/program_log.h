// ProgramLog: what the program itself has to say, a line each on standard error, in the form of the
// structured log: time=... event=started text="...".
#pragma once

#include <string_view>

#include "ringpost/server/log_line.h"

namespace ringpost::daemon {

class ProgramLog {
 public:
  explicit ProgramLog(server::LogFormat format) : format_(format) {}

  // `event` is one word of our own.
  void Say(std::string_view event, std::string_view text) const;

 private:
  server::LogFormat format_;
};

}  // namespace ringpost::daemon
