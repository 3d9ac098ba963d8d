"""All servers that are measured, by name, in the order of the tables."""

from peers.aiosmtpd.peer import Aiosmtpd
from peers.chasquid.peer import Chasquid
from peers.exim.peer import Exim
from peers.haraka.peer import Haraka
from peers.nodemailer.peer import Nodemailer
from peers.opensmtpd.peer import Opensmtpd
from peers.postfix.peer import Postfix
from peers.ringpost.peer import Blind, Ringpostd, RingpostdMaildir
from peers.smtp_sink.peer import SmtpSink

OWN = (Ringpostd, RingpostdMaildir, Blind)
PEERS = (SmtpSink, Nodemailer, Aiosmtpd, Haraka, Postfix, Exim, Opensmtpd, Chasquid)
NAMES = [kind.name for kind in OWN + PEERS]


def make(names, build_folder):
    own = {kind.name: kind for kind in OWN}
    peers = {kind.name: kind for kind in PEERS}
    return [own[name](build_folder) if name in own else peers[name]() for name in names]
