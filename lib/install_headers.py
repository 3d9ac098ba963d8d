#!/usr/bin/env python3
"""Installs the public headers: those below the first folder that are in no internal/ folder.

    install_headers.py SOURCE_FOLDER INSTALL_FOLDER [LEFT_OUT...]

LEFT_OUT are headers and folders below the first of what this build does not have. meson runs it at the
end of `meson install`, and DESTDIR counts.
"""

import os
import pathlib
import shutil
import sys


def main():
    source_folder, install_folder, *left_out = map(pathlib.Path, sys.argv[1:])
    if destination := os.environ.get("DESTDIR"):
        install_folder = pathlib.Path(destination) / install_folder.relative_to("/")
    for header in sorted(source_folder.rglob("*.h")):
        below = header.relative_to(source_folder)
        if "internal" not in below.parts and not any(map(below.is_relative_to, left_out)):
            target = install_folder / below
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(header, target)
            target.chmod(0o644)


if __name__ == "__main__":
    main()
