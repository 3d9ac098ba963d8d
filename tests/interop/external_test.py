"""Clients log in by their certificates, at the example that takes them (docs/examples)."""

import os
import pathlib
import tempfile
import unittest

import certificates
import messages
import peers
import tap
import tls_clients
from ringpostd import DOMAIN, ReadyProgram

PROGRAM = pathlib.Path(os.environ["RINGPOST_BUILD_FOLDER"]) / "docs/examples/certificate_login"


class External(unittest.TestCase):
    def setUp(self):
        peers.require("curl", "msmtp", "openssl")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.authority = certificates.Authority(self.folder)
        pair = self.authority.issue("localhost")
        self.server = ReadyProgram(PROGRAM, "127.0.0.1:0", pair.certificate, pair.key,
                                   self.authority.certificate, DOMAIN)
        self.enterContext(self.server)

    def deliver(self, client, certificate, user):
        return client.deliver(tls_clients.Delivery(
            messages.own()[0], self.server.port, self.authority.certificate, mechanism="EXTERNAL",
            user=user, certificate=certificate), self.folder)

    def expect_login(self, client, *, user=""):
        robot = self.authority.issue("robot.test", usage="clientAuth")
        outcome = self.deliver(client, robot, user)
        self.assertTrue(outcome.is_delivered, outcome.output)
        line = self.server.process.stdout.readline().decode()
        self.assertRegex(line, r"^robot\.test logged in from 127\.0\.0\.1:\d+\n$")

    def expect_refusal(self, client, certificate, *, user=""):
        outcome = self.deliver(client, certificate, user)
        self.assertFalse(outcome.is_delivered, outcome.output)

    def test_openssl(self):
        self.expect_login(tls_clients.SClient())

    def test_curl(self):
        self.expect_login(tls_clients.Curl(), user="robot.test")

    def test_msmtp(self):
        self.expect_login(tls_clients.Msmtp(), user="robot.test")

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


if __name__ == "__main__":
    tap.main()
