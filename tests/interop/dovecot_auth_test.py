"""A real Dovecot decides who logs in: asked by DovecotAuthenticator alone, and by ringpostd, which
takes tokens too, of an authorization server."""

import http.server
import json
import os
import pathlib
import smtplib
import subprocess
import tempfile
import threading
import unittest
import urllib.parse

import peers
import tap
from ringpostd import DOMAIN, PATIENCE_SECONDS, READER, Ringpostd, stored_messages

USERS = {"alice": "secret", "bob": "p\u00e4ssw\u00f6rd", "carol@interop.test": "x"}


def ask(address, *questions, folder=None):
    """What the probe prints, a line for each question."""
    probe = pathlib.Path(os.environ["RINGPOST_BUILD_FOLDER"]) / "tests" / "interop" / "dovecot_probe"
    result = subprocess.run([probe, address], input="".join(q + "\n" for q in questions), text=True,
                            cwd=folder, capture_output=True, timeout=peers.PATIENCE_SECONDS)
    if result.returncode != 0:
        raise AssertionError(f"the probe failed: {result.stderr}")
    return result.stdout.splitlines()


class AuthorizationServer(http.server.ThreadingHTTPServer):
    """Tells whose the token `good` is: alice's. The token `broken` breaks it."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            token, = urllib.parse.parse_qs(body).get("token", [""])
            good = {"active": True, "username": "alice"}
            answer = json.dumps(good if token == "good" else {"active": False}).encode()
            self.send_response(500 if token == "broken" else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_):
            pass

    def __init__(self):
        super().__init__(("127.0.0.1", 0), self.Handler)
        self.thread = threading.Thread(target=self.serve_forever)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.thread.join()
        self.server_close()


class DovecotAnswers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        peers.require("dovecot-imapd")
        peers.require_root("Dovecot")
        cls.oauth = cls.enterClassContext(AuthorizationServer())
        cls.dovecot = cls.enterClassContext(peers.DovecotAuth(USERS, cls.oauth.server_port))

    def ask(self, *questions):
        # By a relative path: the whole one may be too long for a socket.
        return ask("unix:auth-client", *questions, folder=self.dovecot.outside)

    def test_passwords(self):
        questions = [f"password {user} {password}" for user, password in USERS.items()]
        self.assertEqual([f"accepted {user}" for user in USERS], self.ask(*questions))

    def test_the_name_is_dovecots(self):
        self.assertEqual(["accepted alice"], self.ask("password ALICE secret"))

    def test_wrong_password_and_unknown_user_look_alike(self):
        self.assertEqual(["refused", "refused"],
                         self.ask("password alice wrong", "password nobody secret"))

    def test_by_tcp(self):
        self.assertEqual(["accepted alice", "refused"],
                         ask(f"127.0.0.1:{self.dovecot.port}", "password alice secret",
                             "password alice wrong"))

    def test_many_at_once(self):
        good, bad = "password alice secret", "password bob wrong"
        self.assertEqual(["accepted alice", "refused"] * 50, self.ask(*[good, bad] * 50))

    def test_tokens(self):
        self.assertEqual(
            ["accepted alice", "accepted alice", "refused", "refused"],
            self.ask("password alice secret", "token alice good", "token alice bad",
                     "token bob good"))

    def test_what_dovecot_cannot_decide_is_no_wrong_password(self):
        _, outcome = self.ask("password alice secret", "token alice broken")
        self.assertRegex(outcome, "^error Dovecot cannot decide now")


class RingpostdTakesSubmissions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        peers.require("dovecot-imapd")
        peers.require_root("Dovecot")
        cls.oauth = cls.enterClassContext(AuthorizationServer())
        cls.dovecot = cls.enterClassContext(peers.DovecotAuth(USERS, cls.oauth.server_port))

    def setUp(self):
        self.mail = self.enterContext(tempfile.TemporaryDirectory())
        server = Ringpostd(f"maildir:{self.mail}", listeners=f"""
[[listener]]
address = "127.0.0.1:0"
submission = true
[auth]
allow_plaintext_without_tls = true
dovecot_socket = "127.0.0.1:{self.dovecot.port}"
[oauth]
introspection_url = "http://127.0.0.1:{self.oauth.server_port}/"
""")
        self.server = self.enterContext(server)
        self.client = self.enterContext(
            smtplib.SMTP("127.0.0.1", self.server.port, timeout=PATIENCE_SECONDS))

    def use_token(self, token):
        self.client.ehlo()
        said = f"user=alice\x01auth=Bearer {token}\x01\x01"
        return self.client.auth("XOAUTH2", lambda challenge=None: said if challenge is None else "")

    def test_user_sends_as_himself_and_the_message_is_completed(self):
        self.client.login("alice", USERS["alice"])
        self.client.sendmail(f"alice@{DOMAIN}", [READER], "Subject: hello\r\n\r\nbody\r\n")
        message, = stored_messages(self.mail)
        self.assertRegex(message, rb"\r\nDate: [A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} ")
        self.assertRegex(message, rb"\r\nMessage-ID: <[0-9A-Z]+[.][0-9]+@[^<>\r\n]+>\r\n")

    def test_user_does_not_send_as_another(self):
        self.client.login("alice", USERS["alice"])
        with self.assertRaises(smtplib.SMTPSenderRefused) as refused:
            self.client.sendmail(f"bob@{DOMAIN}", [READER], "Subject: hello\r\n\r\nbody\r\n")
        self.assertEqual(553, refused.exception.smtp_code)

    def test_wrong_password(self):
        with self.assertRaises(smtplib.SMTPAuthenticationError) as refused:
            self.client.login("alice", "wrong")
        self.assertEqual(535, refused.exception.smtp_code)

    def test_token_of_an_authorization_server(self):
        self.assertEqual(235, self.use_token("good")[0])
        self.client.sendmail(f"alice@{DOMAIN}", [READER], "Subject: hello\r\n\r\nbody\r\n")

    def test_token_that_nobody_knows(self):
        with self.assertRaises(smtplib.SMTPAuthenticationError) as refused:
            self.use_token("bad")
        self.assertEqual(535, refused.exception.smtp_code)


if __name__ == "__main__":
    tap.main()
