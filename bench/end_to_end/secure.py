"""Who takes part in a case over TLS: the servers that speak it, and beside them in every round, where the
case asks for it, ringpostd with the same load in the clear and the TLS engine alone. What TLS adds to
ringpostd is then the difference of two runs next to each other in time."""

from peers.ringpost.peer import Ringpostd

from end_to_end import cases, engine, measure
from end_to_end.generator import LoadFailed
from end_to_end.rounds import Contender
from end_to_end.targets import SERVER


def contenders(wanted, case, servers, bench, length):
    """`length(wanted, case, server)`: seconds of a run of a server, and its rounds."""
    found = [_over_tls(wanted, case, server, bench, *length(wanted, case, server))
             for server in servers if case.tls in server.tls_ways]
    if any(server.name == SERVER for server in servers):
        if case.clear_load:
            found.append(_in_the_clear(wanted, case, bench))
        if case.engine_benchmark:
            found.append(_engine(wanted, cases.ENGINE, case.engine_benchmark, bench,
                                 (measure.SERVER_CORE,)))
        if case.engine_behind_sockets:
            found.append(_engine(wanted, cases.ENGINE_BEHIND_SOCKETS, case.engine_behind_sockets,
                                 bench, (measure.SERVER_CORE, measure.GENERATOR_CORE)))
    return found


def _over_tls(wanted, case, server, bench, seconds, round_count):
    def measure_once():
        found = bench.measure(server, case.load + server.load, seconds,
                              case.warm_up_seconds * wanted.time_scale, tls=case.tls)
        check_resumption(case, found.figures)
        return found

    return Contender(server.name, round_count, measure_once,
                     is_yardstick=server.name in (SERVER, *cases.RIVALS))


def check_resumption(case, found):
    if (found.resumed_share or 0.0) < case.resumed_share_at_least:
        raise LoadFailed(f"only {found.resumed_share or 0.0:.0%} of its handshakes were resumed")


def _in_the_clear(wanted, case, bench):
    server = Ringpostd(wanted.build)
    server.prepare()
    return Contender(
        cases.CLEAR, wanted.rounds,
        lambda: bench.measure(server, case.clear_load, case.seconds * wanted.time_scale,
                              case.warm_up_seconds * wanted.time_scale),
        is_yardstick=True)


def _engine(wanted, name, benchmark_name, bench, cores):
    return Contender(
        name, wanted.rounds,
        lambda: engine.run(wanted.build, benchmark_name, bench.noise_scale, cores),
        is_yardstick=True)
