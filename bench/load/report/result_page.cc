#include "load/report/result_page.h"

#include <algorithm>

#include "absl/time/time.h"
#include "load/report/html.h"
#include "load/report/page.h"
#include "load/report/quantity_text.h"
#include "load/report/result_plots.h"
#include "load/report/verdict.h"
#include "ringpost/base/text.h"

namespace ringpost::load {
namespace {

std::string ModeText(const Results& results) {
  switch (results.mode) {
    case Mode::kClosed:
      return "closed loop: as fast as it answers";
    case Mode::kOpen:
      return "open loop: at a constant rate";
    case Mode::kFindMax:
      return "search for the highest good rate";
    case Mode::kIdle:
      return "idle connections";
    case Mode::kSessions:
      return "sessions without a message";
  }
}

std::string OptionOf(const Results& results, std::string_view name) {
  const auto found =
      std::ranges::find(results.options, name, &std::pair<std::string, std::string>::first);
  return found == results.options.end() ? "" : found->second;
}

std::string Header(const Results& results) {
  std::string remark = ModeText(results);
  if (const std::string rate = OptionOf(results, "rate"); !rate.empty()) {
    Append(remark, " of ", rate, "/s");
  }
  if (const std::string count = OptionOf(results, "connections"); !count.empty()) {
    Append(remark, " · ", count, count == "1" ? " connection" : " connections");
  }
  Append(
      remark, " · ", ThreeDigitText(absl::ToDoubleSeconds(results.duration)), " s · ",
      std::string(absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", results.started, absl::UTCTimeZone())));
  std::string pills;
  for (const Statement& statement : VerdictOn(results)) {
    pills += Pill(statement.tone, statement.text);
  }
  return Concat("<header>\n<div class=\"program\">ringpost-load ", EscapeHtml(results.version),
                "</div>\n<h1>", EscapeHtml(results.target), "</h1>\n<p class=\"quiet\">",
                EscapeHtml(remark), "</p>\n<div class=\"pills\">\n", pills, "</div>\n</header>\n");
}

std::string IdleTiles(const Results& results) {
  const ConnectionResults& connections = results.connections;
  const uint64_t lost = connections.failed + connections.dropped;
  std::string tiles =
      Tile("Connections", CountText(connections.opened), "held at a time") +
      Tile("Errors", CountText(lost), "failed or dropped", lost == 0 ? Tone::kPlain : Tone::kBad);
  if (const auto& server = results.server; server.has_value()) {
    if (server->octets_per_idle_connection.has_value()) {
      tiles += Tile("Server memory", SizeText(*server->octets_per_idle_connection),
                    "for each connection");
    }
    tiles += Tile("Server's most memory", SizeText(static_cast<double>(server->peak_memory_octets)),
                  "in all");
  }
  return Concat("<div class=\"tiles\">\n", tiles, "</div>\n");
}

std::string SessionTiles(const Results& results) {
  std::string tiles = Tile("Sessions", PerSecondText(results.sessions->per_second),
                           Concat(CountText(results.sessions->completed), " completed"));
  if (const PhaseResult* const whole = FindPhase(results, Phase::kSession); whole != nullptr) {
    tiles += Tile("Median length", MicrosecondsText(whole->latency.p50_us),
                  Concat("99 % within ", MicrosecondsText(whole->latency.p99_us)));
  }
  if (const PhaseResult* const tls = FindPhase(results, Phase::kTls); tls != nullptr) {
    tiles += Tile("TLS handshake", MicrosecondsText(tls->latency.p50_us),
                  Concat("99 % within ", MicrosecondsText(tls->latency.p99_us)));
  }
  const uint64_t lost = results.connections.failed + results.connections.dropped;
  tiles +=
      Tile("Errors", CountText(lost), "failed or dropped", lost == 0 ? Tone::kPlain : Tone::kBad);
  if (results.server.has_value() && results.server->cpu_us_per_session.has_value()) {
    tiles += Tile("Server CPU", MicrosecondsText(*results.server->cpu_us_per_session),
                  "for each session");
  }
  return Concat("<div class=\"tiles\">\n", tiles, "</div>\n");
}

std::string Tiles(const Results& results) {
  if (results.mode == Mode::kIdle) return IdleTiles(results);
  if (results.sessions.has_value()) return SessionTiles(results);
  const MessageResults& messages = results.messages;
  std::string tiles = Tile("Messages", PerSecondText(messages.per_second),
                           Concat(CountText(messages.accepted), " accepted"));
  if (const PhaseResult* const whole = FindPhase(results, Phase::kMessage); whole != nullptr) {
    const Latency& latency = whole->latency;
    Append(tiles, Tile("Median latency", MicrosecondsText(latency.p50_us), "of a whole message"),
           Tile("99 % within", MicrosecondsText(latency.p99_us),
                Concat("99.9 % within ", MicrosecondsText(latency.p999_us))),
           Tile("Slowest", MicrosecondsText(latency.max_us),
                Concat("mean ", MicrosecondsText(latency.mean_us))));
  }
  Append(tiles, Tile("Content", Concat(SizeText(messages.octets_per_second), "/s"),
                     Concat(SizeText(static_cast<double>(messages.octets)), " in all")));
  const uint64_t troubles =
      messages.refused + messages.failed + results.connections.failed + results.connections.dropped;
  Append(tiles, Tile("Errors", CountText(troubles),
                     Concat(CountText(messages.refused), " refused, ", CountText(messages.failed),
                            " failed"),
                     troubles == 0 ? Tone::kPlain : Tone::kBad));
  if (results.server.has_value() && results.server->cpu_us_per_message.has_value()) {
    Append(tiles, Tile("Server CPU", MicrosecondsText(*results.server->cpu_us_per_message),
                       "for each message"));
  }
  return Concat("<div class=\"tiles\">\n", tiles, "</div>\n");
}

std::string PhaseTable(const Results& results) {
  HtmlTable table({"phase", "count", "mean", "p50", "p90", "p99", "p99.9", "max"});
  for (const PhaseResult& phase : results.phases) {
    const Latency& latency = phase.latency;
    table.AddRow({PhaseLabel(phase.phase), CountText(latency.count),
                  MicrosecondsText(latency.mean_us), MicrosecondsText(latency.p50_us),
                  MicrosecondsText(latency.p90_us), MicrosecondsText(latency.p99_us),
                  MicrosecondsText(latency.p999_us), MicrosecondsText(latency.max_us)});
  }
  return table.Render();
}

std::string FindMaxTable(const Results& results) {
  HtmlTable table({"rate", "achieved", "p50", "p99", "good"});
  if (!results.find_max.has_value()) return "";
  for (const FindMaxStep& step : results.find_max->steps) {
    table.AddRow({PerSecondText(step.rate_per_second), PerSecondText(step.achieved_per_second),
                  MicrosecondsText(step.p50_us), MicrosecondsText(step.p99_us),
                  step.passed ? "✓ yes" : "✗ no"},
                 step.passed ? Tone::kPlain : Tone::kBad);
  }
  return table.Render();
}

Tone ToneOf(int reply_code) {
  if (reply_code >= 500) return Tone::kBad;
  return reply_code >= 400 ? Tone::kWarning : Tone::kPlain;
}

std::string ReplyTable(const Results& results) {
  HtmlTable table({"after", "code", "first text", "count"}, /*left_columns=*/2);
  for (const ReplyResult& reply : results.replies) {
    table.AddRow(
        {PhaseLabel(reply.phase), Concat(reply.code), reply.sample, CountText(reply.count)},
        ToneOf(reply.code));
  }
  return table.Render();
}

std::string ErrorText(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kRefused:
      return "connection refused";
    case ErrorKind::kReset:
      return "connection reset";
    case ErrorKind::kClosedEarly:
      return "closed by the server";
    case ErrorKind::kTimedOut:
      return "no reply in time";
    case ErrorKind::kMalformedReply:
      return "not an SMTP reply";
    case ErrorKind::kUnexpected:
      return "a reply that nothing asked for";
    case ErrorKind::kTls:
      return "TLS failed";
    case ErrorKind::kSasl:
      return "SASL failed";
    case ErrorKind::kOther:
      return "an error of the system";
  }
}

std::string ErrorTable(const Results& results) {
  HtmlTable table({"what", "waiting for", "count"}, /*left_columns=*/1);
  for (const ErrorResult& error : results.errors) {
    table.AddRow({ErrorText(error.kind), PhaseLabel(error.phase), CountText(error.count)},
                 Tone::kBad);
  }
  return table.Render();
}

std::string SecondsText(double seconds) { return MicrosecondsText(seconds * 1e6); }

std::string ProcessorTable(const Results& results) {
  HtmlTable table({"", "user", "system", "CPU", "of the time", "waited for a CPU"});
  const double duration = std::max(absl::ToDoubleSeconds(results.duration), 1e-9);
  const GeneratorResults& generator = results.generator;
  table.AddRow({"generator", SecondsText(generator.user_seconds),
                SecondsText(generator.system_seconds), SecondsText(generator.cpu_seconds),
                ShareText(generator.cpu_share), SecondsText(generator.run_delay_seconds)},
               generator.was_bottleneck ? Tone::kWarning : Tone::kPlain);
  if (const auto& server = results.server; server.has_value()) {
    table.AddRow({"server", SecondsText(server->user_seconds), SecondsText(server->system_seconds),
                  SecondsText(server->cpu_seconds), ShareText(server->cpu_seconds / duration),
                  SecondsText(server->run_delay_seconds)});
  }
  return table.Render();
}

std::string ServerTable(const Results& results) {
  if (!results.server.has_value()) return "";
  const ServerResults& server = *results.server;
  HtmlTable table({"", ""});
  if (server.cpu_us_per_message.has_value()) {
    table.AddRow({"CPU for each message", MicrosecondsText(*server.cpu_us_per_message)});
  }
  if (server.cpu_us_per_session.has_value()) {
    table.AddRow({"CPU for each session", MicrosecondsText(*server.cpu_us_per_session)});
  }
  table.AddRow({"most memory", SizeText(static_cast<double>(server.peak_memory_octets))});
  if (server.octets_per_idle_connection.has_value()) {
    table.AddRow({"memory for each idle connection", SizeText(*server.octets_per_idle_connection)});
  }
  std::string pids;
  for (const int pid : server.pids) Append(pids, pids.empty() ? "" : " ", pid);
  table.AddRow({"processes", pids});
  return table.Render();
}

std::string ConnectionTable(const Results& results) {
  const ConnectionResults& connections = results.connections;
  HtmlTable table({"", ""});
  table.AddRow({"opened", CountText(connections.opened)});
  table.AddRow({"without a greeting", CountText(connections.failed)},
               connections.failed > 0 ? Tone::kBad : Tone::kPlain);
  table.AddRow({"ended by an error", CountText(connections.dropped)},
               connections.dropped > 0 ? Tone::kBad : Tone::kPlain);
  table.AddRow({"sent", SizeText(static_cast<double>(connections.octets_sent))});
  table.AddRow({"received", SizeText(static_cast<double>(connections.octets_received))});
  return table.Render();
}

std::string TlsTable(const Results& results) {
  if (!results.tls.has_value()) return "";
  HtmlTable table({"", ""});
  table.AddRow({"handshakes", CountText(results.tls->handshakes)});
  table.AddRow({"resumed", CountText(results.tls->resumed)});
  for (const auto& [cipher, count] : results.tls->ciphers) {
    table.AddRow({cipher, CountText(count)});
  }
  return table.Render();
}

std::string OptionTable(const Results& results) {
  HtmlTable table({"option", "value"}, /*left_columns=*/1);
  for (const auto& [name, value] : results.options) table.AddRow({name, value});
  return table.Render();
}

}  // namespace

std::string RenderResultPage(const Results& results, std::string_view json) {
  const NamedResults alone[] = {{.results = &results}};
  std::string page = PageStart(Concat("ringpost-load: ", results.target));
  Append(page, Header(results), Tiles(results));
  Append(page,
         Section("The search", "The rate is raised until the server is no longer good enough.",
                 FindMaxPlot(alone) + FindMaxTable(results)));
  Append(page, Section("Latency by percentile",
                       "Every step to the right is ten times rarer. Point at a curve to read it.",
                       LatencyPlot(alone)));
  Append(page, Section("Phases",
                       "Each from the first octet sent to the last octet of the reply; a whole "
                       "message from when it was due, a whole session from its connect.",
                       PhaseTable(results)));
  Append(page, Section("Over time", "", RateOverTimePlot(alone) + LatencyOverTimePlot(alone)));
  Append(page, Section("Replies", "", ReplyTable(results)));
  Append(page, Section("Errors", "Connections that ended before their time.", ErrorTable(results)));
  Append(page, Section("Processors", "", ProcessorTable(results)));
  Append(page, "<div class=\"columns\">\n", Section("Connections", "", ConnectionTable(results)),
         Section("TLS", "", TlsTable(results)), Section("Server", "", ServerTable(results)),
         Section("Options", "", OptionTable(results)), "</div>\n");
  if (!json.empty()) {
    Append(page, "<script type=\"application/json\" id=\"ringpost-load\">",
           EscapeJsonForScript(json), "</script>\n");
  }
  return page + PageEnd();
}

}  // namespace ringpost::load
