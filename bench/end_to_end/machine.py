"""What the figures are from: machine, kernel, compiler, commit."""

import datetime
import os
import pathlib
import platform
import re
import subprocess


def describe(source_folder, build_folder):
    return {
        "cpu": _cpu_model(),
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "kernel": f"{platform.system()} {platform.release()}",
        "system": _system_name(),
        "file_system": _file_system(build_folder),
        "compiler": _compiler(build_folder),
        "python": platform.python_version(),
        "commit": commit(source_folder),
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d"),
    }


def commit(source_folder):
    told = _say(["git", "-C", source_folder, "rev-parse", "--short=12", "HEAD"]) or "unknown"
    changed = _say(["git", "-C", source_folder, "status", "--porcelain", "--untracked-files=no",
                    "--", "lib", "server", "bench"])
    return told + (" with changes" if changed else "")


def _cpu_model():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _system_name():
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return platform.system()


def _file_system(folder):
    """Of the mount that the folder lies in."""
    folder, found = str(folder.resolve()), ("", "unknown")
    for line in pathlib.Path("/proc/mounts").read_text().splitlines():
        point, kind = line.split()[1:3]
        if (folder + "/").startswith(point.rstrip("/") + "/") and len(point) > len(found[0]):
            found = point, kind
    return found[1]


def _compiler(build_folder):
    log = build_folder / "meson-logs/meson-log.txt"
    text = log.read_text(errors="replace") if log.exists() else ""
    found = re.search(r"^C\+\+ compiler for the host machine: .*\((\S+ \S+)", text, re.MULTILINE)
    return found.group(1) if found else "unknown"


def _say(command):
    told = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL)
    return told.stdout.strip() if told.returncode == 0 else ""
