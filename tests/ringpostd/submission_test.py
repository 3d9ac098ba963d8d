"""ringpostd with a listener for submission: what it wants of a client, and of its configuration."""

import pathlib
import unittest

import tap
from server_process import Dialog, ServerProcess, new_folder, run

LISTENER = """
[[listener]]
address = "127.0.0.1:0"
submission = true
[store]
kind = "discard"
[recipients]
domains = ["example.org"]
"""
# Nobody is there; who does not log in never notices.
DOVECOT = '[auth]\ndovecot_socket = "unix:/nonexistent/auth-client"\n'


class Submission(unittest.TestCase):
    def setUp(self):
        folder = new_folder()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def config(self, text):
        path = self.folder / "ringpostd.toml"
        path.write_text(text)
        return str(path)

    def mistake(self, text):
        """What --check-config says of a configuration that is wrong."""
        result = run("--config", self.config(text), "--check-config")
        self.assertEqual(1, result.returncode, result.stdout)
        return result.stderr

    def test_nobody_sends_without_a_login(self):
        with ServerProcess("--config", self.config(LISTENER + DOVECOT)) as server:
            with Dialog(server.await_ready()) as dialog:
                dialog.open()
                dialog.say("MAIL FROM:<alice@example.org>", 530)
                dialog.say("MAIL FROM:<>", 530)
                dialog.say("QUIT", 221)
            server.end()

    def test_other_listeners_take_mail_as_ever(self):
        more = '[[listener]]\naddress = "127.0.0.1:0"\n'
        with ServerProcess("--config", self.config(more + LISTENER + DOVECOT)) as server:
            with Dialog(server.await_ready()) as dialog:
                dialog.open()
                dialog.say("MAIL FROM:<alice@example.org>", 250)
                dialog.say("RCPT TO:<bob@example.org>", 250)
            server.end()

    def test_somebody_must_be_able_to_log_in(self):
        with ServerProcess("--config", self.config(LISTENER)) as server:
            self.assertEqual(1, server.await_end())
            self.assertIn("nobody can log in", server.log.read_rest())

    def test_sender_map_is_read_at_the_start(self):
        senders = self.folder / "senders"
        config = LISTENER + DOVECOT + f'[submission]\nsender_map = "{senders}"\n'
        self.assertIn(f"{senders}: No such file", self.mistake(config))
        senders.write_text("# sender: identities\nsales alice\n")
        self.assertIn(f"{senders}:2: ", self.mistake(config))
        senders.write_text("sales@example.org: alice\n")
        result = run("--config", self.config(config), "--check-config")
        self.assertEqual(0, result.returncode, result.stderr)

    def test_users_do_not_speak_lmtp(self):
        text = LISTENER.replace("submission = true", 'submission = true\nprotocol = "lmtp"')
        self.assertIn("cannot have protocol = \"lmtp\"", self.mistake(text + DOVECOT))

    def test_secrets_are_read_at_the_start(self):
        secret = self.folder / "secret"
        config = LISTENER + f"""
[oauth]
introspection_url = "https://login.example/introspect"
client_id = "mail"
client_secret_file = "{secret}"
"""
        self.assertIn(str(secret), self.mistake(config))
        secret.write_text("\n")
        secret.chmod(0o644)
        self.assertIn("its mode is 0644", self.mistake(config))
        secret.chmod(0o600)
        self.assertIn(f"{secret}: its first line is empty", self.mistake(config))
        secret.write_text("geheim\n")
        result = run("--config", self.config(config), "--check-config")
        self.assertEqual(0, result.returncode, result.stderr)

    def test_tokens_are_not_sent_in_the_clear(self):
        config = LISTENER + '[oauth]\nintrospection_url = "http://login.example/introspect"\n'
        self.assertIn("oauth.introspection_url: http:// is for this machine alone",
                      self.mistake(config))


if __name__ == "__main__":
    tap.main()
