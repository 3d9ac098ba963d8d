"""Postfix relays to ringpostd encrypted, verifies it, and logs in."""

import pathlib
import re
import tempfile
import unittest

import certificates
import messages
import peers
import tap
from ringpostd import PASSWORD, READER, USER, EncryptedRingpostd, stored_messages


class PostfixRelaysEncrypted(unittest.TestCase):
    def setUp(self):
        peers.require("postfix", "libsasl2-modules", "openssl")
        peers.require_root("Postfix")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.mail = self.folder / "mail"
        self.authority = certificates.Authority(self.folder)
        pairs = [self.authority.issue("localhost"), self.authority.issue("localhost", key="rsa")]
        self.server = EncryptedRingpostd(f"maildir:{self.mail}", self.folder, pairs)
        self.enterContext(self.server)

    def postfix(self, *, login=False, implicit=False, roots=None, password=PASSWORD, **settings):
        """Verifies the server by our authority, unless `roots` is another's."""
        port = self.server.port_for(login=login, implicit=implicit)
        postfix = peers.Postfix(port)
        postfix.settings = {
            "relayhost": f"[localhost]:{port}",
            "smtp_tls_CAfile": postfix.put(roots or self.authority.certificate),
            "smtp_tls_security_level": "secure",
            "smtp_tls_secure_cert_match": "hostname",
            "smtp_tls_loglevel": "1",
        } | settings
        if implicit:
            postfix.settings["smtp_tls_wrappermode"] = "yes"
        if login:
            postfix.settings |= {
                "smtp_sasl_auth_enable": "yes",
                "smtp_sasl_security_options": "noanonymous",
                "smtp_sasl_password_maps":
                    f"inline:{{ {{ [localhost]:{port} = {USER}:{password} }} }}",
            }
        return postfix

    def expect_relayed(self, postfix, sent, keyword):
        with postfix:
            postfix.take(sent, READER)
            postfix.await_true(lambda: postfix.queue_length() == 0)
            log = peers.read(postfix.log)
        stored = stored_messages(self.mail)
        differences = messages.differences(sent, stored)
        if differences:
            self.fail("\n".join(differences))
        for octets in stored:
            received = b" ".join(messages.split_trace(octets)[0].split()).decode()
            self.assertRegex(received, rf"\(using TLSv1\.3 with cipher \S+ .*with {keyword} id ")
        return log

    def expect_kept(self, postfix, reason):
        """Nothing is delivered, and Postfix says why."""
        with postfix:
            postfix.take(messages.own()[:1], READER)
            postfix.await_true(lambda: postfix.deferred_count() == 1)
            self.assertRegex(peers.read(postfix.log), reason)
        self.assertEqual([], stored_messages(self.mail))

    def test_encrypt(self):
        sent = [message for message in messages.own() if message.has_sound_header]
        log = self.expect_relayed(self.postfix(smtp_tls_security_level="encrypt"), sent, "ESMTPS")
        self.assertRegex(log, r"(Trusted|Verified) TLS connection established to localhost")

    def test_secure(self):
        log = self.expect_relayed(self.postfix(), messages.own()[:1], "ESMTPS")
        self.assertRegex(log, r"Verified TLS connection established to localhost")

    def test_implicit(self):
        self.expect_relayed(self.postfix(implicit=True), messages.own()[:1], "ESMTPS")

    def test_an_unknown_authority(self):
        stranger = certificates.Authority(self.folder, "stranger")
        self.expect_kept(self.postfix(roots=stranger.certificate),
                         "status=deferred .Server certificate not verified")

    def test_tls12(self):
        postfix = self.postfix(smtp_tls_security_level="encrypt",
                               smtp_tls_mandatory_protocols=">=TLSv1.2, <=TLSv1.2")
        with postfix:
            postfix.take(messages.own()[:1], READER)
            postfix.await_true(lambda: postfix.queue_length() == 0)
        stored, = stored_messages(self.mail)
        self.assertIn(b"(using TLSv1.2 with cipher ", stored)

    def test_login_by_each_mechanism(self):
        for mechanism in "plain", "login", "scram-sha-1", "scram-sha-256":
            for implicit in False, True:
                with self.subTest(mechanism=mechanism, implicit=implicit):
                    message = messages.Message(f"{mechanism}-{implicit}".lower(),
                                               messages.header("login"))
                    self.log_in_and_deliver(message, mechanism, implicit)

    def log_in_and_deliver(self, message, mechanism, implicit):
        with self.postfix(login=True, implicit=implicit, smtp_tls_security_level="encrypt",
                          smtp_sasl_mechanism_filter=mechanism) as postfix:
            postfix.take([message], READER)
            postfix.await_true(lambda: postfix.queue_length() == 0)
        stored, = [octets for octets in stored_messages(self.mail)
                   if messages.sender_of(octets) == message.sender]
        self.assertEqual([], messages.differences([message], [stored]))
        self.assertIn(b"with ESMTPSA id ", re.sub(rb"\s+", b" ", stored))

    def test_a_wrong_password(self):
        self.expect_kept(self.postfix(login=True, password="wrong"),
                         r"SASL authentication failed; server localhost\S* said: 535 5\.7\.8")

    def test_no_login_without_tls(self):
        with self.postfix(login=True, smtp_tls_security_level="none") as postfix:
            postfix.take(messages.own()[:1], READER)
            postfix.await_true(lambda: "status=bounced" in peers.read(postfix.log))
            self.assertRegex(peers.read(postfix.log), r"said: 530 5\.7\.0 ")
        self.assertEqual([], stored_messages(self.mail))


if __name__ == "__main__":
    tap.main()
