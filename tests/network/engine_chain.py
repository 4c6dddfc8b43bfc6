"""The engine's blocks as anybody can check them offline: headers, commits and validators, as its RPC gives them, hold
by their hashes and signatures alone (CometBFT v0.38, types/block.go, types/canonical.go, crypto/merkle)."""
import base64
import datetime
import struct

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

import protobuf
from history import Tree, sha256

PRECOMMIT = 2  # the type of the votes in a commit
ABSENT, COMMIT, NIL = 1, 2, 3  # what a validator's place in a commit holds
HASHES = ("last_commit_hash", "data_hash", "validators_hash", "next_validators_hash", "consensus_hash", "app_hash",
          "last_results_hash", "evidence_hash", "proposer_address")


class Refused(Exception):
    """These are no blocks of that chain."""


def need(condition, what):
    if not condition:
        raise Refused(what)


# ---- the engine's encodings: protobuf without what is zero or empty

def scalar(number, value):
    return protobuf.field(number, value) if value else b""


def fixed64(number, value):
    return protobuf.varint(number << 3 | protobuf.FIXED64) + struct.pack("<q", value) if value else b""


def time_ns(text):
    """Of RFC 3339 in UTC, with up to nine digits after the second."""
    second, _, fraction = text.rstrip("Z").partition(".")
    since = datetime.datetime.fromisoformat(second) - datetime.datetime(1970, 1, 1)
    return since // datetime.timedelta(seconds=1) * 1_000_000_000 + int(fraction.ljust(9, "0"))


def timestamp(text):
    seconds, nanoseconds = divmod(time_ns(text), 1_000_000_000)
    return scalar(1, seconds) + scalar(2, nanoseconds)


def block_id(block):
    parts = block["parts"]
    return (scalar(1, bytes.fromhex(block["hash"]))
            + protobuf.field(2, scalar(1, parts["total"]) + scalar(2, bytes.fromhex(parts["hash"]))))


def header_leaves(header):
    version = header["version"]
    return [scalar(1, int(version["block"])) + scalar(2, int(version.get("app", 0))),
            scalar(1, header["chain_id"].encode()), scalar(1, int(header["height"])), timestamp(header["time"]),
            block_id(header["last_block_id"]), *(scalar(1, bytes.fromhex(header[name])) for name in HASHES)]


def public_key(validator):
    return base64.b64decode(validator["pub_key"]["value"])


def validator_leaf(validator):
    return protobuf.field(1, protobuf.field(1, public_key(validator))) + scalar(2, int(validator["voting_power"]))


def signature_leaf(place):
    """What the next header's last_commit_hash has of each validator's place in a commit."""
    return (scalar(1, place["block_id_flag"]) + scalar(2, bytes.fromhex(place["validator_address"]))
            + protobuf.field(3, timestamp(place["timestamp"]))
            + scalar(4, base64.b64decode(place["signature"] or "")))


def sign_bytes(chain_id, height, round_, block, time, kind=PRECOMMIT):
    """What a vote signs; `block`: its id, None if the vote is for none."""
    vote = (scalar(1, kind) + fixed64(2, height) + fixed64(3, round_)
            + (protobuf.field(4, block_id(block)) if block else b"") + protobuf.field(5, timestamp(time))
            + scalar(6, chain_id.encode()))
    return protobuf.varint(len(vote)) + vote


def merkle(leaves):
    tree = Tree()
    for leaf in leaves:
        tree.append(sha256(b"\0", leaf))
    return tree.root().hex().upper()


def header_hash(header):
    return merkle(header_leaves(header))


def address(key):
    return sha256(key)[:20].hex().upper()


# ---- the rules

def check(chain_id, signed, validators):
    """Refused unless more than two thirds of these validators' power signed the header, and it names them."""
    header, commit = signed["header"], signed["commit"]
    where = f"block {header['height']}:"
    need(header["chain_id"] == chain_id, f"{where} chain {header['chain_id']}, not {chain_id}")
    need(commit["height"] == header["height"], f"{where} the commit is of block {commit['height']}")
    need(commit["block_id"]["hash"] == header_hash(header), f"{where} the commit is of another header")
    need(merkle(map(validator_leaf, validators)) == header["validators_hash"], f"{where} other validators")
    need(len(commit["signatures"]) == len(validators), f"{where} the commit is of other validators")
    voted = sum(power_of(chain_id, commit, *pair) for pair in zip(commit["signatures"], validators))
    power = sum(int(validator["voting_power"]) for validator in validators)
    need(3 * voted > 2 * power, f"{where} {voted} of {power} signed")


def power_of(chain_id, commit, place, validator):
    """That the validator gave to the block. A vote for none is no vote for the block, but must be signed as well."""
    if place["block_id_flag"] == ABSENT:
        return 0
    key, who = public_key(validator), f"block {commit['height']}: validator {place['validator_address']}"
    need(place["block_id_flag"] in (COMMIT, NIL), f"{who}: unknown flag")
    need(place["validator_address"] == address(key), f"{who}: another one's place")
    block = commit["block_id"] if place["block_id_flag"] == COMMIT else None
    vote = sign_bytes(chain_id, int(commit["height"]), commit["round"], block, place["timestamp"])
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(base64.b64decode(place["signature"]), vote)
    except InvalidSignature:
        raise Refused(f"{who}: bad signature") from None
    return int(validator["voting_power"]) if block else 0


def check_link(before, signed):
    """Refused unless the block follows the one before: its block, its commit, and the validators that it named."""
    last, header = before["header"], signed["header"]
    where = f"block {header['height']}:"
    need(int(header["height"]) == int(last["height"]) + 1, f"{where} comes after block {last['height']}")
    need(header["last_block_id"] == before["commit"]["block_id"], f"{where} another last block")
    need(header["last_commit_hash"] == merkle(map(signature_leaf, before["commit"]["signatures"])),
         f"{where} another last commit")
    need(header["validators_hash"] == last["next_validators_hash"], f"{where} validators that were not named before")
    need(time_ns(header["time"]) > time_ns(last["time"]), f"{where} not later than the block before")


def check_log(headers, log):
    """Refused unless the ledger's blocks are what these blocks of the engine made. `log`: (leaf hash, time) of each
    ledger header. An app hash names the newest one before the block; its time is that of the block that made it."""
    hashes = [leaf_hash for leaf_hash, _ in log]
    need(headers[0]["app_hash"] in hashes, f"block {headers[0]['height']}: an app hash that is not in the log")
    at = hashes.index(headers[0]["app_hash"])
    for header, after in zip(headers, headers[1:]):
        if after["app_hash"] != header["app_hash"]:
            at += 1
            need(log[at:at + 1] == [(after["app_hash"], time_ns(header["time"]))],
                 f"block {header['height']}: made another block than the log has")
    # Of the last block nothing is said yet.
    need([time for _, time in log[at + 1:]] in ([], [time_ns(headers[-1]["time"])]), "the log has more blocks")
