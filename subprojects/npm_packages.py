"""Packages of the npm registry, installed below a folder of ours from a package.json with fixed versions.

    npm_packages.install(HERE / "package.json", folder)
    subprocess.run(["node", "script.js"], env=os.environ | {"NODE_PATH": folder / "node_modules"})
"""

import fcntl
import pathlib
import shutil
import subprocess

from debian_packages import Unavailable

INSTALL_SECONDS = 300


def install(package_json, folder):
    """Puts what `package_json` lists into folder/node_modules, unless it is there.

    Raises Unavailable where that cannot be.
    """
    for tool in ("node", "npm"):
        if not shutil.which(tool):
            raise Unavailable(f"there is no {tool} on this machine")
    folder.mkdir(parents=True, exist_ok=True)
    wanted = pathlib.Path(package_json).read_text()
    done = folder / "installed.json"
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists() or done.read_text() != wanted:
            shutil.rmtree(folder / "node_modules", ignore_errors=True)
            (folder / "package.json").write_text(wanted)
            _run_npm(folder)
            done.write_text(wanted)


def _run_npm(folder):
    try:
        # No scripts: what they would compile is optional to all that we use.
        result = subprocess.run(["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund",
                                 "--no-package-lock", "--loglevel=error"], cwd=folder, text=True,
                                stdin=subprocess.DEVNULL, capture_output=True,
                                timeout=INSTALL_SECONDS)
    except subprocess.TimeoutExpired:
        raise Unavailable(f"npm install took more than {INSTALL_SECONDS} s") from None
    if result.returncode != 0:
        raise Unavailable(f"npm install failed: {result.stderr.strip()[-300:]}")
