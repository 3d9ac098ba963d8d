#include "sink/report.h"

#include <fstream>

#include "nlohmann/json.hpp"
#include "ringpost/base/text.h"

namespace ringpost::sink {
namespace {

using Json = nlohmann::ordered_json;

void AddUsage(Json& json, const RunUsage& usage) {
  json["seconds"] = usage.seconds;
  json["user_cpu_seconds"] = usage.cpu.user_seconds;
  json["system_cpu_seconds"] = usage.cpu.system_seconds;
  json["run_delay_seconds"] = usage.run_delay_seconds;
  json["peak_memory_bytes"] = PeakMemoryBytesOfProcess();
}

}  // namespace

std::string BlindJson(const BlindCounts& counts, const RunUsage& usage) {
  Json json = {{"messages", counts.messages},
               {"connections", counts.connections},
               {"octets", counts.octets}};
  AddUsage(json, usage);
  return Concat(json.dump(), "\n");
}

std::string CountsJson(const Counts& counts, const FaultPlan& faults, const RunUsage& usage) {
  Json json = {{"messages", counts.messages},         {"aborted_messages", counts.aborted_messages},
               {"failed_dumps", counts.failed_dumps}, {"recipients", counts.recipients},
               {"connections", counts.connections},   {"received_octets", counts.received_octets},
               {"sent_octets", counts.sent_octets},   {"body_octets", counts.body_octets}};
  json["handshakes"] = {{"done", counts.handshakes},
                        {"resumed", counts.resumed_handshakes},
                        {"failed", counts.failed_handshakes}};
  json["logins"] = {{"accepted", counts.logins}, {"refused", counts.failed_logins}};
  json["commands"] = {{"hello", counts.commands.hello}, {"starttls", counts.commands.starttls},
                      {"auth", counts.commands.auth},   {"mail", counts.commands.mail},
                      {"rcpt", counts.commands.rcpt},   {"data", counts.commands.data},
                      {"bdat", counts.commands.bdat},   {"quit", counts.commands.quit},
                      {"other", counts.commands.other}};
  json["replies"] = Json::object();
  for (const auto& [code, count] : counts.replies) json["replies"][std::to_string(code)] = count;
  json["faults"] = Json::array();
  for (size_t i = 0; i < faults.faults().size(); ++i) {
    json["faults"].push_back({{"fault", faults.faults()[i].text}, {"struck", counts.struck[i]}});
  }
  AddUsage(json, usage);
  return Concat(json.dump(2), "\n");
}

std::string CountsText(const Counts& counts, const FaultPlan& faults) {
  std::string text =
      Concat("messages: ", counts.messages, " (aborted: ", counts.aborted_messages,
             ", failed dumps: ", counts.failed_dumps, "), recipients: ", counts.recipients,
             ", connections: ", counts.connections, ", octets: ", counts.received_octets, "\n");
  if (counts.handshakes + counts.failed_handshakes > 0) {
    Append(text, "TLS handshakes: ", counts.handshakes, " (resumed: ", counts.resumed_handshakes,
           "), failed: ", counts.failed_handshakes, "\n");
  }
  if (counts.logins + counts.failed_logins > 0) {
    Append(text, "logins: ", counts.logins, ", refused: ", counts.failed_logins, "\n");
  }
  const Counts::Commands& commands = counts.commands;
  Append(text, "commands: hello ", commands.hello, ", starttls ", commands.starttls, ", auth ",
         commands.auth, ", mail ", commands.mail, ", rcpt ", commands.rcpt, ", data ",
         commands.data, ", bdat ", commands.bdat, ", quit ", commands.quit, ", other ",
         commands.other, "\nreplies:");
  for (const auto& [code, count] : counts.replies) Append(text, " ", code, " x ", count);
  text += '\n';
  for (size_t i = 0; i < faults.faults().size(); ++i) {
    Append(text, "fault ", faults.faults()[i].text, ": ", counts.struck[i], "\n");
  }
  return text;
}

absl::Status WriteFile(const std::string& path, std::string_view text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  return file ? absl::OkStatus() : absl::UnavailableError(Concat("cannot write ", path));
}

}  // namespace ringpost::sink
