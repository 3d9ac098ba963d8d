"""What swaks, curl, msmtp and Python's smtplib send is stored as they were given it."""

import pathlib
import smtplib
import subprocess
import tempfile
import unittest

import messages
import peers
import tap
from ringpostd import DOMAIN, PATIENCE_SECONDS, READER, Ringpostd, stored_messages


class Clients(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.mail = self.folder / "mail"
        self.lmtp_port = peers.free_port()
        self.server = Ringpostd(f"maildir:{self.mail}", "--lmtp", f"127.0.0.1:{self.lmtp_port}")
        self.enterContext(self.server)

    def expect_stored(self, sent):
        differences = messages.differences(sent, stored_messages(self.mail))
        if differences:
            self.fail("\n".join(differences))

    def file_with(self, octets):
        path = self.folder / "message"
        path.write_bytes(octets)
        return path

    def run_client(self, program, *arguments, **options):
        result = subprocess.run(peers.command(program, *arguments), capture_output=True,
                                timeout=PATIENCE_SECONDS, **options)
        output = (result.stdout + result.stderr).decode(errors="replace")
        self.assertEqual(0, result.returncode, output[-3000:])

    def test_smtplib(self):
        sent = messages.own() + messages.of_the_world()
        with smtplib.SMTP("127.0.0.1", self.server.port, timeout=PATIENCE_SECONDS) as client:
            for message in sent:
                client.sendmail(message.sender, [READER], message.octets, ["BODY=8BITMIME"])
        self.expect_stored(sent)

    def test_smtplib_with_utf8_addresses(self):
        message = messages.Message("grüße", messages.header("utf8") + b"Hello.\r\n")
        with smtplib.SMTP("127.0.0.1", self.server.port, timeout=PATIENCE_SECONDS) as client:
            client.sendmail(message.sender, [f"köln@{DOMAIN}"], message.octets,
                            ["SMTPUTF8", "BODY=8BITMIME"])
        self.expect_stored([message])

    def test_smtplib_with_many_recipients(self):
        message = messages.own()[0]
        recipients = [f"reader{number}@{DOMAIN}" for number in range(50)]
        with smtplib.SMTP("127.0.0.1", self.server.port, timeout=PATIENCE_SECONDS) as client:
            client.sendmail(message.sender, recipients, message.octets)
        stored = stored_messages(self.mail)
        self.assertEqual(50, len(stored))
        for octets in stored:
            self.assertIsNone(messages.difference(message.octets, octets))

    def test_swaks(self):
        self.send_by_swaks("--port", self.server.port, "--pipeline")

    def test_swaks_by_lmtp(self):
        self.send_by_swaks("--port", self.lmtp_port, "--protocol", "LMTP")

    def send_by_swaks(self, *arguments):
        peers.require("swaks")
        # It adds the last line end itself, unless the last line is empty, and takes a dot that is the
        # last line for the end of data.
        sent = [message for message in messages.own()
                if len(message.octets) < 100_000
                and not message.octets.endswith((b"\r\n.\r\n", b"\r\n\r\n"))]
        for message in sent:
            data = self.file_with(message.octets.removesuffix(b"\r\n"))
            self.run_client("swaks", "--server", "127.0.0.1", *arguments,
                            "--from", message.sender, "--to", READER, "--data", f"@{data}", stdin=subprocess.DEVNULL)
        self.expect_stored(sent)

    def test_curl(self):
        peers.require("curl")
        sent = messages.own()
        for message in sent:
            self.run_client("curl", "--silent", "--show-error",
                            f"smtp://127.0.0.1:{self.server.port}/client.test",
                            "--mail-from", message.sender, "--mail-rcpt", READER,
                            "--upload-file", self.file_with(message.octets), stdin=subprocess.DEVNULL)
        self.expect_stored(sent)

    def test_msmtp(self):
        peers.require("msmtp")
        sent = messages.own()
        for message in sent:
            self.run_client("msmtp", "--file=/dev/null", "--host=127.0.0.1",
                            f"--port={self.server.port}", "--tls=off", "--auth=off",
                            f"--from={message.sender}", READER,
                            input=message.octets.replace(b"\r\n", b"\n"))
        self.expect_stored(sent)


if __name__ == "__main__":
    tap.main()
