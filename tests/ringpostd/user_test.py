"""What `ringpost user` does to a users file, and what it says."""

import os
import pathlib
import pty
import re
import stat
import subprocess
import unittest

import tap
from server_process import PATIENCE_SECONDS, RINGPOST, new_folder


class UserCommand(unittest.TestCase):
    def setUp(self):
        folder = new_folder()
        self.addCleanup(folder.cleanup)
        self.file = pathlib.Path(folder.name) / "users"

    def run_user(self, command, *arguments, password=None, file=None):
        return subprocess.run([RINGPOST, "user", command, "--file", str(file or self.file), *arguments],
                              input=password, capture_output=True, text=True, check=False,
                              timeout=PATIENCE_SECONDS)

    def succeed(self, *arguments, **options):
        done = self.run_user(*arguments, **options)
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        return done.stdout

    def fail_with(self, pattern, *arguments, **options):
        done = self.run_user(*arguments, **options)
        self.assertEqual(1, done.returncode)
        self.assertRegex(done.stderr, pattern)

    def add(self, name, *arguments):
        self.succeed("add", "--hash", "sha512", *arguments, name, password="pencil\n")

    def test_users_are_added_and_listed(self):
        self.add("alice")
        self.add("bob", "--no-scram")
        self.assertEqual("alice\tsha512 scram-sha-1 scram-sha-256\nbob\tsha512\n", self.succeed("list"))
        alice, bob = self.file.read_text().splitlines()
        self.assertRegex(alice, r"^alice:\$6\$[^:]+:scram-sha-1=10000,[^:]+:scram-sha-256=10000,[^:]+$")
        self.assertRegex(bob, r"^bob:\$6\$[^:]+$")
        self.assertNotIn("pencil", self.file.read_text())

    def test_each_hash_that_can_be_chosen(self):
        for kind, prefix in (("yescrypt", "$y$"), ("bcrypt", "$2b$"), ("sha512", "$6$")):
            self.succeed("add", "--hash", kind, kind, password="pencil\n")
            self.assertIn(f"\n{kind}:{prefix}", "\n" + self.file.read_text())
        self.succeed("add", "default", password="pencil\n")
        self.assertIn("\ndefault:$y$", self.file.read_text())

    def test_the_number_of_iterations(self):
        self.add("alice", "--iterations", "4096")
        self.assertIn(":scram-sha-256=4096,", self.file.read_text())
        self.assertEqual(2, self.run_user("add", "--iterations", "4095", "bob").returncode)

    def test_the_file_is_for_its_owner(self):
        self.add("alice")
        self.assertEqual(0o600, stat.S_IMODE(self.file.stat().st_mode))

    def test_mode_comments_and_order_stay(self):
        self.add("alice")
        self.add("zoe")
        text = "# staff\n\n" + self.file.read_text() + "# the end\n"
        self.file.write_text(text)
        self.file.chmod(0o640)
        self.succeed("passwd", "--hash", "sha512", "alice", password="rubber\n")
        before, after = text.splitlines(), self.file.read_text().splitlines()
        self.assertNotEqual(before[2], after[2])
        self.assertEqual([before[i] for i in (0, 1, 3, 4)], [after[i] for i in (0, 1, 3, 4)])
        self.assertEqual(0o640, stat.S_IMODE(self.file.stat().st_mode))
        self.succeed("remove", "alice")
        self.assertEqual(before[:2] + before[3:], self.file.read_text().splitlines())
        self.assertEqual([self.file], list(self.file.parent.iterdir()))

    def test_a_symbolic_link_stays_one(self):
        self.add("alice")
        link = self.file.with_name("link")
        link.symlink_to(self.file)
        self.succeed("add", "--hash", "sha512", "bob", password="pencil\n", file=link)
        self.assertTrue(link.is_symlink())
        self.assertIn("\nbob:", self.file.read_text())

    def test_what_is_there_already_or_is_not(self):
        self.add("alice")
        text = self.file.read_text()
        self.fail_with("alice is a user already", "add", "alice", password="pencil\n")
        self.fail_with("bob is no user", "passwd", "bob", password="pencil\n")
        self.fail_with("bob is no user", "remove", "bob")
        self.assertEqual(text, self.file.read_text())
        self.fail_with("No such file", "passwd", "alice", password="pencil\n",
                       file=self.file.with_name("other"))
        self.fail_with("No such file", "list", file=self.file.with_name("other"))
        self.assertEqual([self.file], list(self.file.parent.iterdir()))

    def test_what_cannot_be_stored(self):
        for name in ("a:b", "#a", " a", "a\nb"):
            self.fail_with("name", "add", name, password="pencil\n")
        self.fail_with("password is empty", "add", "alice", password="\n")
        self.fail_with("password is empty", "add", "alice", password="")
        self.fail_with("longer than 511", "add", "alice", password="a" * 600 + "\n")
        self.fail_with("line is too long", "add", "alice", password="a" * 10_000 + "\n")
        self.assertFalse(self.file.exists())

    def test_a_file_that_others_may_read_is_refused(self):
        self.add("alice")
        self.file.chmod(0o644)
        self.fail_with("0640 at most", "list")
        self.fail_with("0640 at most", "add", "bob", password="pencil\n")

    def test_a_wrong_line_is_named_by_list_and_kept_by_add(self):
        self.file.write_text("# one\nalice:nonsense\n")
        self.file.chmod(0o600)
        self.fail_with(re.escape(f"{self.file}:2: "), "list")
        self.add("bob")
        self.assertTrue(self.file.read_text().startswith("# one\nalice:nonsense\nbob:"))

    def test_mistakes_on_the_command_line(self):
        for arguments in ([], ["add"], ["add", "alice"], ["frobnicate"], ["list", "--file"]):
            done = subprocess.run([RINGPOST, "user", *arguments], capture_output=True, check=False,
                                  timeout=PATIENCE_SECONDS)
            self.assertEqual(2, done.returncode, arguments)
        self.assertEqual(2, self.run_user("add", "--hash", "md5", "alice").returncode)

    def test_help_has_examples(self):
        done = subprocess.run([RINGPOST, "user", "--help"], capture_output=True, text=True,
                              check=True, timeout=PATIENCE_SECONDS)
        self.assertIn("ringpost user add --file", done.stdout)

    def test_many_at_once_lose_no_user(self):
        names = [f"user{i}" for i in range(8)]
        running = []
        for name in names:
            process = subprocess.Popen([RINGPOST, "user", "add", "--hash", "sha512", "--no-scram",
                                        "--file", str(self.file), name], stdin=subprocess.PIPE)
            process.stdin.write(b"pencil\n")
            process.stdin.close()
            running.append(process)
        for process in running:
            self.assertEqual(0, process.wait(timeout=PATIENCE_SECONDS))
        listed = [line.split("\t")[0] for line in self.succeed("list").splitlines()]
        self.assertEqual(names, sorted(listed))

    def talk_at_a_terminal(self, *answers):
        """What stands on a terminal after the answers were given there, and the exit code."""
        process_id, terminal = pty.fork()
        if process_id == 0:
            os.execv(RINGPOST, [RINGPOST, "user", "add", "--hash", "sha512", "--file",
                                str(self.file), "alice"])
        shown = b""
        for answer in answers:
            before = shown.count(b": ")
            while shown.count(b": ") == before:
                shown += os.read(terminal, 1024)
            os.write(terminal, answer)
        while True:
            try:
                octets = os.read(terminal, 1024)
            except OSError:
                break  # EIO: the last process at the terminal has ended
            if not octets:
                break
            shown += octets
        _, status = os.waitpid(process_id, 0)
        os.close(terminal)
        return shown.decode(), status

    def test_a_terminal_does_not_show_the_password(self):
        shown, status = self.talk_at_a_terminal(b"pencil\n", b"pencil\n")
        self.assertEqual(0, os.waitstatus_to_exitcode(status))
        self.assertIn("password of alice: ", shown)
        self.assertIn("password of alice, again: ", shown)
        self.assertNotIn("pencil", shown)
        self.assertEqual("alice\tsha512 scram-sha-1 scram-sha-256\n", self.succeed("list"))

    def test_two_passwords_that_differ_are_refused(self):
        shown, status = self.talk_at_a_terminal(b"pencil\n", b"rubber\n")
        self.assertEqual(1, os.waitstatus_to_exitcode(status))
        self.assertIn("not the same", shown)
        self.assertFalse(self.file.exists())


if __name__ == "__main__":
    tap.main()
