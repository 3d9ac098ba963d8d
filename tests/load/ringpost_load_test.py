"""ringpost-load against ringpostd: what it counts is what the server counts, and how it ends."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import unittest

import tap

PATIENCE_SECONDS = 120  # for what should take a moment; only ends what hangs

BUILD = pathlib.Path(os.environ["RINGPOST_BUILD_FOLDER"])
RINGPOSTD = str(BUILD / "server" / "ringpostd")
RINGPOST_LOAD = str(BUILD / "bench" / "ringpost-load")
RINGPOST_SINK = str(BUILD / "bench" / "ringpost-sink")


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

    def serve_sink(self, *arguments):
        """A ringpost-sink with one user until the end of the test."""
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        self.sink_counts = self.folder / "sink.json"
        self.server = stack.enter_context(running(
            [RINGPOST_SINK, "--listen", "127.0.0.1:0", "--user", "me:pencil",
             "--json", str(self.sink_counts), *arguments], self.log))
        ready = self.server.stdout.readline()
        if not ready and "without TLS" in self.log.read_text():
            self.skipTest("this build has no TLS")
        self.port = re.search(r":(\d+)$", ready.strip())[1]
        self.target = f"smtp://127.0.0.1:{self.port}"

    def what_the_sink_counted(self):
        self.server.terminate()
        self.assertEqual(self.server.wait(PATIENCE_SECONDS), 0)
        return json.loads(self.sink_counts.read_text())

    def test_starttls_in_every_mode(self):
        self.serve_sink("--starttls")
        expected = 0
        for mode in ([], ["--pipelining=across"], ["--chunking", "--pipelining"],
                     ["--messages-per-connection", "7"], ["--threads", "2"], ["--rate", "1000"],
                     ["--size", "1KiB:80,700KiB:20"], ["--tls-version", "1.2"]):
            with self.subTest(mode):
                told = self.results("--starttls", "--messages", "100", "--connections", "5", *mode)
                self.assertEqual(told["messages"]["accepted"], 100)
                self.assertEqual(told["errors"], [])
                self.assertEqual(told["connections"]["dropped"] + told["connections"]["failed"], 0)
                opened = told["connections"]["opened"]
                self.assertEqual(told["tls"]["handshakes"], opened)
                self.assertEqual(told["phases"]["tls"]["count"], opened)
                self.assertEqual(told["phases"]["ehlo"]["count"], 2 * opened)
                self.assertEqual(sum(told["tls"]["ciphers"].values()), opened)
                expected += 100
        self.assertEqual(self.what_the_sink_counted()["messages"], expected)

    def test_sessions_without_a_message_and_their_resumption(self):
        self.serve_sink("--implicit-tls")
        self.target = f"smtps://127.0.0.1:{self.port}"
        resumed = 0
        for version in "1.2", "1.3":
            told = self.results("--no-message", "--messages", "50", "--connections", "5",
                                "--tls-resume", "--tls-version", version,
                                "--server-pid", str(self.server.pid))
            self.assertEqual(told["mode"], "sessions")
            self.assertEqual(told["sessions"]["completed"], 50)
            self.assertEqual(told["phases"]["session"]["count"], 50)
            self.assertEqual(told["tls"]["handshakes"], 50)
            # Each client's first is a full handshake.
            self.assertEqual(told["tls"]["resumed"], 45)
            self.assertIn("cpu_us_per_session", told["server"])
            self.assertNotIn("message", told["phases"])
            resumed += told["tls"]["resumed"]
        counts = self.what_the_sink_counted()
        self.assertEqual(counts["handshakes"], {"done": 100, "resumed": resumed, "failed": 0})
        self.assertEqual(counts["messages"], 0)

    def test_sessions_in_the_clear(self):
        self.serve_sink()
        told = self.results("--no-message", "--messages", "50")
        self.assertEqual(told["sessions"]["completed"], 50)
        self.assertNotIn("tls", told)
        self.assertEqual(self.what_the_sink_counted()["commands"]["quit"], 50)

    def test_logins_by_every_mechanism(self):
        self.serve_sink("--starttls")
        mechanisms = ("PLAIN", "LOGIN", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-1-PLUS",
                      "SCRAM-SHA-256-PLUS", "OAUTHBEARER", "XOAUTH2")
        (self.folder / "password").write_text("pencil\n")
        for mechanism in mechanisms:
            for version in "1.2", "1.3":
                with self.subTest(mechanism, version=version):
                    told = self.results("--starttls", "--tls-version", version, "--messages", "2",
                                        "--auth", mechanism, "--user", "me",
                                        "--password-file", str(self.folder / "password"),
                                        "--connections", "2")
                    self.assertEqual(told["messages"]["accepted"], 2)
                    self.assertIn("auth", told["phases"])
                    codes = {reply["code"]: reply["count"] for reply in told["replies"]
                             if reply["phase"] == "auth"}
                    self.assertEqual(codes[235], told["connections"]["opened"])
        self.assertEqual(self.what_the_sink_counted()["logins"]["refused"], 0)

    def test_a_login_that_is_refused_ends_the_run_with_its_code(self):
        self.serve_sink("--starttls")
        login = ("--starttls", "--auth", "PLAIN", "--user", "me", "--password", "wrong")
        result = self.run_load(*login)
        self.assertEqual(result.returncode, 1)
        self.assertIn("AUTH PLAIN: 535 5.7.8", result.stderr)
        told = self.results(*login, "--force", "--no-message", "--messages", "20")
        refusal, = [reply for reply in told["replies"] if reply["phase"] == "auth"]
        self.assertEqual((refusal["code"], refusal["count"]), (535, 20))
        self.assertEqual(told["connections"]["failed"], 20)
        self.assertEqual(told["sessions"]["completed"], 0)

    def test_a_password_in_the_clear_is_to_be_asked_for(self):
        self.serve_sink()
        login = ("--auth", "PLAIN", "--user", "me", "--password", "pencil", "--messages", "3")
        result = self.run_load(*login)
        self.assertEqual(result.returncode, 2)
        self.assertIn("--auth-without-tls", result.stderr)
        self.assertEqual(self.results(*login, "--auth-without-tls")["messages"]["accepted"], 3)
        self.assertEqual(self.what_the_sink_counted()["commands"]["auth"],
                         self.what_connections("opened"))

    def what_connections(self, name):
        return json.loads((self.folder / "load.json").read_text())["connections"][name]

    def test_where_there_is_no_tls_nothing_is_sent(self):
        self.serve_sink()
        # Whether there is TLS in this build is only known from one that has it.
        result = self.run_load("--starttls")
        if "without TLS" in result.stderr:
            self.assertEqual(result.returncode, 2)
        else:
            self.assertEqual(result.returncode, 1)
            self.assertIn("does not offer STARTTLS", result.stderr)
        self.assertEqual(self.what_the_sink_counted()["commands"]["mail"], 0)

    def test_a_certificate_is_checked_where_it_is_asked_for(self):
        if not shutil.which("openssl"):
            tap.missing("there is no openssl to make certificates with")
        chain, key = str(self.folder / "chain.pem"), str(self.folder / "key.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=mx.test",
                        "-addext", "subjectAltName=DNS:mx.test", "-keyout", key, "-out", chain],
                       check=True, capture_output=True)
        self.serve_sink("--starttls", "--tls-cert", chain, "--tls-key", key)
        checked = ("--starttls", "--tls-ca", chain, "--messages", "3", "--tls-server-name")
        self.assertEqual(self.results(*checked, "mx.test")["messages"]["accepted"], 3)
        result = self.run_load(*checked, "other.test")
        self.assertEqual(result.returncode, 1)
        self.assertIn("TLS: certificate", result.stderr)

    def test_every_output_names_the_phases_of_tls(self):
        self.serve_sink("--starttls")
        page = self.folder / "load.html"
        result = self.run_load("--starttls", "--auth", "SCRAM-SHA-256", "--user", "me", "--password",
                               "pencil", "--messages", "20", "--html", str(page), "--json",
                               str(self.folder / "load.json"), "--hdr-log",
                               str(self.folder / "load.hlog"))
        self.assertEqual(result.returncode, 0, result.stderr)
        for phase in "starttls", "tls", "auth":
            self.assertRegex(result.stdout, rf"\n  {phase} +\d+ ")
        self.assertRegex(result.stdout, r"TLS +\d+ handshakes, 0 of them resumed")
        for label in "STARTTLS", "TLS handshake", "AUTH":
            self.assertIn(f">{label}<", page.read_text())
        compared = subprocess.run(
            [RINGPOST_LOAD, "compare", self.folder / "load.json", self.folder / "load.json"],
            capture_output=True, text=True, timeout=PATIENCE_SECONDS)
        for label in "STARTTLS, p50", "TLS handshake, p99", "AUTH, p50", "resumed":
            self.assertIn(label, compared.stdout)

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
