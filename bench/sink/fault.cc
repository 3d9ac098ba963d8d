#include "sink/fault.h"

#include <charconv>
#include <cmath>
#include <utility>

#include "ringpost/base/quantity.h"
#include "ringpost/base/status_macros.h"
#include "ringpost/base/text.h"
#include "sink/provider_faults.h"

namespace ringpost::sink {
namespace {

constexpr std::string_view kPointNames[kFaultPointCount] = {"connect", "hello", "mail", "rcpt",
                                                            "data",    "body",  "end",  "quit"};

absl::Status Wrong(std::string_view text, std::string_view why) {
  return absl::InvalidArgumentError(Concat("'", text, "': ", why));
}

std::optional<FaultPoint> ParsePoint(std::string_view name) {
  for (size_t i = 0; i < kFaultPointCount; ++i) {
    if (kPointNames[i] == name) return static_cast<FaultPoint>(i);
  }
  return std::nullopt;
}

std::optional<double> ParseProbability(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_number = error == std::errc() && end == text.data() + text.size();
  if (!is_number || !(value >= 0 && value <= 1)) return std::nullopt;
  return value;
}

// "4.7.1" of the class of `code`.
std::optional<smtp::EnhancedStatus> ParseStatus(std::string_view text, uint64_t code) {
  std::array<uint64_t, 3> numbers = {};
  for (size_t i = 0; i < numbers.size(); ++i) {
    const size_t dot = i + 1 < numbers.size() ? text.find('.') : text.size();
    const std::optional<uint64_t> number = ParseDecimal(text.substr(0, dot));
    if (!number.has_value() || *number > 999 || dot == std::string_view::npos) return std::nullopt;
    numbers[i] = *number;
    text.remove_prefix(std::min(dot + 1, text.size()));
  }
  if (numbers[0] != code / 100) return std::nullopt;
  return smtp::EnhancedStatus{static_cast<uint8_t>(numbers[0]), static_cast<uint16_t>(numbers[1]),
                              static_cast<uint16_t>(numbers[2])};
}

// "451 4.7.1 Greylisted", the status and the text as one likes.
std::optional<smtp::Reply> ParseReply(std::string_view text) {
  const auto take_word = [&text] {
    const size_t blank = text.find(' ');
    const std::string_view word = text.substr(0, blank);
    text.remove_prefix(blank == std::string_view::npos ? text.size() : blank + 1);
    return word;
  };
  const std::optional<uint64_t> code = ParseDecimal(take_word());
  if (!code.has_value() || *code < 200 || *code > 559) return std::nullopt;
  smtp::EnhancedStatus status;
  const std::string_view rest = text;
  if (const auto parsed = ParseStatus(take_word(), *code)) {
    status = *parsed;
  } else {
    text = rest;
  }
  return smtp::Reply::Make(static_cast<uint16_t>(*code), status, text);
}

// Whether the session can say `reply` there: it goes on by itself where all is well.
bool CanBeSaid(const smtp::Reply& reply, FaultPoint point) {
  switch (point) {
    case FaultPoint::kMail:
    case FaultPoint::kRcpt:
    case FaultPoint::kEnd:
      return reply.code() < 300 || reply.code() >= 400;
    case FaultPoint::kQuit:
      return true;
    default:
      return reply.code() >= 400;
  }
}

std::optional<BreakOff::Way> ParseWay(std::string_view name) {
  if (name == "drop") return BreakOff::Way::kClose;
  if (name == "reset") return BreakOff::Way::kReset;
  if (name == "half-close") return BreakOff::Way::kHalfClose;
  if (name == "silence") return BreakOff::Way::kSilence;
  return std::nullopt;
}

absl::StatusOr<FaultAction> ParseBreakAfter(std::string_view name, std::string_view value,
                                            FaultPoint point) {
  constexpr std::string_view kAfter = "-after";
  if (!name.ends_with(kAfter)) return Wrong(name, "not an action");
  name.remove_suffix(kAfter.size());
  const std::optional<BreakOff::Way> way = ParseWay(name);
  if (!way.has_value()) return Wrong(name, "not an action");
  if (point != FaultPoint::kBody) return Wrong(name, "only of the body");
  const std::optional<uint64_t> octets = ParseOctets(value);
  if (!octets.has_value()) return Wrong(value, "not a size such as 10KiB");
  return BreakOff{*way, *octets};
}

absl::StatusOr<FaultAction> ParseAction(std::string_view text, FaultPoint point) {
  const size_t equals = text.find('=');
  const std::string_view name = text.substr(0, equals);
  const std::string_view value = equals == std::string_view::npos ? "" : text.substr(equals + 1);
  if (name == "delay") {
    const std::optional<absl::Duration> length = ParseTimeSpan(value);
    if (!length.has_value()) return Wrong(value, "not a time such as 200ms");
    return DelayReply{*length};
  }
  if (name == "reply") {
    std::optional<smtp::Reply> reply = ParseReply(value);
    if (!reply.has_value()) return Wrong(value, "not a reply such as 451 4.7.1 Later");
    if (!CanBeSaid(*reply, point)) return Wrong(value, "not a reply that can be given there");
    return SayInstead{*std::move(reply)};
  }
  if (name == "slow-read") {
    if (point != FaultPoint::kBody) return Wrong(name, "only of the body");
    const bool is_rate = value.ends_with("/s");
    const std::optional<uint64_t> octets =
        is_rate ? ParseOctets(value.substr(0, value.size() - 2)) : std::nullopt;
    if (octets.value_or(0) == 0) return Wrong(value, "not a rate such as 1KiB/s");
    return ReadSlowly{*octets};
  }
  if (const std::optional<BreakOff::Way> way = ParseWay(text)) return BreakOff{*way};
  return ParseBreakAfter(name, value, point);
}

// Takes ":p=..." and ":times=..." off the end of `text`: a reply may have colons.
absl::Status TakeModifiers(std::string_view& text, Fault& fault) {
  for (;;) {
    const size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return absl::OkStatus();
    const std::string_view modifier = text.substr(colon + 1);
    if (modifier.starts_with("p=")) {
      const std::optional<double> probability = ParseProbability(modifier.substr(2));
      if (!probability.has_value()) return Wrong(modifier, "a probability is 0 to 1");
      fault.probability = *probability;
    } else if (modifier.starts_with("times=")) {
      const std::optional<uint64_t> times = ParseDecimal(modifier.substr(6));
      if (!times.has_value()) return Wrong(modifier, "not a number");
      fault.times = *times;
    } else {
      return absl::OkStatus();
    }
    text = text.substr(0, colon);
  }
}

}  // namespace

absl::StatusOr<std::vector<Fault>> ParseFault(std::string_view text) {
  constexpr std::string_view kProvider = "provider=";
  constexpr double kProviderProbability = 0.1;
  const std::string whole(text);
  Fault fault = {.point = FaultPoint::kConnect, .action = DelayReply{}, .text = whole};
  if (text.starts_with(kProvider)) fault.probability = kProviderProbability;
  if (absl::Status status = TakeModifiers(text, fault); !status.ok()) return status;
  if (text.starts_with(kProvider)) {
    return ProviderFaults(text.substr(kProvider.size()), fault.probability);
  }

  const size_t colon = text.find(':');
  const std::optional<FaultPoint> point = ParsePoint(text.substr(0, colon));
  if (!point.has_value() || colon == std::string_view::npos) {
    return Wrong(whole,
                 "not POINT:ACTION; points are connect, hello, mail, rcpt, data, body, end, quit");
  }
  absl::StatusOr<FaultAction> action = ParseAction(text.substr(colon + 1), *point);
  if (!action.ok()) return action.status();
  fault.point = *point;
  fault.action = *std::move(action);
  return std::vector<Fault>{std::move(fault)};
}

FaultPlan::FaultPlan(std::vector<Fault> faults) : faults_(std::move(faults)) {
  for (size_t i = 0; i < faults_.size(); ++i) {
    at_point_[static_cast<size_t>(faults_[i].point)].push_back(i);
  }
}

bool FaultPlan::waits() const {
  for (const Fault& fault : faults_) {
    if (!std::holds_alternative<SayInstead>(fault.action)) return true;
  }
  return false;
}

Blow Strike(const FaultPlan& plan, FaultPoint point, Random& random,
            std::vector<uint64_t>& struck) {
  Blow blow;
  for (const size_t index : plan.At(point)) {
    const Fault& fault = plan.faults()[index];
    const double thrown = std::ldexp(static_cast<double>(random.Next() >> 11), -53);
    if (thrown >= fault.probability || struck[index] >= fault.times) continue;
    ++struck[index];
    if (const auto* delay = std::get_if<DelayReply>(&fault.action)) blow.delay += delay->length;
    if (const auto* slow = std::get_if<ReadSlowly>(&fault.action)) {
      blow.octets_per_second = slow->octets_per_second;
    }
    if (const auto* say = std::get_if<SayInstead>(&fault.action)) {
      blow.reply = &say->reply;
      break;
    }
    if (const auto* break_off = std::get_if<BreakOff>(&fault.action)) {
      blow.break_off = break_off;
      break;
    }
  }
  return blow;
}

}  // namespace ringpost::sink
