"""Exim's daemon, which forks a process for each connection. It takes messages into its spool and
leaves them there; the spool is thrown away after each run."""

import os
import pathlib

from peers import debian, folders
from peers.server import Server, fill_in

HERE = pathlib.Path(__file__).parent
PROGRAM = "usr/sbin/exim4"
USER, NUMBER = "Debian-exim", 610


class Exim(Server):
    name = "exim"
    title = "Exim"
    promise = "in its spool, synced to the disk; not delivered"
    writes_to_disk = True
    is_slow = True
    # A process each.
    idle_connections = 200

    def prepare(self):
        accounts = {USER: NUMBER, "mail": 8}
        self.root = debian.unpacked_for_chroot("exim4-daemon-light", PROGRAM, accounts, accounts)
        self.outside = self.root / "srv/exim"

    def version(self):
        return debian.version("exim4-daemon-light")

    def environment(self):
        return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C"}

    def command(self, folder):
        self.clean_up()
        for name in ("", "spool", "spool/log", "spool/db", "spool/input", "spool/msglog"):
            (self.outside / name).mkdir(parents=True, exist_ok=True)
            os.chown(self.outside / name, NUMBER, NUMBER)
        configuration = self.outside / "exim.conf"
        configuration.write_text(fill_in(HERE / "exim.conf", folder="/srv/exim", port=self.port))
        os.chown(self.outside, 0, 0)
        return debian.in_chroot(self.root, "/" + PROGRAM, "-bdf", "-C", "/srv/exim/exim.conf")

    def clean_up(self):
        folders.remove(self.outside)
