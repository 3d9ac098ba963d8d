"""testssl.sh has nothing to complain of, by STARTTLS and by implicit TLS."""

import contextlib
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import unittest

import certificates
import peers
import tap
from ringpostd import EncryptedRingpostd

LONGEST_SECONDS = 540  # for the end of what hangs; below a minute of work
CHECKS = (
    "--protocols", "--standard", "--pfs", "--server-preference", "--server-defaults",
    "--vulnerable",
)
FINE = {"OK", "INFO"}
# Where WARN and DEBUG speak of testssl itself, and not of the server.
OF_ITSELF = {
    "engine_problem": "its OpenSSL has no GOST; other code of it asks for those ciphers",
    "service": "what does not look like HTTP is not asked by HTTP",
    "sessionresumption_ticket": "it leaves with the handshake, at times before the ticket comes;"
                                " tls_clients_test.py waits for it",
}


class TestSsl(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        peers.require("testssl.sh", "openssl", "bsdextrautils", "bind9-host")
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.make_bin()
        authority = certificates.Authority(cls.folder)
        cls.trust_only(authority)
        server = EncryptedRingpostd("discard", cls.folder, [
            authority.issue("localhost"), authority.issue("localhost", key="rsa")])
        cls.enterClassContext(server)
        # Both at the same time: most of it is one process waiting for another.
        cls.runs = {"starttls": cls.start_testssl("starttls", server, "--starttls", "smtp"),
                    "implicit": cls.start_testssl("implicit", server)}
        for run in cls.runs.values():
            cls.addClassCleanup(end, run)

    @classmethod
    def make_bin(cls):
        bin_folder = cls.folder / "bin"
        bin_folder.mkdir()
        for package in "openssl", "bsdextrautils", "bind9-host":
            peers.make_wrapper(bin_folder, package)

    @classmethod
    def trust_only(cls, authority):
        bundles = cls.folder / "bundles"
        bundles.mkdir()
        (bundles / "Test.pem").write_text(authority.certificate.read_text())

    @classmethod
    def start_testssl(cls, way, server, *arguments):
        port = server.port_for(implicit=way == "implicit")
        environment = {
            "PATH": f"{cls.folder}/bin:{os.environ['PATH']}", "LANG": "C.UTF-8",
            "HOME": str(cls.folder), "TMPDIR": str(cls.folder), "TERM": "dumb",
            "TESTSSL_INSTALL_DIR": str(peers.unpacked_root() / "etc/testssl"),
            "CA_BUNDLES_PATH": str(cls.folder / "bundles"),
        }
        log = cls.folder / f"{way}.log"
        with open(log, "wb") as output:
            return subprocess.Popen(
                ["bash", peers.unpacked_root() / "usr/bin/testssl",
                 "--openssl", cls.folder / "bin/openssl", "--warnings", "batch", "--color", "0",
                 "--nodns", "none", "--ip", "127.0.0.1", "--jsonfile", cls.folder / f"{way}.json",
                 *arguments, *CHECKS, f"localhost:{port}"],
                cwd=cls.folder, env=environment, stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT, start_new_session=True)

    def test_nothing_is_weak_by_starttls(self):
        self.expect_nothing_found("starttls")

    def test_nothing_is_weak_by_implicit_tls(self):
        self.expect_nothing_found("implicit")

    def expect_nothing_found(self, way):
        self.runs[way].wait(LONGEST_SECONDS)
        log = peers.read(self.folder / f"{way}.log")
        file = self.folder / f"{way}.json"
        self.assertTrue(file.exists(), log)
        findings = json.loads(file.read_text())
        found = {finding["id"] for finding in findings}
        # It has been through all of them.
        for check in ("TLS1_2", "TLS1_3", "cipherlist_NULL", "PFS", "cipher_order",
                      "cert_chain_of_trust <cert#2>", "heartbleed", "ROBOT", "RC4"):
            self.assertIn(check, found, log)
        complaints = [f"{finding['severity']} {finding['id']}: {finding['finding']}"
                      for finding in findings
                      if finding["severity"] not in FINE and not is_of_itself(finding)]
        self.assertEqual([], complaints)


def is_of_itself(finding):
    return finding["severity"] in ("WARN", "DEBUG") and finding["id"] in OF_ITSELF


def end(run):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(run.pid, signal.SIGKILL)
    run.wait()


if __name__ == "__main__":
    tap.main()
