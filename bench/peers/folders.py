"""Removes what a server left: thousands of files, each of which ext4 takes milliseconds for when they
were synced one by one; several threads together get it done in a fraction of that."""

import concurrent.futures
import contextlib
import os
import shutil

REMOVER_COUNT = 16


def remove(folder):
    """All of it, if it is there."""
    with concurrent.futures.ThreadPoolExecutor(REMOVER_COUNT) as removers:
        for inner, _, names in os.walk(folder):
            removers.map(_remove_file, [os.path.join(inner, name) for name in names])
    shutil.rmtree(folder, ignore_errors=True)


def _remove_file(path):
    with contextlib.suppress(OSError):
        os.unlink(path)
