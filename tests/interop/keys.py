"""Keys, signatures and trees for make_vectors.py: every run gives the same bytes."""
import base64
import hashlib
import hmac

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

ZERO = bytes(32)


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


# ---- ECDSA over P-256 with the nonces of RFC 6979

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
G = (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
     0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)


def add(a, b):
    if a is None or b is None:
        return a or b
    if a[0] == b[0]:
        if a != b:
            return None
        slope = (3 * a[0] * a[0] - 3) * pow(2 * a[1], -1, P)
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, P)
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def times(k, point=G):
    out = None
    while k:
        out, point, k = add(out, point) if k & 1 else out, add(point, point), k >> 1
    return out


def nonce(scalar, digest):
    """RFC 6979, 3.2, with SHA-256 for a 256-bit curve."""
    seed = scalar.to_bytes(32, "big") + (int.from_bytes(digest, "big") % N).to_bytes(32, "big")
    k, v = bytes(32), b"\1" * 32
    for step in (b"\0", b"\1"):
        k = hmac.digest(k, v + step + seed, "sha256")
        v = hmac.digest(k, v, "sha256")
    return int.from_bytes(hmac.digest(k, v, "sha256"), "big")  # beyond N once in 2^32


class Key:
    """A P-256 key whose scalar comes from a name. Public: never use it."""

    def __init__(self, name):
        self.scalar = int.from_bytes(sha256(b"sogoc vector key " + name.encode()), "big") % N
        x, y = times(self.scalar)
        self.point = bytes([2 + y % 2]) + x.to_bytes(32, "big")
        self.id = sha256(self.point)

    def sign(self, purpose, message):
        digest = sha256(b"sogoc/%s/v1\0" % purpose, message)
        k = nonce(self.scalar, digest)
        r = times(k)[0] % N
        s = pow(k, -1, N) * (int.from_bytes(digest, "big") + r * self.scalar) % N
        return r.to_bytes(32, "big") + min(s, N - s).to_bytes(32, "big")

    def possession(self, ledger_id, organisation):
        return self.sign(b"possession",
                         ledger_id + bytes([len(organisation)]) + organisation.encode() + self.point)


class NoteKey:
    def __init__(self, name):
        self.key = ed25519.Ed25519PrivateKey.from_private_bytes(sha256(name.encode()))
        self.public = self.key.public_key().public_bytes(
            serialization.Encoding.Raw, serialization.PublicFormat.Raw)

    def id(self, name, kind):
        return sha256(name.encode(), b"\n", bytes([kind]), self.public)[:4]

    def vkey(self, name, kind):
        data = base64.b64encode(bytes([kind]) + self.public).decode()
        return f"{name}+{self.id(name, kind).hex()}+{data}"

    def line(self, name, kind, text, time=0):
        stamp = time.to_bytes(8, "big") if kind == 4 else b""
        prefix = f"cosignature/v1\ntime {time}\n" if kind == 4 else ""
        signature = self.key.sign((prefix + text).encode())
        data = base64.b64encode(self.id(name, kind) + stamp + signature).decode()
        return f"\u2014 {name} {data}\n"


# ---- Trees

def leaf_hash(leaf):
    return sha256(b"\0", leaf)


def log_root(hashes):
    if len(hashes) < 2:
        return hashes[0] if hashes else sha256()
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return sha256(b"\1", log_root(hashes[:split]), log_root(hashes[split:]))


def state_root(state):
    def build(items, depth):
        if not items:
            return b"SPARSE_MERKLE_PLACEHOLDER_HASH__"
        if len(items) == 1:
            return sha256(b"JMT::LeafNode", *items[0])
        sides = ([], [])
        for item in items:
            sides[item[0][depth // 8] >> 7 - depth % 8 & 1].append(item)
        return sha256(b"JMT::IntrnalNode", *(build(side, depth + 1) for side in sides))
    return build([(sha256(k), sha256(v)) for k, v in state.items()], 0)
