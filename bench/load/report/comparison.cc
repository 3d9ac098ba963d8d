#include "load/report/comparison.h"

#include <algorithm>
#include <array>
#include <map>

#include "absl/time/time.h"
#include "load/report/html.h"
#include "load/report/page.h"
#include "load/report/quantity_text.h"
#include "load/report/result_plots.h"
#include "load/report/verdict.h"
#include "ringpost/base/text.h"

namespace ringpost::load {
namespace {

using TextOf = std::string (*)(double);

class FigureList {
 public:
  FigureList(const Results& first, const Results& second) : first_(first), second_(second) {}

  // `value` gives an optional<double> of a result; a figure that neither has is left out.
  template <typename Value>
  void Add(std::string name, Better better, TextOf text, Value value) {
    const std::optional<double> first = value(first_);
    const std::optional<double> second = value(second_);
    if (!first.has_value() && !second.has_value()) return;
    ComparedFigure figure = {.name = std::move(name),
                             .first = first.has_value() ? text(*first) : "–",
                             .second = second.has_value() ? text(*second) : "–",
                             .better = better};
    if (first.has_value() && second.has_value() && *first > 0) figure.ratio = *second / *first;
    figures_.push_back(std::move(figure));
  }

  std::vector<ComparedFigure> Take() { return std::move(figures_); }

 private:
  const Results& first_;
  const Results& second_;
  std::vector<ComparedFigure> figures_;
};

std::string WholeText(double count) { return DecimalText(count, 0); }
std::string SizePerSecondText(double octets) { return Concat(SizeText(octets), "/s"); }

void AddLatencies(FigureList& figures, Phase phase) {
  constexpr std::array<std::pair<std::string_view, double Latency::*>, 5> kSteps = {
      std::pair("p50", &Latency::p50_us), std::pair("p90", &Latency::p90_us),
      std::pair("p99", &Latency::p99_us), std::pair("p99.9", &Latency::p999_us),
      std::pair("max", &Latency::max_us)};
  const bool is_whole = phase == Phase::kMessage || phase == Phase::kSession;
  for (const auto& [step, member] : kSteps) {
    // Of the parts of a message, the middle and the tail are enough.
    if (!is_whole && step != "p50" && step != "p99") continue;
    figures.Add(Concat(PhaseLabel(phase), ", ", step), Better::kLess, MicrosecondsText,
                [phase, figure = member](const Results& results) -> std::optional<double> {
                  const PhaseResult* const found = FindPhase(results, phase);
                  if (found == nullptr || found->latency.count == 0) return std::nullopt;
                  return found->latency.*figure;
                });
  }
}

void AddSessions(FigureList& figures) {
  figures.Add("sessions per second", Better::kMore, WholeText,
              [](const Results& results) -> std::optional<double> {
                if (!results.sessions.has_value()) return std::nullopt;
                return results.sessions->per_second;
              });
  figures.Add("resumed, of all handshakes", Better::kNeither, ShareText,
              [](const Results& results) -> std::optional<double> {
                if (!results.tls.has_value() || results.tls->handshakes == 0) return std::nullopt;
                return static_cast<double>(results.tls->resumed) /
                       static_cast<double>(results.tls->handshakes);
              });
}

void AddServer(FigureList& figures) {
  figures.Add(
      "server CPU for each message", Better::kLess, MicrosecondsText, [](const Results& results) {
        return results.server.has_value() ? results.server->cpu_us_per_message : std::nullopt;
      });
  figures.Add(
      "server CPU for each session", Better::kLess, MicrosecondsText, [](const Results& results) {
        return results.server.has_value() ? results.server->cpu_us_per_session : std::nullopt;
      });
  figures.Add("server's most memory", Better::kLess, SizeText,
              [](const Results& results) -> std::optional<double> {
                if (!results.server.has_value()) return std::nullopt;
                return static_cast<double>(results.server->peak_memory_octets);
              });
  figures.Add("memory for each idle connection", Better::kLess, SizeText,
              [](const Results& results) {
                return results.server.has_value() ? results.server->octets_per_idle_connection
                                                  : std::nullopt;
              });
}

std::string NameOf(const Results& results, std::string_view letter) {
  return Concat(letter, " ", results.target);
}

std::string RatioOf(const ComparedFigure& figure) {
  return figure.ratio.has_value() ? RatioText(*figure.ratio) : "";
}

// Columns of a terminal: what is not ASCII here takes one for two or three octets.
size_t ColumnsOf(std::string_view text) {
  return static_cast<size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string Padded(std::string_view text, size_t columns, bool is_right) {
  const std::string blanks(columns - std::min(columns, ColumnsOf(text)), ' ');
  return is_right ? Concat(blanks, text) : Concat(text, blanks);
}

// What a terminal might take for an order becomes a question mark.
std::string OneLine(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
  return text;
}

std::string Head(const Results& results, std::string_view letter) {
  std::string pills;
  for (const Statement& statement : VerdictOn(results)) {
    pills += Pill(statement.tone, statement.text);
  }
  const std::string started(
      absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", results.started, absl::UTCTimeZone()));
  return Concat("<section>\n<h2>", EscapeHtml(NameOf(results, letter)),
                "</h2>\n<p class=\"quiet\">", EscapeHtml(Concat("ringpost-load ", results.version)),
                " · ", started, "</p>\n<div class=\"pills\">", pills, "</div>\n</section>\n");
}

std::string FigureTable(const Results& first, const Results& second) {
  HtmlTable table({"", "A", "B", "B to A"});
  for (const ComparedFigure& figure : Compare(first, second)) {
    const Tone tone = figure.is_setback()       ? Tone::kBad
                      : figure.is_improvement() ? Tone::kGood
                                                : Tone::kPlain;
    table.AddRow({figure.name, figure.first, figure.second, RatioOf(figure)}, tone);
  }
  return Concat("<div class=\"beside\">", table.Render(), "</div>\n");
}

std::string DifferingOptions(const Results& first, const Results& second) {
  std::map<std::string, std::pair<std::string, std::string>> options;
  for (const auto& [name, value] : first.options) options[name].first = value;
  for (const auto& [name, value] : second.options) options[name].second = value;
  HtmlTable table({"option", "A", "B"});
  for (const auto& [name, values] : options) {
    if (values.first != values.second) table.AddRow({name, values.first, values.second});
  }
  return table.Render();
}

}  // namespace

bool ComparedFigure::is_improvement() const {
  if (!ratio.has_value() || better == Better::kNeither) return false;
  return better == Better::kMore ? *ratio > 1 + kNoise : *ratio < 1 - kNoise;
}

bool ComparedFigure::is_setback() const {
  if (!ratio.has_value() || better == Better::kNeither) return false;
  return better == Better::kMore ? *ratio < 1 - kNoise : *ratio > 1 + kNoise;
}

std::vector<ComparedFigure> Compare(const Results& first, const Results& second) {
  FigureList figures(first, second);
  figures.Add("messages per second", Better::kMore, WholeText,
              [](const Results& results) -> std::optional<double> {
                if (results.sessions.has_value()) return std::nullopt;
                return results.messages.per_second;
              });
  figures.Add("content", Better::kMore, SizePerSecondText,
              [](const Results& results) -> std::optional<double> {
                if (results.sessions.has_value()) return std::nullopt;
                return results.messages.octets_per_second;
              });
  figures.Add("knee of the search, messages per second", Better::kMore, WholeText,
              [](const Results& results) -> std::optional<double> {
                if (!results.find_max.has_value()) return std::nullopt;
                return results.find_max->knee_per_second;
              });
  AddSessions(figures);
  AddLatencies(figures, Phase::kMessage);
  AddServer(figures);
  figures.Add("refused or failed messages", Better::kLess, WholeText,
              [](const Results& results) -> std::optional<double> {
                return static_cast<double>(results.messages.refused + results.messages.failed);
              });
  figures.Add(
      "the generator's share of a CPU", Better::kNeither, ShareText,
      [](const Results& results) -> std::optional<double> { return results.generator.cpu_share; });
  for (size_t phase = 0; phase < kPhaseCount; ++phase) {
    if (static_cast<Phase>(phase) != Phase::kMessage) {
      AddLatencies(figures, static_cast<Phase>(phase));
    }
  }
  return figures.Take();
}

std::string ComparisonText(const Results& first, const Results& second) {
  std::string text = OneLine(NameOf(first, "A:")) + '\n' + OneLine(NameOf(second, "B:")) + "\n\n";
  std::vector<std::array<std::string, 4>> rows = {{"", "A", "B", "B to A"}};
  for (const ComparedFigure& figure : Compare(first, second)) {
    rows.push_back({figure.name, figure.first, figure.second, RatioOf(figure)});
  }
  std::array<size_t, 4> widths = {};
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], ColumnsOf(row[i]));
  }
  for (const auto& row : rows) {
    std::string line = Padded(row[0], widths[0], /*is_right=*/false);
    for (size_t i = 1; i < row.size(); ++i) {
      Append(line, "  ", Padded(row[i], widths[i], /*is_right=*/true));
    }
    Append(text, line.substr(0, line.find_last_not_of(' ') + 1), '\n');
  }
  return text;
}

std::string RenderComparisonPage(const Results& first, const Results& second) {
  const NamedResults both[] = {{"A", &first}, {"B", &second}};
  std::string page = PageStart("ringpost-load: a comparison");
  Append(page,
         "<header>\n<div class=\"program\">ringpost-load</div>\n<h1>Two runs beside each "
         "other</h1>\n</header>\n<div class=\"columns\">\n",
         Head(first, "A"), Head(second, "B"), "</div>\n");
  Append(page, Section("Figures", "Coloured where they differ by more than 5 %.",
                       FigureTable(first, second)));
  Append(page, Section("Latency by percentile", "Of a whole message.", LatencyPlot(both)));
  Append(page, Section("Over time", "", RateOverTimePlot(both) + LatencyOverTimePlot(both)));
  Append(page, Section("The search", "", FindMaxPlot(both)));
  Append(page, Section("Options that differ", "", DifferingOptions(first, second)));
  return page + PageEnd();
}

}  // namespace ringpost::load
