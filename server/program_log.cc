#include "server/program_log.h"

#include <unistd.h>

#include <string>

#include "absl/time/clock.h"

namespace ringpost::daemon {

void ProgramLog::Say(std::string_view event, std::string_view text) const {
  server::TimestampCache timestamps;
  std::string out;
  server::LogLine line(format_, out, timestamps.Format(absl::Now()), event);
  line.Text("text", text);
  line.End();
  // One write, so that it does not mix with the lines of the shards. Nobody is there to hear of a
  // failure.
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, out.data(), out.size());
}

}  // namespace ringpost::daemon
