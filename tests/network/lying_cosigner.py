"""A peer's port as a client with the keys of another peer: says what that peer's own program never says."""
import contextlib
import datetime
import pathlib
import socket
import ssl
import struct
import tempfile
import time

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

import notes
from local_network import PEER
from protobuf import field, fields, varint

PROTOCOL = 1
HELLO, HEARTBEAT, COSIGNATURE = 1, 2, 3  # proto/peer.proto
TIMEOUT_S = 10


class Keys:
    """Of a peer's folder."""

    def __init__(self, home):
        self.home = home
        self.passphrase = (home / "node.pass").read_bytes().strip()

    def read(self, name):
        return serialization.load_pem_private_key((self.home / f"keys/{name}.key").read_bytes(), self.passphrase)


def certificate(key):
    """Self-signed: only the key in it counts."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "peer")])
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
            .serial_number(1).not_valid_before(datetime.datetime(2025, 1, 1))
            .not_valid_after(datetime.datetime(2099, 1, 1)).sign(key, hashes.SHA256()))
    return made.public_bytes(serialization.Encoding.PEM)


def tls_context(keys):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["sogoc-peer/1"])
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "certificate.pem"
        path.write_bytes(certificate(keys.read("tls")))
        context.load_cert_chain(path, keys.home / "keys/tls.key", keys.passphrase)
    return context


def fixed64(number, value):
    return varint(number << 3 | 1) + struct.pack("<Q", value)


def framed(kind, body):
    message = field(kind, body)
    return struct.pack(">I", len(message)) + message


def cosignature(size, root, line):
    return framed(COSIGNATURE, field(1, size) + field(2, root) + field(4, line.encode()))


class LyingCosigner:
    def __init__(self, ledger_id, name, home):
        self.ledger_id, self.name = ledger_id, name
        self.keys = Keys(home)
        self.context = tls_context(self.keys)
        self.key = self.keys.read("cosigner")

    def sign(self, origin, size, root):
        """A frame with the cosignature."""
        line = notes.cosigned(notes.text_of(origin, size, root), self.name, self.key, int(time.time()))
        return cosignature(size, root, line)

    def hello(self):
        return framed(HELLO, field(1, PROTOCOL) + field(2, self.ledger_id) + field(4, self.name.encode())
                      + field(5, b"0") + fixed64(6, time.time_ns()))

    def say(self, host, said):
        """Sends these frames; True once the peer has taken all of them in."""
        with contextlib.suppress(OSError), \
                socket.create_connection((host, PEER), TIMEOUT_S) as link, self.context.wrap_socket(link) as tls:
            tls.sendall(self.hello())
            if self.answer(tls) != HELLO:
                return False
            tls.sendall(b"".join(said) + framed(HEARTBEAT, fixed64(1, time.time_ns())))
            return self.answer(tls) == HEARTBEAT
        return False

    @staticmethod
    def answer(tls):
        """The kind of the next message; None at the end."""
        with tls.makefile("rb") as stream:
            head = stream.read(4)
            message = stream.read(int.from_bytes(head, "big")) if len(head) == 4 else b""
        return next((number for number, _, _ in fields(message)), None)
