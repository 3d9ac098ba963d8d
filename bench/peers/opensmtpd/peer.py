"""OpenSMTPD, with its deliveries paused: what it accepts stays in its queue, which is thrown away after
each run."""

import pathlib

from peers import debian, folders
from peers.server import Server, fill_in

HERE = pathlib.Path(__file__).parent
PROGRAM = "usr/sbin/smtpd"
USERS = {"opensmtpd": 620, "opensmtpq": 621, "reader": 622}


class Opensmtpd(Server):
    name = "opensmtpd"
    title = "OpenSMTPD"
    promise = "in its queue, not synced; not delivered"
    unable = {"B1": "it does not offer PIPELINING", "B": "it does not offer PIPELINING"}
    # It waits for a name server that is not there, for each of them.
    idle_connections = 500
    writes_to_disk = True
    is_slow = True

    def prepare(self):
        self.root = debian.unpacked_for_chroot("opensmtpd", PROGRAM, USERS, USERS)
        self.queue = self.root / "var/spool/smtpd"
        (self.root / "var/lib/opensmtpd/empty").mkdir(parents=True, exist_ok=True, mode=0o711)
        if not (self.root / "var/run").exists():
            (self.root / "var/run").symlink_to("/run")

    def version(self):
        return debian.version("opensmtpd")

    def environment(self):
        return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C"}

    def command(self, folder):
        self.clean_up()
        self.queue.mkdir(parents=True, mode=0o711)
        self.queue.chmod(0o711)
        configuration = self.root / "etc/smtpd.conf"
        configuration.write_text(fill_in(HERE / "smtpd.conf", port=self.port))
        configuration.chmod(0o600)
        # -d: it stays in the foreground; -P: nothing is delivered.
        return debian.in_chroot(self.root, "/" + PROGRAM, "-d", "-P", "mda")

    def clean_up(self):
        folders.remove(self.queue)
        (self.root / "run/smtpd.sock").unlink(missing_ok=True)
