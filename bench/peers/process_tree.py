"""A server's processes: started on given cores, looked at as a tree, and ended by their ids.

    process = process_tree.start(command, cores={0}, log=folder / "log")
    process_tree.cpu_seconds(process.pid)      # with children that have ended
    process_tree.end(process)                  # whatever it started, too
"""

import contextlib
import ctypes
import dataclasses
import os
import pathlib
import resource
import signal
import subprocess
import time

PROC = pathlib.Path("/proc")
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
END_PATIENCE_SECONDS = 10
KERNEL_THREADS_PID = 2  # Their parent; where they cannot be seen, it is nobody's.
_PR_SET_CHILD_SUBREAPER = 36
# As clock_getcpuclockid(3) makes the clock of a process.
_CPUCLOCK_SCHED = 2


def adopt_orphans():
    """What a server leaves behind becomes our child, so that it is found and ended, too."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def start(command, cores, log, environment=None, folder=None, close_fds=True):
    """In a session of its own; every process that it starts inherits the cores."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)

    def settle():
        os.sched_setaffinity(0, cores)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

    with open(log, "ab") as output:
        return subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL,
                                stdout=output, stderr=output, env=environment, cwd=folder,
                                start_new_session=True, close_fds=close_fds, preexec_fn=settle)


@dataclasses.dataclass(frozen=True)
class Process:
    pid: int
    parent: int
    session: int
    started: int  # With the pid it names a process for good.
    ended_children_seconds: float  # CPU time of those that were waited for.
    has_ended: bool  # and waits to be waited for


def of_all():
    """Those that live, by their ids."""
    return {process.pid: process for process in _listed() if not process.has_ended}


def members(root_pid, everybody=None):
    """The process with all its descendants, as far as they live."""
    everybody = everybody if everybody is not None else of_all()
    children = {}
    for process in everybody.values():
        children.setdefault(process.parent, []).append(process)
    tree, waiting = [], [everybody[root_pid]] if root_pid in everybody else []
    while waiting:
        process = waiting.pop()
        tree.append(process)
        waiting += children.get(process.pid, [])
    return tree


def cpu_seconds(root_pid):
    return sum(_own_cpu_seconds(process.pid) + process.ended_children_seconds
               for process in members(root_pid))


def _own_cpu_seconds(pid):
    """To the nanosecond, where /proc tells ticks of 10 ms: of fifty processes that is half a second."""
    with contextlib.suppress(OSError):
        return time.clock_gettime(~pid << 3 | _CPUCLOCK_SCHED)
    return 0.0


def run_delay_seconds(root_pid):
    """How long its threads were ready to run while somebody else was on their core."""
    delay = 0
    for process in members(root_pid):
        for schedstat in (PROC / str(process.pid)).glob("task/*/schedstat"):
            with contextlib.suppress(OSError):
                delay += int(schedstat.read_text().split()[1])
    return delay / 1e9


def memory_bytes(root_pid):
    """Of user memory; what several processes share counts once."""
    total_kib = 0
    for process in members(root_pid):
        with contextlib.suppress(OSError):
            for line in (PROC / str(process.pid) / "smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total_kib += int(line.split()[1])
    return total_kib * 1024


def end(process):
    """TERM to the first of them, then KILL to all that are left of its tree and its session."""
    if process.poll() is None:
        started_by_it = members(process.pid)
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(END_PATIENCE_SECONDS)
    else:
        started_by_it = []
    _kill_all(process.pid, started_by_it)
    process.wait()
    _reap_adopted()


def _kill_all(root_pid, started_by_it):
    deadline = time.monotonic() + END_PATIENCE_SECONDS
    known = {(process.pid, process.started) for process in started_by_it}
    while time.monotonic() < deadline:
        left = [process for process in of_all().values()
                if (process.pid, process.started) in known or process.session == root_pid]
        if not left:
            return
        for process in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)
        _reap_adopted(except_pid=root_pid)
        time.sleep(0.01)


def _reap_adopted(except_pid=None):
    for process in _listed():
        if process.parent == os.getpid() and process.has_ended and process.pid != except_pid:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(process.pid, os.WNOHANG)


def _listed():
    return [process for path in PROC.iterdir()
            if path.name.isdigit() and (process := _read(int(path.name)))]


def _read(pid):
    with contextlib.suppress(OSError, IndexError):
        # The name is in parentheses and may have any character.
        words = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
        return Process(pid, parent=int(words[1]), session=int(words[3]), started=int(words[19]),
                       ended_children_seconds=sum(map(int, words[13:15])) / TICKS_PER_SECOND,
                       has_ended=words[0] == "Z")
    return None
