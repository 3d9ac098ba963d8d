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

READY = re.compile(r"ready:.*?\bsmtp ([0-9.]+):([0-9]+)")


class Ringpostd:
    def __init__(self, store, *arguments, port=0, configuration="", under=()):
        """`configuration`: TOML. `under`: a program that runs it (strace), with its arguments."""
        self.program = pathlib.Path(os.environ["RINGPOST_BUILD_FOLDER"]) / "server" / "ringpostd"
        self.arguments = ["--listen", f"127.0.0.1:{port}", "--store", store, "--domain", DOMAIN,
                          *arguments]
        self.configuration = configuration
        self.under = under
        self.process = None
        self.port = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, exception_type, *_):
        if exception_type is None:
            self.stop()
        else:
            self.kill()

    def start(self):
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
            file.write(self.configuration)
            file.flush()
            self.process = subprocess.Popen(
                [*self.under, self.program, "--config", file.name, *self.arguments],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, bufsize=0, start_new_session=True)
            try:
                self.port = int(self._await_ready()[2])
            except BaseException:
                self.kill()
                raise

    def stop(self):
        """Asks it to end, which it must do in order."""
        self.process.send_signal(signal.SIGTERM)
        try:
            exit_code = self.process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError("ringpostd did not end on TERM")
        self.process.stdout.close()
        if exit_code != 0:
            raise AssertionError(f"ringpostd ended with {exit_code} on TERM")

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
                    raise AssertionError(f"ringpostd is not ready; it printed {printed!r}")
                octets = os.read(self.process.stdout.fileno(), 4096)
                if not octets:
                    raise AssertionError(f"ringpostd ended with {self.process.wait()} before it was "
                                         f"ready; it printed {printed!r}")
                printed += octets
        return match


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
