"""ringpost-sink as somebody runs it: dumps, faults on real sockets, counts, how it ends."""

import contextlib
import json
import mailbox
import os
import pathlib
import re
import shutil
import signal
import smtplib
import socket
import ssl
import subprocess
import tempfile
import unittest

import tap

PATIENCE_SECONDS = 120  # for what should take a moment; only ends what hangs
SINK = pathlib.Path(os.environ["RINGPOST_BUILD_FOLDER"]) / "bench" / "ringpost-sink"


class Sink:
    def __init__(self, *arguments):
        self.process = subprocess.Popen([SINK, "--listen", "127.0.0.1:0", *map(str, arguments)],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        ready = re.fullmatch(r"ready: (?:smtp|lmtp) 127\.0\.0\.1:(\d+)\n",
                             self.process.stdout.readline())
        self.port = int(ready[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def end(self):
        """What it printed."""
        self.process.terminate()
        return self.await_end()

    def await_end(self):
        printed, _ = self.process.communicate(timeout=PATIENCE_SECONDS)
        if self.process.returncode != 0:
            raise AssertionError(f"it ended with {self.process.returncode}")
        return printed

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), PATIENCE_SECONDS)

    def client(self, kind=smtplib.SMTP):
        return kind("127.0.0.1", self.port, local_hostname="client.test", timeout=PATIENCE_SECONDS)


def read_all(connection):
    """What comes until the end; ConnectionResetError at a reset."""
    octets = b""
    while piece := connection.recv(65536):
        octets += piece
    return octets


WHOLE = (b"EHLO client.test\r\nMAIL FROM:<s@a.test>\r\nRCPT TO:<r@b.test>\r\nDATA\r\n"
         b"Subject: x\r\n\r\n..dot\r\nFrom here\r\nbare\nline\x00\xff\r\n.\r\nQUIT\r\n")
MESSAGE = b"Subject: x\r\n\r\n.dot\r\nFrom here\r\nbare\nline\x00\xff\r\n"


class Program(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))

    def enterContext(self, context):  # of unittest since Python 3.11
        with contextlib.ExitStack() as stack:
            entered = stack.enter_context(context)
            self.addCleanup(stack.pop_all().close)
        return entered

    def counts(self, *arguments, say=WHOLE):
        path = self.folder / "counts.json"
        with Sink(*arguments, "--json", path) as sink:
            with sink.connect() as connection:
                connection.sendall(say)
                try:
                    read_all(connection)
                except ConnectionResetError:
                    pass
            sink.end()
        return json.loads(path.read_text())

    def test_a_maildir_has_the_octets_that_were_sent(self):
        counts = self.counts("--dump", f"maildir:{self.folder}/mail")
        message, = (self.folder / "mail" / "new").iterdir()
        self.assertEqual(message.read_bytes(), MESSAGE)
        self.assertEqual(list((self.folder / "mail" / "tmp").iterdir()), [])
        self.assertEqual(counts["messages"], 1)

    def secure_sink(self, *arguments):
        refused = subprocess.run([SINK, "--listen", "127.0.0.1:0", "--starttls", "--tls-cert",
                                  "/none"], capture_output=True, text=True)
        self.assertEqual(refused.returncode, 2)
        if "without TLS" in refused.stderr:
            self.skipTest("this build has no TLS")
        return Sink(*arguments, "--user", "me:pencil", "--json", self.folder / "counts.json")

    def log_in_and_send(self, client):
        client.login("me", "pencil")
        client.sendmail("s@a.test", ["r@b.test"], "Subject: x\r\n\r\n")
        client.quit()

    def test_tls_by_starttls_and_a_login_with_openssl_at_the_other_end(self):
        with self.secure_sink("--starttls") as sink:
            client = sink.client()
            self.assertEqual(client.ehlo()[0], 250)
            self.assertNotIn("PLUS", client.esmtp_features["auth"])
            client.starttls(context=ssl._create_unverified_context())
            client.ehlo()
            self.assertNotIn("starttls", client.esmtp_features)
            self.assertIn("SCRAM-SHA-256-PLUS", client.esmtp_features["auth"])
            with self.assertRaises(smtplib.SMTPAuthenticationError):
                client.login("me", "wrong")
            self.log_in_and_send(client)
            printed = sink.end()
        self.assertIn("TLS handshakes: 1 (resumed: 0), failed: 0", printed)
        counts = json.loads((self.folder / "counts.json").read_text())
        self.assertEqual(counts["handshakes"], {"done": 1, "resumed": 0, "failed": 0})
        self.assertEqual(counts["logins"]["accepted"], 1)
        self.assertGreater(counts["logins"]["refused"], 0)
        self.assertEqual(counts["commands"]["starttls"], 1)
        self.assertEqual(counts["messages"], 1)

    def test_implicit_tls_with_a_certificate_that_is_checked(self):
        if not shutil.which("openssl"):
            tap.missing("there is no openssl to make certificates with")
        chain, key = self.folder / "chain.pem", self.folder / "key.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                        "-keyout", key, "-out", chain], check=True, capture_output=True)
        with self.secure_sink("--implicit-tls", "--tls-cert", chain, "--tls-key", key) as sink:
            context = ssl.create_default_context(cafile=chain)
            client = smtplib.SMTP_SSL("localhost", sink.port, local_hostname="client.test",
                                      timeout=PATIENCE_SECONDS, context=context)
            self.log_in_and_send(client)
            with sink.connect() as connection:
                connection.sendall(b"EHLO client.test\r\n")  # no ClientHello
                try:
                    read_all(connection)
                except ConnectionResetError:
                    pass
            sink.end()
        counts = json.loads((self.folder / "counts.json").read_text())
        self.assertEqual(counts["handshakes"], {"done": 1, "resumed": 0, "failed": 1})
        self.assertEqual(counts["messages"], 1)

    def test_an_mbox_can_be_read_back(self):
        with Sink("--dump", f"mbox:{self.folder}/box", "--dump-envelope", "--shards", "2") as sink:
            for i in range(20):
                with sink.client() as client:
                    client.sendmail(f"s{i}@a.test", ["r@b.test", "q@b.test"],
                                    f"Subject: {i}\r\n\r\nFrom me\r\n>From you\r\n")
            sink.end()
        box = mailbox.mbox(self.folder / "box")
        self.assertEqual({message["Subject"] for message in box}, {str(i) for i in range(20)})
        for message in box:
            self.assertEqual(message["Return-Path"], f"<s{message['Subject']}@a.test>")
            self.assertEqual(message.get_all("Delivered-To"), ["r@b.test", "q@b.test"])
            self.assertEqual(message.get_payload(), ">From me\n>>From you\n")

    def test_what_was_stored_before_its_250_was_lost_is_there(self):
        counts = self.counts("--dump", f"maildir:{self.folder}/mail", "--fault", "end:drop")
        self.assertEqual(len(list((self.folder / "mail" / "new").iterdir())), 1)
        self.assertEqual(counts["faults"], [{"fault": "end:drop", "struck": 1}])
        self.assertNotIn("221", counts["replies"])

    def test_a_drop_is_a_fin_and_a_reset_is_none(self):
        for fault, expected in (("mail:drop", None), ("mail:reset", ConnectionResetError)):
            with self.subTest(fault), Sink("--fault", fault) as sink, sink.connect() as connection:
                connection.sendall(b"EHLO client.test\r\nMAIL FROM:<>\r\n")
                context = self.assertRaises(expected) if expected else contextlib.nullcontext()
                with context:
                    self.assertTrue(read_all(connection).startswith(b"220 "))

    def test_the_counts_of_a_session(self):
        counts = self.counts()
        self.assertEqual(counts["commands"],
                         {"hello": 1, "starttls": 0, "auth": 0, "mail": 1, "rcpt": 1, "data": 1,
                          "bdat": 0, "quit": 1, "other": 0})
        self.assertEqual(counts["replies"], {"220": 1, "221": 1, "250": 4, "354": 1})
        self.assertEqual(counts["received_octets"], len(WHOLE))
        self.assertEqual(counts["body_octets"], len(MESSAGE))
        for name in ("seconds", "user_cpu_seconds", "system_cpu_seconds", "run_delay_seconds",
                     "peak_memory_bytes", "sent_octets", "connections", "aborted_messages"):
            self.assertIn(name, counts)

    def test_usr1_prints_the_counts(self):
        with Sink() as sink:
            with sink.client() as client:
                client.sendmail("s@a.test", ["r@b.test"], "x\r\n")
            sink.process.send_signal(signal.SIGUSR1)
            self.assertIn("messages: 1 ", sink.process.stdout.readline())
            self.assertIn("messages: 1 ", sink.end())

    def test_it_ends_at_its_limits(self):
        with Sink("--max-messages", "2") as sink:
            client = sink.client()
            for _ in range(2):
                client.sendmail("s@a.test", ["r@b.test"], "x\r\n")
            self.assertIn("messages: 2 ", sink.await_end())
            client.close()
        with Sink("--duration", "1ms") as sink:
            self.assertIn("messages: 0 ", sink.await_end())

    def test_what_it_offers(self):
        with Sink("--without", "PIPELINING,CHUNKING", "--without", "DSN", "--size-limit",
                  "1KiB") as sink:
            with sink.client() as client:
                client.ehlo()
                self.assertEqual(set(client.esmtp_features),
                                 {"size", "8bitmime", "enhancedstatuscodes", "smtputf8", "limits"})
                self.assertEqual(client.esmtp_features["size"], "1024")
                with self.assertRaises(smtplib.SMTPSenderRefused):
                    client.sendmail("s@a.test", ["r@b.test"], "x\r\n" * 1000)

    def test_lmtp(self):
        with Sink("--lmtp") as sink, sink.client(smtplib.LMTP) as client:
            client.sendmail("s@a.test", ["r@b.test"], "x\r\n")

    def test_blind_counts_as_json(self):
        with Sink("--blind", "--shards", "2") as sink:
            for _ in range(4):
                with sink.connect() as connection:
                    connection.sendall(WHOLE)
                    self.assertTrue(read_all(connection).endswith(b"354 go\r\n250 OK\r\n221 bye\r\n"))
            counts = json.loads(sink.end())
        self.assertEqual((counts["messages"], counts["connections"], counts["octets"]),
                         (4, 4, 4 * len(WHOLE)))

    def test_mistakes_end_with_2_and_name_the_option(self):
        for arguments, expected in ((["--fault", "rcpt:explode"], "--fault: 'explode'"),
                                    (["--dump", "somewhere"], "--dump: expected maildir:FOLDER"),
                                    (["--without", "TLS"], "--without"),
                                    (["--blind", "--fault", "rcpt:drop"], "--blind")):
            with self.subTest(arguments):
                result = subprocess.run([SINK, "--listen", "127.0.0.1:0", *arguments],
                                        capture_output=True, text=True, timeout=PATIENCE_SECONDS)
                self.assertEqual(result.returncode, 2)
                self.assertIn(expected, result.stderr)

    def test_help_has_examples(self):
        help_text = subprocess.run([SINK, "--help"], capture_output=True, text=True,
                                   timeout=PATIENCE_SECONDS)
        self.assertEqual(help_text.returncode, 0)
        self.assertIn("Examples:", help_text.stdout)


if __name__ == "__main__":
    tap.main()
