"""SVG plots: a row for each server, a dot for the median, a line for the range, the figure as text.

They are read in light and dark pages, so every colour comes from two sets of style rules.
"""

import dataclasses
import math
from xml.sax.saxutils import escape, quoteattr

WIDTH = 760
LABEL_WIDTH, FIGURE_WIDTH = 190, 150
ROW_HEIGHT, TOP, BOTTOM = 30, 64, 46

STYLE = """
  .page { fill: #ffffff } .ink { fill: #1f2328 } .soft { fill: #59636e }
  .grid { stroke: #d1d9e0 } .ours { fill: #0969da; stroke: #0969da }
  .others { fill: #6e7781; stroke: #6e7781 } .bound { stroke: #cf222e; fill: #cf222e }
  text { font: 13px system-ui, sans-serif } .title { font-size: 16px; font-weight: 600 }
  .small { font-size: 12px }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117 } .ink { fill: #f0f6fc } .soft { fill: #9198a1 }
    .grid { stroke: #3d444d } .ours { fill: #4493f8; stroke: #4493f8 }
    .others { fill: #9198a1; stroke: #9198a1 } .bound { stroke: #f85149; fill: #f85149 }
  }
"""


@dataclasses.dataclass(frozen=True)
class Row:
    label: str
    median: float
    least: float
    most: float
    text: str
    is_ours: bool = False
    # Where its target ends, if it has one.
    bound: float | None = None


def dots(title, unit, rows, is_logarithmic):
    """The text of an SVG file; rows from the top down."""
    axis = _axis(rows, is_logarithmic)
    height = TOP + ROW_HEIGHT * len(rows) + BOTTOM
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
             f'width="{WIDTH}" height="{height}" role="img" aria-label={quoteattr(title)}>',
             f"<style>{STYLE}</style>",
             f'<rect class="page" width="{WIDTH}" height="{height}"/>',
             _text(16, 28, title, "ink title")]
    parts += _grid(axis, height)
    for i, row in enumerate(rows):
        parts += _row(row, axis, TOP + ROW_HEIGHT * i + ROW_HEIGHT / 2)
    scale = ", logarithmic scale" if is_logarithmic else ""
    parts.append(_text(LABEL_WIDTH, height - 8, f"{unit}{scale}; dot: median, line: range",
                       "soft small"))
    return "\n".join([*parts, "</svg>", ""])


@dataclasses.dataclass(frozen=True)
class Axis:
    least: float
    most: float
    is_logarithmic: bool

    def x(self, value):
        place = self._along(value) - self._along(self.least)
        share = place / (self._along(self.most) - self._along(self.least))
        return LABEL_WIDTH + share * (WIDTH - LABEL_WIDTH - FIGURE_WIDTH)

    def ticks(self):
        if self.is_logarithmic:
            low, high = round(math.log10(self.least)), round(math.log10(self.most))
            return [10.0**power for power in range(low, high + 1)]
        step = _nice_step(self.most)
        return [step * i for i in range(int(self.most / step + 1e-9) + 1)]

    def _along(self, value):
        return math.log10(value) if self.is_logarithmic else value


def _axis(rows, is_logarithmic):
    values = [value for row in rows for value in (row.least, row.most, row.bound) if value]
    least, most = min(values, default=1.0), max(values, default=1.0)
    if is_logarithmic:
        low = math.floor(math.log10(least))
        return Axis(10.0**low, 10.0**max(math.ceil(math.log10(most)), low + 1), True)
    step = _nice_step(most)
    return Axis(0.0, step * math.ceil(most / step), False)


def _nice_step(most):
    """One that makes four to ten ticks."""
    power = 10.0**math.floor(math.log10(most))
    return next(step for step in (power / 5, power / 2, power) if most / step <= 8)


def _grid(axis, height):
    parts = []
    for tick in axis.ticks():
        x = axis.x(tick)
        parts.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 6}" '
                     f'y2="{height - BOTTOM + 4}"/>')
        parts.append(_text(x, height - BOTTOM + 20, f"{tick:,.10g}", "soft small", "middle"))
    return parts


def _row(row, axis, y):
    colour = "ours" if row.is_ours else "others"
    middle = y + 4
    parts = [_text(LABEL_WIDTH - 12, middle, row.label, "ink", "end"),
             f'<line class="{colour}" stroke-width="3" stroke-linecap="round" '
             f'x1="{axis.x(row.least):.1f}" x2="{axis.x(row.most):.1f}" y1="{y}" y2="{y}"/>',
             f'<circle class="{colour}" cx="{axis.x(row.median):.1f}" cy="{y}" r="5"/>']
    if row.bound:
        x = axis.x(row.bound)
        parts.append(f'<line class="bound" stroke-width="2" x1="{x:.1f}" x2="{x:.1f}" '
                     f'y1="{y - 10}" y2="{y + 10}"/>')
    parts.append(_text(WIDTH - FIGURE_WIDTH + 14, middle, row.text, "ink"))
    return parts


def _text(x, y, text, classes, anchor="start"):
    return (f'<text class="{classes}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">'
            f"{escape(text)}</text>")
