"""Mail programs of Debian, unpacked below build/interop of the source folder; nothing is installed.

    peers.require("swaks")            # unpacks them all, once; ends the test where that cannot be
    subprocess.run(peers.command("swaks", "--to", ...), env=peers.environment())
    with peers.Postfix(next_hop_port) as postfix: ...

subprojects/debian_packages.py fetches them, and npm_packages.py what node runs. Clients run by the
unpacked dynamic linker. Postfix and Dovecot have their paths compiled in, and their users: they run
in a chroot with its own /etc/passwd, and that needs root.
"""

import contextlib
import fcntl
import functools
import glob
import os
import pathlib
import shlex
import shutil
import smtplib
import socket
import subprocess
import time

import debian_packages
import npm_packages
import tap

PATIENCE_SECONDS = 120

PROGRAMS = {  # and what else a package is here for, as a pattern
    "bind9-host": "usr/bin/host",
    "bsdextrautils": "usr/bin/hexdump",
    "curl": "usr/bin/curl",
    "dovecot-imapd": "usr/lib/dovecot/imap",
    "dovecot-pop3d": "usr/lib/dovecot/pop3",
    "gsasl": "usr/bin/gsasl",
    "libio-socket-ssl-perl": "usr/share/perl5/IO/Socket/SSL.pm",
    "libsasl2-modules": "usr/lib/*/sasl2/libplain.so",
    "msmtp": "usr/bin/msmtp",
    "openssl": "usr/bin/openssl",
    "postfix": "usr/lib/postfix/sbin/master",
    "strace": "usr/bin/strace",
    "swaks": "usr/bin/swaks",
    "testssl.sh": "usr/bin/testssl",
}

USERS = {"postfix": 600, "dovecot": 601, "dovenull": 602, "vmail": 603}
GROUPS = USERS | {"postdrop": 604}


def require(*packages):
    """Skips the case, or fails it in CI, where one of the programs cannot be had."""
    try:
        root = unpacked_root()
    except debian_packages.Unavailable as reason:
        tap.missing(str(reason))
    for package in packages:
        if not any(root.glob(PROGRAMS[package])):
            tap.missing(f"Debian's {package} has no {PROGRAMS[package]}")


def require_root(program):
    if os.geteuid() != 0:
        tap.missing(f"{program} changes users and needs a chroot: run as root")


def command(program, *arguments):
    """The command line of an unpacked client, to be run in environment()."""
    root = unpacked_root()
    by_loader = debian_packages.loader(root)
    if program == "swaks":
        modules = [path for pattern in ("usr/share/perl5", "usr/share/perl/5*", "usr/lib/*/perl/5*",
                                        "usr/lib/*/perl5/5*", "usr/lib/*/perl-base")
                   for path in glob.glob(str(root / pattern))]
        by_loader += [str(root / "usr/bin/perl")] + [f"-I{path}" for path in modules]
    return [*by_loader, str(root / PROGRAMS[program]), *map(str, arguments)]


def environment():
    """For unpacked clients: the unpacked files, where they would read the machine's."""
    return os.environ | {"OPENSSL_CONF": str(unpacked_root() / "etc/ssl/openssl.cnf")}


def make_wrapper(folder, package):
    """An executable file that runs the unpacked program, for those that look for one in PATH."""
    path = pathlib.Path(folder) / pathlib.Path(PROGRAMS[package]).name
    path.write_text(f'#!/bin/sh\nexec {shlex.join(command(package))} "$@"\n')
    path.chmod(0o755)
    return path


def installed_from_npm(package_json):
    """The folder with node_modules for this package.json. Skips, or fails in CI, without npm."""
    folder = _interop_folder() / pathlib.Path(package_json).parent.name
    try:
        npm_packages.install(package_json, folder)
    except debian_packages.Unavailable as reason:
        tap.missing(str(reason))
    return folder


@functools.cache
def unpacked_root():
    """The folder with the unpacked packages. Unpacks them if they are not there."""
    folder = _interop_folder()
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        root = folder / "root"
        wanted = "\n".join(sorted(PROGRAMS))
        done = folder / "unpacked"
        if not done.exists() or done.read_text() != wanted:
            shutil.rmtree(root, ignore_errors=True)
            debian_packages.unpack(PROGRAMS, root, folder / "apt")
            debian_packages.make_accounts(root, USERS, GROUPS)
            if os.geteuid() == 0:
                debian_packages.make_devices(root)
            done.write_text(wanted)
    return root


def _interop_folder():
    folder = pathlib.Path(os.environ["RINGPOST_SOURCE_FOLDER"]) / "build" / "interop"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def await_greeting(port, process, log):
    """Connects until the server on the port greets."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        if process.poll() is not None:
            raise AssertionError(f"ended with {process.returncode} before it greeted:\n{read(log)}")
        with contextlib.suppress(OSError), \
                socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as probe:
            if probe.recv(512):
                return
        if time.monotonic() > deadline:
            raise AssertionError(f"nobody greets on port {port}:\n{read(log)}")
        time.sleep(0.02)  # between two tries


def read(log):
    return log.read_text(errors="replace")[-4000:] if log.exists() else "(no log)"


class _ChrootServer:
    """A server in the unpacked root, with a folder of its own in there, ended by its pid."""

    def __init__(self, name):
        self.root = unpacked_root()
        # As the server sees it; unique among tests that run at the same time.
        self.folder = pathlib.Path("/srv") / f"{name}-{os.getpid()}-{time.monotonic_ns()}"
        self.outside = self.root / self.folder.relative_to("/")
        self.outside.mkdir(parents=True)
        self.log = self.outside / "log"
        self.process = None

    def run(self, *arguments, check=True):
        result = subprocess.run(self.in_chroot(*arguments), stdin=subprocess.DEVNULL, text=True,
                                capture_output=True, env=self.environment())
        if check and result.returncode != 0:
            raise AssertionError(f"{arguments[0]} failed: {result.stderr}\n{read(self.log)}")
        return result.stdout

    def start(self, *arguments, port):
        self.process = subprocess.Popen(self.in_chroot(*arguments), stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                        env=self.environment(), start_new_session=True)
        await_greeting(port, self.process, self.log)

    def stop(self):
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.outside, ignore_errors=True)

    def __exit__(self, *_):
        self.stop()

    def in_chroot(self, *arguments):
        return debian_packages.in_chroot(self.root, *arguments)

    @staticmethod
    def environment():
        return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C"}


class Postfix(_ChrootServer):
    """Takes mail on `port` from anybody here, and hands all of it to 127.0.0.1:next_hop_port.

    What is in `settings` when it starts goes before its own of main.cf; files that they name are
    those that put() gives it.
    """

    def __init__(self, next_hop_port):
        super().__init__("postfix")
        self.next_hop_port = next_hop_port
        self.settings = {}
        self.port = free_port()
        self.configuration = self.folder / "etc"

    def put(self, file):
        """Copies the file to where Postfix sees it, and says where that is."""
        shutil.copy(file, self.outside)
        return self.folder / file.name

    def __enter__(self):
        self._make_folders()
        self._write_configuration()
        # -d: it stays in the foreground, our child.
        self.start("/usr/lib/postfix/sbin/master", "-d", "-c", self.configuration, port=self.port)
        return self

    def take(self, messages, recipient):
        """Puts them into its queue."""
        with smtplib.SMTP("127.0.0.1", self.port, timeout=PATIENCE_SECONDS) as client:
            for message in messages:
                client.sendmail(message.sender, [recipient], message.octets, ["BODY=8BITMIME"])

    def await_true(self, condition):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            if time.monotonic() > deadline:
                raise AssertionError(f"{self.queue_length()} messages are still queued:\n"
                                     + read(self.log))
            time.sleep(0.05)  # between two looks

    def queue_length(self):
        return len(self.run("/usr/sbin/postqueue", "-c", self.configuration, "-j").splitlines())

    def deferred_count(self):
        listed = self.run("/usr/sbin/postqueue", "-c", self.configuration, "-j").splitlines()
        return sum('"queue_name": "deferred"' in line for line in listed)

    def flush(self):
        self.run("/usr/sbin/postqueue", "-c", self.configuration, "-f")

    def _make_folders(self):
        postfix, postdrop = USERS["postfix"], GROUPS["postdrop"]
        for name in ("etc", "queue", "queue/pid"):
            (self.outside / name).mkdir()
        for name in ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming",
                     "private", "saved", "trace"):
            self._make_folder(f"queue/{name}", 0o700, postfix, 0)
        self._make_folder("queue/maildrop", 0o1730, postfix, postdrop)
        self._make_folder("queue/public", 0o2710, postfix, postdrop)
        self._make_folder("data", 0o700, postfix, 0)

    def _make_folder(self, name, mode, uid, gid):
        path = self.outside / name
        path.mkdir()
        os.chown(path, uid, gid)
        path.chmod(mode)

    def _write_configuration(self):
        settings = {
            "compatibility_level": "3.6",
            "queue_directory": self.folder / "queue",
            "data_directory": self.folder / "data",
            "daemon_directory": "/usr/lib/postfix/sbin",
            "command_directory": "/usr/sbin",
            "mail_owner": "postfix",
            "setgid_group": "postdrop",
            "maillog_file": self.log_inside(),
            "maillog_file_prefixes": "/srv",
            "myhostname": "relay.test",
            "mydestination": "",
            "local_recipient_maps": "",
            "alias_maps": "",
            "alias_database": "",
            "inet_interfaces": "127.0.0.1",
            "inet_protocols": "ipv4",
            "mynetworks": "127.0.0.0/8",
            "relayhost": f"[127.0.0.1]:{self.next_hop_port}",
            "smtp_dns_support_level": "disabled",
            "smtp_host_lookup": "native",
            "smtpd_peername_lookup": "no",
            "smtpd_relay_restrictions": "permit_mynetworks, reject",
            "message_size_limit": "0",
            "mailbox_size_limit": "0",
            # Postfix is to relay what it is given, not to repair it.
            "local_header_rewrite_clients": "",
            "message_drop_headers": "",
            "disable_mime_output_conversion": "yes",
            "smtp_line_length_limit": "0",
            "line_length_limit": "4096",
            # As fast as it can.
            "in_flow_delay": "0",
            "minimal_backoff_time": "1000s",
            "smtpd_client_connection_count_limit": "0",
        } | self.settings
        services = [
            f"127.0.0.1:{self.port} inet n - n - - smtpd",
            "pickup unix n - n 60 1 pickup",
            "cleanup unix n - n - 0 cleanup",
            "qmgr unix n - n 300 1 qmgr",
            "rewrite unix - - n - - trivial-rewrite",
            "bounce unix - - n - 0 bounce",
            "defer unix - - n - 0 bounce",
            "trace unix - - n - 0 bounce",
            "verify unix - - n - 1 verify",
            "flush unix n - n 1000? 0 flush",
            "proxymap unix - - n - - proxymap",
            "smtp unix - - n - - smtp",
            "relay unix - - n - - smtp",
            "showq unix n - n - - showq",
            "error unix - - n - - error",
            "retry unix - - n - - error",
            "discard unix - - n - - discard",
            "anvil unix - - n - 1 anvil",
            "scache unix - - n - 1 scache",
            "tlsmgr unix - - n 1000? 1 tlsmgr",
            "postlog unix-dgram n - n - 1 postlogd",
        ]
        folder = self.outside / "etc"
        (folder / "main.cf").write_text("".join(f"{k} = {v}\n" for k, v in settings.items()))
        (folder / "master.cf").write_text("\n".join(services) + "\n")

    def log_inside(self):
        return self.folder / "log"


class Dovecot(_ChrootServer):
    """Serves a Maildir over IMAP and POP3; any user name, this password."""

    PASSWORD = "secret"

    def __init__(self):
        super().__init__("dovecot")
        self.maildir = self.outside / "Maildir"
        self.imap_port = free_port()
        self.pop3_port = free_port()

    def take(self, maildir):
        """Serves a copy of this Maildir."""
        shutil.copytree(maildir, self.maildir)
        for path in [self.maildir, *self.maildir.rglob("*")]:
            os.chown(path, USERS["vmail"], GROUPS["vmail"])

    def __enter__(self):
        configuration = self.outside / "dovecot.conf"
        configuration.write_text(f"""
protocols = imap pop3
listen = 127.0.0.1
base_dir = {self.folder}/run
state_dir = {self.folder}/state
log_path = {self.folder}/log
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{self.folder}/Maildir
passdb {{
  driver = static
  args = password={self.PASSWORD}
}}
userdb {{
  driver = static
  args = uid=vmail gid=vmail home={self.folder}
}}
service imap-login {{
  inet_listener imap {{
    port = {self.imap_port}
  }}
}}
service pop3-login {{
  inet_listener pop3 {{
    port = {self.pop3_port}
  }}
}}
""")
        os.chown(self.outside, USERS["vmail"], GROUPS["vmail"])
        self.start("/usr/sbin/dovecot", "-F", "-c", self.folder / "dovecot.conf",
                   port=self.imap_port)
        await_greeting(self.pop3_port, self.process, self.log)
        return self


class DovecotAuth(_ChrootServer):
    """Dovecot's auth service alone: by TCP on `port`, and by the Unix socket `auth-client` in its
    folder. Users log in by their passwords, or by tokens that an authorization server knows."""

    def __init__(self, users, authorization_server_port):
        super().__init__("dovecot-auth")
        self.port = free_port()
        (self.outside / "users").write_text("".join(
            f"{user}:{{PLAIN}}{password}\n" for user, password in users.items()))
        (self.outside / "oauth2.conf").write_text(f"""
introspection_url = http://127.0.0.1:{authorization_server_port}/
introspection_mode = post
force_introspection = yes
active_attribute = active
active_value = true
username_attribute = username
""")

    def __enter__(self):
        (self.outside / "dovecot.conf").write_text(f"""
protocols =
listen = 127.0.0.1
base_dir = {self.folder}/run
state_dir = {self.folder}/state
log_path = {self.folder}/log
ssl = no
auth_mechanisms = plain login xoauth2 oauthbearer
auth_failure_delay = 0
auth_debug = yes
auth_cache_size = 0
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {self.folder}/oauth2.conf
}}
passdb {{
  driver = passwd-file
  mechanisms = plain login
  args = username_format=%Lu {self.folder}/users
}}
# Whoever guesses wrong here is not made to wait.
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service auth {{
  unix_listener {self.folder}/auth-client {{
    mode = 0666
  }}
  inet_listener {{
    port = {self.port}
  }}
}}
""")
        os.chown(self.outside, USERS["dovecot"], GROUPS["dovecot"])
        self.start("/usr/sbin/dovecot", "-F", "-c", self.folder / "dovecot.conf", port=self.port)
        return self
