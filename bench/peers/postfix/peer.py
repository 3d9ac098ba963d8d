"""Postfix as it runs: smtpd, cleanup, the queue on the disk, the queue manager; and then its
discard transport. In a chroot, because its paths are compiled in."""

import os
import pathlib

from peers import certificate, debian, folders
from peers.server import STARTTLS, Server, fill_in

HERE = pathlib.Path(__file__).parent
PROGRAM = "usr/lib/postfix/sbin/master"
USERS = {"postfix": 600}
GROUPS = {"postfix": 600, "postdrop": 604}
QUEUES = ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming",
          "private", "saved", "trace")


class Postfix(Server):
    name = "postfix"
    title = "Postfix smtpd"
    promise = "in its queue, synced to the disk"
    writes_to_disk = True
    is_slow = True
    tls_ways = (STARTTLS,)
    # A process each.
    idle_connections = 200

    def prepare(self):
        self.root = debian.unpacked_for_chroot("postfix", PROGRAM, USERS, GROUPS)
        self.outside = self.root / "srv/postfix"

    def version(self):
        return debian.version("postfix")

    def environment(self):
        return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C"}

    def command(self, folder):
        self.clean_up()
        self._make_folders()
        for name, more in (("main.cf", "tls.cf"), ("master.cf", "tls_master.cf")):
            templates = (name, more) if self.tls else (name,)
            (self.outside / "etc" / name).write_text("".join(
                fill_in(HERE / template, folder="/srv/postfix", port=self.port)
                for template in templates))
        if self.tls:
            certificate.copied(self.outside / "etc", "chain.pem", "key.pem")
        # -d: it stays in the foreground.
        return debian.in_chroot(self.root, "/" + PROGRAM, "-d", "-c", "/srv/postfix/etc")

    def clean_up(self):
        folders.remove(self.outside)

    def last_words(self):
        self.log = self.outside / "log"
        return super().last_words()

    def _make_folders(self):
        postfix, postdrop = USERS["postfix"], GROUPS["postdrop"]
        for name in ("etc", "queue", "queue/pid"):
            (self.outside / name).mkdir(parents=True, mode=0o755)
        for name in QUEUES:
            self._make_folder(f"queue/{name}", 0o700, postfix, 0)
        self._make_folder("queue/maildrop", 0o1730, postfix, postdrop)
        self._make_folder("queue/public", 0o2710, postfix, postdrop)
        self._make_folder("data", 0o700, postfix, 0)

    def _make_folder(self, name, mode, uid, gid):
        path = self.outside / name
        path.mkdir()
        os.chown(path, uid, gid)
        path.chmod(mode)
