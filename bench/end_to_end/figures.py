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


def best_by_round(several):
    """The least of the figures of each round, {round: figure}, of those that have it."""
    rounds = set().union(*several)
    return {number: min(one[number] for one in several if number in one) for number in rounds}


def difference_by_round(of, to):
    return {number: of[number] - to[number] for number in of.keys() & to.keys()}


def ratio_by_round(of, to):
    """The spread of of[round] / to[round] over the rounds that both have: {round: figure} each."""
    return spread(of[number] / to[number] for number in sorted(of.keys() & to.keys())
                  if to[number] > 0)
