"""What is measured, and what Ringpost wants to reach in it: data alone."""

import dataclasses

from peers.server import IMPLICIT, STARTTLS


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    title: str
    # For ringpost-load, besides where to and how long.
    load: tuple
    seconds: float = 1.5
    warm_up_seconds: float = 0.4
    # Where a message takes tens of milliseconds, for servers that are slow.
    slow_seconds: float = 0.0
    slow_rounds: int = 0
    # Server CPU per message of ringpostd with its discard store: at most so many times ...
    at_most_times_blind: float = 0.0
    at_most_times_smtp_sink: float = 0.0


@dataclasses.dataclass(frozen=True)
class TlsCase:
    name: str
    title: str
    # For ringpost-load, as in Case.
    load: tuple
    unit: str
    tls: str = STARTTLS
    # Fewer resumed handshakes, and a server is left out: it does not do what the case is about.
    resumed_share_at_least: float = 0.0
    seconds: float = 1.5
    warm_up_seconds: float = 0.4
    slow_seconds: float = 0.0
    slow_rounds: int = 0
    # The same without TLS, and the benchmark of what the engine alone takes for what TLS adds.
    clear_load: tuple = ()
    engine_benchmark: str = ""
    # The same behind sockets, with the generator's part on its own core: what any server has to bear.
    engine_behind_sockets: str = ""
    # Of what one core can do, per second: ringpostd to the best of RIVALS, and the engine to what
    # TLS adds in ringpostd.
    at_least_times_rivals: float = 0.0
    at_least_times_engine: float = 0.0

    @property
    def is_of_sessions(self):
        return self.unit == "session"


THROUGHPUT = (
    Case("A", "1 KiB, 50 connections kept, no pipelining",
         ("--connections", "50", "--size", "1KiB"),
         at_most_times_blind=1.20, at_most_times_smtp_sink=0.55),
    Case("B1", "MAIL, RCPT and DATA in one write",
         ("--connections", "50", "--size", "1KiB", "--pipelining"),
         at_most_times_blind=1.25, at_most_times_smtp_sink=0.55),
    Case("B", "body, dot and the next envelope in one write",
         ("--connections", "50", "--size", "1KiB", "--pipelining=across"),
         at_most_times_blind=1.40, at_most_times_smtp_sink=0.50),
    Case("C", "a new connection for each message",
         ("--connections", "50", "--size", "1KiB", "--messages-per-connection", "1"),
         at_most_times_blind=1.20, at_most_times_smtp_sink=0.60),
    Case("D", "100 KiB, 50 connections kept",
         ("--connections", "50", "--size", "100KiB"),
         at_most_times_blind=1.40, at_most_times_smtp_sink=0.12),
    Case("E", "5 MiB, 10 connections kept",
         ("--connections", "10", "--size", "5MiB"), seconds=2.0, slow_seconds=4.0, slow_rounds=3,
         at_most_times_blind=1.50, at_most_times_smtp_sink=0.06),
)

SESSIONS = ("--connections", "50", "--no-message")
OVER_TLS = ("--tls-version", "1.3")
WITH_STARTTLS = ("--starttls", *OVER_TLS)
TLS = (
    TlsCase("T1", "STARTTLS sessions without a message, full handshakes, ECDSA P-256",
            SESSIONS + WITH_STARTTLS, "session", at_least_times_rivals=1.50),
    TlsCase("T2", "STARTTLS sessions without a message, resumed",
            SESSIONS + WITH_STARTTLS + ("--tls-resume",), "session", resumed_share_at_least=0.5),
    TlsCase("T3", "1 KiB, 50 connections kept, over TLS",
            ("--connections", "50", "--size", "1KiB") + WITH_STARTTLS, "message"),
    TlsCase("T4", "5 MiB, 10 connections kept, over TLS",
            ("--connections", "10", "--size", "5MiB") + WITH_STARTTLS, "message",
            seconds=2.0, slow_seconds=4.0, slow_rounds=3,
            clear_load=("--connections", "10", "--size", "5MiB"),
            engine_benchmark="Reads5MiB", engine_behind_sockets="Receives5MiB",
            at_least_times_engine=0.85),
    # The SMTP of both is the same, as it would not be with STARTTLS.
    TlsCase("T5", "sessions over implicit TLS without a message, full handshakes, ECDSA P-256",
            SESSIONS + OVER_TLS, "session", tls=IMPLICIT, clear_load=SESSIONS,
            engine_benchmark="SessionsWithoutMessages/iterations:30", at_least_times_engine=0.85),
)
# Whose best ringpostd is compared with.
RIVALS = ("postfix", "chasquid", "aiosmtpd")
# Contenders beside the servers.
CLEAR, ENGINE, ENGINE_BEHIND_SOCKETS = "clear", "engine", "engine-behind-sockets"
CONTENDER_TITLES = {CLEAR: "ringpostd, the same in the clear", ENGINE: "the TLS engine alone",
                    ENGINE_BEHIND_SOCKETS: "the TLS engine behind sockets"}

# Of ringpostd alone, and the memory of connections of everybody.
IDLE, LATENCY, SCALING, GENERATORS = "idle", "latency", "scaling", "generators"
NAMES = (tuple(case.name for case in THROUGHPUT + TLS)
         + (IDLE, LATENCY, SCALING, GENERATORS))

# The load of the special cases.
PLAIN_LOAD = THROUGHPUT[0].load
LATENCY_AT_MOST_TIMES_MEDIAN = 5.0
LATENCY_SHARE_OF_KNEE = 0.7
KNEE_P99 = "20ms"
SCALING_AT_LEAST_TIMES = 1.7
# Messages that ringpost-load sends in the CPU time of one of smtp-source's.
GENERATOR_AT_LEAST_TIMES = 1.5
# Of what one shard can take: what the second core has to spare beside the generator.
SCALING_SHARE_OF_CAPACITY = 0.4


def by_name(name):
    return next(case for case in THROUGHPUT + TLS if case.name == name)
