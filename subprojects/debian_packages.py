"""Debian's packages, fetched and unpacked below a folder; nothing is installed.

    debian_packages.unpack(["postfix"], root=folder / "root", apt_folder=folder / "apt")
    subprocess.run([*debian_packages.loader(root), root / "usr/sbin/smtp-sink", ...])

apt finds and fetches the packages, with all that they depend on, into folders of its own. So neither
root nor the machine's package lists are needed, and no package that the machine has is relied on.
"""

import contextlib
import glob
import os
import pathlib
import shutil
import stat
import subprocess

FETCH_SECONDS = 300


class Unavailable(Exception):
    """They cannot be had here; the reason is for people."""


def unpack(packages, root, apt_folder):
    """Into `root`, which is not there yet. What apt fetched stays in apt_folder/cache/archives."""
    for tool in ("apt-get", "dpkg"):
        if not shutil.which(tool):
            raise Unavailable(f"no {tool} here to fetch and unpack Debian's packages")
    environment = os.environ | {"APT_CONFIG": str(_write_apt_configuration(apt_folder))}
    _run_apt(environment, "update")
    _run_apt(environment, "install", "--yes", "--download-only", *sorted(packages))
    root.mkdir()
    for package in sorted((apt_folder / "cache/archives").glob("*.deb")):
        subprocess.run(["dpkg", "-x", package, root], check=True, stdin=subprocess.DEVNULL)


def loader(root, *more_folders):
    """How a command line begins that runs a program of the root with the root's libraries."""
    found, = glob.glob(str(root / "lib*" / "ld-linux-*"))
    patterns = ("lib/*-linux-gnu", "usr/lib/*-linux-gnu", *more_folders)
    folders = [path for pattern in patterns for path in glob.glob(str(root / pattern))]
    return [found, "--library-path", ":".join(folders)]


def in_chroot(root, *command):
    """How a program is run that has its paths compiled in. Needs to be root."""
    chroot = shutil.which("chroot", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if chroot is None:
        raise Unavailable("there is no chroot command here")
    return [chroot, str(root), *map(str, command)]


def make_devices(root):
    """For programs that run in a chroot. Needs to be root."""
    (root / "dev").mkdir(exist_ok=True)
    for name, minor in (("null", 3), ("zero", 5), ("random", 8), ("urandom", 9)):
        path = root / "dev" / name
        with contextlib.suppress(FileExistsError):
            os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, minor))
            path.chmod(0o666)
    (root / "tmp").mkdir(exist_ok=True)
    (root / "tmp").chmod(0o1777)


def make_accounts(root, users, groups):
    """The root's own, {name: number}; a user without a group of its name is in nogroup."""
    users = users | {"root": 0, "nobody": 65534}
    groups = groups | {"root": 0, "nogroup": 65533}
    etc = root / "etc"
    etc.mkdir(exist_ok=True)
    (etc / "passwd").write_text("".join(
        f"{name}:x:{number}:{groups.get(name, groups['nogroup'])}::/:/bin/false\n"
        for name, number in users.items()))
    (etc / "group").write_text("".join(f"{name}:x:{number}:\n" for name, number in groups.items()))
    (etc / "hosts").write_text("127.0.0.1 localhost\n")
    # Files alone: nobody waits for a name server.
    (etc / "nsswitch.conf").write_text("passwd: files\ngroup: files\nhosts: files\n")
    (etc / "services").write_text("smtp 25/tcp\nimap 143/tcp\npop3 110/tcp\n")


def _write_apt_configuration(folder):
    """Lists, cache and status of our own. Nothing counts as installed, so all is fetched."""
    for path in ("state/lists/partial", "cache/archives/partial"):
        (folder / path).mkdir(parents=True, exist_ok=True)
    (folder / "status").touch()
    configuration = folder / "apt.conf"
    configuration.write_text(f'Dir::State "{folder}/state";\n'
                             f'Dir::State::status "{folder}/status";\n'
                             f'Dir::Cache "{folder}/cache";\n'
                             'APT::Install-Recommends "false";\n'
                             'APT::Sandbox::User "";\n'
                             'Acquire::Retries "3";\n')
    return configuration


def _run_apt(environment, *arguments):
    try:
        result = subprocess.run(["apt-get", "-qq", *arguments], env=environment, text=True,
                                stdin=subprocess.DEVNULL, capture_output=True,
                                timeout=FETCH_SECONDS)
    except subprocess.TimeoutExpired:
        raise Unavailable(f"apt-get {arguments[0]} took more than {FETCH_SECONDS} s") from None
    if result.returncode != 0:
        raise Unavailable(f"apt-get {arguments[0]} failed: {result.stderr.strip()[-500:]}")
