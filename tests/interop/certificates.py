"""Certificates for one test, made by Debian's openssl: an authority of its own, and what it signs.

    authority = certificates.Authority(folder)
    pair = authority.issue("localhost", key="ecdsa")
    ... certificate = "{pair.certificate}", key = "{pair.key}" ...
    curl --cacert {authority.certificate} ...
"""

import dataclasses
import pathlib
import subprocess

import peers

KEYS = {
    "ecdsa": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "rsa": ["-newkey", "rsa:2048"],
}


@dataclasses.dataclass
class Pair:
    certificate: pathlib.Path  # PEM; behind it, the chain
    key: pathlib.Path


class Authority:
    """Signs for as long as the folder is there."""

    def __init__(self, folder, name="authority"):
        self.folder = pathlib.Path(folder)
        self.name = name
        self.certificate = self.folder / f"{name}.pem"
        self._key = self.folder / f"{name}.key"
        openssl("req", "-x509", *KEYS["ecdsa"], "-noenc", "-days", 100, "-subj", f"/CN=Test {name}",
                "-addext", "keyUsage=critical,keyCertSign,cRLSign",
                "-keyout", self._key, "-out", self.certificate)

    def issue(self, host, *, key="ecdsa", usage="serverAuth"):
        """For a server of this name; with usage="clientAuth", for a client."""
        stem = f"{self.name}-{host}-{key}"
        pair = Pair(self.folder / f"{stem}.pem", self.folder / f"{stem}.key")
        openssl("req", "-x509", *KEYS[key], "-noenc", "-days", 90, "-subj", f"/CN={host}",
                "-CA", self.certificate, "-CAkey", self._key,
                "-addext", f"subjectAltName=DNS:{host}",
                "-addext", "basicConstraints=critical,CA:FALSE",
                "-addext", "keyUsage=critical,digitalSignature",
                "-addext", f"extendedKeyUsage={usage}",
                "-addext", "crlDistributionPoints=URI:http://authority.test/revoked.crl",
                "-keyout", pair.key, "-out", pair.certificate)
        return pair


def openssl(*arguments):
    result = subprocess.run(peers.command("openssl", *arguments), env=peers.environment(),
                            stdin=subprocess.DEVNULL, capture_output=True, text=True,
                            timeout=peers.PATIENCE_SECONDS)
    if result.returncode != 0:
        raise AssertionError(f"openssl {arguments[0]} failed: {result.stderr}")
    return result.stdout
