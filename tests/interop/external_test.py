"""Clients log in by their certificates: at ringpostd, by its configuration, and at the example of an
authenticator of one's own (docs/examples)."""

import os
import pathlib
import re
import tempfile
import unittest

import certificates
import messages
import peers
import tap
import tls_clients
from ringpostd import DOMAIN, ReadyProgram, Ringpostd, stored_messages

PROGRAM = pathlib.Path(os.environ["RINGPOST_BUILD_FOLDER"]) / "docs/examples/certificate_login"


class Certified(unittest.TestCase):
    """An authority, and its certificate for the server; the robots' are signed by it as well."""

    def setUp(self):
        peers.require("curl", "msmtp", "openssl")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.authority = certificates.Authority(self.folder)
        self.pair = self.authority.issue("localhost")

    def deliver(self, client, certificate, user):
        return client.deliver(tls_clients.Delivery(
            messages.own()[0], self.server.port, self.authority.certificate, mechanism="EXTERNAL",
            user=user, certificate=certificate), self.folder)

    def expect_refusal(self, client, certificate, *, user=""):
        outcome = self.deliver(client, certificate, user)
        self.assertFalse(outcome.is_delivered, outcome.output)


class Cases:
    """What is true of both servers, where robot.test is whose certificate that is."""

    def test_openssl(self):
        self.expect_login(tls_clients.SClient())

    def test_curl(self):
        self.expect_login(tls_clients.Curl(), user="robot.test")

    def test_msmtp(self):
        self.expect_login(tls_clients.Msmtp(), user="robot.test")

    def test_gsasl(self):
        peers.require("gsasl")
        self.expect_login(tls_clients.Gsasl(), user="robot.test")

    def test_another_name_than_the_certificates(self):
        robot = self.authority.issue("robot.test", usage="clientAuth")
        for client in tls_clients.SClient(), tls_clients.Curl(), tls_clients.Msmtp():
            self.expect_refusal(client, robot, user="another.test")

    def test_a_certificate_of_an_unknown_authority(self):
        stranger = certificates.Authority(self.folder, "stranger")
        robot = stranger.issue("robot.test", usage="clientAuth")
        for client in tls_clients.SClient(), tls_clients.Curl(), tls_clients.Msmtp():
            self.expect_refusal(client, robot, user="robot.test")

    def test_a_certificate_of_a_server(self):
        """RFC 5280 4.2.1.12: not for what its extended key usage does not name."""
        robot = self.authority.issue("robot.test", usage="serverAuth")
        self.expect_refusal(tls_clients.SClient(), robot)

    def test_no_certificate(self):
        self.expect_refusal(tls_clients.SClient(), None)


class AtTheExample(Cases, Certified):
    def setUp(self):
        super().setUp()
        self.server = ReadyProgram(PROGRAM, "127.0.0.1:0", self.pair.certificate, self.pair.key,
                                   self.authority.certificate, DOMAIN)
        self.enterContext(self.server)

    def expect_login(self, client, *, user=""):
        robot = self.authority.issue("robot.test", usage="clientAuth")
        outcome = self.deliver(client, robot, user)
        self.assertTrue(outcome.is_delivered, outcome.output)
        line = self.server.process.stdout.readline().decode()
        self.assertRegex(line, r"^robot\.test logged in from 127\.0\.0\.1:\d+\n$")


class AtRingpostd(Cases, Certified):
    def setUp(self):
        super().setUp()
        self.robot = self.authority.issue("robot.test", usage="clientAuth")
        self.log = self.folder / "log"
        self.serve('certificate_account = "dns_name"')

    def serve(self, auth):
        files = f'{{ certificate = "{self.pair.certificate}", key = "{self.pair.key}" }}'
        self.server = Ringpostd(
            f"maildir:{self.folder}/mail", "--shards", "1",
            listeners='[[listener]]\naddress = "127.0.0.1:0"\ntls = "starttls"\n'
                      'auth = "required"\nclient_certificates = "ask"\n',
            configuration=f'[tls]\ncertificates = [{files}]\n'
                          f'client_roots = "{self.authority.certificate}"\n'
                          f'[auth]\nundelayed_failures = 1000\n{auth}\n'
                          f'[log]\nfile = "{self.log}"\n')
        self.enterContext(self.server)

    def expect_login(self, client, *, user="", account="robot.test"):
        outcome = self.deliver(client, self.robot, user)
        self.assertTrue(outcome.is_delivered, outcome.output)
        self.assertEqual(1, len(stored_messages(self.folder / "mail")))
        self.server.stop()
        logins = re.findall(r" event=auth .* mechanism=(\S+) user=(\S+) code=(\d+)",
                            self.log.read_text())
        self.assertEqual([("EXTERNAL", account, "235")], logins)

    def serve_listed(self, account):
        listed = self.folder / "certificates"
        said = certificates.openssl("x509", "-noout", "-fingerprint", "-sha256",
                                    "-in", self.robot.certificate)
        listed.write_text(f"{said.strip().partition('=')[2]} {account}\n")
        listed.chmod(0o600)
        self.server.stop()
        self.serve(f'certificates_file = "{listed}"\ncertificate_account = "dns_name"')

    def test_the_account_of_a_fingerprint(self):
        self.serve_listed("invoices")
        self.expect_login(tls_clients.Curl(), user="invoices", account="invoices")

    def test_a_fingerprint_that_is_nobodys(self):
        self.serve_listed("!")
        for client in tls_clients.SClient(), tls_clients.Curl(), tls_clients.Msmtp():
            self.expect_refusal(client, self.robot, user="robot.test")


if __name__ == "__main__":
    tap.main()
