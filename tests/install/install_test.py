"""What `meson install` gives is enough: the server of the README builds against it, and takes mail."""

import os
import pathlib
import re
import shutil
import smtplib
import socket
import subprocess
import tempfile
import time
import unittest

import tap

PATIENCE_SECONDS = 120

# What a library without TLS (-Dtls=disabled) has no code for.
NEEDS_TLS = re.compile(r"tls/|net/tls_|crypto/wolfssl_")


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.source = pathlib.Path(os.environ["RINGPOST_SOURCE_FOLDER"])
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.destination = cls.folder / "installed"
        subprocess.run(["meson", "install", "-C", os.environ["RINGPOST_BUILD_FOLDER"], "--no-rebuild",
                        "--quiet", "--destdir", cls.destination],
                       check=True, stdin=subprocess.DEVNULL)

    def installed(self, pattern):
        return sorted(self.destination.rglob(pattern))

    def test_headers_are_there_and_internal_ones_are_not(self):
        include, = [path.parent for path in self.installed("ringpost/smtp")]
        installed = {str(path.relative_to(include)) for path in include.rglob("*") if path.is_file()}
        library = self.source / "lib" / "ringpost"
        public = {str(path.relative_to(library)) for path in library.rglob("*.h")
                  if "internal" not in path.parts}
        if "wolfssl" not in self.installed("ringpost.pc")[0].read_text():
            public = {header for header in public if not NEEDS_TLS.match(header)}
        self.assertEqual(public, installed)

    def test_headers_compile(self):
        include, = [path.parent.parent for path in self.installed("ringpost/smtp")]
        self.compile("".join(f'#include "{header.relative_to(include)}"\n'
                             for header in sorted(include.rglob("*.h"))), "-fsyntax-only")

    def test_server_of_the_readme(self):
        port = free_port()
        program = self.folder / "my-server"
        self.compile(self.readme_server().replace("127.0.0.1:2525", f"127.0.0.1:{port}"),
                     "-o", program, libraries=True)
        server = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            with connect(port, server) as client:
                client.sendmail("friend@sender.test", ["hello@example.com"], "Subject: Hi\r\n\r\nHi!\r\n")
                with self.assertRaises(smtplib.SMTPRecipientsRefused):
                    client.sendmail("friend@sender.test", ["hello@example.net"], "Subject: Hi\r\n\r\n")
            printed, _ = server.communicate("\n", timeout=PATIENCE_SECONDS)
        finally:
            server.kill()
            server.wait()
        self.assertEqual(0, server.returncode)
        self.assertIn("Subject: Hi\n\nHi!\n", printed)

    def readme_server(self):
        """The first block of C++ in the README."""
        return re.search(r"^```cpp\n(.*?)^```$", (self.source / "README.md").read_text(),
                         re.DOTALL | re.MULTILINE)[1]

    def compile(self, text, *arguments, libraries=False):
        source = self.folder / "main.cc"
        source.write_text(text)
        flags = self.pkg_config("--cflags", *(["--libs"] if libraries else []))
        result = subprocess.run([compiler(), "-std=c++20", source, *arguments, *flags], text=True,
                                stdin=subprocess.DEVNULL, capture_output=True)
        self.assertEqual(0, result.returncode, result.stderr[-4000:])

    def pkg_config(self, *arguments):
        file, = self.installed("ringpost.pc")
        environment = os.environ | {"PKG_CONFIG_PATH": str(file.parent)}
        return subprocess.check_output(["pkg-config", *arguments, "ringpost"], text=True,
                                       stdin=subprocess.DEVNULL, env=environment).split()


def compiler():
    for name in (os.environ.get("CXX", "clang++-19"), "clang++"):
        if path := shutil.which(name):
            return path
    tap.missing("no clang++-19 here")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def connect(port, server):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return smtplib.SMTP("127.0.0.1", port, timeout=PATIENCE_SECONDS)
        except ConnectionRefusedError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.02)  # between two tries


if __name__ == "__main__":
    tap.main()
