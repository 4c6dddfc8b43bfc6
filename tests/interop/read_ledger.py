#!/usr/bin/env python3
"""Reads a whole ledger from its static files and checks it, without any other code of the project.

Written from docs/format/ alone. Checks the form, author, time window, signature and single use of
every entry, with the keys active at that point (new keys: proof of possession); the place, height,
time, previous header and log root of every header; every tile; the checkpoint's size, root and
signatures, by the peers and the quorum in force and by those of a policy file if one is given. Does
not recompute the roots of the state nor judge what the rules had to accept: both need the rules.

usage: read_ledger.py FOLDER [POLICY]     FOLDER holds `checkpoint` and `tile/`
exit status: 0 all agrees, 1 something disagrees (the place is printed), 2 cannot read
"""
import base64
import hashlib
import pathlib
import re
import struct
import sys
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
FOUND, PROPOSE, APPROVE, ADMIT, ADD, RETIRE, REVOKE, REPLACE = 1, 2, 3, 10, 11, 12, 13, 14
LOG, COSIGNER = 1, 4  # types of Ed25519 keys

def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()

def need(condition, what):
    if not condition:
        raise ValueError(what)

def need_p256(point, purpose, message, signature):
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    need(len(signature) == 64 and 0 < r < P256_ORDER and 0 < s <= P256_ORDER // 2, "low s")
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    key.verify(utils.encode_dss_signature(r, s), b"sogoc/%s/v1\0" % purpose + message,
               ec.ECDSA(hashes.SHA256()))

class Log:
    """Leaves go in, the root comes out (RFC 6962). Compares each tile with its leaves."""
    def __init__(self, folder):
        self.folder, self.size = folder, 0
        self.edge = []  # (height, hash) of the complete subtrees, the largest first
        self.tiles = {}  # level -> [index of the tile that is being filled, its hashes so far]

    def path(self, kind, index, width):
        groups = [f"{index % 1000:03}"]
        while index := index // 1000:
            groups.insert(0, f"x{index % 1000:03}")
        return self.folder / f"tile/{kind}/{'/'.join(groups)}{f'.p/{width}' * (width < 256)}"

    def leaves(self, size):
        for first in range(0, size, 256):
            width = min(256, size - first)
            path, at = self.path("entries", first // 256, width), 0
            data = path.read_bytes()
            for _ in range(width):
                end = at + 2 + int.from_bytes(data[at:at + 2], "big")
                need(at + 2 <= end <= len(data), f"{path}: ends within a leaf")
                yield data[at + 2:end]
                at = end
            need(at == len(data), f"{path}: bytes after the last leaf")

    def append(self, leaf):
        self.size += 1
        self.edge.append((0, sha256(b"\0", leaf)))
        while True:
            height, item = self.edge[-1]
            if height % 8 == 0:
                self.tiles.setdefault(height // 8, [0, []])[1].append(item)
                if len(self.tiles[height // 8][1]) == 256:
                    self.compare(height // 8)
            if len(self.edge) == 1 or self.edge[-2][0] != height:
                return
            self.edge[-2:] = [(height + 1, sha256(b"\1", self.edge[-2][1], item))]

    def compare(self, level):
        index, items = self.tiles[level]
        path = self.path(level, index, len(items))
        need(not items or path.read_bytes() == b"".join(items), f"{path}: not what the leaves give")
        self.tiles[level] = [index + 1, []]

    def root(self):
        root = self.edge[-1][1] if self.edge else sha256()
        for _, left in reversed(self.edge[:-1]):
            root = sha256(b"\1", left, root)
        return root

def varint(data, at):
    end = at
    while data[end:end + 1] >= b"\x80":
        end += 1
    value = sum((byte & 0x7F) << 7 * i for i, byte in enumerate(data[at:end + 1]))
    need(end < len(data) and (data[end] or end == at) and value < 2**64, "varint")
    return value, end + 1

def message(data):
    """{field number: [values]} of one canonical protobuf message."""
    fields, at, last = {}, 0, 0
    while at < len(data):
        tag, at = varint(data, at)
        field, is_bytes = tag >> 3, tag & 7 == 2
        need(is_bytes or tag & 7 == 0, f"field {field}: wire type")
        need(field > last or field == last > 0 and is_bytes, f"field {field}: order")
        value, at = varint(data, at)
        need(value or is_bytes, f"field {field}: zero written out")
        if is_bytes:
            need(at + value <= len(data), f"field {field}: truncated")
            value, at = data[at:at + value], at + value
        fields.setdefault(field, []).append(value)
        last = field
    return fields

def one(fields, field, default=b""):
    values = fields.get(field, [default])
    need(len(values) == 1 and isinstance(values[0], type(default)), f"field {field}: one value")
    return values[0]

class Ledger:
    """The chain of blocks, and what it says about keys, peers and policy."""
    def __init__(self, log):
        self.log, self.id, self.ids = log, bytes(32), set()
        self.height, self.time, self.previous = 0, 0, bytes(32)
        self.keys, self.proposals, self.pending = {}, {}, []
        self.not_after = []  # of the entries since the last header

    def entry(self, leaf):
        if not self.not_after:
            self.next_height()
        envelope = message(leaf[1:])
        body, key_id, signature = map(one, [envelope] * 3, (1, 2, 3))
        fields, entry_id, founding = message(body), sha256(body), self.log.size == 0
        ledger_id, author, nonce = map(one, [fields] * 3, (1, 2, 3))
        operations = [message(operation) for operation in fields.get(5, [])]
        need(set(envelope) == {1, 2, 3} and set(fields) <= {1, 2, 3, 4, 5}, "unknown field")
        need(8 <= len(nonce) <= 32 and all(len(each) == 1 for each in operations), "form")
        need(operations and (len(operations) == 1 or not founding), "number of operations")
        need(all((FOUND in each) == founding for each in operations), "founds where it must not")
        need(ledger_id == self.id, "signed for another ledger")
        need(entry_id not in self.ids, "the same entry a second time")
        if founding:
            found = message(one(operations[0], FOUND))
            self.founded_at, self.governance = one(found, 2, 0), message(one(found, 6))
            for organisation in map(message, found[3]):
                self.apply(ADMIT, organisation, author, None)
            self.set_peers(found[5])
        organisation, point, active = self.keys.get(key_id, (None, b"", False))
        need(organisation == author and active, f"{key_id.hex()} is no active key of the author")
        need_p256(point, b"entry", body, signature)
        for position, operation in enumerate(operations[founding:]):
            [(kind, [content])] = operation.items()
            self.apply(kind, message(content), author, entry_id + struct.pack(">I", position))
        if founding:
            self.id = sha256(leaf)
            self.origin = one(found, 1) + b"/" + self.id[:8].hex().encode()
        self.ids.add(entry_id)
        self.not_after.append(one(fields, 4, 0))

    def header(self, leaf):
        need(len(leaf) == 129, "a header that has not 129 bytes")
        _, version, height, time, previous, first_index, count, log_root, _ = struct.unpack(
            ">BIQQ32sQI32s32s", leaf)
        need((version, height, previous) == (1, self.height, self.previous),
             "version, height or the header before it")
        need(time > self.time if height else time == self.founded_at, "time")
        need(count == len(self.not_after) > 0 and first_index + count == self.log.size, "count")
        need(log_root == self.log.root(), "log_root is not that of the leaves before")
        need(height == 0 or all(0 <= not_after - time // 10**9 <= 30 * 86_400
                                for not_after in self.not_after), "an entry out of its time")
        self.height, self.time, self.previous = height + 1, time, sha256(b"\0", leaf)
        self.not_after = []

    def apply(self, kind, fields, author, place):
        if kind == ADMIT:
            for key in fields.get(5, []):
                self.add_key(one(fields, 1), key)
        elif kind == ADD:
            self.add_key(author, one(fields, 1))
        elif kind in (RETIRE, REVOKE):
            key = self.keys.get(one(fields, 1))
            need(key and key[0] == author and key[2], "ends no active key of the author")
            key[2] = False
        elif kind == REPLACE:
            self.replace_keys(fields)
        elif kind == APPROVE:
            self.approve(one(fields, 1), author)
        elif kind == PROPOSE:
            self.proposals[sha256(place)] = [message(one(fields, 1)), set(), False]
            self.approve(sha256(place), author)

    def add_key(self, organisation, key):
        point, possession = (one(message(key), field) for field in (1, 2))
        need(sha256(point) not in self.keys, "a key for the second time")
        owner = bytes([len(organisation)]) + organisation
        need_p256(point, b"possession", self.id + owner + point, possession)
        self.keys[sha256(point)] = [organisation, point, True]

    def replace_keys(self, fields):
        for key in self.keys.values():
            key[2] = key[2] and key[0] != one(fields, 1)
        self.add_key(one(fields, 1), one(fields, 2))

    def approve(self, proposal_id, author):
        need(proposal_id in self.proposals, "approves nothing that is proposed")
        proposal = change, approvals, applied = self.proposals[proposal_id]
        approvers = set(self.governance[1])
        need(author in approvers - approvals and not applied, "an approval that cannot count")
        approvals.add(author)
        if len(approvals & approvers) >= one(self.governance, 2, 0):
            proposal[2] = True
            if 8 in change:
                self.replace_keys(message(one(change, 8)))
            self.pending.append(change)

    def next_height(self):
        for change in self.pending:
            if 1 in change:
                raise NotImplementedError(f"block {self.height} is not of rules version 1")
            if 2 in change:
                policy = message(one(change, 2))
                self.quorum, self.cosigners = one(policy, 1, 0), policy[2]
            elif 3 in change:
                self.set_peers(message(one(change, 3))[1])
            elif 7 in change:
                self.governance = message(one(change, 7))
        self.pending = []

    def set_peers(self, peers):
        self.peers = {one(peer, 1): (one(peer, 3), one(peer, 4)) for peer in map(message, peers)}
        self.cosigners, n = list(self.peers), len(peers)
        self.quorum = (n + (n - 1) // 3) // 2 + 1

def check_note(text, lines, origin, keys, quorum):  # a line of a known key has to be right
    signed = []
    for _, name, text64 in lines:
        data = base64.b64decode(text64)
        need(base64.b64encode(data) == text64, "checkpoint: base64")
        for key in keys:
            if (key[0], sha256(name, b"\n", bytes([key[1]]), key[2])[:4]) != (name, data[:4]):
                continue
            time = b"cosignature/v1\ntime %d\n" % int.from_bytes(data[4:12], "big")
            signature, what = (data[4:], text) if key[1] == LOG else (data[12:], time + text)
            ed25519.Ed25519PublicKey.from_public_bytes(key[2]).verify(signature, what)
            need(key not in signed, f"checkpoint: {name.decode()} signs twice")
            signed.append(key)
    need(any(key[:2] == (origin, LOG) for key in signed), "checkpoint: not signed by the log")
    cosigners = sorted(name.decode() for name, kind, _ in signed if kind == COSIGNER)
    need(len(cosigners) >= quorum, f"checkpoint: {len(cosigners)} of {quorum} cosignatures")
    return " ".join(cosigners)

def read_policy(text):  # a tlog-policy file with one group of witnesses
    vkeys = re.findall(r"(?m)^(?:log|witness \S+) ([^\s+]+)\+[^\s+]+\+(\S+)", text)
    raw = [(name.encode(), base64.b64decode(key)) for name, key in vkeys]
    group = re.search(r"(?m)^group \S+ (\w+) (.*)", text)
    need(group, "policy: no group of witnesses")
    quorum = {"any": 1, "all": len(group[2].split())}.get(group[1]) or int(group[1])
    return {(name, key[0], key[1:]) for name, key in raw}, quorum

def check(folder, policy=None):
    form = re.fullmatch(rb"((.+)\n(0|[1-9]\d*)\n(.+)\n)\n((?:\xe2\x80\x94 \S+ \S+\n)+)",
                        (folder / "checkpoint").read_bytes())
    need(form, "checkpoint: form")
    text, origin, size, root, lines = form.groups()
    ledger = Ledger(log := Log(folder))
    for leaf in log.leaves(int(size)):
        try:
            need(leaf and leaf[0] in (1, 2) and len(leaf) <= 60_000, "not a leaf")
            (ledger.header if leaf[0] == 2 else ledger.entry)(leaf)
            log.append(leaf)
        except (ValueError, KeyError, InvalidSignature) as error:
            what = str(error) or "a signature is wrong"
            raise ValueError(f"leaf {log.size}, block {ledger.height}: {what}") from error
    need(log.size and not ledger.not_after, "the log does not end with a header")
    need(base64.b64encode(log.root()) == root, "checkpoint: not the leaves' root")
    need(origin == ledger.origin, f"checkpoint: the ledger's origin is {ledger.origin.decode()}")
    for level in sorted(log.tiles):
        log.compare(level)
    note = (text, [line.split() for line in lines.splitlines()], origin)
    keys = {(origin, LOG, log_key) for log_key, _ in ledger.peers.values()}
    keys |= {(name, COSIGNER, ledger.peers[name][1]) for name in ledger.cosigners}
    cosigners = check_note(*note, keys, ledger.quorum)
    if policy:
        check_note(*note, *read_policy(policy.read_text()))
    print(f"origin {origin.decode()}\nsize {log.size}\nroot {log.root().hex()}\n"
          f"blocks {ledger.height}\nentries {len(ledger.ids)}\nkeys {len(ledger.keys)}\n"
          f"cosigned by {cosigners}\nroots of the state not recomputed")

if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(print(__doc__, file=sys.stderr) or 2)
    try:
        check(*map(pathlib.Path, sys.argv[1:]))
    except (ValueError, KeyError, InvalidSignature) as problem:
        sys.exit(f"disagrees: {str(problem) or 'checkpoint: a signature is wrong'}")
    except (OSError, NotImplementedError) as problem:
        print(f"cannot read: {problem}", file=sys.stderr)
        sys.exit(2)
