"""aiosmtpd with a handler that takes everything and keeps nothing."""

import asyncio
import ssl
import sys

from aiosmtpd.smtp import SMTP

MESSAGE_BYTES_MAX = 64 << 20
BACKLOG = 1024


class Discarding:
    async def handle_DATA(self, server, session, envelope):
        return "250 OK"


def tls_context(chain, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    return context


async def serve(host, port, *certificate):
    context = tls_context(*certificate) if certificate else None

    def session():
        return SMTP(Discarding(), hostname="mx.example.com", data_size_limit=MESSAGE_BYTES_MAX,
                    tls_context=context)

    server = await asyncio.get_running_loop().create_server(session, host, port, backlog=BACKLOG)
    await server.serve_forever()


asyncio.run(serve(sys.argv[1], int(sys.argv[2]), *sys.argv[3:]))
