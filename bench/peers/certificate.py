"""The certificate that every server shows where clients speak TLS: ECDSA P-256, made once, signed by
itself. The same for all, because its kind decides what a handshake costs."""

import dataclasses
import fcntl
import pathlib
import shutil
import subprocess

from peers.server import HOST_NAME, PEERS_FOLDER, Unavailable

DAYS = 30
SECONDS_TO_SPARE = 24 * 3600


@dataclasses.dataclass(frozen=True)
class Certificate:
    chain: pathlib.Path
    key: pathlib.Path


def made(folder=PEERS_FOLDER / "certificate"):
    """The two files, in PEM; made unless they are there and still good for a while."""
    folder.mkdir(parents=True, exist_ok=True)
    found = Certificate(folder / "chain.pem", folder / "key.pem")
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not shutil.which("openssl"):
            raise Unavailable("there is no openssl here to make a certificate with")
        if not _is_good(found):
            _openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                     "-nodes", "-days", DAYS, "-subj", f"/CN={HOST_NAME}",
                     "-addext", f"subjectAltName=DNS:{HOST_NAME}",
                     "-keyout", found.key, "-out", found.chain)
    return found


def copied(to_folder, chain_name, key_name):
    """For a server that looks for them in a place of its own: readable by whoever it becomes."""
    original = made()
    for path, name in ((original.chain, chain_name), (original.key, key_name)):
        shutil.copyfile(path, to_folder / name)
        (to_folder / name).chmod(0o644)


def _is_good(found):
    return (found.key.exists() and found.chain.exists()
            and _openssl("x509", "-checkend", SECONDS_TO_SPARE, "-noout", "-in", found.chain,
                         must_succeed=False))


def _openssl(*words, must_succeed=True):
    result = subprocess.run(["openssl", *map(str, words)], capture_output=True, text=True,
                            stdin=subprocess.DEVNULL)
    if must_succeed and result.returncode != 0:
        raise Unavailable(f"openssl made no certificate: {result.stderr.strip()[-300:]}")
    return result.returncode == 0
