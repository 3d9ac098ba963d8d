"""ringpostd with a users file: who may log in, and what happens to who may not."""

import base64
import pathlib
import signal
import subprocess
import unittest

import tap
from server_process import PATIENCE_SECONDS, RINGPOST, Dialog, ServerProcess, new_folder, run

AUTH_SECTION = """
[auth]
users_file = "users"
allow_plaintext_without_tls = true
undelayed_failures = 100
"""


def plain(user, password):
    return "AUTH PLAIN " + base64.b64encode(f"\0{user}\0{password}".encode()).decode()


class Auth(unittest.TestCase):
    def setUp(self):
        folder = new_folder()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.add("alice", "pencil")

    def add(self, name, password):
        subprocess.run([RINGPOST, "user", "add", "--hash", "sha512", "--file",
                        str(self.folder / "users"), name],
                       input=password.encode(), check=True, timeout=PATIENCE_SECONDS)

    def config(self, auth="required", section=AUTH_SECTION):
        path = self.folder / "ringpostd.toml"
        path.write_text(f"""
            [server]
            data_folder = "{self.folder}"
            [[listener]]
            address = "127.0.0.1:0"
            tls = "none"
            auth = "{auth}"
            [recipients]
            domains = ["example.org"]
            [store]
            kind = "discard"
            {section}""")
        return str(path)

    def serve(self, **options):
        return ServerProcess("--config", self.config(**options))

    def test_who_has_the_password_may_send(self):
        with self.serve() as server:
            with Dialog(server.await_ready()) as dialog:
                self.assertIn(b"250-AUTH PLAIN LOGIN\r\n", dialog.open())
                dialog.say("MAIL FROM:<a@example.org>", 530)
                dialog.say(plain("alice", "rubber"), 535)
                dialog.say(plain("nobody", "pencil"), 535)
                dialog.say(plain("alice", "pencil"), 235)
                dialog.say("MAIL FROM:<a@example.org>", 250)
            server.end()

    def test_login_in_steps(self):
        with self.serve() as server:
            with Dialog(server.await_ready()) as dialog:
                dialog.open()
                dialog.say("AUTH LOGIN", 334)
                dialog.say(base64.b64encode(b"alice").decode(), 334)
                dialog.say(base64.b64encode(b"pencil").decode(), 235)
            server.end()

    def test_a_reload_reads_the_users_anew(self):
        with self.serve() as server:
            port = server.await_ready()
            with Dialog(port) as dialog:
                dialog.open()
                dialog.say(plain("bob", "rubber"), 535)
            self.add("bob", "rubber")
            server.tell(signal.SIGHUP)
            server.log.await_match("event=reloaded")
            with Dialog(port) as dialog:
                dialog.open()
                dialog.say(plain("bob", "rubber"), 235)
            server.end()

    def test_a_reload_with_a_wrong_file_keeps_the_users(self):
        with self.serve() as server:
            port = server.await_ready()
            with (self.folder / "users").open("a") as users:
                users.write("nonsense\n")
            server.tell(signal.SIGHUP)
            server.log.await_match("event=reload_failed.*users:2: no password hash")
            with Dialog(port) as dialog:
                dialog.open()
                dialog.say(plain("alice", "pencil"), 235)
            server.end()

    def test_who_guesses_is_blocked(self):
        section = AUTH_SECTION + "failures_per_account = 2\n"
        with self.serve(section=section) as server:
            with Dialog(server.await_ready()) as dialog:
                dialog.open()
                dialog.say(plain("alice", "rubber"), 535)
                dialog.say(plain("alice", "rubber"), 535)
                dialog.say(plain("alice", "pencil"), 454)
            server.end()

    def test_so_many_failures_end_the_session(self):
        section = AUTH_SECTION + "[limits]\nauthentication_failures = 1\n"
        with self.serve(section=section) as server:
            with Dialog(server.await_ready()) as dialog:
                dialog.open()
                dialog.say(plain("alice", "rubber"), 535)
                dialog.say(plain("alice", "rubber"), 421)
            server.end()

    def test_a_listener_without_auth_offers_none(self):
        with self.serve(auth="none") as server:
            with Dialog(server.await_ready()) as dialog:
                self.assertNotIn(b"AUTH", b"".join(dialog.open()))
                dialog.say("MAIL FROM:<a@example.org>", 250)
            self.assertIn("no listener offers AUTH", server.end())

    def test_without_tls_nothing_is_offered_unless_it_is_allowed(self):
        section = "[auth]\nusers_file = \"users\"\n"
        with self.serve(auth="optional", section=section) as server:
            with Dialog(server.await_ready()) as dialog:
                self.assertNotIn(b"AUTH", b"".join(dialog.open()))
            self.assertIn("AUTH is not offered there", server.end())

    def test_wrong_files_are_told_at_the_start(self):
        with (self.folder / "users").open("a") as users:
            users.write("bob:secret\n")
        for arguments in (["--check-config"], []):
            result = run("--config", self.config(), *arguments)
            self.assertEqual(1, result.returncode)
            self.assertIn("users:2: the password hash is not one of", result.stderr)
        (self.folder / "users").write_text("alice:*\n")
        (self.folder / "secret").write_bytes(b"short")
        (self.folder / "secret").chmod(0o600)
        result = run("--config", self.config(section=AUTH_SECTION + 'secret_file = "secret"\n'),
                     "--check-config")
        self.assertEqual(1, result.returncode)
        self.assertIn("less than 16 octets", result.stderr)
        result = run("check-config", self.config(section=AUTH_SECTION + 'secret_file = "none"\n'),
                     program=RINGPOST)
        self.assertEqual(1, result.returncode)
        self.assertIn("No such file", result.stderr)


if __name__ == "__main__":
    tap.main()
