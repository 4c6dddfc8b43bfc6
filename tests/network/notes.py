"""Signed checkpoints (docs/format/checkpoint.md): made with a peer's keys, and judged by anybody."""
import base64
import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

DASH = "\N{EM DASH}"
COSIGNER, LOG = b"\4", b"\1"


def text_of(origin, size, root):
    return f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"


def key_id(name, kind, key):
    return hashlib.sha256(name.encode() + b"\n" + kind + key).digest()[:4]


def message(text, time_s):
    return f"cosignature/v1\ntime {time_s}\n{text}".encode()


def raw(key):
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def cosigned(text, name, key, time_s):
    """The line by which the peer cosigns."""
    signature = time_s.to_bytes(8, "big") + key.sign(message(text, time_s))
    return line(name, key_id(name, COSIGNER, raw(key)) + signature)


def logged(text, origin, key):
    """The log's own line."""
    return line(origin, key_id(origin, LOG, raw(key)) + key.sign(text.encode()))


def line(name, signed):
    return f"{DASH} {name} {base64.b64encode(signed).decode()}\n"


def signers(note, keys):
    """Names of those of `keys` ({name: cosigner key}) whose cosignatures under the note are right."""
    text, _, lines = note.partition("\n\n")
    found = set()
    for line in lines.splitlines():
        _, name, signed = line.split(" ")
        identity, stamp, signature = [base64.b64decode(signed)[at] for at in (slice(4), slice(4, 12), slice(12, None))]
        if name in keys and identity == key_id(name, COSIGNER, keys[name]):
            try:
                Ed25519PublicKey.from_public_bytes(keys[name]).verify(
                    signature, message(text + "\n", int.from_bytes(stamp, "big")))
            except InvalidSignature:
                continue
            found.add(name)
    return found


def size_and_root(note):
    _, size, root, *_ = note.split("\n")
    return int(size), base64.b64decode(root)
