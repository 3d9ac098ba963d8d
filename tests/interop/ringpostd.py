"""A ringpostd for one test: its own folder, a free port, awaited by its ready line, ended by its pid.

    with Ringpostd(store=f"maildir:{folder}/mail") as server:
        smtplib.SMTP("127.0.0.1", server.port)
"""

import os
import pathlib
import re
import selectors
import signal
import subprocess
import tempfile
import time

PATIENCE_SECONDS = 120  # for what should take a moment; only ends what hangs
DOMAIN = "interop.test"
READER = f"reader@{DOMAIN}"

USER = "alice"
PASSWORD = "correct-horse-9"

PROGRAMS = pathlib.Path(os.environ["RINGPOST_BUILD_FOLDER"]) / "server"
READY = re.compile(r"^ready:(.*)\n", re.MULTILINE)
ADDRESS = re.compile(r" [0-9.]+:([0-9]+)")


class ReadyProgram:
    """A server that prints a ready line, and ends in order on TERM."""

    def __init__(self, *command):
        self.command = command
        self.process = None
        self.port = None  # of its first listener
        self.ports = []  # of all on TCP

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, exception_type, *_):
        if exception_type is None:
            self.stop()
        else:
            self.kill()

    def start(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, bufsize=0, start_new_session=True)
        try:
            self.ports = [int(port) for port in ADDRESS.findall(self._await_ready())]
            self.port = self.ports[0]
        except BaseException:
            self.kill()
            raise

    def stop(self):
        """Asks it to end, which it must do in order; nothing when it has been asked before."""
        if self.process.returncode is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            exit_code = self.process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError("it did not end on TERM")
        self.process.stdout.close()
        if exit_code != 0:
            raise AssertionError(f"it ended with {exit_code} on TERM")

    def kill(self):
        """kill -9."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.process.stdout.close()

    def resident_bytes(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"^VmRSS:\s+(\d+) kB$", status, re.MULTILINE)[1]) * 1024

    def _await_ready(self):
        printed = b""
        deadline = time.monotonic() + PATIENCE_SECONDS
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while not (match := READY.search(printed.decode(errors="replace"))):
                if not selector.select(max(0, deadline - time.monotonic())):
                    raise AssertionError(f"it is not ready; it printed {printed!r}")
                octets = os.read(self.process.stdout.fileno(), 4096)
                if not octets:
                    raise AssertionError(f"it ended with {self.process.wait()} before it was "
                                         f"ready; it printed {printed!r}")
                printed += octets
        return match[1]


class Ringpostd(ReadyProgram):
    def __init__(self, store, *arguments, port=0, listeners="", configuration="", under=()):
        """`configuration`: TOML, and so is `listeners`, instead of one for SMTP on `port`.
        `under`: a program that runs it (strace), with its arguments."""
        super().__init__()
        self.arguments = ["--store", store, "--domain", DOMAIN, *arguments]
        if not listeners:
            self.arguments += ["--listen", f"127.0.0.1:{port}"]
        self.configuration = configuration + listeners
        self.under = under

    def start(self):
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
            file.write(self.configuration)
            file.flush()
            self.command = [*self.under, PROGRAMS / "ringpostd", "--config", file.name,
                            *self.arguments]
            super().start()


class EncryptedRingpostd(Ringpostd):
    """Ports as a mail server has them, with and without TLS from the start; USER may log in.

    `pairs`: its certificates, the first for who asks for no name. `auth`: more of its [auth].
    """

    def __init__(self, store, folder, pairs, *, auth="", configuration=""):
        users = pathlib.Path(folder) / "users"
        if not users.exists():
            add_user(users)
        files = ", ".join(f'{{ certificate = "{pair.certificate}", key = "{pair.key}" }}'
                          for pair in pairs)
        super().__init__(
            store, "--shards", "1",
            listeners="".join(
                f'[[listener]]\naddress = "127.0.0.1:0"\ntls = "{tls}"\nauth = "{auth_of}"\n'
                for auth_of in ("none", "required") for tls in ("starttls", "implicit")),
            configuration=f'[tls]\ncertificates = [{files}]\n[auth]\nusers_file = "{users}"\n'
                          f'{auth}{configuration}')

    def port_for(self, *, implicit=False, login=False):
        return self.ports[2 * login + implicit]


def add_user(users_file):
    """USER with PASSWORD, by `ringpost user`."""
    subprocess.run([PROGRAMS / "ringpost", "user", "add", "--file", users_file, USER],
                   input=PASSWORD + "\n", text=True, check=True, capture_output=True,
                   timeout=PATIENCE_SECONDS)


def stored_messages(mail_folder):
    """The octets of all messages in the Maildirs below a folder, in no order."""
    return [path.read_bytes() for path in delivered_files(mail_folder)]


def delivered_files(mail_folder):
    return [path for kind in ("new", "cur")
            for path in pathlib.Path(mail_folder).rglob(f"{kind}/*") if path.is_file()]


def maildir_below(mail_folder):
    """The one Maildir below a folder."""
    found = [path.parent for path in pathlib.Path(mail_folder).rglob("new") if path.is_dir()]
    if len(found) != 1:
        raise AssertionError(f"expected one Maildir below {mail_folder}, found {found}")
    return found[0]
