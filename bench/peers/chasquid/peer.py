"""chasquid, which pipes each message to /bin/true: a process for each. It looks the sender's SPF up
and finds no name server in its chroot, so that each look-up fails at once."""

import pathlib

from peers import certificate, debian, folders
from peers.server import DOMAIN, HOST_NAME, STARTTLS, Server, fill_in, free_port

HERE = pathlib.Path(__file__).parent
PROGRAM = "usr/bin/chasquid"
INSIDE = "/srv/chasquid"


class Chasquid(Server):
    name = "chasquid"
    title = "chasquid"
    promise = "a file in its queue, not synced"
    writes_to_disk = True
    is_slow = True
    tls_ways = (STARTTLS,)
    unable = {"B": "it loses commands pipelined behind the end of data"}

    def prepare(self):
        self.root = debian.unpacked_for_chroot("chasquid", PROGRAM, {}, {}, "coreutils")
        self.outside = self.root / INSIDE.removeprefix("/")

    def version(self):
        return debian.version("chasquid")

    def environment(self):
        return {"PATH": "/usr/bin:/bin", "LANG": "C", "GODEBUG": "netdns=go"}

    def command(self, folder):
        self.clean_up()
        for name in ("config/domains/" + DOMAIN, "config/certs/" + HOST_NAME, "data"):
            (self.outside / name).mkdir(parents=True)
        (self.outside / "config/chasquid.conf").write_text(
            fill_in(HERE / "chasquid.conf", folder=INSIDE, port=self.port, other_port=free_port()))
        # Everybody in the domain is somebody.
        (self.outside / "config/domains" / DOMAIN / "aliases").write_text("*: | /bin/true\n")
        # It does not start without one, and always offers STARTTLS.
        certificate.copied(self.outside / "config/certs" / HOST_NAME, "fullchain.pem",
                           "privkey.pem")
        return debian.in_chroot(self.root, "/" + PROGRAM, f"-config_dir={INSIDE}/config")

    def clean_up(self):
        folders.remove(self.outside)
