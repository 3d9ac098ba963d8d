"""Real clients deliver through STARTTLS and implicit TLS, verify the server, and log in."""

import pathlib
import re
import tempfile
import unittest

import certificates
import messages
import peers
import piping
import s_client
import tap
import tls_clients
from raw_session import RawSession
from ringpostd import PASSWORD, USER, EncryptedRingpostd, stored_messages
from tls_clients import Delivery

HELLO = b"EHLO client.test\r\n"
WRONG = "wrong-horse-8"
# Wrong passwords are to be answered at once: a test that waits tells nothing more.
NO_DELAY = "undelayed_failures = 1000\nfailures_per_account = 0\nfailures_per_client = 0\n"


class EncryptedServer(unittest.TestCase):
    """Has certificates of both kinds for localhost, and one for other.test."""

    @classmethod
    def setUpClass(cls):
        peers.require("openssl")
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.certificate_folder = pathlib.Path(folder.name)
        cls.authority = certificates.Authority(folder.name)
        cls.pairs = [cls.authority.issue("localhost"), cls.authority.issue("localhost", key="rsa"),
                     cls.authority.issue("other.test")]

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.mail = self.folder / "mail"
        self.log = self.folder / "log"
        self.server = EncryptedRingpostd(
            f"maildir:{self.mail}", self.certificate_folder, self.pairs, auth=NO_DELAY,
            configuration=f'[log]\nfile = "{self.log}"\nauthentications = true\n')
        self.enterContext(self.server)

    def stored_from(self, sender):
        return [octets for octets in stored_messages(self.mail)
                if messages.sender_of(octets) == sender]


class Cases:
    """What is true of each client."""

    client: tls_clients.Client

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client.require()

    def deliver(self, message, **how):
        how = {"roots": self.authority.certificate, "mechanism": self.client.usual_mechanism} | how
        port = self.server.port_for(implicit=how.get("tls") == "implicit",
                                    login=how["mechanism"] != "")
        return self.client.deliver(Delivery(message, port, **how), self.folder)

    def expect_delivered(self, message, **how):
        outcome = self.deliver(message, **how)
        self.assertTrue(outcome.is_delivered, f"{how}\n{outcome.output[-3000:]}")

    def expect_failure(self, message, **how):
        outcome = self.deliver(message, **how)
        self.assertFalse(outcome.is_delivered, f"{how}\n{outcome.output[-3000:]}")
        self.assertEqual([], stored_messages(self.mail))

    def expect_in_received(self, stored, keyword, version):
        received = b" ".join(messages.split_trace(stored)[0].split()).decode()
        self.assertIn(f"with {keyword} id ", received)
        self.assertRegex(received, rf"\(using TLSv{re.escape(version)} with cipher \S+ "
                                   r"\((128/128|256/256) bits\)\)")

    def expect_logins(self, mechanisms, code):
        """Ends the server, so that its log is complete: that has these logins, and no password."""
        self.server.stop()
        log = self.log.read_text()
        logins = re.findall(r" event=auth .* mechanism=(\S+) user=(\S+) code=(\d+)", log)
        self.assertEqual([(mechanism, USER, str(code)) for mechanism in mechanisms], logins)
        for password in PASSWORD, WRONG:
            self.assertNotIn(password, log)

    def test_messages_arrive_as_they_were(self):
        sent = [message for message in messages.own() if self.client.can_send(message)]
        self.assertGreaterEqual(len(sent), 5)
        for way in self.client.ways:
            with self.subTest(way):
                named = [messages.Message(f"{way}-{m.name}", m.octets) for m in sent]
                for message in named:
                    self.expect_delivered(message, tls=way)
                stored = [octets for octets in stored_messages(self.mail)
                          if messages.sender_of(octets).startswith(way)]
                self.assertEqual([], messages.differences(named, stored))

    def test_versions(self):
        for version in ("1.2", "1.3"):
            for way in self.client.ways:
                with self.subTest(version=version, way=way):
                    message = messages.Message(f"v{version}-{way}", messages.header("version"))
                    self.expect_delivered(message, tls=way, version=version)
                    stored, = self.stored_from(message.sender)
                    keyword = "ESMTPSA" if self.client.usual_mechanism else "ESMTPS"
                    self.expect_in_received(stored, keyword, version)

    def test_each_mechanism(self):
        for mechanism in self.client.mechanisms:
            for way in self.client.ways:
                with self.subTest(mechanism=mechanism, way=way):
                    message = messages.Message(f"{mechanism.lower()}-{way}",
                                               messages.header("login"))
                    self.expect_delivered(message, tls=way, mechanism=mechanism)
                    stored, = self.stored_from(message.sender)
                    self.expect_in_received(stored, "ESMTPSA", "1.3")
        self.expect_logins([mechanism for mechanism in self.client.mechanisms
                            for _ in self.client.ways], 235)

    def test_a_wrong_password_delivers_nothing(self):
        for mechanism in self.client.mechanisms:
            with self.subTest(mechanism):
                self.expect_failure(messages.own()[0], mechanism=mechanism, password=WRONG)
        self.expect_logins(self.client.mechanisms, 535)

    def test_no_login_without_tls(self):
        for mechanism in self.client.mechanisms:
            with self.subTest(mechanism):
                self.expect_failure(messages.own()[0], tls="none", mechanism=mechanism)

    def test_a_server_of_an_unknown_authority_gets_nothing(self):
        stranger = certificates.Authority(self.folder, "stranger")
        for way in self.client.ways:
            with self.subTest(way):
                self.expect_failure(messages.own()[0], tls=way, roots=stranger.certificate)


class Swaks(Cases, EncryptedServer):
    client = tls_clients.Swaks()


class Curl(Cases, EncryptedServer):
    client = tls_clients.Curl()


class Msmtp(Cases, EncryptedServer):
    client = tls_clients.Msmtp()


class Gsasl(Cases, EncryptedServer):
    client = tls_clients.Gsasl()

    def test_tls12_has_scram_without_binding(self):
        """There gsasl knows no channel binding but tls-unique, which we do not have."""
        for mechanism in "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS":
            with self.subTest(mechanism):
                outcome = self.deliver(messages.own()[0], mechanism=mechanism, version="1.2")
                self.assertIn("AUTH SCRAM-SHA-256 SCRAM-SHA-1 PLAIN LOGIN", outcome.output)
                self.assertFalse(outcome.is_delivered, outcome.output)
        for mechanism in "SCRAM-SHA-1", "SCRAM-SHA-256":
            with self.subTest(mechanism):
                self.expect_delivered(messages.own()[0], mechanism=mechanism, version="1.2")

    def test_tls12_has_nothing_that_it_chooses_and_cannot_do(self):
        outcome = self.client.deliver(
            Delivery(messages.own()[0], self.server.port_for(login=True),
                     self.authority.certificate, version="1.2"), self.folder)
        self.assertTrue(outcome.is_delivered, outcome.output)
        self.expect_logins(["SCRAM-SHA-256"], 235)


class Nodemailer(Cases, EncryptedServer):
    client = tls_clients.Nodemailer()


class SClient(Cases, EncryptedServer):
    client = tls_clients.SClient()
    test_no_login_without_tls = None  # it speaks nothing but TLS


class Handshakes(EncryptedServer):
    """What openssl tells of the encryption, on both kinds of ports."""

    WAYS = {"starttls": True, "implicit": False}

    def ask(self, way, *arguments, roots=None, **options):
        starttls = self.WAYS[way]
        return s_client.ask(self.server.port_for(implicit=not starttls),
                            roots or self.authority.certificate, *arguments, starttls=starttls,
                            **options)

    def test_both_kinds_of_certificates(self):
        for way in self.WAYS:
            with self.subTest(way):
                for version in "-tls1_2", "-tls1_3":
                    self.assertRegex(self.ask(way, version), "Peer signature type: ECDSA\n")
                    said = self.ask(way, version, "-sigalgs", "RSA-PSS+SHA256")
                    self.assertIn("Peer signature type: RSA-PSS\n", said)
                    self.assertIn("Verification: OK\n", said)
                    self.assertRegex(said, r"(?m)^221 2\.0\.0 ")

    def test_ciphers_and_groups_of_openssl(self):
        choices = [("-tls1_3", "-ciphersuites", suite)
                   for suite in ("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384",
                                 "TLS_CHACHA20_POLY1305_SHA256")]
        choices += [("-tls1_2", "-cipher", suite)
                    for suite in ("ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
                                  "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384",
                                  "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305")]
        for version, option, suite in choices:
            with self.subTest(suite):
                self.assertIn(f"Cipher is {suite}\n", self.ask("implicit", version, option, suite))
        for group in "X25519", "P-256", "P-384":
            with self.subTest(group):
                said = self.ask("implicit", "-groups", group)
                self.assertRegex(said, rf"Server Temp Key: .*{group.replace('P-', '(P-|secp|prime)')}")

    def test_old_versions_are_refused(self):
        for way in self.WAYS:
            with self.subTest(way):
                for version in "-tls1", "-tls1_1":
                    said = self.ask(way, version, "-cipher", "ALL:@SECLEVEL=0")
                    self.assertRegex(said, "alert protocol version")
                    self.assertNotIn("221 2.0.0", said)

    def test_ssl3_is_refused(self):
        """OpenSSL as Debian has it speaks it no more, so the hello is written here."""
        hello = b"\x03\x00" + bytes(32) + b"\0" + b"\0\x04\0\x2f\0\x0a" + b"\x01\0"
        handshake = b"\x01" + len(hello).to_bytes(3, "big") + hello
        with RawSession(self.server.port_for(implicit=True)) as session:
            session.send(b"\x16\x03\x00" + len(handshake).to_bytes(2, "big") + handshake)
            answer = piping.read_to_the_end(session.socket)
        self.assertIn(answer[:1], (b"", b"\x15"))  # an alert, if any

    def test_weak_ciphers_are_refused(self):
        for suite in ("AES128-SHA", "AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA",
                      "ECDHE-RSA-AES256-SHA384", "DHE-RSA-AES128-GCM-SHA256", "NULL-SHA256"):
            with self.subTest(suite):
                said = self.ask("implicit", "-tls1_2", "-cipher", f"{suite}:@SECLEVEL=0")
                self.assertIn("alert handshake failure", said)

    def test_sessions_resume(self):
        for way in self.WAYS:
            with self.subTest(way):
                for version, name in ("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3"):
                    kept = self.folder / f"{way}{version}"
                    self.assertIn(f"New, {name}, ", self.ask(way, version, "-sess_out", kept))
                    said = self.ask(way, version, "-sess_in", kept)
                    self.assertIn(f"Reused, {name}, ", said)
                    self.assertRegex(said, r"(?m)^221 2\.0\.0 ")

    def test_the_certificate_is_of_the_name_that_is_asked_for(self):
        for way in self.WAYS:
            with self.subTest(way):
                for asked, shown in ("localhost", "localhost"), ("other.test", "other.test"):
                    said = self.ask(way, "-servername", asked, "-verify_hostname", asked)
                    self.assertIn(f"subject=CN = {shown}\n", said)
                    self.assertIn("Verification: OK\n", said)
                said = self.ask(way, "-servername", "third.test")
                self.assertIn("subject=CN = localhost\n", said)

    def test_a_server_of_another_name_is_refused_by_the_client(self):
        said = self.ask("implicit", "-verify_hostname", "third.test")
        self.assertIn("hostname mismatch", said)
        self.assertNotIn("221 2.0.0", said)

    def test_application_protocol(self):
        for way in self.WAYS:
            with self.subTest(way):
                self.assertIn("ALPN protocol: smtp\n", self.ask(way, "-alpn", "smtp"))
                self.assertIn("ALPN protocol: smtp\n", self.ask(way, "-alpn", "h2,smtp"))
                self.assertIn("No ALPN negotiated\n", self.ask(way))
                said = self.ask(way, "-alpn", "http/1.1")
                self.assertIn("alert no application protocol", said)

    def test_renegotiation_is_refused(self):
        with s_client.connect(self.server.port_for(implicit=True), self.authority.certificate,
                              "-tls1_2", quiet=False) as connection:
            connection.sendall(b"R\n")
            said = piping.read_to_the_end(connection)
        self.assertIn(b"RENEGOTIATING\n", said)
        self.assertNotIn(b"Verification: OK", said.partition(b"RENEGOTIATING\n")[2])

    def test_keys_are_updated_within_a_session(self):
        """RFC 8446 4.6.3: by the client, and by us when it asks."""
        with s_client.connect(self.server.port_for(implicit=True), self.authority.certificate,
                              "-tls1_3", quiet=False) as connection:
            self.assertIn(b"\n220 ", piping.await_text(connection, b"\n220 "))
            for _ in range(3):
                connection.sendall(b"K\n")
                self.assertIn(b"KEYUPDATE\n", piping.await_text(connection, b"KEYUPDATE\n"))
                connection.sendall(HELLO)
                self.assertIn(b"250 LIMITS", piping.await_text(connection, b"250 LIMITS"))

    def test_auth_is_refused_before_starttls(self):
        with RawSession(self.server.port_for(login=True)) as session:
            session.open()
            session.send(b"AUTH PLAIN AGFsaWNlAGNvcnJlY3QtaG9yc2UtOQ==\r\n")
            session.expect(538)
            session.send(b"MAIL FROM:<a@sender.test>\r\n")
            session.expect(530)


if __name__ == "__main__":
    tap.main()
