#include "load/text_report.h"

#include <algorithm>
#include <cstdarg>

#include "ringpost/base/text.h"

namespace ringpost::load {
namespace {

constexpr double kMicrosecondsPerMillisecond = 1e3;
constexpr double kMicrosecondsPerSecond = 1e6;
constexpr double kNoticeableDelayShare = 0.05;

[[gnu::format(printf, 1, 2)]] std::string Format(const char* format, ...) {
  char text[512];
  va_list arguments;
  va_start(arguments, format);
  const int size = std::vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  return std::string(text, std::min(static_cast<size_t>(std::max(size, 0)), sizeof text - 1));
}

std::string FormatMemory(double octets) {
  constexpr double kKibi = 1024;
  if (octets < kKibi * kKibi) return Format("%.1f KiB", octets / kKibi);
  return Format("%.1f MiB", octets / (kKibi * kKibi));
}

double SecondsOf(const Results& results) { return absl::ToDoubleSeconds(results.duration); }

void AppendHeading(const Results& results, std::string& out) {
  Append(out, "ringpost-load ", results.version, ": ", results.target, ", ", Name(results.mode));
  Append(out, Format(", %.2f s measured\n", SecondsOf(results)));
}

void AppendMessages(const Results& results, std::string& out) {
  const MessageResults& messages = results.messages;
  if (results.sessions.has_value()) {
    Append(out, Format("\n  sessions     %llu without a message, %.0f per second\n",
                       static_cast<unsigned long long>(results.sessions->completed),
                       results.sessions->per_second));
  } else if (results.mode != Mode::kIdle) {
    Append(out, Format("\n  messages     %llu accepted, %.0f per second, %.2f MB/s\n",
                       static_cast<unsigned long long>(messages.accepted), messages.per_second,
                       messages.octets_per_second / 1e6));
    if (messages.refused + messages.failed + messages.unfinished > 0) {
      Append(out, "               ", messages.refused, " refused, ", messages.failed, " failed");
      if (messages.unfinished > 0) {
        Append(out, ", ", messages.unfinished, " due and not begun at the end");
      }
      Append(out, "\n");
    }
  }
  const ConnectionResults& connections = results.connections;
  Append(out, "  connections  ", connections.opened, " opened, ", connections.failed, " failed, ",
         connections.dropped, " dropped\n");
}

void AppendTls(const Results& results, std::string& out) {
  if (!results.tls.has_value()) return;
  const TlsResults& tls = *results.tls;
  Append(out, "  TLS          ", tls.handshakes, " handshakes, ", tls.resumed,
         " of them resumed\n");
  for (const auto& [cipher, count] : tls.ciphers) {
    Append(out, "               ", cipher, ": ", count, "\n");
  }
}

void AppendLatencies(const Results& results, std::string& out) {
  if (results.phases.empty()) return;
  Append(out, Format("\n  %-9s %10s %10s %10s %10s %10s %10s\n", "latency", "count", "p50", "p90",
                     "p99", "p99.9", "max"));
  for (const PhaseResult& phase : results.phases) {
    const Latency& latency = phase.latency;
    Append(
        out,
        Format("  %-9s %10llu %10s %10s %10s %10s %10s\n", std::string(Name(phase.phase)).c_str(),
               static_cast<unsigned long long>(latency.count),
               FormatLatency(latency.p50_us).c_str(), FormatLatency(latency.p90_us).c_str(),
               FormatLatency(latency.p99_us).c_str(), FormatLatency(latency.p999_us).c_str(),
               FormatLatency(latency.max_us).c_str()));
  }
}

void AppendReplies(const Results& results, std::string& out) {
  if (results.replies.empty()) return;
  Append(out, "\n  replies\n");
  for (const ReplyResult& reply : results.replies) {
    Append(out, Format("  %-9s %d %10llu  ", std::string(Name(reply.phase)).c_str(), reply.code,
                       static_cast<unsigned long long>(reply.count)));
    Append(out, reply.sample.substr(0, 60), "\n");
  }
}

void AppendErrors(const Results& results, std::string& out) {
  if (results.errors.empty()) return;
  Append(out, "\n  errors\n");
  for (const ErrorResult& error : results.errors) {
    Append(out, Format("  %-9s %-15s %llu\n", std::string(Name(error.phase)).c_str(),
                       std::string(Name(error.kind)).c_str(),
                       static_cast<unsigned long long>(error.count)));
  }
}

void AppendServer(const Results& results, std::string& out) {
  if (!results.server.has_value()) return;
  const ServerResults& server = *results.server;
  Append(out, Format("\n  server CPU   %.2f s (user %.2f, system %.2f)", server.cpu_seconds,
                     server.user_seconds, server.system_seconds));
  if (server.cpu_us_per_message.has_value()) {
    Append(out, Format(", %.2f us per message", *server.cpu_us_per_message));
  }
  if (server.cpu_us_per_session.has_value()) {
    Append(out, Format(", %.2f us per session", *server.cpu_us_per_session));
  }
  Append(out, ", peak memory ", FormatMemory(static_cast<double>(server.peak_memory_octets)), "\n");
  if (server.octets_per_idle_connection.has_value()) {
    Append(out, Format("               %.0f octets of memory per idle connection\n",
                       *server.octets_per_idle_connection));
  }
  if (server.run_delay_seconds > kNoticeableDelayShare * SecondsOf(results)) {
    Append(out, Format("               it waited %.2f s for a core\n", server.run_delay_seconds));
  }
}

void AppendVerdict(const Results& results, std::string& out) {
  const GeneratorResults& generator = results.generator;
  Append(out, Format("%s  generator    %.2f s of CPU, %.0f %% of a core per thread\n",
                     results.server.has_value() ? "" : "\n", generator.cpu_seconds,
                     generator.cpu_share * 100));
  if (generator.was_bottleneck) {
    Append(out,
           "               THE GENERATOR WAS THE BOTTLENECK: the server can do more than this; "
           "use --threads\n");
  } else if (generator.run_delay_seconds > kNoticeableDelayShare * SecondsOf(results)) {
    Append(out, Format("               it waited %.2f s for a core, which is in the latencies\n",
                       generator.run_delay_seconds));
  }
}

void AppendFindMax(const Results& results, std::string& out) {
  if (!results.find_max.has_value()) return;
  if (results.find_max->knee_per_second == 0) {
    Append(out, "\n  no rate was held within the bound\n");
    return;
  }
  Append(out, Format("\n  knee         %.0f messages per second, after %zu steps\n",
                     results.find_max->knee_per_second, results.find_max->steps.size()));
}

}  // namespace

std::string FormatLatency(double microseconds) {
  const double size = microseconds < kMicrosecondsPerMillisecond ? microseconds
                      : microseconds < kMicrosecondsPerSecond
                          ? microseconds / kMicrosecondsPerMillisecond
                          : microseconds / kMicrosecondsPerSecond;
  const char* const unit = microseconds < kMicrosecondsPerMillisecond ? "us"
                           : microseconds < kMicrosecondsPerSecond    ? "ms"
                                                                      : "s";
  const int decimals = size < 10 ? 2 : size < 100 ? 1 : 0;
  return Format("%.*f %s", decimals, size, unit);
}

std::string DescribeStep(const FindMaxStep& step) {
  return Format("rate %.0f/s: %s (%.0f/s achieved, p50 %s, p99 %s)", step.rate_per_second,
                step.passed ? "held" : "not held", step.achieved_per_second,
                FormatLatency(step.p50_us).c_str(), FormatLatency(step.p99_us).c_str());
}

std::string TextReport(const Results& results) {
  std::string out;
  AppendHeading(results, out);
  AppendFindMax(results, out);
  AppendMessages(results, out);
  AppendTls(results, out);
  AppendLatencies(results, out);
  AppendReplies(results, out);
  AppendErrors(results, out);
  AppendServer(results, out);
  AppendVerdict(results, out);
  return out;
}

void PlainProgressView::OnSecond(absl::Time, const SecondResult& second, const Histogram&) {
  const std::string line =
      Format("%.1f s: %llu %s, p50 %s, p99 %s, %llu errors\n", second.second,
             static_cast<unsigned long long>(second.messages),
             is_of_sessions_ ? "sessions" : "messages", FormatLatency(second.p50_us).c_str(),
             FormatLatency(second.p99_us).c_str(), static_cast<unsigned long long>(second.errors));
  std::fputs(line.c_str(), out_);
  std::fflush(out_);
}

void PlainProgressView::OnStep(const FindMaxStep& step) {
  std::fputs((DescribeStep(step) + "\n").c_str(), out_);
  std::fflush(out_);
}

}  // namespace ringpost::load
