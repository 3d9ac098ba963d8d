"""What ringpostd delivered is read through Dovecot, over IMAP and over POP3, octet by octet."""

import imaplib
import pathlib
import poplib
import smtplib
import tempfile
import unittest

import messages
import peers
import tap
from ringpostd import PATIENCE_SECONDS, READER, Ringpostd, maildir_below


class DovecotServes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        peers.require("dovecot-imapd", "dovecot-pop3d")
        peers.require_root("Dovecot")
        cls.sent = messages.own() + messages.of_the_world()
        cls.dovecot = peers.Dovecot()
        with tempfile.TemporaryDirectory() as folder:
            cls.deliver(pathlib.Path(folder) / "mail")
        cls.enterClassContext(cls.dovecot)

    @classmethod
    def deliver(cls, mail):
        with Ringpostd(f"maildir:{mail}") as server, \
                smtplib.SMTP("127.0.0.1", server.port, timeout=PATIENCE_SECONDS) as client:
            for message in cls.sent:
                client.sendmail(message.sender, [READER], message.octets, ["BODY=8BITMIME"])
        cls.dovecot.take(maildir_below(mail))

    def expect_sent(self, received):
        differences = messages.differences(self.sent, received)
        if differences:
            self.fail("\n".join(differences))

    def test_imap(self):
        with imaplib.IMAP4("127.0.0.1", self.dovecot.imap_port, PATIENCE_SECONDS) as client:
            client.login("reader", peers.Dovecot.PASSWORD)
            _, (count,) = client.select(readonly=True)
            received = [client.fetch(str(number), "(BODY.PEEK[])")[1][0][1]
                        for number in range(1, int(count) + 1)]
        self.expect_sent(received)

    def test_imap_knows_the_size(self):
        """The S= in a file's name is what IMAP says of the message."""
        with imaplib.IMAP4("127.0.0.1", self.dovecot.imap_port, PATIENCE_SECONDS) as client:
            client.login("reader", peers.Dovecot.PASSWORD)
            client.select(readonly=True)
            _, fetched = client.fetch("1:*", "(RFC822.SIZE BODY.PEEK[])")
        for description, octets in (item for item in fetched if isinstance(item, tuple)):
            self.assertIn(b"RFC822.SIZE %d " % len(octets), description)

    def test_pop3(self):
        client = poplib.POP3("127.0.0.1", self.dovecot.pop3_port, PATIENCE_SECONDS)
        self.addCleanup(client.close)
        client.user("reader")
        client.pass_(peers.Dovecot.PASSWORD)
        count, _ = client.stat()
        received = [b"".join(line + b"\r\n" for line in client.retr(number)[1])
                    for number in range(1, count + 1)]
        client.quit()
        self.expect_sent(received)


if __name__ == "__main__":
    tap.main()
