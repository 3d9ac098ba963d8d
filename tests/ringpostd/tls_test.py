"""TLS of ringpostd as an operator meets it: certificates, their mistakes, reload, and what clients see."""

import base64
import pathlib
import signal
import socket
import ssl
import subprocess
import unittest

import tap
from server_process import PATIENCE_SECONDS, RINGPOST, Dialog, ServerProcess, new_folder, run

OURS = '[recipients]\ndomains = ["one.test"]\n'


def openssl(*arguments, **options):
    return subprocess.run(["openssl", *arguments], check=True, capture_output=True, text=True,
                          timeout=PATIENCE_SECONDS, **options).stdout


def make_certificate(folder, name, host, *arguments, days="30", key="ec", alternative_names=()):
    """FOLDER/NAME.pem and NAME.key, self-signed."""
    alternative_names = alternative_names or [f"DNS:{host}"]
    kind = (["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"] if key == "ec"
            else ["-newkey", "rsa:2048"])
    openssl("req", "-x509", *kind, "-nodes", "-subj", f"/CN={host}", "-days", days,
            "-addext", "subjectAltName=" + ",".join(alternative_names), "-keyout", str(folder / f"{name}.key"),
            "-out", str(folder / f"{name}.pem"), *arguments)


def make_expired_certificate(folder, name, host):
    make_certificate(folder, "fresh", host)
    openssl("req", "-new", "-key", str(folder / "fresh.key"), "-subj", f"/CN={host}",
            "-out", str(folder / "request"))
    (folder / "serial").write_text("01\n")
    (folder / "index").write_text("")
    (folder / "ca.cnf").write_text(
        "[ca]\ndefault_ca = own\n[own]\n"
        f"database = {folder}/index\nserial = {folder}/serial\nnew_certs_dir = {folder}\n"
        "default_md = sha256\npolicy = any\nunique_subject = no\n[any]\ncommonName = supplied\n")
    openssl("ca", "-batch", "-selfsign", "-config", str(folder / "ca.cnf"), "-notext",
            "-startdate", "20200101000000Z", "-enddate", "20210101000000Z",
            "-keyfile", str(folder / "fresh.key"), "-in", str(folder / "request"),
            "-out", str(folder / f"{name}.pem"))
    (folder / "fresh.key").rename(folder / f"{name}.key")


def client_context():
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class TlsDialog(Dialog):
    """A Dialog that can go on encrypted."""

    def encrypt(self, server_name=None, context=None, session=None):
        self.lines.close()
        self.socket = (context or client_context()).wrap_socket(
            self.socket, server_hostname=server_name, session=session)
        self.lines = self.socket.makefile("rb")
        return self

    def start_tls(self, **options):
        self.say("STARTTLS", 220)
        return self.encrypt(**options)


def subject_of(der):
    return subprocess.run(["openssl", "x509", "-inform", "der", "-noout", "-subject"], input=der,
                          check=True, capture_output=True,
                          timeout=PATIENCE_SECONDS).stdout.decode().strip()


class Encrypted(unittest.TestCase):
    def setUp(self):
        folder = new_folder()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.config_path = self.folder / "ringpostd.toml"

    def write_config(self, text):
        self.config_path.write_text(
            f'[server]\ndata_folder = "{self.folder}"\nhost_name = "mx.test"\n{OURS}{text}')

    def start(self, text, *arguments):
        self.write_config(text)
        server = ServerProcess("--config", str(self.config_path), *arguments, folder=self.folder)
        self.addCleanup(server.__exit__, None, None, None)
        return server

    def check_config(self, text):
        self.write_config(text)
        return run("--config", str(self.config_path), "--check-config")

    def deliver(self, dialog):
        dialog.say("MAIL FROM:<s@sender.test>", 250)
        dialog.say("RCPT TO:<anna@one.test>", 250)
        dialog.say("DATA", 354)
        dialog.say("Subject: x\r\n\r\nBody\r\n.", 250)

    def stored(self):
        return [path.read_text() for path in self.folder.rglob("new/*")]


LISTENERS = '[[listener]]\naddress = "127.0.0.1:0"\n'
CERTIFICATE = '[tls]\ncertificates = [{ certificate = "mx.pem", key = "mx.key" }]\n'


class Sessions(Encrypted):
    def test_starttls_delivers_and_is_written_down(self):
        make_certificate(self.folder, "mx", "mx.test")
        server = self.start(LISTENERS + CERTIFICATE)
        with TlsDialog(server.await_ready()) as dialog:
            self.assertIn(b"250-STARTTLS\r\n", dialog.open())
            dialog.start_tls()
            self.assertNotIn(b"250-STARTTLS\r\n", dialog.say("EHLO client.test", 250))
            self.deliver(dialog)
            dialog.say("QUIT", 221)
        log = server.end()
        message, = self.stored()
        self.assertRegex(message, r"\(using TLSv1\.3 with cipher TLS_\w+ \((128/128|256/256) bits\)\)")
        self.assertRegex(message, r"with ESMTPS id ")
        self.assertRegex(message, r"\ttls TLS_\w+; ")
        self.assertRegex(log, r"event=message .* tls=TLSv1\.3 cipher=TLS_\w+ ")
        self.assertRegex(log, r"event=session .* tls=TLSv1\.3 cipher=TLS_\w+ ")

    def test_implicit_tls_is_named_in_the_ready_line(self):
        make_certificate(self.folder, "mx", "mx.test")
        server = self.start(LISTENERS + '[[listener]]\naddress = "127.0.0.1:0"\ntls = "implicit"\n'
                            + CERTIFICATE)
        line = server.stdout.await_match(r"^ready: smtp [0-9.:]+ smtps 127\.0\.0\.1:([0-9]+)\n")
        with TlsDialog(int(line[1])) as dialog:
            dialog.encrypt()
            dialog.open()
            self.deliver(dialog)
        server.end()
        self.assertEqual(len(self.stored()), 1)

    def test_openssl_s_client_talks_to_both(self):
        make_certificate(self.folder, "mx", "mx.test")
        server = self.start(LISTENERS + '[[listener]]\naddress = "127.0.0.1:0"\ntls = "implicit"\n'
                            + CERTIFICATE)
        line = server.stdout.await_match(
            r"^ready: smtp (127\.0\.0\.1:[0-9]+) smtps (127\.0\.0\.1:[0-9]+)\n")
        for arguments in (["-starttls", "smtp", "-connect", line[1]],
                          ["-connect", line[2]],
                          ["-connect", line[2], "-tls1_2"],
                          ["-connect", line[2], "-alpn", "smtp"]):
            with self.subTest(arguments):
                said = openssl("s_client", "-quiet", "-CAfile",
                               str(self.folder / "mx.pem"), "-verify_return_error",
                               "-verify_hostname", "mx.test", "-servername", "mx.test",
                               *arguments, input="QUIT\r\n")
                self.assertIn("221 2.0.0 mx.test Bye", said)
        server.end()

    def test_the_certificate_goes_by_the_name_that_is_asked_for(self):
        make_certificate(self.folder, "mx", "mx.test")
        make_certificate(self.folder, "other", "other.test", key="rsa")
        server = self.start(
            LISTENERS + '[tls]\ncertificates = [{ certificate = "mx.pem", key = "mx.key" },\n'
            '{ certificate = "other.pem", key = "other.key" }]\n')
        port = server.await_ready()
        for asked, shown in (("other.test", "other.test"), ("mx.test", "mx.test"),
                             ("third.test", "mx.test")):
            with self.subTest(asked), TlsDialog(port) as dialog:
                dialog.open()
                dialog.start_tls(server_name=asked)
                self.assertIn(shown, subject_of(dialog.socket.getpeercert(binary_form=True)))
        server.end()

    def test_commands_pipelined_behind_starttls_are_never_run(self):
        """CVE-2011-0411: in one write, and in two."""
        make_certificate(self.folder, "mx", "mx.test")
        server = self.start(LISTENERS + CERTIFICATE)
        port = server.await_ready()
        for pieces in ([b"STARTTLS\r\nRSET\r\nMAIL FROM:<evil@sender.test>\r\n"],
                       [b"STARTTLS\r\n", b"MAIL FROM:<evil@sender.test>\r\n"]):
            with self.subTest(pieces), TlsDialog(port) as dialog:
                dialog.open()
                dialog.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for piece in pieces:
                    dialog.socket.sendall(piece)
                try:
                    dialog.expect(220)
                    dialog.encrypt()
                except (AssertionError, ssl.SSLError, ConnectionError, OSError):
                    continue  # octets that came in a segment of their own end the connection
                dialog.say("RCPT TO:<anna@one.test>", 503)
        log = server.end()
        self.assertNotIn("evil", log)

    def test_require_tls_asks_for_it(self):
        make_certificate(self.folder, "mx", "mx.test")
        server = self.start(LISTENERS + "require_tls = true\n" + CERTIFICATE)
        with TlsDialog(server.await_ready()) as dialog:
            dialog.open()
            dialog.say("MAIL FROM:<s@sender.test>", 530)
            dialog.start_tls()
            dialog.say("EHLO client.test", 250)
            self.deliver(dialog)
        server.end()

    def test_a_domain_of_encrypted_mail(self):
        make_certificate(self.folder, "mx", "mx.test")
        self.config_path.write_text(
            f'[server]\ndata_folder = "{self.folder}"\n[recipients]\n'
            'domains = ["one.test", "two.test"]\nencrypted_domains = ["two.test"]\n'
            + LISTENERS + CERTIFICATE)
        server = ServerProcess("--config", str(self.config_path))
        self.addCleanup(server.__exit__, None, None, None)
        with TlsDialog(server.await_ready()) as dialog:
            dialog.open()
            dialog.say("MAIL FROM:<s@sender.test>", 250)
            dialog.say("RCPT TO:<anna@two.test>", 550)
            dialog.say("RCPT TO:<anna@one.test>", 250)
            dialog.say("RSET", 250)
            dialog.start_tls()
            dialog.say("EHLO client.test", 250)
            dialog.say("MAIL FROM:<s@sender.test>", 250)
            dialog.say("RCPT TO:<anna@two.test>", 250)
        server.end()

    def test_a_client_certificate_is_required_where_that_is_said(self):
        make_certificate(self.folder, "mx", "mx.test")
        make_certificate(self.folder, "client", "client.test")
        server = self.start(
            '[[listener]]\naddress = "127.0.0.1:0"\ntls = "implicit"\n'
            'client_certificates = "require"\n' + CERTIFICATE + 'client_roots = "client.pem"\n')
        line = server.stdout.await_match(r"^ready: smtps 127\.0\.0\.1:([0-9]+)\n")
        context = client_context()
        context.load_cert_chain(self.folder / "client.pem", self.folder / "client.key")
        with TlsDialog(int(line[1])) as dialog:
            dialog.encrypt(context=context)
            dialog.open()
        with self.assertRaises((ssl.SSLError, ConnectionError, AssertionError)):
            with TlsDialog(int(line[1])) as dialog:
                dialog.encrypt()
                dialog.open()
        self.assertIn("end=tls-failed", server.end())


ASKS = '[[listener]]\naddress = "127.0.0.1:0"\nauth = "required"\nclient_certificates = "ask"\n'
TRUSTS = CERTIFICATE + 'client_roots = "roots.pem"\n[auth]\n'
BY_FILE = 'certificates_file = "certificates"\n'
BY_ADDRESS = 'certificate_account = "email"\n'


def external(identity=""):
    return "AUTH EXTERNAL " + (base64.b64encode(identity.encode()).decode() or "=")


class CertificateLogins(Encrypted):
    """Robots log in by their certificates; each stands among the trusted ones by itself."""

    def setUp(self):
        super().setUp()
        make_certificate(self.folder, "mx", "mx.test")
        for name in "robot", "other", "stranger":
            make_certificate(self.folder, name, f"{name}.test", alternative_names=[
                f"DNS:{name}.test", f"email:{name}@one.test", "email:all@one.test"])
        (self.folder / "roots.pem").write_text("".join(
            (self.folder / f"{name}.pem").read_text() for name in ("robot", "other")))

    def list_certificates(self, *lines):
        path = self.folder / "certificates"
        path.write_text("".join(f"{self.fingerprint_of(name)} {account}\n"
                                for name, account in lines))
        path.chmod(0o640)

    def fingerprint_of(self, name):
        said = openssl("x509", "-noout", "-fingerprint", "-sha256",
                       "-in", str(self.folder / f"{name}.pem"))
        return said.strip().partition("=")[2]

    def open_as(self, server_port, name):
        """A session of who shows this certificate, and what it is offered."""
        context = client_context()
        if name:
            context.load_cert_chain(self.folder / f"{name}.pem", self.folder / f"{name}.key")
        dialog = self.enterContext(TlsDialog(server_port))
        dialog.open()
        dialog.start_tls(context=context)
        offer = b"".join(dialog.say("EHLO robot.test", 250))
        return dialog, b"AUTH EXTERNAL" in offer

    def expect_login(self, port, name, identity="", code=235):
        dialog, is_offered = self.open_as(port, name)
        self.assertTrue(is_offered)
        dialog.say(external(identity), code)

    def test_the_file_says_whose_they_are(self):
        self.list_certificates(("robot", "alice"))
        server = self.start(ASKS + TRUSTS + BY_FILE)
        port = server.await_ready()
        self.expect_login(port, "robot")
        self.expect_login(port, "robot", "alice")
        self.expect_login(port, "robot", "bob", 535)
        self.expect_login(port, "other", code=535)
        log = server.end()
        self.assertRegex(log, r"event=auth .* mechanism=EXTERNAL user=alice code=235")

    def test_or_their_addresses(self):
        port = self.start(ASKS + TRUSTS + BY_ADDRESS).await_ready()
        self.expect_login(port, "robot", "robot@one.test")
        self.expect_login(port, "robot", "all@one.test")
        self.expect_login(port, "robot", "other@one.test", 535)

    def test_who_shows_none_that_is_trusted_is_not_offered_it(self):
        port = self.start(ASKS + TRUSTS + BY_ADDRESS).await_ready()
        for name in None, "stranger":
            with self.subTest(name):
                dialog, is_offered = self.open_as(port, name)
                self.assertFalse(is_offered)
                dialog.say(external(), 502)  # nor is there another mechanism

    def test_a_reload_takes_a_lost_certificate_away(self):
        self.list_certificates(("robot", "alice"))
        server = self.start(ASKS + TRUSTS + BY_FILE + BY_ADDRESS)
        port = server.await_ready()
        self.expect_login(port, "robot", "alice")
        self.list_certificates(("robot", "!"))
        server.tell(signal.SIGHUP)
        server.log.await_match("event=reloaded")
        self.expect_login(port, "robot", code=535)
        (self.folder / "certificates").write_text("nonsense\n")
        server.tell(signal.SIGHUP)
        server.log.await_match("event=reload_failed.*certificates:1: a SHA-256 fingerprint")
        self.expect_login(port, "robot", code=535)

    def test_a_session_that_resumes_has_its_certificate_all_the_same(self):
        port = self.start(ASKS + TRUSTS + BY_ADDRESS).await_ready()
        for version in ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3:
            context = client_context()
            context.maximum_version = version
            context.load_cert_chain(self.folder / "robot.pem", self.folder / "robot.key")
            session = None
            for _ in range(3):
                with self.subTest(version=version, resumes=session is not None):
                    with TlsDialog(port) as dialog:
                        dialog.open()
                        dialog.start_tls(context=context, session=session)
                        dialog.say("EHLO robot.test", 250)
                        dialog.say(external("robot@one.test"), 235)
                        session = dialog.socket.session

    def test_who_is_locked_is_locked_out(self):
        users = self.folder / "users"
        users.write_text("alice:!*\nbob:*\n")
        users.chmod(0o600)
        self.list_certificates(("robot", "alice"), ("other", "bob"))
        port = self.start(ASKS + TRUSTS + BY_FILE + 'users_file = "users"\n').await_ready()
        self.expect_login(port, "robot", code=535)
        self.expect_login(port, "other")

    def test_mistakes_are_told_by_the_check_and_at_the_start(self):
        self.list_certificates(("robot", "alice"))
        asks_nobody = ASKS.replace('"ask"', '"none"')
        mistakes = {
            ASKS + CERTIFICATE + "[auth]\n" + BY_FILE: "tls.client_roots trusts nobody's",
            asks_nobody + TRUSTS + BY_FILE: "no listener with TLS and AUTH asks for any",
            ASKS.replace("required", "none") + TRUSTS + BY_ADDRESS: "no listener with TLS and AUTH",
            ASKS + TRUSTS + BY_ADDRESS + 'mechanisms = ["PLAIN"]\n':
                "auth.mechanisms has no EXTERNAL",
            ASKS + TRUSTS + 'certificates_file = "nowhere"\n': "nowhere: No such file",
            ASKS + TRUSTS + 'certificate_account = "mail"\n':
                "is not one of the names; did you mean email? (none, email, common_name or dns_name)",
        }
        for text, told in mistakes.items():
            with self.subTest(told):
                result = self.check_config(text)
                self.assertEqual(1, result.returncode)
                self.assertIn(told, result.stderr)
                self.assertIn(told, run("--config", str(self.config_path)).stderr)
                checked = run("check-config", str(self.config_path), program=RINGPOST)
                self.assertIn(told, checked.stderr)
        self.assertEqual(0, self.check_config(ASKS + TRUSTS + BY_FILE + BY_ADDRESS).returncode)


class Certificates(Encrypted):
    def test_a_good_one_passes_the_check(self):
        make_certificate(self.folder, "mx", "mx.test")
        checked = self.check_config(LISTENERS + CERTIFICATE)
        self.assertEqual((checked.returncode, checked.stderr), (0, ""))

    def test_mistakes_are_told_by_the_check_and_at_the_start(self):
        make_certificate(self.folder, "mx", "mx.test")
        make_certificate(self.folder, "other", "other.test")
        make_expired_certificate(self.folder, "old", "old.test")
        (self.folder / "garbage.pem").write_text("no certificate\n")
        mistakes = {
            '{ certificate = "none.pem" }': r"none\.pem",
            '{ certificate = "garbage.pem", key = "mx.key" }': r"garbage\.pem: ",
            '{ certificate = "mx.pem", key = "other.key" }': r"mx\.pem: .*key",
            '{ certificate = "old.pem", key = "old.key" }': r"old\.pem: .*expired",
        }
        for entry, complaint in mistakes.items():
            with self.subTest(entry):
                text = LISTENERS + f"[tls]\ncertificates = [{entry}]\n"
                checked = self.check_config(text)
                self.assertEqual(checked.returncode, 1)
                self.assertRegex(checked.stderr, complaint)
                tool = run("check-config", str(self.config_path), program=RINGPOST)
                self.assertEqual(tool.returncode, 1)
                self.assertRegex(tool.stderr, complaint)
                started = run("--config", str(self.config_path))
                self.assertEqual(started.returncode, 1)
                self.assertRegex(started.stderr, complaint)

    def test_a_new_certificate_comes_by_hup_and_open_sessions_stay(self):
        make_certificate(self.folder, "mx", "mx.test")
        server = self.start(LISTENERS + CERTIFICATE)
        port = server.await_ready()
        with TlsDialog(port) as old, TlsDialog(port) as plain:
            old.open()
            old.start_tls()
            old.say("EHLO client.test", 250)
            plain.open()
            make_certificate(self.folder, "mx", "renewed.test")
            server.tell(signal.SIGHUP)
            server.log.await_match(r"event=reloaded.*\n")
            with TlsDialog(port) as new:
                new.open()
                new.start_tls()
                shown = subject_of(new.socket.getpeercert(binary_form=True))
                self.assertIn("renewed.test", shown)
            self.deliver(old)
            plain.start_tls()
            plain.say("EHLO client.test", 250)
        server.end()
        self.assertEqual(len(self.stored()), 1)

    def test_a_bad_renewal_changes_nothing(self):
        make_certificate(self.folder, "mx", "mx.test")
        server = self.start(LISTENERS + CERTIFICATE)
        port = server.await_ready()
        (self.folder / "mx.key").write_text("half of a key")
        server.tell(signal.SIGHUP)
        server.log.await_match(r"event=reload_failed.*mx\.pem.*\n")
        with TlsDialog(port) as dialog:
            dialog.open()
            dialog.start_tls()
            self.assertIn("mx.test", subject_of(dialog.socket.getpeercert(binary_form=True)))
        server.end()

    def test_without_one_a_self_signed_one_is_made_and_kept(self):
        text = '[[listener]]\naddress = "127.0.0.1:0"\ntls = "starttls"\n'
        shown = []
        for verb in "made", "uses":
            server = self.start(text)
            server.log.await_match(verb + r" \S*self-signed\.pem, a self-signed certificate of mx\.test")
            with TlsDialog(server.await_ready()) as dialog:
                dialog.open()
                dialog.start_tls()
                shown.append(dialog.socket.getpeercert(binary_form=True))
            server.end()
        self.assertEqual(shown[0], shown[1])
        self.assertEqual((self.folder / "self-signed.pem").stat().st_mode & 0o777, 0o600)

    def test_the_check_makes_none(self):
        checked = self.check_config('[[listener]]\naddress = "127.0.0.1:0"\ntls = "starttls"\n')
        self.assertEqual(checked.returncode, 0)
        self.assertFalse((self.folder / "self-signed.pem").exists())

    def test_one_that_ends_soon_is_told_of(self):
        make_certificate(self.folder, "mx", "mx.test", days="5")
        server = self.start(LISTENERS + CERTIFICATE)
        server.log.await_match(r"event=warning .*mx\.pem: the certificate ends on ")
        server.end()

    def test_the_command_line_alone_is_enough(self):
        make_certificate(self.folder, "mx", "mx.test")
        server = ServerProcess(
            "--listen", "127.0.0.1:0", "--smtps", "127.0.0.1:0", "--store", "discard", "--domain",
            "one.test", "--certificate", str(self.folder / "mx.pem"), "--key",
            str(self.folder / "mx.key"))
        self.addCleanup(server.__exit__, None, None, None)
        line = server.stdout.await_match(r"^ready: smtp 127\.0\.0\.1:([0-9]+) smtps 127\.0\.0\.1:([0-9]+)\n")
        with TlsDialog(int(line[1])) as dialog:
            dialog.open()
            dialog.start_tls()
            dialog.say("EHLO client.test", 250)
        with TlsDialog(int(line[2])) as dialog:
            dialog.encrypt()
            dialog.open()
        server.end()


if __name__ == "__main__":
    tap.main()
