"""Runs one case in rounds: each round runs each server once, in an order that turns, A B C, B C A, C A B.

A run with foreign load is repeated at once, and when that does not help, in a further round at the end;
both a limited number of times. A server that fails twice in a case is left out of it.
"""

import dataclasses

TRIES_PER_ROUND = 2
FURTHER_ROUNDS = 5
FAILURES_MAX = 2


@dataclasses.dataclass(frozen=True)
class Contender:
    """A server in a case."""
    name: str
    rounds: int
    measure: object  # () -> Measurement
    # Runs in every further round, because ratios to it are taken round by round.
    is_yardstick: bool = False


def run(case_name, contenders, book, report):
    """`report(contender, round, measurement or reason)` is told of each run."""
    most = max((contender.rounds for contender in contenders), default=0)
    for number in range(most + FURTHER_ROUNDS):
        lacking = [contender for contender in contenders
                   if lacks_runs(case_name, contender, book)]
        if not lacking:
            return
        if number >= most:
            lacking = [contender for contender in contenders
                       if contender in lacking or contender.is_yardstick]
        for contender in turned(lacking, number):
            if number not in book.accepted(case_name, contender.name):
                _run_once(case_name, contender, number, book, report)


def lacks_runs(case_name, contender, book):
    return (len(book.failures(case_name, contender.name)) < FAILURES_MAX
            and len(book.accepted(case_name, contender.name)) < contender.rounds)


def turned(items, count):
    if not items:
        return []
    first = count % len(items)
    return items[first:] + items[:first]


def _run_once(case_name, contender, number, book, report):
    for _ in range(TRIES_PER_ROUND):
        if len(book.failures(case_name, contender.name)) >= FAILURES_MAX:
            return
        try:
            measurement = contender.measure()
        except Exception as problem:  # Whatever it is, the others are still to be measured.
            reason = str(problem) or type(problem).__name__
            book.add_failure(case_name, contender.name, reason)
            report(contender, number, reason)
            continue
        book.add_run(case_name, contender.name, number, measurement)
        report(contender, number, measurement)
        if number in book.accepted(case_name, contender.name):
            return
