"""The configurations that the peers are started with, and how processes are looked at and ended."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import unittest.mock

import debian_packages
import tap
from bench_run_fixture import has_tls
from peers import certificate, every, folders, process_tree, server
from peers.ringpost.peer import Ringpostd

CORE = min(os.sched_getaffinity(0))
PEERS = pathlib.Path(server.__file__).parent


class Configurations(unittest.TestCase):
    def test_are_filled_in_wholly(self):
        values = {"port": 2525, "other_port": 2526, "folder": "/srv/x", "shards": 1,
                  "store": "discard", "tls": "none", "chain": "/srv/x/chain.pem",
                  "key": "/srv/x/key.pem"}
        templates = [path for path in PEERS.rglob("*")
                     if path.is_file() and path.suffix in (".cf", ".conf", ".ini", ".toml")]
        self.assertGreater(len(templates), 5)
        for path in templates:
            filled_in = server.fill_in(path, **values)
            self.assertEqual([], re.findall(r"@[A-Z_]+@", filled_in), path)

    def test_listen_on_the_loopback_alone(self):
        for name in ("postfix/master.cf", "exim/exim.conf", "opensmtpd/smtpd.conf",
                     "chasquid/chasquid.conf", "haraka/configuration/smtp.ini",
                     "ringpost/ringpostd.toml"):
            self.assertIn("127.0.0.1", (PEERS / name).read_text(), name)

    def test_of_npm_fix_their_versions(self):
        for path in PEERS.glob("*/package.json"):
            self.assertRegex(path.read_text(), r'": "\d+\.\d+\.\d+"\n', path)

    def test_say_what_250_means(self):
        for kind in every.OWN + every.PEERS:
            self.assertTrue(kind.title and kind.promise, kind)

    def test_of_ringpostd_are_valid(self):
        program = pathlib.Path(os.environ["RINGPOST_BUILD_FOLDER"], "server/ringpostd")
        with tempfile.TemporaryDirectory() as folder:
            ours = Ringpostd(program.parents[1])
            ours.port = 2525
            can_do_tls = shutil.which("openssl") and has_tls()
            for ours.tls in (None, *Ringpostd.tls_ways) if can_do_tls else (None,):
                command = ours.command(pathlib.Path(folder))
                checked = subprocess.run([*command, "--check-config"], capture_output=True,
                                         text=True)
                self.assertEqual(0, checked.returncode, checked.stdout + checked.stderr)


class Silent(server.Server):
    name, title = "silent", "a server that says nothing"

    def command(self, folder):
        return ["sh", "-c", "echo no configuration; exit 3"]


class Unavailable(unittest.TestCase):
    def test_is_a_server_that_ends_at_once_with_its_last_words(self):
        silent = Silent()
        with self.assertRaisesRegex(server.Unavailable, "ended with 3: no configuration"), \
                silent.running({CORE}):
            pass
        self.assertFalse(silent.folder.exists())

    def test_are_packages_where_there_is_no_apt(self):
        with tempfile.TemporaryDirectory() as folder, \
                unittest.mock.patch.dict(os.environ, {"PATH": folder}), \
                self.assertRaisesRegex(server.Unavailable, "no apt-get"):
            debian_packages.unpack(["postfix"], pathlib.Path(folder, "root"), pathlib.Path(folder))


class Certificate(unittest.TestCase):
    def setUp(self):
        if not shutil.which("openssl"):
            tap.missing("there is no openssl to make certificates with")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def test_is_made_once_and_of_ecdsa_p256(self):
        made = certificate.made(self.folder)
        first = made.chain.read_text()
        self.assertEqual(first, certificate.made(self.folder).chain.read_text())
        told = subprocess.run(["openssl", "x509", "-noout", "-text", "-in", made.chain],
                              capture_output=True, text=True, check=True).stdout
        self.assertIn("prime256v1", told)
        self.assertIn(f"DNS:{server.HOST_NAME}", told)

    def test_is_made_anew_when_it_is_no_good(self):
        made = certificate.made(self.folder)
        made.chain.write_text("no certificate")
        self.assertIn("BEGIN CERTIFICATE", certificate.made(self.folder).chain.read_text())


class Folders(unittest.TestCase):
    def test_are_removed_with_all_in_them_but_not_what_links_lead_to(self):
        with tempfile.TemporaryDirectory() as outer:
            kept, removed = pathlib.Path(outer, "kept"), pathlib.Path(outer, "removed")
            for path in (kept, removed / "a/b"):
                path.mkdir(parents=True)
                (path / "file").touch()
            (removed / "link").symlink_to(kept)
            folders.remove(removed)
            self.assertFalse(removed.exists())
            self.assertTrue((kept / "file").exists())
            folders.remove(removed)


class ProcessTree(unittest.TestCase):
    """A shell with a child in the background, which would outlive it."""

    def setUp(self):
        process_tree.adopt_orphans()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        read_end, write_end = os.pipe()
        os.set_inheritable(write_end, True)
        self.addCleanup(os.close, read_end)
        child = "import os, signal; signal.signal(15, 1); os.write(1, b'x'); signal.pause()"
        self.process = process_tree.start(
            ["sh", "-c", f'"$0" -c "{child}" >&{write_end} & wait; sleep 1000', sys.executable],
            cores={CORE}, log=pathlib.Path(folder.name) / "log", close_fds=False)
        os.close(write_end)
        self.assertEqual(b"x", os.read(read_end, 1))

    def tearDown(self):
        process_tree.end(self.process)

    def test_has_the_children(self):
        self.assertGreaterEqual(len(process_tree.members(self.process.pid)), 2)
        self.assertGreater(process_tree.memory_bytes(self.process.pid), 0)

    def test_tells_the_cpu_time_of_all_of_them(self):
        spent = sum(process_tree.cpu_seconds(found.pid)
                    for found in process_tree.members(self.process.pid)[1:])
        self.assertGreater(spent, 0)
        self.assertGreater(process_tree.cpu_seconds(self.process.pid), spent)

    def test_is_ended_with_children_that_ignore_TERM(self):
        children = [found.pid for found in process_tree.members(self.process.pid)]
        process_tree.end(self.process)
        # Not even as zombies.
        self.assertEqual([], [pid for pid in children if pathlib.Path(f"/proc/{pid}").exists()])

    def test_stays_on_its_cores(self):
        for found in process_tree.members(self.process.pid):
            self.assertEqual({CORE}, os.sched_getaffinity(found.pid))


if __name__ == "__main__":
    tap.main()
