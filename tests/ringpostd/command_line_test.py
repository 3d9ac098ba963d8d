"""What ringpostd and ringpost say on the command line, and how they end."""

import pathlib
import re
import shutil
import subprocess
import unittest

import tap
from server_process import PATIENCE_SECONDS, RINGPOST, Dialog, ServerProcess, new_folder, run


class CommandLine(unittest.TestCase):
    def setUp(self):
        folder = new_folder()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def config(self, text):
        path = self.folder / "ringpostd.toml"
        path.write_text(text)
        return str(path)

    def test_the_ready_line_comes_first_and_has_the_real_port(self):
        with ServerProcess("--listen", "127.0.0.1:0", "--store", "discard") as server:
            port = server.await_ready()
            self.assertRegex(server.stdout.text, r"\Aready: smtp 127\.0\.0\.1:[1-9][0-9]*\n")
            with Dialog(port) as dialog:
                dialog.open()
            server.end()

    def test_the_ready_line_names_every_listener_in_order(self):
        path = self.folder / "lmtp.sock"
        with ServerProcess("--listen", "127.0.0.1:0", "--listen", "127.0.0.1:0", "--lmtp",
                           f"unix:{path}", "--store", "discard") as server:
            server.await_ready()
            self.assertRegex(server.stdout.text,
                             r"\Aready: smtp 127\.0\.0\.1:\d+ smtp 127\.0\.0\.1:\d+ "
                             + f"lmtp unix:{path}\n")
            with Dialog(path) as dialog:
                dialog.open("LHLO client.test")
            server.end()
        self.assertFalse(path.exists())

    def test_the_first_message_as_the_hint_sends_it(self):
        if not shutil.which("curl"):
            tap.missing("there is no curl to send the first message with")
        with ServerProcess("--listen", "127.0.0.1:0", folder=self.folder) as server:
            hint = server.stdout.await_match(r"^try it: (.*)\n")[1]
            subprocess.run(["sh", "-c", hint], check=True, timeout=PATIENCE_SECONDS)
            message, = self.folder.glob("mail/you@localhost/new/*")
            self.assertIn(b"Subject: hello\r\n", message.read_bytes())
            server.end()

    def test_recipients_that_are_named_are_taken_alone(self):
        with ServerProcess("--listen", "127.0.0.1:0", "--store", "discard", "--recipient",
                           "anna@one.test", "--recipient", "bert@two.test") as server:
            with Dialog(server.await_ready()) as dialog:
                dialog.open()
                dialog.say("MAIL FROM:<s@sender.test>", 250)
                dialog.say("RCPT TO:<anna@one.test>", 250)
                dialog.say("RCPT TO:<bert@two.test>", 250)
                dialog.say("RCPT TO:<postmaster@one.test>", 250)
                dialog.say("RCPT TO:<bert@one.test>", 550)
                dialog.say("RCPT TO:<anna@three.test>", 550)
            server.end()

    def test_a_timeout_ends_a_silent_session(self):
        with ServerProcess("--listen", "127.0.0.1:0", "--store", "discard", "--timeout",
                           "50ms") as server:
            with Dialog(server.await_ready()) as dialog:
                dialog.expect(220)
                dialog.expect(421)
                dialog.expect_end()
            server.end()

    def test_a_message_size_is_told(self):
        with ServerProcess("--listen", "127.0.0.1:0", "--store", "discard", "--max-message-size",
                           "2GiB") as server:
            with Dialog(server.await_ready()) as dialog:
                self.assertIn(b"250-SIZE 2147483648\r\n", dialog.open())
            server.end()

    def test_a_port_that_is_taken_is_named(self):
        for shards in "1", "2":
            with self.subTest(shards=shards):
                arguments = ["--store", "discard", "--shards", shards]
                with ServerProcess("--listen", "127.0.0.1:0", *arguments) as first:
                    port = first.await_ready()
                    second = run("--listen", f"127.0.0.1:{port}", *arguments)
                    self.assertEqual(second.returncode, 1)
                    self.assertIn(f"127.0.0.1:{port}: Address already in use", second.stderr)
                    self.assertEqual(second.stdout, "")

    def test_mistakes_end_with_2_and_name_the_option(self):
        for arguments, expected in [
                (["--timeout", "3"], "--timeout: expected a duration"),
                (["--listen", "somewhere"], "--listen"),
                (["--stoer", "discard"], "--stoer")]:
            with self.subTest(arguments):
                result = run(*arguments)
                self.assertEqual(result.returncode, 2)
                self.assertIn(expected, result.stderr)

    def test_check_config_ends_with_0_when_all_is_well(self):
        path = self.config('[[listener]]\naddress = "127.0.0.1:25"\n')
        self.assertEqual(run("--config", path, "--check-config").returncode, 0)
        self.assertEqual(run("check-config", path, program=RINGPOST).returncode, 0)

    def test_check_config_tells_all_mistakes_with_place_and_nearest_key(self):
        path = self.config('[limits]\nrecipient = 5\nerrors = 0\n[[listener]]\n')
        expected = (f"{path}:2:1: unknown key limits.recipient; did you mean limits.recipients?\n"
                    f"{path}:3:10: limits.errors: out of range (1 to 1000000)\n"
                    f"{path}:4:1: listener: `address` is missing\n")
        for result in (run("--config", path, "--check-config"), run("--config", path),
                       run("check-config", path, program=RINGPOST)):
            self.assertEqual(result.returncode, 1)
            self.assertEqual(result.stderr, expected)
            self.assertEqual(result.stdout, "")

    def test_check_config_looks_into_the_aliases_file(self):
        (self.folder / "aliases").write_text("sales: |/bin/sh\n")
        path = self.config(f'[server]\ndata_folder = "{self.folder}"\n[[listener]]\n'
                           'address = "127.0.0.1:25"\n'
                           '[recipients]\ndomains = ["one.test"]\naliases_file = "aliases"\n')
        result = run("--config", path, "--check-config")
        self.assertEqual(result.returncode, 1)
        self.assertIn(f"{self.folder}/aliases:1:", result.stderr)

    def test_the_default_config_is_a_good_one(self):
        printed = run("--print-default-config")
        self.assertEqual(printed.returncode, 0)
        result = run("--config", self.config(printed.stdout), "--check-config")
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_help_and_version(self):
        help_text = run("--help")
        self.assertEqual(help_text.returncode, 0)
        self.assertIn("Examples:", help_text.stdout)
        version = run("--version")
        self.assertEqual(version.returncode, 0)
        self.assertRegex(version.stdout, r"\Aringpostd \d+\.\d+\.\d+\n\Z")

    def test_ringpost_says_what_it_can_do(self):
        self.assertRegex(run("version", program=RINGPOST).stdout, r"\Aringpost \d+\.\d+\.\d+\n\Z")
        for arguments, exit_code in (["help"], 0), ([], 2), (["frobnicate"], 2), (["check-config"], 2):
            with self.subTest(arguments):
                result = run(*arguments, program=RINGPOST)
                self.assertEqual(result.returncode, exit_code)
                self.assertTrue(re.search("check-config FILE", result.stdout + result.stderr))


if __name__ == "__main__":
    tap.main()
