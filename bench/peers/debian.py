"""Debian's mail servers, unpacked below build/bench-peers; each has a root of its own, because as
packages they conflict.

    root = debian.unpacked("postfix", "usr/sbin/smtp-sink")
    command = debian.by_loader(root, "usr/sbin/smtp-sink", "127.0.0.1:2525", "100")
"""

import fcntl
import os
import shutil

import debian_packages
from peers.server import PEERS_FOLDER, Unavailable


def unpacked(package, program, *more_packages):
    """The folder with these packages and what they depend on, fetched unless it is there."""
    folder = PEERS_FOLDER / package
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        root = folder / "root"
        done = folder / "unpacked"
        if not done.exists():
            shutil.rmtree(root, ignore_errors=True)
            debian_packages.unpack([package, *more_packages], root, folder / "apt")
            done.touch()
    if not (root / program).exists():
        raise Unavailable(f"Debian's {package} has no {program}")
    return root


def unpacked_for_chroot(package, program, users, groups, *more_packages):
    """The same, with accounts and devices of its own, for a server with compiled-in paths."""
    if os.geteuid() != 0:
        raise Unavailable(f"{package} changes users and has its paths compiled in: run as root")
    root = unpacked(package, program, *more_packages)
    debian_packages.make_accounts(root, users, groups)
    debian_packages.make_devices(root)
    (root / "run").mkdir(exist_ok=True)
    return root


def version(package):
    """As apt knows it: 3.7.11-0+deb12u1."""
    for archive in (PEERS_FOLDER / package / "apt/cache/archives").glob(f"{package}_*.deb"):
        return archive.name.split("_")[1].replace("%3a", ":")
    return "unknown"


def by_loader(root, program, *arguments):
    """The command line of an unpacked program that finds its files by itself, without a chroot."""
    return [*debian_packages.loader(root, "usr/lib/postfix"), str(root / program),
            *map(str, arguments)]


in_chroot = debian_packages.in_chroot
