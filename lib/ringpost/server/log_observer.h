// LogObserver: the structured log, one line for each stage that is wanted: by default for each
// session and for each message.
//
//   auto writer = LogWriter::Start(shard, {.path = path, .format = LogFormat::kJson});
//   hooks.observers.push_back(std::make_shared<LogObserver>(shard.reactor(), writer, stages));
//
// docs/operations.md shows the lines and names the fields. Threads: the writer's shard.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <utility>

#include "ringpost/base/clock.h"
#include "ringpost/hooks/observer.h"
#include "ringpost/server/log_line.h"
#include "ringpost/server/log_writer.h"

namespace ringpost::server {

class LogObserver final : public hooks::Observer {
 public:
  // The clock is for stages that do not say when they were.
  LogObserver(const Clock& clock, std::shared_ptr<LogWriter> writer, hooks::ObservedStages stages)
      : clock_(clock), writer_(std::move(writer)), stages_(stages) {}

  hooks::ObservedStages stages() const override { return stages_; }
  void OnObservations(std::span<const hooks::Observation> observations) override;

 private:
  void AppendLine(const hooks::SessionOpened& opened, std::string& out);
  void AppendLine(const hooks::AuthenticationDecided& decided, std::string& out);
  void AppendLine(const hooks::SenderDecided& decided, std::string& out);
  void AppendLine(const hooks::RecipientDecided& decided, std::string& out);
  void AppendLine(const hooks::MessageFinished& finished, std::string& out);
  void AppendLine(const hooks::SessionEnded& ended, std::string& out);
  LogLine NewLine(std::string& out, absl::Time at, std::string_view event);

  const Clock& clock_;
  const std::shared_ptr<LogWriter> writer_;
  const hooks::ObservedStages stages_;
  TimestampCache timestamps_;
};

}  // namespace ringpost::server
