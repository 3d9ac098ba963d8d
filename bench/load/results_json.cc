#include "load/results_json.h"

#include <cmath>
#include <utility>

#include "nlohmann/json.hpp"
#include "ringpost/base/text.h"

namespace ringpost::load {
namespace {

// Keeps the order in which keys are set: that of a reader.
using Json = nlohmann::ordered_json;

// A thousandth is finer than any figure here is measured.
double Rounded(double value) { return std::round(value * 1000) / 1000; }
double RoundedToMicro(double value) { return std::round(value * 1e6) / 1e6; }

// --- Writing
// --------------------------------------------------------------------------------------

Json ToObject(const Latency& latency) {
  Json object = {{"count", latency.count},
                 {"mean_us", Rounded(latency.mean_us)},
                 {"p50_us", Rounded(latency.p50_us)},
                 {"p90_us", Rounded(latency.p90_us)},
                 {"p99_us", Rounded(latency.p99_us)},
                 {"p999_us", Rounded(latency.p999_us)},
                 {"max_us", Rounded(latency.max_us)}};
  if (latency.curve.empty()) return object;
  Json curve = Json::array();
  for (const auto& [quantile, microseconds] : latency.curve) {
    curve.push_back(Json::array({RoundedToMicro(quantile), Rounded(microseconds)}));
  }
  object["curve"] = std::move(curve);
  return object;
}

Json ToObject(const MessageResults& messages) {
  return {{"accepted", messages.accepted},
          {"refused", messages.refused},
          {"failed", messages.failed},
          {"unfinished", messages.unfinished},
          {"per_second", Rounded(messages.per_second)},
          {"octets", messages.octets},
          {"octets_per_second", Rounded(messages.octets_per_second)}};
}

Json ToObject(const ConnectionResults& connections) {
  return {{"opened", connections.opened},
          {"failed", connections.failed},
          {"dropped", connections.dropped},
          {"octets_sent", connections.octets_sent},
          {"octets_received", connections.octets_received}};
}

Json ToObject(const SessionResults& sessions) {
  return {{"completed", sessions.completed}, {"per_second", Rounded(sessions.per_second)}};
}

Json ToObject(const TlsResults& tls) {
  Json ciphers = Json::object();
  for (const auto& [name, count] : tls.ciphers) ciphers[name] = count;
  return {
      {"handshakes", tls.handshakes}, {"resumed", tls.resumed}, {"ciphers", std::move(ciphers)}};
}

Json ToObject(const GeneratorResults& generator) {
  return {{"cpu_seconds", RoundedToMicro(generator.cpu_seconds)},
          {"user_seconds", RoundedToMicro(generator.user_seconds)},
          {"system_seconds", RoundedToMicro(generator.system_seconds)},
          {"cpu_share", RoundedToMicro(generator.cpu_share)},
          {"run_delay_seconds", RoundedToMicro(generator.run_delay_seconds)},
          {"was_bottleneck", generator.was_bottleneck}};
}

Json ToObject(const ServerResults& server) {
  Json object = {{"pids", server.pids},
                 {"cpu_seconds", RoundedToMicro(server.cpu_seconds)},
                 {"user_seconds", RoundedToMicro(server.user_seconds)},
                 {"system_seconds", RoundedToMicro(server.system_seconds)}};
  if (server.cpu_us_per_message.has_value()) {
    object["cpu_us_per_message"] = Rounded(*server.cpu_us_per_message);
  }
  if (server.cpu_us_per_session.has_value()) {
    object["cpu_us_per_session"] = Rounded(*server.cpu_us_per_session);
  }
  object["peak_memory_octets"] = server.peak_memory_octets;
  object["run_delay_seconds"] = RoundedToMicro(server.run_delay_seconds);
  if (server.octets_per_idle_connection.has_value()) {
    object["octets_per_idle_connection"] = Rounded(*server.octets_per_idle_connection);
  }
  return object;
}

Json ToObject(const FindMaxResults& find_max) {
  Json steps = Json::array();
  for (const FindMaxStep& step : find_max.steps) {
    steps.push_back({{"rate_per_second", Rounded(step.rate_per_second)},
                     {"achieved_per_second", Rounded(step.achieved_per_second)},
                     {"p50_us", Rounded(step.p50_us)},
                     {"p99_us", Rounded(step.p99_us)},
                     {"passed", step.passed}});
  }
  return {{"knee_per_second", Rounded(find_max.knee_per_second)}, {"steps", std::move(steps)}};
}

Json ToObject(const Results& results) {
  Json options = Json::object();
  for (const auto& [name, value] : results.options) options[name] = value;
  Json phases = Json::object();
  for (const PhaseResult& phase : results.phases) {
    phases[std::string(Name(phase.phase))] = ToObject(phase.latency);
  }
  Json replies = Json::array();
  for (const ReplyResult& reply : results.replies) {
    replies.push_back({{"phase", Name(reply.phase)},
                       {"code", reply.code},
                       {"count", reply.count},
                       {"sample", reply.sample}});
  }
  Json errors = Json::array();
  for (const ErrorResult& error : results.errors) {
    errors.push_back(
        {{"kind", Name(error.kind)}, {"phase", Name(error.phase)}, {"count", error.count}});
  }
  Json timeline = Json::array();
  for (const SecondResult& second : results.timeline) {
    timeline.push_back({{"second", Rounded(second.second)},
                        {"messages", second.messages},
                        {"p50_us", Rounded(second.p50_us)},
                        {"p99_us", Rounded(second.p99_us)},
                        {"errors", second.errors}});
  }
  Json object = {
      {"ringpost_load", results.version},
      {"started", absl::FormatTime(absl::RFC3339_sec, results.started, absl::UTCTimeZone())},
      {"target", results.target},
      {"options", std::move(options)},
      {"mode", Name(results.mode)},
      {"duration_seconds", RoundedToMicro(absl::ToDoubleSeconds(results.duration))},
      {"messages", ToObject(results.messages)},
      {"connections", ToObject(results.connections)}};
  if (results.sessions.has_value()) object["sessions"] = ToObject(*results.sessions);
  if (results.tls.has_value()) object["tls"] = ToObject(*results.tls);
  object["phases"] = std::move(phases);
  object["replies"] = std::move(replies);
  object["errors"] = std::move(errors);
  object["generator"] = ToObject(results.generator);
  if (results.server.has_value()) object["server"] = ToObject(*results.server);
  object["timeline"] = std::move(timeline);
  if (results.find_max.has_value()) object["find_max"] = ToObject(*results.find_max);
  return object;
}

// --- Reading
// --------------------------------------------------------------------------------------

template <typename Value>
void Take(const Json& object, const char* name, Value& to) {
  if (const auto found = object.find(name); found != object.end()) to = found->get<Value>();
}

template <typename Value>
void Take(const Json& object, const char* name, std::optional<Value>& to) {
  if (const auto found = object.find(name); found != object.end()) to = found->get<Value>();
}

// The enumerator of that name; nullopt for one that is unknown here.
template <typename Enum>
std::optional<Enum> Named(std::string_view name, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    if (Name(static_cast<Enum>(i)) == name) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

std::optional<Phase> PhaseOf(const Json& object) {
  return Named<Phase>(object.at("phase").get<std::string>(), kPhaseCount);
}

Latency ToLatency(const Json& object) {
  Latency latency;
  Take(object, "count", latency.count);
  Take(object, "mean_us", latency.mean_us);
  Take(object, "p50_us", latency.p50_us);
  Take(object, "p90_us", latency.p90_us);
  Take(object, "p99_us", latency.p99_us);
  Take(object, "p999_us", latency.p999_us);
  Take(object, "max_us", latency.max_us);
  Take(object, "curve", latency.curve);
  return latency;
}

void TakeMessages(const Json& object, MessageResults& messages) {
  Take(object, "accepted", messages.accepted);
  Take(object, "refused", messages.refused);
  Take(object, "failed", messages.failed);
  Take(object, "unfinished", messages.unfinished);
  Take(object, "per_second", messages.per_second);
  Take(object, "octets", messages.octets);
  Take(object, "octets_per_second", messages.octets_per_second);
}

void TakeConnections(const Json& object, ConnectionResults& connections) {
  Take(object, "opened", connections.opened);
  Take(object, "failed", connections.failed);
  Take(object, "dropped", connections.dropped);
  Take(object, "octets_sent", connections.octets_sent);
  Take(object, "octets_received", connections.octets_received);
}

SessionResults ToSessions(const Json& object) {
  SessionResults sessions;
  Take(object, "completed", sessions.completed);
  Take(object, "per_second", sessions.per_second);
  return sessions;
}

TlsResults ToTls(const Json& object) {
  TlsResults tls;
  Take(object, "handshakes", tls.handshakes);
  Take(object, "resumed", tls.resumed);
  if (object.contains("ciphers")) {
    for (const auto& [name, count] : object.at("ciphers").items()) {
      tls.ciphers.emplace_back(name, count.get<uint64_t>());
    }
  }
  return tls;
}

void TakeGenerator(const Json& object, GeneratorResults& generator) {
  Take(object, "cpu_seconds", generator.cpu_seconds);
  Take(object, "user_seconds", generator.user_seconds);
  Take(object, "system_seconds", generator.system_seconds);
  Take(object, "cpu_share", generator.cpu_share);
  Take(object, "run_delay_seconds", generator.run_delay_seconds);
  Take(object, "was_bottleneck", generator.was_bottleneck);
}

ServerResults ToServer(const Json& object) {
  ServerResults server;
  Take(object, "pids", server.pids);
  Take(object, "cpu_seconds", server.cpu_seconds);
  Take(object, "user_seconds", server.user_seconds);
  Take(object, "system_seconds", server.system_seconds);
  Take(object, "cpu_us_per_message", server.cpu_us_per_message);
  Take(object, "cpu_us_per_session", server.cpu_us_per_session);
  Take(object, "peak_memory_octets", server.peak_memory_octets);
  Take(object, "run_delay_seconds", server.run_delay_seconds);
  Take(object, "octets_per_idle_connection", server.octets_per_idle_connection);
  return server;
}

FindMaxResults ToFindMax(const Json& object) {
  FindMaxResults find_max;
  Take(object, "knee_per_second", find_max.knee_per_second);
  for (const Json& item : object.at("steps")) {
    FindMaxStep& step = find_max.steps.emplace_back();
    Take(item, "rate_per_second", step.rate_per_second);
    Take(item, "achieved_per_second", step.achieved_per_second);
    Take(item, "p50_us", step.p50_us);
    Take(item, "p99_us", step.p99_us);
    Take(item, "passed", step.passed);
  }
  return find_max;
}

const Json& Part(const Json& object, const char* name) {
  static const Json nothing = Json::object();
  const auto found = object.find(name);
  return found == object.end() ? nothing : *found;
}

void TakeLists(const Json& object, Results& results) {
  for (const auto& [name, value] : Part(object, "options").items()) {
    results.options.emplace_back(name, value.get<std::string>());
  }
  for (const auto& [name, value] : Part(object, "phases").items()) {
    if (const std::optional<Phase> phase = Named<Phase>(name, kPhaseCount)) {
      results.phases.push_back({.phase = *phase, .latency = ToLatency(value)});
    }
  }
  for (const Json& item : Part(object, "replies")) {
    const std::optional<Phase> phase = PhaseOf(item);
    if (!phase.has_value()) continue;
    ReplyResult& reply = results.replies.emplace_back();
    reply.phase = *phase;
    Take(item, "code", reply.code);
    Take(item, "count", reply.count);
    Take(item, "sample", reply.sample);
  }
  for (const Json& item : Part(object, "errors")) {
    const std::optional<Phase> phase = PhaseOf(item);
    const auto kind = Named<ErrorKind>(item.at("kind").get<std::string>(), kErrorKindCount);
    if (!phase.has_value() || !kind.has_value()) continue;
    ErrorResult& error = results.errors.emplace_back();
    error.kind = *kind;
    error.phase = *phase;
    Take(item, "count", error.count);
  }
  for (const Json& item : Part(object, "timeline")) {
    SecondResult& second = results.timeline.emplace_back();
    Take(item, "second", second.second);
    Take(item, "messages", second.messages);
    Take(item, "p50_us", second.p50_us);
    Take(item, "p99_us", second.p99_us);
    Take(item, "errors", second.errors);
  }
}

Results ToResults(const Json& object) {
  Results results;
  results.version = object.at("ringpost_load").get<std::string>();
  std::string text;
  Take(object, "started", text);
  absl::ParseTime(absl::RFC3339_sec, text, &results.started, nullptr);
  Take(object, "target", results.target);
  text.clear();
  Take(object, "mode", text);
  results.mode = Named<Mode>(text, kModeCount).value_or(Mode::kClosed);
  double seconds = 0;
  Take(object, "duration_seconds", seconds);
  results.duration = absl::Seconds(seconds);
  TakeMessages(Part(object, "messages"), results.messages);
  TakeConnections(Part(object, "connections"), results.connections);
  TakeGenerator(Part(object, "generator"), results.generator);
  TakeLists(object, results);
  if (object.contains("sessions")) results.sessions = ToSessions(object.at("sessions"));
  if (object.contains("tls")) results.tls = ToTls(object.at("tls"));
  if (object.contains("server")) results.server = ToServer(object.at("server"));
  if (object.contains("find_max")) results.find_max = ToFindMax(object.at("find_max"));
  return results;
}

}  // namespace

std::string ToJson(const Results& results) {
  constexpr int kIndent = 2;
  // A sample may be cut in the middle of a character.
  return ToObject(results).dump(kIndent, ' ', false, Json::error_handler_t::replace) + "\n";
}

absl::StatusOr<Results> FromJson(std::string_view text) {
  const Json object = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object() || !object.contains("ringpost_load")) {
    return absl::InvalidArgumentError("this is no JSON of ringpost-load");
  }
  try {
    return ToResults(object);
  } catch (const Json::exception& error) {
    return absl::InvalidArgumentError(
        Concat("JSON of another shape: ", std::string_view(error.what())));
  }
}

}  // namespace ringpost::load
