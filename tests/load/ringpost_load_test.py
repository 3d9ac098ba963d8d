"""ringpost-load against ringpostd: what it counts is what the server counts, and how it ends."""

import contextlib
import json
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import unittest

import tap

PATIENCE_SECONDS = 120  # for what should take a moment; only ends what hangs

BUILD = pathlib.Path(os.environ["RINGPOST_BUILD_FOLDER"])
RINGPOSTD = str(BUILD / "server" / "ringpostd")
RINGPOST_LOAD = str(BUILD / "bench" / "ringpost-load")


@contextlib.contextmanager
def running(command, log):
    """Its standard output is a pipe, what it says on standard error goes to the file `log`."""
    with open(log, "wb") as errors:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=errors, text=True, start_new_session=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()


class RingpostLoad(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="ringpost-load-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.log = self.folder / "server.log"

    def serve(self, *arguments):
        """A server until the end of the test."""
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        self.server = stack.enter_context(running(
            [RINGPOSTD, "--store", "discard", "--domain", "x.test", "--shards", "1",
             *(arguments or ("--listen", "127.0.0.1:0"))], self.log))
        ready = self.server.stdout.readline()
        address = re.search(r" (smtp|lmtp) (\S+)", ready)
        self.target = f"{address[1]}://{address[2]}"

    def stored_count(self):
        """Ends the server, so that its log is whole."""
        self.server.terminate()
        self.assertEqual(self.server.wait(PATIENCE_SECONDS), 0)
        return self.log.read_text().count(" fate=stored ")

    def run_load(self, *arguments, target=None):
        recipient = [] if "--to" in arguments else ["--to", "u%d@x.test"]
        return subprocess.run(
            [RINGPOST_LOAD, target or self.target, *recipient, *arguments],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE_SECONDS)

    def results(self, *arguments):
        """What --json tells of a run that ended well."""
        path = self.folder / "load.json"
        result = self.run_load("--json", str(path), *arguments)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return json.loads(path.read_text())

    def test_counts_what_the_server_counts_in_every_mode(self):
        self.serve()
        expected = 0
        for mode in ([], ["--pipelining"], ["--pipelining=across"], ["--chunking"],
                     ["--chunking", "--pipelining"], ["--messages-per-connection", "1"],
                     ["--messages-per-connection", "7", "--pipelining=across"],
                     ["--rate", "1000"], ["--size", "1KiB:80,200KiB:20"], ["--threads", "2"],
                     ["--recipients", "3"], ["--unique"], ["--8bitmime"], ["--smtputf8"],
                     ["--think", "1ms"]):
            with self.subTest(mode):
                told = self.results("--messages", "300", "--connections", "5", *mode)
                self.assertEqual(told["messages"]["accepted"], 300)
                self.assertEqual(told["messages"]["refused"] + told["messages"]["failed"], 0)
                self.assertEqual(told["errors"], [])
                self.assertEqual(told["phases"]["message"]["count"], 300)
                self.assertEqual(told["connections"]["dropped"] + told["connections"]["failed"], 0)
                expected += 300
        self.assertEqual(self.stored_count(), expected)

    def test_a_second_of_load_with_what_the_server_used(self):
        self.serve()
        told = self.results("--connections", "20", "--duration", "1s", "--warmup", "200ms",
                            "--server-pid", str(self.server.pid))
        self.assertEqual(told["mode"], "closed")
        accepted = told["messages"]["accepted"]
        self.assertGreater(accepted, 0)
        self.assertGreaterEqual(self.stored_count(), accepted)
        self.assertEqual(told["connections"]["opened"], 20)
        self.assertEqual(told["server"]["pids"], [self.server.pid])
        self.assertGreater(told["server"]["peak_memory_octets"], 1 << 20)
        self.assertEqual(sum(second["messages"] for second in told["timeline"]), accepted)

    def test_lmtp_over_a_unix_socket(self):
        self.serve("--lmtp", f"unix:{self.folder}/lmtp.sock")
        told = self.results("--messages", "100", "--recipients", "2", "--pipelining")
        self.assertEqual(told["messages"]["accepted"], 100)
        body, = [reply for reply in told["replies"] if reply["phase"] == "body"]
        self.assertEqual(body["count"], 200)

    def test_real_messages_from_a_folder(self):
        self.serve()
        for number in range(3):
            (self.folder / f"{number}.eml").write_text(f"Subject: {number}\n\n.dot\n")
        told = self.results("--messages", "50", "--messages-from", str(self.folder))
        self.assertEqual(told["messages"]["accepted"], 50)

    def test_refusals_are_told_by_phase_code_and_text(self):
        self.serve()
        told = self.results("--messages", "10", "--to", "u@elsewhere.test")
        self.assertEqual(told["messages"]["refused"], 10)
        refusal, = [reply for reply in told["replies"] if reply["code"] >= 400]
        self.assertEqual((refusal["phase"], refusal["count"]), ("rcpt", 10))
        self.assertTrue(refusal["sample"])

    def test_idle_connections_and_their_memory(self):
        self.serve()
        told = self.results("--idle", "200", "--hold", "200ms", "--server-pid",
                            str(self.server.pid))
        self.assertEqual(told["mode"], "idle")
        self.assertEqual(told["connections"]["opened"], 200)
        self.assertIn("octets_per_idle_connection", told["server"])

    def test_a_search_ends_with_a_knee(self):
        self.serve()
        told = self.results("--find-max", "--p99", "1s", "--step", "100ms", "--warmup", "50ms",
                            "--rate", "100")
        self.assertEqual(told["mode"], "find-max")
        self.assertTrue(told["find_max"]["steps"])

    def interrupted(self, *arguments):
        """A run that is under way and has been told to end."""
        process = subprocess.Popen(
            [RINGPOST_LOAD, self.target, "--to", "u@x.test", "--duration", "1h", *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        # The first line of progress: it has begun.
        self.assertTrue(process.stderr.readline())
        process.send_signal(signal.SIGINT)
        return process

    def test_an_interrupt_ends_it_with_results(self):
        self.serve()
        path = self.folder / "load.json"
        process = self.interrupted("--connections", "3", "--think", "20ms", "--json", str(path))
        self.assertEqual(process.wait(PATIENCE_SECONDS), 0)
        told = json.loads(path.read_text())
        self.assertLess(told["duration_seconds"], 3600)
        self.assertGreater(told["messages"]["accepted"], 0)
        self.assertEqual(told["messages"]["failed"], 0)
        self.assertEqual(told["connections"]["dropped"], 0)

    def test_mistakes_and_failures_are_said_plainly(self):
        with self.subTest("nobody listens"):
            result = self.run_load(target="smtp://127.0.0.1:1")
            self.assertEqual(result.returncode, 1)
            self.assertIn("cannot connect to smtp://127.0.0.1:1: Connection refused", result.stderr)
        with self.subTest("not loopback"):
            result = self.run_load(target="smtp://192.0.2.1:25")
            self.assertEqual(result.returncode, 2)
            self.assertIn("--i-own-this-host", result.stderr)
        with self.subTest("no such option"):
            self.assertEqual(self.run_load("--fast", target="smtp://127.0.0.1:1").returncode, 2)

    def test_version_and_help(self):
        for option, expected in ("--version", r"\Aringpost-load \d+\.\d+\.\d+\n\Z"), \
                ("--help", r"(?s)Examples:.*--find-max"):
            result = subprocess.run([RINGPOST_LOAD, option], capture_output=True, text=True,
                                    timeout=PATIENCE_SECONDS)
            self.assertEqual(result.returncode, 0)
            self.assertRegex(result.stdout, expected)


if __name__ == "__main__":
    tap.main()
