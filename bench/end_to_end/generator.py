"""Runs ringpost-load for one measurement and reads what it tells."""

import dataclasses
import json
import os
import pathlib
import select
import subprocess

from peers.server import IMPLICIT

SENDER = "sender@example.org"
RECIPIENT = "reader@example.com"
# Beyond what it was told to take, for a server that has stopped answering.
PATIENCE_SECONDS = 20


class LoadFailed(Exception):
    """It did not run to its end, or the server refused messages; the reason is for people."""


@dataclasses.dataclass(frozen=True)
class Figures:
    # Or sessions, of a load without messages; and so all that is for each of them.
    messages: int
    messages_per_second: float
    p50_us: float
    p99_us: float
    server_cpu_us: float  # per message, user and system
    server_share: float  # of one core
    generator_share: float
    generator_run_delay_seconds: float
    is_generator_bound: bool
    knee_per_second: float | None = None
    resumed_share: float | None = None  # of TLS handshakes


@dataclasses.dataclass(frozen=True)
class Finished:
    figures: Figures
    # From its start to its end.
    cpu_seconds: float


class Generator:
    def __init__(self, program, core, folder):
        self._program = pathlib.Path(program)
        self._core = core
        self._json = folder / "load.json"
        self._log = folder / "load.log"
        folder.mkdir(parents=True, exist_ok=True)

    def run(self, server, load, seconds, warm_up_seconds, patience_seconds=PATIENCE_SECONDS):
        self._json.unlink(missing_ok=True)
        scheme = "smtps" if server.tls == IMPLICIT else "smtp"
        command = [self._program, f"{scheme}://127.0.0.1:{server.port}", *load,
                   "--duration", f"{round(seconds * 1000)}ms",
                   "--warm-up", f"{round(warm_up_seconds * 1000)}ms",
                   "--from", SENDER, "--to", RECIPIENT,
                   "--server-pid", server.pid, "--json", self._json]
        with open(self._log, "wb") as log:
            process = subprocess.Popen(
                [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
                preexec_fn=lambda: os.sched_setaffinity(0, {self._core}))
        code, cpu_seconds = wait_for(process, seconds + warm_up_seconds + patience_seconds)
        if code != 0:
            raise LoadFailed(f"ringpost-load ended with {code}: {self._last_words()}")
        return Finished(read(json.loads(self._json.read_text())), cpu_seconds)

    def _last_words(self):
        return " ".join(self._log.read_text(errors="replace").split())[-300:]


def read(told):
    """The figures of what --json wrote; LoadFailed when the server did not take what it was sent."""
    if told.get("sessions"):
        return _read_sessions(told)
    messages = told["messages"]
    if messages["refused"] or messages["failed"] or not messages["accepted"]:
        raise LoadFailed(f"{messages['accepted']} messages were accepted, {messages['refused']} "
                         f"refused, {messages['failed']} failed{_first_refusal(told)}")
    return _figures(told, messages["accepted"], messages["per_second"], told["phases"]["message"])


def _read_sessions(told):
    sessions, connections = told["sessions"], told["connections"]
    if connections["failed"] or connections["dropped"] or not sessions["completed"]:
        raise LoadFailed(f"{sessions['completed']} sessions were completed, "
                         f"{connections['failed']} connections failed, {connections['dropped']} "
                         f"were dropped{_first_refusal(told)}")
    return _figures(told, sessions["completed"], sessions["per_second"],
                    told["phases"]["session"])


def _figures(told, count, per_second, latency):
    server, generator = told["server"], told["generator"]
    return Figures(
        messages=count,
        messages_per_second=per_second,
        p50_us=latency["p50_us"],
        p99_us=latency["p99_us"],
        server_cpu_us=server["cpu_seconds"] * 1e6 / count,
        server_share=server["cpu_seconds"] / told["duration_seconds"],
        generator_share=generator["cpu_share"],
        generator_run_delay_seconds=generator["run_delay_seconds"],
        is_generator_bound=generator["was_bottleneck"],
        knee_per_second=told["find_max"]["knee_per_second"] if told.get("find_max") else None,
        resumed_share=_resumed_share(told.get("tls")))


def _resumed_share(tls):
    return tls["resumed"] / tls["handshakes"] if tls and tls["handshakes"] else None


def _first_refusal(told):
    for reply in told.get("replies", ()):
        if reply["code"] >= 400:
            return f"; {reply['phase']}: {reply['code']} {reply['sample']}"
    for error in told.get("errors", ()):
        return f"; {error['phase']}: {error['kind']}"
    return ""


def wait_for(process, seconds):
    """Its exit code and its CPU time; ends it when it is late."""
    ended = select.poll()
    descriptor = os.pidfd_open(process.pid)
    try:
        # No waking up in between, which would disturb what is measured.
        ended.register(descriptor, select.POLLIN)
        if not ended.poll(seconds * 1000):
            raise LoadFailed(f"the generator had not ended after {seconds:.0f} s")
    except BaseException:
        process.kill()
        process.wait()
        raise
    finally:
        os.close(descriptor)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage.ru_utime + usage.ru_stime
