"""What ringpost-load shows and writes while it runs against ringpostd: on a terminal, into a pipe,
into files."""

import fcntl
import json
import os
import pathlib
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
import unittest

import hdr_log
import tap
from interop.ringpostd import Ringpostd

sys.path.insert(0, os.path.join(os.environ["RINGPOST_SOURCE_FOLDER"], "tests", "load"))
from load_process import PATIENCE_SECONDS, RINGPOST_LOAD, run  # noqa: E402

HIDE_CURSOR, SHOW_CURSOR, CLEAR_BELOW = b"\x1b[?25l", b"\x1b[?25h", b"\x1b[J"


class Terminal:
    """ringpost-load with a terminal as its standard error."""

    def __init__(self, *arguments, columns=100, **environment):
        self.descriptor, end = pty.openpty()
        fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.process = subprocess.Popen(
            [RINGPOST_LOAD, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=end, env=os.environ | {"TERM": "xterm", "LC_ALL": "C.UTF-8"} | environment)
        os.close(end)
        self.octets = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        os.close(self.descriptor)

    def await_match(self, pattern):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not re.search(pattern, self.octets):
            if not self.read(deadline):
                raise AssertionError(f"no {pattern} in {self.octets}")

    def read_to_the_end(self):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.read(deadline):
            pass
        return self.process.wait(PATIENCE_SECONDS)

    def read(self, deadline):
        if not select.select([self.descriptor], [], [], max(0, deadline - time.monotonic()))[0]:
            raise AssertionError(f"it hangs after {self.octets}")
        try:
            octets = os.read(self.descriptor, 65536)
        except OSError:  # EIO: nobody has the terminal any more
            octets = b""
        self.octets += octets
        return octets


class Output(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Ringpostd("discard")
        cls.server.start()
        cls.target = [f"smtp://127.0.0.1:{cls.server.port}", "--to", "reader@interop.test"]

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="ringpost-load-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def test_a_terminal_is_drawn_over_and_left_as_it_was(self):
        with Terminal(*self.target, "--duration", "1s") as terminal:
            self.assertEqual(0, terminal.read_to_the_end())
            octets = terminal.octets
        self.assertTrue(octets.startswith(HIDE_CURSOR), octets[:100])
        self.assertTrue(octets.endswith(CLEAR_BELOW + SHOW_CURSOR), octets[-100:])
        self.assertEqual(1, octets.count(HIDE_CURSOR))
        pictures = octets.decode().split("\x1b[1A")
        self.assertGreater(len(pictures), 2)
        self.assertIn("█", octets.decode())
        self.assertRegex(octets.decode(), r"/s · p50 [0-9.]+ (µs|ms) · p99")

    def test_lines_are_cut_at_the_width_of_the_terminal(self):
        with Terminal(*self.target, "--duration", "1s", columns=30) as terminal:
            self.assertEqual(0, terminal.read_to_the_end())
            text = terminal.octets.decode()
        for line in re.split(r"[\r\n]+", re.sub(r"\x1b\[[?0-9]*[a-zA-Z]", "", text)):
            self.assertLess(len(line), 30)

    def test_ctrl_c_gives_the_cursor_back(self):
        with Terminal(*self.target, "--duration", "10m") as terminal:
            terminal.await_match(rb"[1-9][0-9,]* accepted")
            terminal.process.send_signal(signal.SIGINT)
            self.assertEqual(0, terminal.read_to_the_end())
            self.assertTrue(terminal.octets.endswith(CLEAR_BELOW + SHOW_CURSOR))

    def test_a_terminal_that_cannot_do_it_gets_lines(self):
        with Terminal(*self.target, "--duration", "1s", TERM="dumb") as terminal:
            self.assertEqual(0, terminal.read_to_the_end())
            self.assertNotIn(b"\x1b", terminal.octets)
            self.assertIn(b" messages, p50 ", terminal.octets)

    def test_a_pipe_gets_lines(self):
        done = run(*self.target, "--duration", "1s")
        self.assertNotIn("\x1b", done.stderr)
        self.assertRegex(done.stderr, r"(?m)^1\.0 s: \d+ messages, p50 ")

    def test_quiet_writes_nothing(self):
        done = run(*self.target, "--messages", "10", "--quiet")
        self.assertEqual(("", "", 0), (done.stdout, done.stderr, done.returncode))

    def test_files(self):
        page, results, log = (self.folder / name for name in ("page", "json", "log"))
        done = run(*self.target, "--duration", "1s", "--warmup", "0s", "--html", page, "--json",
                   results, "--hdr-log", log)
        self.assertEqual(0, done.returncode, done.stderr)
        accepted = json.loads(results.read_text())["messages"]["accepted"]
        text = page.read_text()
        self.assertIn(f"{accepted:,} accepted", text)
        embedded = re.search(r'<script type="application/json" id="ringpost-load">(.*?)</script>',
                             text, re.DOTALL)[1]
        self.assertEqual(json.loads(results.read_text()), json.loads(embedded))
        logged = sum(sum(interval.histogram.counts.values())
                     for interval in hdr_log.read(log).intervals)
        # Messages of the last part of a second may be in no interval.
        self.assertGreater(logged, 0)
        self.assertLessEqual(logged, accepted)

        done = run("compare", results, results, "--html", page)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertRegex(done.stdout, r"messages per second +[0-9,]+ +[0-9,]+ +1\.00×")

    def test_files_that_cannot_be_written_are_told(self):
        for option in "--html", "--json", "--hdr-log", "--audit":
            with self.subTest(option):
                done = run(*self.target, "--messages", "1", "--quiet", option, "/proc/nowhere/x")
                self.assertEqual(1, done.returncode)
                self.assertIn("/proc/nowhere", done.stderr)


if __name__ == "__main__":
    tap.main()
