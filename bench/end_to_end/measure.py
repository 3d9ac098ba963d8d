"""One measurement: a server that is started for it on its core, the generator on the other, and whether
the two were alone."""

import dataclasses
import os

from end_to_end import noise
from end_to_end.generator import PATIENCE_SECONDS


def _two_cores():
    """Of those that this process may use; the same twice where there is only one."""
    allowed = sorted(os.sched_getaffinity(0))
    return allowed[0], allowed[1 % len(allowed)]


SERVER_CORE, GENERATOR_CORE = _two_cores()


@dataclasses.dataclass(frozen=True)
class Measurement:
    figures: object
    foreign: str | None  # why it does not count
    window: noise.Window


class Bench:
    def __init__(self, generator, noise_scale=1.0):
        self._generator = generator
        self.noise_scale = noise_scale

    def measure(self, server, load, seconds, warm_up_seconds, cores=(SERVER_CORE,),
                patience_seconds=PATIENCE_SECONDS, tls=None):
        with server.running(set(cores), tls):
            before = noise.sample(server.pid)
            finished = self._generator.run(server, load, seconds, warm_up_seconds,
                                           patience_seconds)
            after = noise.sample(server.pid)
        # Where the server may use the generator's core, the two wait for each other.
        delay = (None if GENERATOR_CORE in cores
                 else finished.figures.generator_run_delay_seconds)
        window = noise.between(before, after, server, SERVER_CORE, GENERATOR_CORE,
                               finished.cpu_seconds, delay)
        return Measurement(finished.figures, noise.foreign_load(window, self.noise_scale), window)
