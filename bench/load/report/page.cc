#include "load/report/page.h"

#include <algorithm>
#include <utility>

#include "load/report/html.h"
#include "ringpost/base/text.h"

namespace ringpost::load {
namespace {

constexpr std::string_view kStyle = R"css(
:root {
  color-scheme: light dark;
  --paper: #f6f7f9; --card: #ffffff; --ink: #1b2330; --quiet: #5d6878; --line: #dfe3e9;
  --grid: #e8ebf0; --good: #17794a; --warning: #9a6200; --bad: #b3261e;
  --good-soft: #e3f4ea; --warning-soft: #fdf0d5; --bad-soft: #fce8e6;
  --c0: #2563eb; --c1: #e07b00; --c2: #0d9488; --c3: #c026a3; --c4: #65912a;
  --c5: #7c4ddb; --c6: #b45309; --c7: #9a8500; --c8: #d1435b; --c9: #64748b;
  --c10: #0891b2; --c11: #be123c; --c12: #3f6212; --c13: #4338ca;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #10141b; --card: #181e28; --ink: #e6eaf1; --quiet: #9aa6b8; --line: #2b3442;
    --grid: #252d3a; --good: #5fd394; --warning: #f2bd5c; --bad: #ff8b82;
    --good-soft: #143324; --warning-soft: #3a2d10; --bad-soft: #42191a;
    --c0: #6ea0ff; --c1: #ffab4a; --c2: #3fd0bf; --c3: #f078d4; --c4: #a5cf62;
    --c5: #b196ff; --c6: #dd9658; --c7: #e3cf4f; --c8: #ff8298; --c9: #9fb0c6;
    --c10: #5ed3ea; --c11: #ff9fb0; --c12: #b7d98b; --c13: #a5a0ff;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
}
main { max-width: 1080px; margin: 0 auto; padding: 32px 24px 48px; }
header { margin-bottom: 24px; }
header .program { color: var(--quiet); font-size: 13px; letter-spacing: .02em; }
h1 { margin: 2px 0 4px; font-size: 28px; line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin: 0; font-size: 17px; }
.quiet { color: var(--quiet); margin: 0; }
section {
  background: var(--card); border: 1px solid var(--line); border-radius: 10px;
  padding: 18px 20px 14px; margin-top: 16px;
}
section > .quiet { font-size: 13px; margin-bottom: 10px; }
.pills { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 12px; }
.pill { border-radius: 999px; padding: 3px 12px; font-size: 14px; font-weight: 600;
  border: 1px solid var(--line); background: var(--card); }
.pill.good { color: var(--good); background: var(--good-soft); border-color: transparent; }
.pill.warning { color: var(--warning); background: var(--warning-soft); border-color: transparent; }
.pill.bad { color: var(--bad); background: var(--bad-soft); border-color: transparent; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(128px, 1fr)); gap: 10px; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 10px;
  padding: 11px 13px; }
.tile .name { color: var(--quiet); font-size: 13px; }
.tile .figure { font-size: 21px; font-weight: 650; line-height: 1.3; white-space: nowrap;
  font-variant-numeric: tabular-nums; }
.tile .remark { color: var(--quiet); font-size: 13px; min-height: 1.5em; }
.tile.bad .figure { color: var(--bad); }
.tile.warning .figure { color: var(--warning); }
.tile.good .figure { color: var(--good); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14px;
  font-variant-numeric: tabular-nums; }
th { color: var(--quiet); font-weight: 600; font-size: 13px; }
th, td { padding: 5px 10px; text-align: right; white-space: nowrap;
  border-bottom: 1px solid var(--line); }
tr:last-child td { border-bottom: 0; }
th:first-child, td:first-child { padding-left: 0; }
th:last-child, td:last-child { padding-right: 0; }
.left { text-align: left; }
td.wide { white-space: normal; overflow-wrap: anywhere; }
tr.bad td { color: var(--bad); }
.beside tr.bad td, .beside tr.warning td { color: inherit; }
.beside tr.bad td:last-child { color: var(--bad); }
tr.warning td { color: var(--warning); }
tr.good td:last-child { color: var(--good); }
figure { margin: 6px 0 4px; }
svg.plot { display: block; width: 100%; height: auto; font: inherit; }
svg.plot text { fill: var(--quiet); font-size: 13px; font-variant-numeric: tabular-nums; }
svg.plot text.axis { font-weight: 600; }
svg.plot text.marked { fill: var(--ink); font-weight: 600; }
.grid { stroke: var(--grid); stroke-width: 1; }
.mark { stroke: var(--ink); stroke-width: 1.2; stroke-dasharray: 2 4; }
.curve { fill: none; stroke: var(--c); stroke-width: 1.6; stroke-linejoin: round; }
.curve.main { stroke-width: 3; }
.curve.dashed { stroke-dasharray: 6 4; }
.area { fill: var(--c); opacity: .14; }
.target { fill: var(--c); opacity: 0; }
.target:hover { opacity: 1; }
.dot { fill: var(--c); stroke: var(--c); stroke-width: 2; }
.dot.hollow { fill: var(--card); }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 4px 0 0;
  padding: 0 0 0 66px; font-size: 13px; }
.swatch { display: inline-block; width: 18px; height: 0; border-top: 3px solid var(--c);
  vertical-align: 3px; margin-right: 6px; }
.swatch.dashed { border-top-style: dashed; }
.c0 { --c: var(--c0); } .c1 { --c: var(--c1); } .c2 { --c: var(--c2); } .c3 { --c: var(--c3); }
.c4 { --c: var(--c4); } .c5 { --c: var(--c5); } .c6 { --c: var(--c6); } .c7 { --c: var(--c7); }
.c8 { --c: var(--c8); } .c9 { --c: var(--c9); } .c10 { --c: var(--c10); } .c11 { --c: var(--c11); }
.c12 { --c: var(--c12); } .c13 { --c: var(--c13); }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(380px, 1fr)); gap: 0 16px; }
@media print { body { background: none; } section { break-inside: avoid; } }
)css";

std::string_view CssClass(Tone tone) {
  switch (tone) {
    case Tone::kPlain:
      return "";
    case Tone::kGood:
      return "good";
    case Tone::kWarning:
      return "warning";
    case Tone::kBad:
      return "bad";
  }
}

std::string_view Sign(Tone tone) {
  switch (tone) {
    case Tone::kPlain:
      return "";
    case Tone::kGood:
      return "✓ ";
    case Tone::kWarning:
      return "▲ ";
    case Tone::kBad:
      return "✗ ";
  }
}

}  // namespace

std::string PageStart(std::string_view title) {
  return Concat(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      // Should an escape ever be missing, nothing that it lets in is loaded or run.
      "<meta http-equiv=\"Content-Security-Policy\" "
      "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<title>",
      EscapeHtml(title), "</title>\n<style>", kStyle, "</style>\n</head>\n<body>\n<main>\n");
}

std::string PageEnd() { return "</main>\n</body>\n</html>\n"; }

std::string Pill(Tone tone, std::string_view text) {
  return Concat("<span class=\"pill ", CssClass(tone), "\">", Sign(tone), EscapeHtml(text),
                "</span>\n");
}

std::string Tile(std::string_view name, std::string_view figure, std::string_view remark,
                 Tone tone) {
  return Concat("<div class=\"tile ", CssClass(tone), "\"><div class=\"name\">", EscapeHtml(name),
                "</div><div class=\"figure\">", EscapeHtml(figure), "</div><div class=\"remark\">",
                EscapeHtml(remark), "</div></div>\n");
}

HtmlTable::HtmlTable(std::vector<std::string> heads, size_t left_columns)
    : heads_(std::move(heads)), left_columns_(left_columns) {}

void HtmlTable::AddRow(const std::vector<std::string>& cells, Tone tone) {
  Append(rows_, "<tr class=\"", CssClass(tone), "\">", Cells(cells, "td"), "</tr>\n");
}

std::string HtmlTable::Render() const {
  if (rows_.empty()) return "";
  const bool has_heads =
      std::ranges::any_of(heads_, [](const std::string& head) { return !head.empty(); });
  const std::string heads =
      has_heads ? Concat("<thead><tr>", Cells(heads_, "th"), "</tr></thead>\n") : std::string();
  return Concat("<div class=\"scroll\"><table>\n", heads, "<tbody>\n", rows_,
                "</tbody>\n</table></div>\n");
}

std::string HtmlTable::Cells(const std::vector<std::string>& cells, std::string_view tag) const {
  std::string html;
  for (size_t i = 0; i < cells.size(); ++i) {
    const bool is_left = i <= left_columns_;
    Append(html, "<", tag, is_left ? " class=\"left\">" : ">", EscapeHtml(cells[i]), "</", tag,
           ">");
  }
  return html;
}

std::string Section(std::string_view title, std::string_view remark, std::string_view content) {
  if (content.empty()) return "";
  return Concat("<section>\n<h2>", EscapeHtml(title), "</h2>\n<p class=\"quiet\">",
                EscapeHtml(remark), "</p>\n", content, "</section>\n");
}

}  // namespace ringpost::load
