"""Packages of the npm registry, installed below build/bench-peers from a package.json with fixed versions."""

import json
import subprocess

import npm_packages
from peers.server import PEERS_FOLDER


def installed(name, package_json):
    """The folder whose node_modules has what `package_json` lists; installed unless it is there."""
    folder = PEERS_FOLDER / name
    npm_packages.install(package_json, folder)
    return folder


def version(folder, package):
    listed = json.loads((folder / "node_modules" / package / "package.json").read_text())
    runtime = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True)
    return f"{listed['version']}, node {runtime.stdout.strip().removeprefix('v')}"
