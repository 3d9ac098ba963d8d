"""Whether what was measured is within what the project wants to reach (cases.py)."""

import dataclasses

from end_to_end import cases, figures, generators, special

# Of the arithmetic, not of the measurement.
ROUNDING = 1e-9
SERVER, BLIND, SMTP_SINK = "ringpostd", "blind", "smtp-sink"


@dataclasses.dataclass(frozen=True)
class Verdict:
    case: str
    against: str
    bound: float | None  # None: only to compare with
    is_upper_bound: bool
    ratio: figures.Spread | None  # None: not measured

    @property
    def is_within(self):
        if self.bound is None:
            return True
        if self.ratio is None:
            return False
        return (self.ratio.median <= self.bound + ROUNDING if self.is_upper_bound
                else self.ratio.median >= self.bound - ROUNDING)


def verdicts(book, case_names):
    found = []
    for case in cases.THROUGHPUT:
        if case.name in case_names:
            found += [Verdict(case.name, against, bound, True, cpu_ratio(book, case.name, against))
                      for against, bound in ((BLIND, case.at_most_times_blind),
                                             (SMTP_SINK, case.at_most_times_smtp_sink))]
    for case in cases.TLS:
        if case.name in case_names:
            found += _tls_verdicts(book, case)
    if cases.SCALING in case_names:
        found.append(Verdict(cases.SCALING, special.ONE_SHARD, cases.SCALING_AT_LEAST_TIMES, False,
                             special.scaling_ratio(book)))
    if cases.LATENCY in case_names:
        found.append(Verdict(cases.LATENCY, "median", cases.LATENCY_AT_MOST_TIMES_MEDIAN, True,
                             special.latency_ratio(book)))
    if cases.GENERATORS in case_names:
        found.append(Verdict(cases.GENERATORS, generators.SMTP_SOURCE,
                             cases.GENERATOR_AT_LEAST_TIMES, False,
                             generators.speed_ratio(book)))
    return found


def _tls_verdicts(book, case):
    if case.at_least_times_rivals:
        yield Verdict(case.name, "the best of " + ", ".join(cases.RIVALS),
                      case.at_least_times_rivals, False, rival_ratio(book, case.name))
    if case.at_least_times_engine:
        yield Verdict(case.name, "the engine alone", case.at_least_times_engine, False,
                      engine_ratio(book, case.name, cases.ENGINE))
    if case.engine_behind_sockets:
        yield Verdict(case.name, "the engine behind sockets", None, False,
                      engine_ratio(book, case.name, cases.ENGINE_BEHIND_SOCKETS))


def rival_ratio(book, case_name):
    """What one core of ringpostd can do per second, to what one of the best rival can."""
    best = figures.best_by_round([book.by_round(case_name, name, "server_cpu_us")
                                  for name in cases.RIVALS])
    return figures.ratio_by_round(best, book.by_round(case_name, SERVER, "server_cpu_us"))


def engine_ratio(book, case_name, engine_name):
    """What the engine takes, to what TLS adds in ringpostd."""
    cpu = {name: book.by_round(case_name, name, "server_cpu_us")
           for name in (SERVER, cases.CLEAR, engine_name)}
    added = figures.difference_by_round(cpu[SERVER], cpu[cases.CLEAR])
    return figures.ratio_by_round(cpu[engine_name], added)


def cpu_ratio(book, case_name, against, server=SERVER):
    return figures.ratio_by_round(book.by_round(case_name, server, "server_cpu_us"),
                                  book.by_round(case_name, against, "server_cpu_us"))
