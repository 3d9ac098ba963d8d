"""The cases that ask something else than how fast: latency below the knee, and a second shard. Each is a
contender like a server in a throughput case, so that the rounds and the noise are treated alike."""

import dataclasses

from peers.ringpost.peer import Ringpostd

from end_to_end import cases, figures, measure, rounds
from end_to_end.generator import PATIENCE_SECONDS
from end_to_end.rounds import Contender

SECONDS, WARM_UP_SECONDS = 3.0, 0.5
SEARCH_SECONDS = 1.5
KNEE_PATIENCE_SECONDS = 120
ONE_SHARD, TWO_SHARDS = "1 shard", "2 shards"


def find_knee(build_folder, bench):
    """The highest rate whose p99 stays below cases.KNEE_P99, in messages per second."""
    load = (*cases.PLAIN_LOAD, "--find-max", "--p99", cases.KNEE_P99)
    return _once_quiet(build_folder, bench, load, KNEE_PATIENCE_SECONDS).knee_per_second


def below_the_knee(build_folder, bench, knee, round_count):
    rate = round(cases.LATENCY_SHARE_OF_KNEE * knee)
    server = _ready(Ringpostd(build_folder))
    load = (*cases.PLAIN_LOAD, "--rate", str(rate))
    return Contender("ringpostd", round_count, lambda: bench.measure(
        server, load, SECONDS, WARM_UP_SECONDS))


def latency_ratio(book):
    """p99 to median."""
    return figures.ratio_by_round(book.by_round(cases.LATENCY, "ringpostd", "p99_us"),
                                  book.by_round(cases.LATENCY, "ringpostd", "p50_us"))


def shards(build_folder, bench, capacity_per_second, round_count):
    """One shard on the server's core, and two on both, at the same rate: the generator has the second
    core beside one of them, so the rate is one that leaves it its time."""
    rate = round(cases.SCALING_SHARE_OF_CAPACITY * capacity_per_second)
    load = (*cases.PLAIN_LOAD, "--rate", str(rate))

    def contender(name, count, cores):
        server = _ready(Ringpostd(build_folder, shards=count))
        return Contender(name, round_count, lambda: bench.measure(
            server, load, SECONDS, WARM_UP_SECONDS, cores), is_yardstick=True)

    return [contender(ONE_SHARD, 1, (measure.SERVER_CORE,)),
            contender(TWO_SHARDS, 2, (measure.SERVER_CORE, measure.GENERATOR_CORE))]


def scaling_ratio(book):
    """The capacity of two shards to that of one: (2 / CPU of a message) / (1 / CPU of a message)."""
    one = book.by_round(cases.SCALING, ONE_SHARD, "server_cpu_us")
    two = book.by_round(cases.SCALING, TWO_SHARDS, "server_cpu_us")
    spread = figures.ratio_by_round(one, two)
    return spread and dataclasses.replace(spread, median=2 * spread.median, least=2 * spread.least,
                                          most=2 * spread.most)


def capacity(build_folder, bench):
    """Messages per second of one shard that is given all it takes."""
    return _once_quiet(build_folder, bench, cases.PLAIN_LOAD,
                       PATIENCE_SECONDS).messages_per_second


def _once_quiet(build_folder, bench, load, patience_seconds):
    """The figures of a run without foreign load, or of the last try."""
    server = _ready(Ringpostd(build_folder))
    for _ in range(rounds.TRIES_PER_ROUND):
        found = bench.measure(server, load, SEARCH_SECONDS, WARM_UP_SECONDS,
                              patience_seconds=patience_seconds)
        if found.foreign is None:
            break
    return found.figures


def _ready(server):
    server.prepare()
    return server
