"""Goes through the cases that are wanted, one after the other, and tells how far it is."""

from end_to_end import (cases, engine, generators, idle, measure, rounds, secure,
                        special)
from end_to_end.generator import Generator, LoadFailed
from end_to_end.progress import Progress
from end_to_end.rounds import Contender
from end_to_end.targets import BLIND, SERVER, SMTP_SINK

# What starting and ending a server takes, in the estimate of the time.
START_SECONDS = 1.0
SLOW_START_SECONDS = 2.5
IDLE_SECONDS = 8.0
KNEE_SECONDS = 45.0


def everything(wanted, servers, book):
    generator = Generator(wanted.build / "bench/ringpost-load", measure.GENERATOR_CORE,
                          wanted.results)
    bench = measure.Bench(generator, wanted.noise_scale)
    progress = Progress(expected_seconds(wanted, servers))
    for case in cases.THROUGHPUT:
        if case.name in wanted.cases:
            throughput(wanted, case, servers, bench, book, progress)
    for case in cases.TLS:
        if case.name in wanted.cases:
            over_tls(wanted, case, servers, bench, book, progress)
    if cases.IDLE in wanted.cases:
        idle_memory(wanted, servers, book, progress)
    if cases.LATENCY in wanted.cases:
        latency(wanted, bench, book, progress)
    if cases.SCALING in wanted.cases:
        scaling(wanted, bench, book, progress)
    if cases.GENERATORS in wanted.cases:
        compare_generators(wanted, book, progress)


def throughput(wanted, case, servers, bench, book, progress):
    progress.say(f"{case.name}: {case.title}")
    contenders = []
    for server in servers:
        if case.name in server.unable:
            book.content["left_out"][f"{server.title} in {case.name}"] = server.unable[case.name]
        else:
            contenders.append(contender_of(wanted, case, server, bench))
    planned = {server.name: seconds_of_a_run(wanted, case, server) for server in servers}
    rounds.run(case.name, contenders, book, reporter(case.name, book, progress, planned))


def over_tls(wanted, case, servers, bench, book, progress):
    progress.say(f"{case.name}: {case.title}")
    contenders = secure.contenders(wanted, case, servers, bench, length)
    planned = {server.name: seconds_of_a_run(wanted, case, server) for server in servers}
    planned |= {cases.CLEAR: case.seconds * wanted.time_scale + START_SECONDS,
                cases.ENGINE: engine.SECONDS,
                cases.ENGINE_BEHIND_SOCKETS: engine.SECONDS}
    rounds.run(case.name, contenders, book, reporter(case.name, book, progress, planned))


def contender_of(wanted, case, server, bench):
    seconds, round_count = length(wanted, case, server)
    return Contender(
        server.name, round_count,
        lambda: bench.measure(server, case.load + server.load, seconds,
                                case.warm_up_seconds * wanted.time_scale),
        is_yardstick=server.name in (SERVER, BLIND, SMTP_SINK))


def length(wanted, case, server):
    """Seconds of a run, and rounds."""
    if server.is_slow and case.slow_rounds:
        return case.slow_seconds * wanted.time_scale, min(case.slow_rounds, wanted.rounds)
    return case.seconds * wanted.time_scale, wanted.rounds


def idle_memory(wanted, servers, book, progress):
    progress.say(f"{cases.IDLE}: memory of idle connections")
    for server in servers:
        if server.idle_connections == 0 or server.name in book.content["idle"]:
            continue
        try:
            found = idle.measure(server, (measure.SERVER_CORE,), wanted.idle_connections)
            book.content["idle"][server.name] = found
            text = f"{found['bytes_per_connection']:,.0f} octets for each of {found['connections']}"
        except Exception as reason:  # Whatever it is, the others are still to be measured.
            text = f"failed: {reason}"
            book.add_failure(cases.IDLE, server.name, str(reason))
        book.save()
        progress.done(IDLE_SECONDS, f"{cases.IDLE}  {server.name}  {text}")


def latency(wanted, bench, book, progress):
    progress.say(f"{cases.LATENCY}: the knee, and p99 below it")
    told = book.content["latency"]
    try:
        if not told.get("knee_per_second"):
            told["knee_per_second"] = special.find_knee(wanted.build, bench)
            book.save()
        if not told["knee_per_second"]:
            raise LoadFailed("no rate has a p99 below " + cases.KNEE_P99)
    except Exception as reason:
        book.add_failure(cases.LATENCY, SERVER, str(reason))
        progress.say(f"  failed: {reason}")
        return
    progress.done(KNEE_SECONDS, f"  the knee is at {told['knee_per_second']:,.0f} messages/s")
    contender = special.below_the_knee(wanted.build, bench, told["knee_per_second"],
                                       wanted.rounds)
    rounds.run(cases.LATENCY, [contender], book, reporter(cases.LATENCY, book, progress))


def scaling(wanted, bench, book, progress):
    progress.say(f"{cases.SCALING}: one shard and two")
    told = book.content["latency"]
    try:
        if not told.get("capacity_per_second"):
            told["capacity_per_second"] = special.capacity(wanted.build, bench)
            book.save()
        contenders = special.shards(wanted.build, bench, told["capacity_per_second"],
                                    wanted.rounds)
    except Exception as reason:
        book.add_failure(cases.SCALING, SERVER, str(reason))
        progress.say(f"  failed: {reason}")
        return
    rounds.run(cases.SCALING, contenders, book, reporter(cases.SCALING, book, progress))


def compare_generators(wanted, book, progress):
    progress.say(f"{cases.GENERATORS}: what sending costs")
    try:
        contenders = generators.contenders(wanted)
    except Exception as reason:  # Without smtp-source there is nothing to compare with.
        book.add_failure(cases.GENERATORS, generators.SMTP_SOURCE, str(reason))
        progress.say(f"  failed: {reason}")
        return
    rounds.run(cases.GENERATORS, contenders, book, reporter(cases.GENERATORS, book, progress))


def reporter(case_name, book, progress, planned=None):
    special_seconds = special.SECONDS + special.WARM_UP_SECONDS + START_SECONDS

    def report(contender, number, outcome):
        planned_seconds = (planned or {}).get(contender.name, special_seconds)
        opening = f"{case_name}  round {number + 1}  {contender.name:18}"
        if isinstance(outcome, str):
            progress.done(0, f"{opening} failed: {outcome}")
        elif outcome.foreign and not book.keeps_noisy:
            progress.done(0, f"{opening} thrown away: {outcome.foreign}")
        else:
            noise = f"  although {outcome.foreign}" if outcome.foreign else ""
            progress.done(planned_seconds, f"{opening} {describe(outcome.figures)}{noise}")
    return report


def describe(found):
    if isinstance(found, generators.Figures):
        return (f"{found.generator_cpu_us:10.2f} µs  {found.messages_per_second:9,.0f}/s")
    return (f"{found.server_cpu_us:10.2f} µs  {found.messages_per_second:9,.0f}/s  "
            f"p50 {found.p50_us / 1000:.2f} ms  p99 {found.p99_us / 1000:.2f} ms  "
            f"server {found.server_share:.0%}  generator {found.generator_share:.0%}")


def seconds_of_a_run(wanted, case, server):
    seconds, _ = length(wanted, case, server)
    start = SLOW_START_SECONDS if server.is_slow else START_SECONDS
    return seconds + case.warm_up_seconds * wanted.time_scale + start


def expected_seconds(wanted, servers):
    total = 0.0
    for case in cases.THROUGHPUT:
        if case.name in wanted.cases:
            total += sum(seconds_of_a_run(wanted, case, server) * length(wanted, case, server)[1]
                         for server in servers if case.name not in server.unable)
    for case in cases.TLS:
        if case.name in wanted.cases:
            total += sum(seconds_of_a_run(wanted, case, server) * length(wanted, case, server)[1]
                         for server in servers if case.tls in server.tls_ways)
            if case.clear_load:
                total += wanted.rounds * (case.seconds * wanted.time_scale + START_SECONDS)
            total += wanted.rounds * engine.SECONDS * (
                bool(case.engine_benchmark) + bool(case.engine_behind_sockets))
    special_run = special.SECONDS + special.WARM_UP_SECONDS + START_SECONDS
    if cases.IDLE in wanted.cases:
        total += IDLE_SECONDS * sum(server.idle_connections > 0 for server in servers)
    if cases.LATENCY in wanted.cases:
        total += KNEE_SECONDS + special_run * wanted.rounds
    if cases.SCALING in wanted.cases:
        total += special_run * (1 + 2 * wanted.rounds)
    if cases.GENERATORS in wanted.cases:
        total += special_run * 2 * wanted.rounds
    return total
