"""openssl s_client, the client that tells most about TLS: as a pipe to the server, and asked once.

    with s_client.connect(port, roots, "-tls1_3", starttls=True) as connection:
        connection.sendall(b"EHLO client.test\\r\\n")
    said = s_client.ask(port, roots, "-alpn", "smtp")     # what it prints of the connection

It verifies that the server is "localhost", and that `roots` vouches for it.
"""

import subprocess

import peers
import piping


def connect(port, roots, *arguments, starttls=False, quiet=True):
    """A socket whose octets it encrypts; closed where it does not get on with the server.

    Not quiet: the socket also tells of the connection, and a line K or R is an order to s_client.
    """
    if quiet:
        return piping.piped(_command(port, roots, starttls, "-quiet", *arguments))
    return piping.piped(_command(port, roots, starttls, *arguments), stderr=subprocess.STDOUT)


def ask(port, roots, *arguments, starttls=False):
    """All that it prints, and the server too, when QUIT is all that is said."""
    result = subprocess.run(_command(port, roots, starttls, "-ign_eof", *arguments),
                            input=b"QUIT\r\n", env=peers.environment(),
                            timeout=peers.PATIENCE_SECONDS, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT)
    return result.stdout.decode(errors="replace")


def _command(port, roots, starttls, *arguments):
    how = ("-starttls", "smtp") if starttls else ()
    return peers.command("openssl", "s_client", "-connect", f"localhost:{port}", *how,
                         "-CAfile", roots, "-verify_return_error", "-verify_hostname", "localhost",
                         *arguments)
