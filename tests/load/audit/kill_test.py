"""ringpostd is killed while ringpost-load delivers: the audit says that nothing is lost, and finds
what is then planted. And the generator itself is killed: its journal has what it was told."""

import json
import os
import pathlib
import shutil
import sys
import tempfile
import unittest

import tap
from interop.ringpostd import DOMAIN, Ringpostd, delivered_files

sys.path.insert(0, os.path.join(os.environ["RINGPOST_SOURCE_FOLDER"], "tests", "load"))
from load_process import LoadProcess, run  # noqa: E402

MAILBOX_COUNT = 3
ENOUGH = 200


class Audit(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="ringpost-load-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.mail = self.folder / "mail"
        self.journal = self.folder / "journal"
        self.server = Ringpostd(f"maildir:{self.mail}")
        self.server.start()
        self.addCleanup(self.server.kill)

    def load(self, *arguments):
        return LoadProcess(f"smtp://127.0.0.1:{self.server.port}", "--connections", "20",
                           "--warmup", "0s", "--duration", "10m", "--size", "1KiB..20KiB",
                           "--to", f"reader%d@{DOMAIN}", "--to-count", str(MAILBOX_COUNT),
                           "--recipients", "2", "--audit", self.journal, *arguments)

    def audit(self, expected_exit_code):
        results = self.folder / "audit.json"
        findings = self.folder / "findings"
        done = run("audit", self.journal, "--maildir", self.mail, "--json", results,
                   "--findings", findings)
        self.assertEqual(expected_exit_code, done.returncode, done.stdout + done.stderr)
        return json.loads(results.read_text()), findings.read_text()

    def test_nothing_is_lost_when_the_server_is_killed(self):
        with self.load("--pipelining", "--threads", "2") as load:
            load.await_messages(ENOUGH)
            self.server.kill()
            load.interrupt()
        result, _ = self.audit(0)
        self.assertTrue(result["passed"])
        self.assertGreaterEqual(result["accepted"], ENOUGH)
        self.assertEqual(2 * result["accepted"], result["accepted_copies"])
        self.assertEqual(MAILBOX_COUNT, result["searched_mailboxes"])
        # Twenty sessions were under way.
        self.assertGreater(result["in_doubt"], 0)
        self.assertEqual(result["in_doubt"], result["in_doubt_found"] + result["in_doubt_not_found"])
        self.find_what_is_planted(result)

    def find_what_is_planted(self, before):
        lost, damaged, duplicated = self.accepted_files(3)
        lost.unlink()
        # Not in place: the file of the other recipient may be a link to it.
        octets = damaged.read_bytes()
        damaged.unlink()
        damaged.write_bytes(octets + b"more\r\n")
        shutil.copy(duplicated, duplicated.with_name("again"))
        result, findings = self.audit(1)
        self.assertFalse(result["passed"])
        self.assertEqual((1, 1, 1), (result["lost"], result["damaged"], result["duplicated"]))
        self.assertEqual(before["accepted"], result["accepted"])
        self.assertRegex(findings, rf"(?m)^damaged \d+ {damaged}: \d+ octets instead of \d+$")
        self.assertRegex(findings, r"(?m)^duplicated \d+ \S+: once more in this mailbox$")
        self.assertRegex(findings, r"(?m)^lost \d+: accepted at \S+ s, found 1 of 2 copies$")

    def accepted_files(self, count):
        """Files of messages that were not in doubt: those with the smallest numbers."""
        numbered = {}
        for path in delivered_files(self.mail):
            line = next(line for line in path.read_bytes().splitlines()
                        if line.startswith(b"X-Ringpost-Load-Id: "))
            numbered.setdefault(int(line.rsplit(b"-", 1)[1]), path)
        return [numbered[number] for number in sorted(numbered)[:count]]

    def test_the_journal_outlives_its_generator(self):
        with self.load() as load:
            load.await_messages(ENOUGH)
            load.kill()
        self.server.stop()
        result, _ = self.audit(0)
        self.assertFalse(result["journal"]["ended_in_order"])
        self.assertEqual(0, result["journal"]["torn_records"])
        self.assertGreaterEqual(result["accepted"], ENOUGH)

    def test_a_second_run_needs_a_folder_of_its_own(self):
        with self.load() as load:
            load.await_messages(1)
            load.interrupt()
        done = run(f"smtp://127.0.0.1:{self.server.port}", "--messages", "1", "--audit", self.journal)
        self.assertEqual(1, done.returncode)
        self.assertIn("journal of an earlier run", done.stderr)

    def test_what_goes_not_together_is_told(self):
        for option in ["--find-max"], ["--idle", "5"]:
            done = run(f"smtp://127.0.0.1:{self.server.port}", "--audit", self.journal, *option)
            self.assertEqual(2, done.returncode)
            self.assertIn("--audit", done.stderr)
        self.assertFalse(self.journal.exists())


if __name__ == "__main__":
    tap.main()
