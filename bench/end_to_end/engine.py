"""What the TLS engine alone takes on the server's core, by the micro benchmarks of bench/tls: both sides
over memory, or the client's on the generator's core and sockets between them; the time of the server's
side alone. A contender like a server, so that it is measured in the same rounds."""

import json
import os
import subprocess

from end_to_end import measure, noise
from end_to_end.generator import Figures, LoadFailed

SECONDS = 1.0
PATIENCE_SECONDS = 60


class Nobody:
    """Stands for the server in what noise looks at."""
    is_one_thread = False
    writes_to_disk = False


def run(build_folder, benchmark_name, noise_scale, cores=(measure.SERVER_CORE,)):
    """A benchmark that has two cores keeps its server's side on the lower one."""
    program = build_folder / "bench/tls_benchmark"
    if not program.exists():
        raise LoadFailed("bench/tls_benchmark has not been built")
    # The program is this one's child and has ended by the second sample.
    before = noise.sample(os.getpid())
    told = _run(program, benchmark_name, set(cores))
    window = noise.between(before, noise.sample(os.getpid()), Nobody, measure.SERVER_CORE,
                           measure.GENERATOR_CORE, 0.0, None)
    return measure.Measurement(read(told), noise.foreign_load(window, noise_scale), window)


def read(told):
    """The figures of what Google benchmark wrote: manual time, in microseconds."""
    result, = told["benchmarks"]
    if result.get("error_occurred"):
        raise LoadFailed(result["error_message"])
    if result["time_unit"] != "us":
        raise LoadFailed(f"the benchmark tells {result['time_unit']}, not us")
    took = result["real_time"]
    return Figures(messages=result["iterations"], messages_per_second=1e6 / took, p50_us=took,
                   p99_us=took, server_cpu_us=took, server_share=1.0, generator_share=0.0,
                   generator_run_delay_seconds=0.0, is_generator_bound=False)


def _run(program, benchmark_name, cores):
    result = subprocess.run(
        [program, f"--benchmark_filter=^{benchmark_name}/manual_time$",
         f"--benchmark_min_time={SECONDS}", "--benchmark_format=json"],
        capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=PATIENCE_SECONDS,
        preexec_fn=lambda: os.sched_setaffinity(0, cores))
    if result.returncode != 0:
        raise LoadFailed(f"{program.name} ended with {result.returncode}: "
                         f"{result.stderr.strip()[-300:]}")
    return json.loads(result.stdout)
