"""ringpost-load as a process under test.

    with LoadProcess(f"smtp://127.0.0.1:{port}", "--duration", "60s") as load:
        load.await_messages(100)
        load.interrupt()
"""

import os
import pathlib
import re
import signal
import subprocess

PATIENCE_SECONDS = 120  # for what should take a moment; only ends what hangs
RINGPOST_LOAD = pathlib.Path(os.environ["RINGPOST_BUILD_FOLDER"]) / "bench" / "ringpost-load"


def run(*arguments):
    """To its end."""
    return subprocess.run([RINGPOST_LOAD, *arguments], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=PATIENCE_SECONDS)


class LoadProcess:
    def __init__(self, *arguments):
        self.process = subprocess.Popen([RINGPOST_LOAD, *arguments], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    def await_messages(self, count):
        """Until so many were accepted in the seconds that it has told of."""
        seen, told = 0, ""
        while seen < count:
            line = self.process.stderr.readline()
            if not line:
                raise AssertionError(f"it ended after {seen} messages; it printed:\n{told}")
            told += line
            if match := re.search(r"(\d+) messages", line):
                seen += int(match[1])

    def interrupt(self):
        """Ctrl-C; gives what it still wrote."""
        self.process.send_signal(signal.SIGINT)
        _, errors = self.process.communicate(timeout=PATIENCE_SECONDS)
        return errors

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stderr.close()
