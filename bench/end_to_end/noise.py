"""Tells whether somebody else was busy on the machine while a run was measured.

Two signs, each enough. A thread that was ready to run and did not get its core was kept off it by a
stranger, when nothing else of the run may use that core. And busy time of the cores that the processes
of the run do not account for was a stranger's, wherever it ran.

The kernel receiving what the run itself sends is no stranger. It does so in soft interrupts, which a thread
that they have just woken waits for, and with messages of some MiB that is an eighth of the time. So the time
of soft interrupts on a core is taken off the delay there; a stranger's still shows in the other sign.
"""

import dataclasses
import pathlib
import time

from peers import process_tree

# Of the time measured.
RUN_DELAY_SHARE_MAX = 0.03
UNEXPLAINED_SHARE_MAX = 0.05
# Not all that the kernel does for a disk is told by its threads.
UNEXPLAINED_SHARE_MAX_WITH_DISK = 0.15
STOLEN_SHARE_MAX = 0.03


@dataclasses.dataclass(frozen=True)
class Window:
    """What was seen between two samples; all in seconds."""
    length: float
    busy: float  # of all cores
    stolen: float  # by the machine's host
    own: float  # CPU time of server, generator, this program, and the kernel's threads
    server_run_delay: float | None  # None: its own threads or processes wait for each other
    generator_run_delay: float | None
    writes_to_disk: bool = False
    # Of soft interrupts on the core that each has for itself.
    server_core_packets: float = 0.0
    generator_core_packets: float = 0.0


@dataclasses.dataclass(frozen=True)
class Sample:
    when: float
    busy: float
    stolen: float
    own_cpu: float
    server_cpu: float
    server_run_delay: float
    packets: dict  # Seconds of each core's soft interrupts.


def sample(server_pid):
    # The cores and this program in the same moment: looking at the server takes a while, too.
    busy, stolen = _cores()
    return Sample(time.monotonic(), busy, stolen, time.process_time(),
                  process_tree.cpu_seconds(server_pid)
                  + process_tree.cpu_seconds(process_tree.KERNEL_THREADS_PID),
                  process_tree.run_delay_seconds(server_pid),
                  _soft_interrupts())


def between(before, after, server, server_core, generator_core, generator_cpu,
            generator_run_delay):
    def packets(core):
        return after.packets.get(core, 0.0) - before.packets.get(core, 0.0)

    return Window(
        length=after.when - before.when,
        busy=after.busy - before.busy,
        stolen=after.stolen - before.stolen,
        own=(after.server_cpu - before.server_cpu) + (after.own_cpu - before.own_cpu)
            + generator_cpu,
        server_run_delay=(after.server_run_delay - before.server_run_delay
                          if server.is_one_thread else None),
        generator_run_delay=generator_run_delay,
        writes_to_disk=server.writes_to_disk,
        server_core_packets=packets(server_core),
        generator_core_packets=packets(generator_core))


def foreign_load(window, scale=1.0):
    """Why the run is to be thrown away, or None; `scale` times the limits."""
    for who, delay, packets in (
            ("server", window.server_run_delay, window.server_core_packets),
            ("generator", window.generator_run_delay, window.generator_core_packets)):
        if delay is not None and delay - packets > scale * RUN_DELAY_SHARE_MAX * window.length:
            return f"the {who} waited for its core {delay / window.length:.0%} of the time"
    if window.stolen > scale * STOLEN_SHARE_MAX * window.length:
        return f"the host took {window.stolen / window.length:.0%} of a core away"
    unexplained = window.busy - window.own
    most = UNEXPLAINED_SHARE_MAX_WITH_DISK if window.writes_to_disk else UNEXPLAINED_SHARE_MAX
    if unexplained > scale * most * window.length:
        return f"others used {unexplained / window.length:.0%} of a core"
    return None


def _soft_interrupts(stat=pathlib.Path("/proc/stat")):
    """Seconds of each core."""
    found = {}
    for line in stat.read_text().splitlines():
        words = line.split()
        if words and words[0].startswith("cpu") and words[0] != "cpu":
            found[int(words[0].removeprefix("cpu"))] = (
                int(words[7]) / process_tree.TICKS_PER_SECOND)
    return found


def _cores(stat=pathlib.Path("/proc/stat")):
    """Seconds that all cores together were busy, and that were stolen from them."""
    words = stat.read_text().splitlines()[0].split()[1:9]
    user, nice, system, _idle, _wait, hard, soft, stolen = (
        int(word) / process_tree.TICKS_PER_SECOND for word in words)
    return user + nice + system + hard + soft, stolen
