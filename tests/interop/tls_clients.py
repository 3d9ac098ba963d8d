"""Other people's SMTP clients, each told to deliver a message encrypted, and to log in for it.

    outcome = Swaks().deliver(Delivery(message, port, roots, mechanism="PLAIN"), folder)

A client verifies the server, which is "localhost", by `roots`.
"""

import contextlib
import dataclasses
import json
import os
import pathlib
import smtplib
import subprocess

import messages
import peers
import piping
import s_client
from ringpostd import PASSWORD, PATIENCE_SECONDS, READER, USER

HERE = pathlib.Path(__file__).parent
HELLO_NAME = "client.test"
GNUTLS_PRIORITY = "NORMAL:-VERS-ALL:+VERS-TLS"


@dataclasses.dataclass
class Delivery:
    message: messages.Message
    port: int
    roots: pathlib.Path
    tls: str = "starttls"  # "implicit", "none"
    version: str = ""  # "1.2" or "1.3" and no other; empty: as the client has it
    mechanism: str = ""  # of AUTH; empty: it does not log in
    user: str = USER
    password: str = PASSWORD
    certificate: object = None  # a certificates.Pair to show


@dataclasses.dataclass
class Outcome:
    is_delivered: bool  # says the client
    output: str


class Client:
    packages = ()
    mechanisms = ()
    ways = ("starttls", "implicit")
    usual_mechanism = ""  # for what cannot deliver without a login

    def require(self):
        peers.require(*self.packages)

    def can_send(self, message):
        return True

    def deliver(self, delivery, folder):
        raise NotImplementedError


def run(command, **options):
    if "input" not in options:
        options["stdin"] = subprocess.DEVNULL
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            env=peers.environment(), timeout=PATIENCE_SECONDS, **options)
    return Outcome(result.returncode == 0, result.stdout.decode(errors="replace"))


def file_with(octets, folder):
    path = folder / "message"
    path.write_bytes(octets)
    return path


class Swaks(Client):
    packages = ("swaks", "libio-socket-ssl-perl")
    mechanisms = ("PLAIN", "LOGIN")

    def can_send(self, message):
        # It adds the last line end itself, unless the last line is empty, and takes a dot that is
        # the last line for the end of data. Large messages take it seconds.
        return (len(message.octets) < 100_000
                and not message.octets.endswith((b"\r\n.\r\n", b"\r\n\r\n")))

    def deliver(self, delivery, folder):
        data = file_with(delivery.message.octets.removesuffix(b"\r\n"), folder)
        arguments = {"starttls": ["--tls"], "implicit": ["--tlsc"], "none": []}[delivery.tls]
        if delivery.version:
            arguments += ["--tls-protocol", "tlsv" + delivery.version.replace(".", "_")]
        if delivery.mechanism:
            arguments += ["--auth", delivery.mechanism, "--auth-user", delivery.user,
                          "--auth-password", delivery.password]
        return run(peers.command("swaks", "--server", "localhost", "--port", delivery.port,
                                 "--tls-verify", "--tls-ca-path", delivery.roots, *arguments,
                                 "--from", delivery.message.sender, "--to", READER,
                                 "--data", f"@{data}"))


class Curl(Client):
    packages = ("curl",)
    mechanisms = ("PLAIN", "LOGIN")

    def deliver(self, delivery, folder):
        scheme = "smtps" if delivery.tls == "implicit" else "smtp"
        arguments = ["--ssl-reqd"] if delivery.tls == "starttls" else []
        if delivery.version:
            arguments += [f"--tlsv{delivery.version}", "--tls-max", delivery.version]
        if delivery.mechanism:
            # With a password it would not take EXTERNAL.
            password = "" if delivery.mechanism == "EXTERNAL" else delivery.password
            arguments += ["--user", f"{delivery.user}:{password}",
                          "--login-options", f"AUTH={delivery.mechanism}"]
        if delivery.certificate:
            arguments += ["--cert", delivery.certificate.certificate,
                          "--key", delivery.certificate.key]
        return run(peers.command("curl", "--silent", "--show-error", "--cacert", delivery.roots,
                                 *arguments, f"{scheme}://localhost:{delivery.port}/{HELLO_NAME}",
                                 "--mail-from", delivery.message.sender, "--mail-rcpt", READER,
                                 "--upload-file", file_with(delivery.message.octets, folder)))


class Msmtp(Client):
    packages = ("msmtp",)
    mechanisms = ("PLAIN", "LOGIN", "SCRAM-SHA-1", "SCRAM-SHA-256")

    def deliver(self, delivery, folder):
        arguments = {
            "starttls": ["--tls=on", "--tls-starttls=on", f"--tls-trust-file={delivery.roots}"],
            "implicit": ["--tls=on", "--tls-starttls=off", f"--tls-trust-file={delivery.roots}"],
            "none": ["--tls=off"],
        }[delivery.tls]
        if delivery.version:
            arguments.append(f"--tls-priorities={GNUTLS_PRIORITY}{delivery.version}")
        if delivery.mechanism:
            arguments += [f"--auth={delivery.mechanism.lower()}", f"--user={delivery.user}",
                          f"--passwordeval=echo {delivery.password}"]
        if delivery.certificate:
            arguments += [f"--tls-cert-file={delivery.certificate.certificate}",
                          f"--tls-key-file={delivery.certificate.key}"]
        return run(peers.command("msmtp", "--file=/dev/null", "--host=localhost",
                                 f"--port={delivery.port}", *arguments,
                                 f"--from={delivery.message.sender}", READER),
                   input=delivery.message.octets.replace(b"\r\n", b"\n"))


class Gsasl(Client):
    """It logs in; what it then is given goes to the server as it is."""

    packages = ("gsasl",)
    mechanisms = ("PLAIN", "LOGIN", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-1-PLUS",
                  "SCRAM-SHA-256-PLUS")
    ways = ("starttls",)
    usual_mechanism = "PLAIN"

    def can_send(self, message):
        return len(message.octets) < 100_000  # it takes seconds for more

    def deliver(self, delivery, folder):
        # It uses STARTTLS where that is offered; told to, by --starttls, it forgets to say hello.
        arguments = self.login_arguments(delivery)
        if delivery.tls == "none":
            arguments.append("--no-starttls")
        if delivery.certificate:
            arguments += [f"--x509-cert-file={delivery.certificate.certificate}",
                          f"--x509-key-file={delivery.certificate.key}"]
        if delivery.version:
            arguments.append(f"--priority={GNUTLS_PRIORITY}{delivery.version}")
        envelope = (f"MAIL FROM:<{delivery.message.sender}> BODY=8BITMIME\nRCPT TO:<{READER}>\n"
                    "DATA\n").encode()
        body = dot_stuffed(delivery.message.octets).replace(b"\r\n", b"\n")
        command = peers.command("gsasl", "--smtp", f"--connect=localhost:{delivery.port}",
                                f"--x509-ca-file={delivery.roots}",
                                f"--password={delivery.password}", *arguments)
        # The end of its input would end it, and it waits for input when it has read several lines.
        with (piping.line_by_line() as (ours, theirs),
              piping.piped(command, stdin=theirs, stderr=subprocess.STDOUT) as connection):
            output = piping.await_text(connection, b"Enter application data")
            if b"Enter application data" not in output:
                return Outcome(False, output.decode(errors="replace"))
            for line in (envelope + body + b".\nQUIT\n").splitlines(keepends=True):
                os.write(ours, line)
            output += piping.await_text(connection, b"\n221 ")
        said = output.decode(errors="replace")
        return Outcome("\n250 2.0.0 " in said and "\n221 " in said, said)

    def login_arguments(self, delivery):
        if delivery.mechanism == "EXTERNAL":
            return ["--mechanism=EXTERNAL", f"--authorization-id={delivery.user}"]
        arguments = [f"--authentication-id={delivery.user}"]
        if delivery.mechanism:  # else it chooses one
            arguments.append(f"--mechanism={delivery.mechanism}")
        # Where it could bind a login, 2.2.0 finds its own first message of the others wrong.
        return arguments if delivery.mechanism.endswith("-PLUS") else [*arguments, "--no-cb"]


class Nodemailer(Client):
    mechanisms = ("PLAIN", "LOGIN")

    def require(self):
        peers.installed_from_npm(HERE / "nodemailer" / "package.json")

    def deliver(self, delivery, folder):
        installed = peers.installed_from_npm(HERE / "nodemailer" / "package.json")
        version = f"TLSv{delivery.version}"
        versions = {"minVersion": version, "maxVersion": version} if delivery.version else {}
        transport = {"host": "localhost", "port": delivery.port, "name": HELLO_NAME,
                     "secure": delivery.tls == "implicit", "ignoreTLS": delivery.tls == "none",
                     "requireTLS": delivery.tls == "starttls",
                     "tls": {"ca": delivery.roots.read_text()} | versions}
        if delivery.mechanism:
            transport |= {"auth": {"user": delivery.user, "pass": delivery.password},
                          "authMethod": delivery.mechanism}
        order = {"transport": transport,
                 "envelope": {"from": delivery.message.sender, "to": READER},
                 "file": str(file_with(delivery.message.octets, folder))}
        return run(["env", f"NODE_PATH={installed / 'node_modules'}", "node",
                    HERE / "nodemailer" / "send.js"], input=json.dumps(order).encode())


class SClient(Client):
    """openssl s_client for the encryption, and Python's smtplib for what is said."""

    packages = ("openssl",)
    mechanisms = ("PLAIN", "LOGIN")

    def deliver(self, delivery, folder):
        arguments = ["-tls" + delivery.version.replace(".", "_")] if delivery.version else []
        if delivery.certificate:
            arguments += ["-cert", delivery.certificate.certificate,
                          "-key", delivery.certificate.key]
        with s_client.connect(delivery.port, delivery.roots, *arguments,
                              starttls=delivery.tls == "starttls") as connection:
            client = smtplib.SMTP(local_hostname=HELLO_NAME)
            client.sock = connection
            try:
                self.converse(client, delivery)
            except (smtplib.SMTPException, OSError) as error:
                return Outcome(False, repr(error))
            return Outcome(True, "")

    @staticmethod
    def converse(client, delivery):
        if delivery.tls == "implicit":
            client.getreply()
        client.ehlo()
        if delivery.mechanism:
            client.user, client.password = delivery.user, delivery.password
            answer = {"PLAIN": client.auth_plain, "LOGIN": client.auth_login,
                      "EXTERNAL": lambda challenge=None: delivery.user}[delivery.mechanism]
            client.auth(delivery.mechanism, answer)
        client.sendmail(delivery.message.sender, [READER], delivery.message.octets,
                        ["BODY=8BITMIME"])
        client.quit()


def dot_stuffed(octets):
    return (b"\r\n" + octets).replace(b"\r\n.", b"\r\n..").removeprefix(b"\r\n")
