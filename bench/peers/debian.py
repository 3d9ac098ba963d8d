"""Debian's packages, unpacked below build/bench-peers; nothing is installed on the machine.

    root = debian.unpacked("postfix", program="usr/sbin/smtp-sink")
    command = debian.by_loader(root, "usr/sbin/smtp-sink", "127.0.0.1:2525", "100")

Every peer has a root of its own, because mail servers conflict as packages. apt fetches a package
with all that it depends on into folders of its own: neither root nor the machine's package lists
are needed, and no library of the machine is relied on. Programs that have their paths and users
compiled in run in a chroot to that root, which does need root.
"""

import contextlib
import fcntl
import glob
import os
import pathlib
import shutil
import stat
import subprocess

from peers.server import PEERS_FOLDER, Unavailable

FETCH_SECONDS = 300


def unpacked(package, program, *more_packages):
    """The folder with these packages and what they depend on, fetched unless it is there."""
    folder = PEERS_FOLDER / package
    folder.mkdir(parents=True, exist_ok=True)
    with open(PEERS_FOLDER / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        root = folder / "root"
        done = folder / "unpacked"
        if not done.exists():
            shutil.rmtree(root, ignore_errors=True)
            _unpack([package, *more_packages], root)
            done.touch()
    if not (root / program).exists():
        raise Unavailable(f"Debian's {package} has no {program}")
    return root


def version(package):
    """As apt knows it: 3.7.11-0+deb12u1."""
    for archive in (PEERS_FOLDER / package / "archives").glob(f"{package}_*.deb"):
        return archive.name.split("_")[1].replace("%3a", ":")
    return "unknown"


def by_loader(root, program, *arguments):
    """The command line of an unpacked program that finds its files by itself, without a chroot."""
    return [*loader(root), str(root / program), *map(str, arguments)]


def loader(root):
    found, = glob.glob(str(root / "lib*" / "ld-linux-*"))
    folders = [path for pattern in ("lib/*-linux-gnu", "usr/lib/*-linux-gnu", "usr/lib/postfix")
               for path in glob.glob(str(root / pattern))]
    return [found, "--library-path", ":".join(folders)]


def in_chroot(root, *arguments):
    chroot = shutil.which("chroot", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if chroot is None:
        raise Unavailable("there is no chroot command here")
    return [chroot, str(root), *map(str, arguments)]


def require_root(name):
    if os.geteuid() != 0:
        raise Unavailable(f"{name} changes users and has its paths compiled in: run as root")


def make_accounts(root, users, groups):
    """The chroot's own accounts, {name: number}; a user without a group of its name is in nogroup."""
    etc = root / "etc"
    etc.mkdir(exist_ok=True)
    nogroup = 65533
    all_groups = groups | {"root": 0, "nogroup": nogroup}
    (etc / "passwd").write_text("".join(
        f"{name}:x:{number}:{all_groups.get(name, nogroup)}::/:/bin/false\n"
        for name, number in (users | {"root": 0, "nobody": 65534}).items()))
    (etc / "group").write_text("".join(f"{name}:x:{number}:\n"
                                       for name, number in all_groups.items()))
    (etc / "hosts").write_text("127.0.0.1 localhost\n")
    # Files alone: nobody waits for a name server.
    (etc / "nsswitch.conf").write_text("passwd: files\ngroup: files\nhosts: files\n")
    (etc / "services").write_text("smtp 25/tcp\n")


def make_devices(root):
    for folder, mode in (("dev", 0o755), ("tmp", 0o1777), ("run", 0o755)):
        (root / folder).mkdir(exist_ok=True)
        (root / folder).chmod(mode)
    for name, minor in (("null", 3), ("zero", 5), ("random", 8), ("urandom", 9)):
        path = root / "dev" / name
        with contextlib.suppress(FileExistsError):
            os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, minor))
            path.chmod(0o666)


def _unpack(packages, root):
    for tool in ("apt-get", "dpkg"):
        if not shutil.which(tool):
            raise Unavailable(f"no {tool} here to fetch and unpack Debian's packages")
    # A shared list of what there is; a cache of its own, so that one root has only what it needs.
    cache = root.parent
    environment = os.environ | {"APT_CONFIG": str(_write_apt_configuration(cache))}
    fresh = PEERS_FOLDER / "apt" / "updated"
    if not fresh.exists():
        _run_apt(environment, "update")
        fresh.touch()
    _run_apt(environment, "install", "--yes", "--download-only", *packages)
    root.mkdir()
    for archive in sorted((cache / "archives").glob("*.deb")):
        subprocess.run(["dpkg", "-x", archive, root], check=True, stdin=subprocess.DEVNULL)


def _write_apt_configuration(cache):
    """Lists, cache and status of our own. Nothing counts as installed, so all is fetched."""
    apt = PEERS_FOLDER / "apt"
    (apt / "state/lists/partial").mkdir(parents=True, exist_ok=True)
    (cache / "archives/partial").mkdir(parents=True, exist_ok=True)
    (apt / "status").touch()
    configuration = cache / "apt.conf"
    configuration.write_text(f'Dir::State "{apt}/state";\n'
                             f'Dir::State::status "{apt}/status";\n'
                             f'Dir::Cache "{cache}";\n'
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
        raise Unavailable(f"apt-get {arguments[0]} failed: {result.stderr.strip()[-300:]}")
