"""The audit of what other servers kept: ringpost-sink's dumps, with replies that get lost on the way,
and what Postfix took and passed on."""

import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import tap
from interop.ringpostd import DOMAIN, READER, Ringpostd

TESTS = os.path.join(os.environ["RINGPOST_SOURCE_FOLDER"], "tests")
sys.path[:0] = [os.path.join(TESTS, "load"), os.path.join(TESTS, "interop")]
import peers  # noqa: E402
from load_process import PATIENCE_SECONDS, run  # noqa: E402

RINGPOST_SINK = pathlib.Path(os.environ["RINGPOST_BUILD_FOLDER"]) / "bench" / "ringpost-sink"
MESSAGE_COUNT = 300


class AuditedFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="ringpost-load-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.journal = self.folder / "journal"

    def load(self, port, *arguments):
        done = run(f"smtp://127.0.0.1:{port}", "--messages", str(MESSAGE_COUNT), "--quiet",
                   "--size", "200B..5KB", "--to", READER, "--audit", self.journal, *arguments)
        self.assertEqual(0, done.returncode, done.stderr)

    def audit(self, *arguments):
        path = self.folder / "audit.json"
        done = run("audit", self.journal, *arguments, "--json", path)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        result = json.loads(path.read_text())
        self.assertEqual(done.returncode == 0, result["passed"])
        return result


class Sink(AuditedFolder):
    def sink(self, *arguments):
        process = subprocess.Popen([RINGPOST_SINK, "--listen", "127.0.0.1:0", *arguments],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process, int(re.search(r":(\d+)", process.stdout.readline())[1])

    def end(self, process):
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_SECONDS)

    def test_dumps(self):
        for kind in "maildir", "mbox":
            with self.subTest(kind):
                self.journal = self.folder / f"{kind}-journal"
                dump = self.folder / kind
                process, port = self.sink("--dump", f"{kind}:{dump}", "--dump-envelope")
                self.load(port, "--pipelining", "--recipients", "3")
                self.end(process)
                result = self.audit("--sink-dump", dump)
                self.assertTrue(result["passed"], result)
                self.assertEqual(MESSAGE_COUNT, result["accepted"])
                self.assertEqual(3 * MESSAGE_COUNT, result["accepted_copies"])
                self.assertEqual(MESSAGE_COUNT, result["searched_messages"])

    def test_a_reply_that_is_lost_leaves_a_message_in_doubt(self):
        dump = self.folder / "mail"
        process, port = self.sink("--dump", f"maildir:{dump}", "--fault", "end:drop:p=0.2")
        self.load(port)
        self.end(process)
        result = self.audit("--sink-dump", dump)
        self.assertTrue(result["passed"], result)
        self.assertGreater(result["in_doubt"], 0)
        self.assertEqual(result["in_doubt"], result["in_doubt_found"])

    def test_a_message_that_is_refused_is_not_missed(self):
        dump = self.folder / "mail"
        process, port = self.sink("--dump", f"maildir:{dump}", "--fault",
                                  "end:reply=451 4.3.0 Try again:p=0.3")
        self.load(port)
        self.end(process)
        result = self.audit("--sink-dump", dump)
        self.assertTrue(result["passed"], result)
        self.assertGreater(result["refused"], 0)
        self.assertEqual(0, result["kept_though_refused"])
        self.assertEqual(result["accepted"], result["searched_messages"])


class Postfix(AuditedFolder):
    def test_passes_everything_on(self):
        peers.require("postfix")
        peers.require_root("Postfix")
        port = peers.free_port()
        mail = self.folder / "mail"
        with Ringpostd(f"maildir:{mail}", port=port), peers.Postfix(next_hop_port=port) as postfix:
            self.load(postfix.port, "--from", f"sender@{DOMAIN}")
            deadline = time.monotonic() + PATIENCE_SECONDS
            while postfix.queue_length() > 0:
                self.assertLess(time.monotonic(), deadline, "Postfix still has messages queued")
                time.sleep(0.05)  # between two looks at the queue
        result = self.audit("--maildir", mail)
        self.assertTrue(result["passed"], result)
        self.assertEqual(MESSAGE_COUNT, result["accepted"])
        self.assertEqual(MESSAGE_COUNT, result["searched_messages"])


if __name__ == "__main__":
    tap.main()
