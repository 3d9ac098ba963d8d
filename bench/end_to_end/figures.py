"""Medians with their ranges, and ratios that are taken round by round: what drifts from minute to minute
hits both sides of a ratio alike, and so drops out of it."""

import dataclasses
import statistics


@dataclasses.dataclass(frozen=True)
class Spread:
    median: float
    least: float
    most: float
    count: int


def spread(values):
    """None of no values."""
    values = list(values)
    if not values:
        return None
    return Spread(statistics.median(values), min(values), max(values), len(values))


def ratio_by_round(of, to):
    """The spread of of[round] / to[round] over the rounds that both have: {round: figure} each."""
    return spread(of[number] / to[number] for number in sorted(of.keys() & to.keys())
                  if to[number] > 0)
