"""ringpostd as a service: signals, reload, log, sockets and messages of systemd, another user."""

import json
import os
import pathlib
import pwd
import re
import signal
import socket
import unittest

import tap
from server_process import PATIENCE_SECONDS, Dialog, ServerProcess, new_folder


class Service(unittest.TestCase):
    def setUp(self):
        folder = new_folder()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.config_path = self.folder / "ringpostd.toml"

    def start(self, text, *arguments, **options):
        """With a configuration file, on a free port."""
        self.write_config(text)
        server = ServerProcess("--config", str(self.config_path), "--listen", "127.0.0.1:0",
                               *arguments, **options)
        self.addCleanup(server.__exit__, None, None, None)
        return server

    def write_config(self, text):
        self.config_path.write_text(f'[server]\ndata_folder = "{self.folder}"\n{text}')

    def reload(self, server, text, outcome=r"event=reloaded.*\n"):
        self.write_config(text)
        server.log.text = ""
        server.tell(signal.SIGHUP)
        server.log.await_match(outcome)

    def stored(self):
        return [path.read_bytes() for path in self.folder.rglob("new/*")]

    @staticmethod
    def deliver(dialog, recipient, body="Subject: x\r\n\r\nBody"):
        dialog.say("MAIL FROM:<s@sender.test>", 250)
        dialog.say(f"RCPT TO:<{recipient}>", 250)
        dialog.say("DATA", 354)
        dialog.say(body + "\r\n.", 250)


OURS = '[recipients]\ndomains = ["one.test"]\n'


class Ending(Service):
    def test_term_and_int_end_with_0(self):
        for number in signal.SIGTERM, signal.SIGINT:
            with self.subTest(number):
                server = self.start(OURS)
                server.await_ready()
                server.tell(number)
                self.assertEqual(server.await_end(), 0)

    def test_term_lets_a_transaction_end_and_takes_no_other(self):
        # One shard: of several, one may end its idle sessions before another stops listening.
        server = self.start(OURS, "--shards", "1")
        port = server.await_ready()
        with Dialog(port) as busy, Dialog(port) as idle:
            idle.open()
            busy.open()
            busy.say("MAIL FROM:<s@sender.test>", 250)
            busy.say("RCPT TO:<anna@one.test>", 250)
            busy.say("DATA", 354)
            server.tell(signal.SIGTERM)
            idle.expect(421)
            idle.expect_end()
            with self.assertRaises(ConnectionRefusedError):
                Dialog(port)
            busy.say("Subject: last\r\n\r\nBody\r\n.", 250)
            busy.expect(421)
            busy.expect_end()
        self.assertEqual(server.await_end(), 0)
        self.assertEqual(len(self.stored()), 1)

    def test_a_second_term_ends_at_once(self):
        # The drain time is far beyond the patience of the test.
        server = self.start('drain_time = "1d"\n' + OURS)
        with Dialog(server.await_ready()) as busy:
            busy.open()
            busy.say("MAIL FROM:<s@sender.test>", 250)
            busy.say("RCPT TO:<anna@one.test>", 250)
            busy.say("DATA", 354)
            server.tell(signal.SIGTERM)
            server.log.await_match(r"event=stopping")
            server.tell(signal.SIGTERM)
            busy.expect(421)
            busy.expect_end()
        self.assertEqual(server.await_end(), 0)
        self.assertEqual(self.stored(), [])
        self.assertEqual(list(self.folder.rglob("tmp/*")), [])

    def test_the_drain_time_is_kept(self):
        server = self.start('drain_time = "20ms"\n' + OURS)
        with Dialog(server.await_ready()) as busy:
            busy.open()
            busy.say("MAIL FROM:<s@sender.test>", 250)
            server.tell(signal.SIGTERM)
            self.assertEqual(server.await_end(), 0)


class Reloading(Service):
    def test_new_sessions_go_by_the_new_file_and_old_ones_by_the_old(self):
        server = self.start(OURS)
        port = server.await_ready()
        with Dialog(port) as old:
            old.open()
            self.reload(server, '[recipients]\ndomains = ["two.test"]\n'
                                '[limits]\nmax_message_size = "1MiB"\n')
            old.say("MAIL FROM:<s@sender.test>", 250)
            old.say("RCPT TO:<anna@two.test>", 550)
            old.say("RCPT TO:<anna@one.test>", 250)
            with Dialog(port) as new:
                self.assertIn(b"250-SIZE 1048576\r\n", new.open())
                new.say("MAIL FROM:<s@sender.test>", 250)
                new.say("RCPT TO:<anna@one.test>", 550)
                new.say("RCPT TO:<anna@two.test>", 250)
            old.say("DATA", 354)
            old.say("Subject: x\r\n\r\nBody\r\n.", 250)
        server.end()
        self.assertEqual(len(self.stored()), 1)

    def test_aliases_are_read_again(self):
        aliases = self.folder / "aliases"
        aliases.write_text("sales: anna\n")
        text = OURS + 'addresses = ["anna@one.test", "bert@one.test"]\naliases_file = "aliases"\n'
        server = self.start(text)
        port = server.await_ready()
        with Dialog(port) as dialog:
            dialog.open()
            self.deliver(dialog, "sales@one.test")
        aliases.write_text("sales: bert\n")
        self.reload(server, text)
        with Dialog(port) as dialog:
            dialog.open()
            self.deliver(dialog, "sales@one.test")
        server.end()
        self.assertEqual(len(list(self.folder.glob("mail/anna@one.test/new/*"))), 1)
        self.assertEqual(len(list(self.folder.glob("mail/bert@one.test/new/*"))), 1)

    def test_a_broken_file_changes_nothing(self):
        server = self.start(OURS)
        port = server.await_ready()
        self.reload(server, "[recipients]\ndomain = []\n",
                    rf"event=reload_failed text=\".*{re.escape(str(self.config_path))}:4:1: unknown key "
                    r"recipients\.domain; did you mean recipients\.domains\?\"")
        with Dialog(port) as dialog:
            dialog.open()
            self.deliver(dialog, "anna@one.test")
        server.end()

    def test_what_needs_a_restart_is_named(self):
        self.write_config(OURS + '[[listener]]\naddress = "127.0.0.1:0"\n')
        with ServerProcess("--config", str(self.config_path), "--shards", "1") as server:
            port = server.await_ready()
            socket_path = self.folder / "new.sock"
            self.reload(server, OURS + f'[[listener]]\naddress = "unix:{socket_path}"\n',
                        r"event=reloaded")
            self.assertIn("the listener 127.0.0.1:0 is to go: that needs a restart", server.log.text)
            self.assertIn(f"the listener unix:{socket_path} is new: that needs a restart",
                          server.log.text)
            with Dialog(port) as dialog:
                dialog.open()
                self.deliver(dialog, "anna@one.test")
            server.end()

    def test_a_log_file_that_was_moved_away_is_made_anew(self):
        text = OURS + '[log]\nfile = "mail.log"\n'
        server = self.start(text, "--shards", "1")
        port = server.await_ready()
        with Dialog(port) as dialog:
            dialog.open()
            self.deliver(dialog, "anna@one.test")
            dialog.say("QUIT", 221)
        # What is written follows its session by a moment; the end of the server waits for it. So the
        # old file must be there before it is moved, which the line of a reload does not tell.
        log, moved = self.folder / "mail.log", self.folder / "mail.log.1"
        while not log.exists():
            os.sched_yield()
        log.rename(moved)
        self.reload(server, text)
        with Dialog(port) as dialog:
            dialog.open()
            self.deliver(dialog, "bert@one.test")
        server.end()
        self.assertIn("to=bert@one.test", log.read_text())
        self.assertIn("to=anna@one.test", moved.read_text())


class Log(Service):
    def test_a_json_line_for_each_message_and_session(self):
        server = self.start(OURS, "--log-format", "json")
        with Dialog(server.await_ready()) as dialog:
            dialog.open("EHLO client.test")
            self.deliver(dialog, "anna@one.test")
            dialog.say("QUIT", 221)
        lines = [json.loads(line) for line in server.end().splitlines()]
        message, = [line for line in lines if line["event"] == "message"]
        session, = [line for line in lines if line["event"] == "session"]
        self.assertEqual(message["session"], session["session"])
        self.assertEqual((message["from"], message["to"], message["fate"], message["code"]),
                         ("s@sender.test", "anna@one.test", "stored", 250))
        self.assertEqual((session["hello"], session["messages"], session["errors"]),
                         ("client.test", 1, 0))

    def test_no_line_is_forged_by_a_client(self):
        server = self.start(OURS, "--shards", "1")
        with Dialog(server.await_ready()) as dialog:
            dialog.expect(220)
            dialog.socket.sendall(b"EHLO a\x1b[2Jb\" event=forged\r\nQUIT\r\n")
        log = server.end()
        self.assertNotIn("\x1b", log)
        self.assertFalse(re.search(r"^[^\"]* event=forged", log, re.MULTILINE))

    def test_all_stages_that_are_wanted(self):
        server = self.start(OURS + "[log]\nconnections = true\nsenders = true\nrecipients = true\n")
        with Dialog(server.await_ready()) as dialog:
            dialog.open()
            dialog.say("MAIL FROM:<s@sender.test>", 250)
            dialog.say("RCPT TO:<anna@two.test>", 550)
        log = server.end()
        for event in "connection", "sender", "recipient", "session":
            self.assertRegex(log, rf"(?m)^time=\S+ event={event} session=\S+ ")


# Runs its arguments behind the first as a process with that descriptor as its number 3, as systemd does.
ACTIVATE = 'exec 3<&"$1"; shift; export LISTEN_PID=$$; exec "$@"'


class Systemd(Service):
    def activated(self, listener, variables, *listeners):
        """A server that was given the socket; `listener` is what its file calls it."""
        self.write_config(OURS + f'[[listener]]\naddress = "{listener}"\n')
        descriptor = listeners[0].fileno()
        return ServerProcess("--config", str(self.config_path), environment=variables,
                             under=["sh", "-c", ACTIVATE, "sh", str(descriptor)],
                             pass_fds=[descriptor])

    def test_a_socket_by_name_and_by_place(self):
        for listener in "systemd:mail", "systemd:0":
            with self.subTest(listener), socket.create_server(("127.0.0.1", 0)) as listening:
                with self.activated(listener, {"LISTEN_FDS": "1", "LISTEN_FDNAMES": "mail"},
                                    listening) as server:
                    port = listening.getsockname()[1]
                    self.assertEqual(server.await_ready(), port)
                    with Dialog(port) as dialog:
                        dialog.open()
                        self.deliver(dialog, "anna@one.test")
                    server.end()

    def test_a_unix_socket_stays_when_the_server_ends(self):
        path = self.folder / "activated.sock"
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(path))
            listening.listen()
            with self.activated("systemd:mail", {"LISTEN_FDS": "1", "LISTEN_FDNAMES": "mail"},
                                listening) as server:
                server.stdout.await_match(rf"^ready: smtp unix:{path}\n")
                with Dialog(path) as dialog:
                    dialog.open()
                server.end()
            self.assertTrue(path.exists())

    def test_a_socket_that_is_not_there_is_named_with_those_that_are(self):
        with socket.create_server(("127.0.0.1", 0)) as listening:
            with self.activated("systemd:lmtp", {"LISTEN_FDS": "1", "LISTEN_FDNAMES": "mail"},
                                listening) as server:
                server.log.await_match(r"no socket lmtp was passed by systemd; there are 1: mail\n")
                self.assertEqual(server.await_end(), 1)

    def test_it_is_told_of_each_stage(self):
        path = self.folder / "notify.sock"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
            told.settimeout(PATIENCE_SECONDS)
            told.bind(str(path))
            server = self.start(OURS, environment={"NOTIFY_SOCKET": str(path)})
            self.assertEqual(told.recv(4096), b"READY=1")
            server.tell(signal.SIGHUP)
            self.assertRegex(told.recv(4096), rb"\ARELOADING=1\nMONOTONIC_USEC=\d+\Z")
            self.assertEqual(told.recv(4096), b"READY=1")
            server.tell(signal.SIGTERM)
            self.assertEqual(told.recv(4096), b"STOPPING=1")
            self.assertEqual(server.await_end(), 0)

    def test_an_abstract_socket_is_told_too(self):
        name = f"ringpostd-test-{os.getpid()}"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
            told.settimeout(PATIENCE_SECONDS)
            told.bind("\0" + name)
            server = self.start(OURS, environment={"NOTIFY_SOCKET": "@" + name})
            self.assertEqual(told.recv(4096), b"READY=1")
            server.end()


class AnotherUser(Service):
    def test_root_becomes_it_before_it_listens_to_anybody(self):
        if os.geteuid() != 0:
            tap.missing("only root can become another user")
        self.folder.chmod(0o777)
        server = self.start('user = "nobody"\n' + OURS)
        with Dialog(server.await_ready()) as dialog:
            dialog.open()
            self.deliver(dialog, "anna@one.test")
        self.assertIsNone(server.process.poll())
        status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
        nobody = pwd.getpwnam("nobody")
        self.assertRegex(status, rf"(?m)^Uid:(\s+{nobody.pw_uid}){{4}}$")
        self.assertRegex(status, rf"(?m)^Gid:(\s+{nobody.pw_gid}){{4}}$")
        message, = self.folder.rglob("new/*")
        self.assertEqual(message.stat().st_uid, nobody.pw_uid)
        server.end()

    def test_a_user_that_is_not_there_is_named(self):
        if os.geteuid() != 0:
            tap.missing("only root can become another user")
        server = self.start('user = "no-such-user"\n' + OURS)
        server.log.await_match("there is no user no-such-user\n")
        self.assertEqual(server.await_end(), 1)


if __name__ == "__main__":
    tap.main()
