"""Packages of the npm registry, installed below build/bench-peers from a package.json with fixed versions."""

import fcntl
import json
import pathlib
import shutil
import subprocess

from peers.server import PEERS_FOLDER, Unavailable

INSTALL_SECONDS = 300


def installed(name, package_json):
    """The folder whose node_modules has what `package_json` lists; installed unless it is there."""
    for tool in ("node", "npm"):
        if not shutil.which(tool):
            raise Unavailable(f"there is no {tool} on this machine")
    folder = PEERS_FOLDER / name
    folder.mkdir(parents=True, exist_ok=True)
    wanted = pathlib.Path(package_json).read_text()
    done = folder / "installed.json"
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists() or done.read_text() != wanted:
            shutil.rmtree(folder / "node_modules", ignore_errors=True)
            (folder / "package.json").write_text(wanted)
            _install(folder)
            done.write_text(wanted)
    return folder


def version(folder, package):
    listed = json.loads((folder / "node_modules" / package / "package.json").read_text())
    runtime = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True)
    return f"{listed['version']}, node {runtime.stdout.strip().removeprefix('v')}"


def _install(folder):
    try:
        # No scripts: what they would compile is optional, and none of it is on the measured path.
        result = subprocess.run(["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund",
                                 "--no-package-lock", "--loglevel=error"], cwd=folder, text=True,
                                stdin=subprocess.DEVNULL, capture_output=True,
                                timeout=INSTALL_SECONDS)
    except subprocess.TimeoutExpired:
        raise Unavailable(f"npm install took more than {INSTALL_SECONDS} s") from None
    if result.returncode != 0:
        raise Unavailable(f"npm install failed: {result.stderr.strip()[-300:]}")
