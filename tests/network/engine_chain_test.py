#!/usr/bin/env python3
"""The checks of the engine's blocks against the engine's own vectors, and against blocks in which one thing is wrong:
each has to be refused, for that reason.
usage: engine_chain_test.py"""
import base64
import copy
import json
import pathlib
import re
import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "scripts"))
import engine_chain as chain  # noqa: E402
from history import sha256  # noqa: E402

VECTORS = (ROOT / "tests/vectors/abci.txt").read_text()
CHAIN = "ledger-test-1"
YEAR_1 = "0001-01-01T00:00:00Z"
KEYS = [Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32) for seed in (1, 2, 3, 4)]
PUBLIC = [key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw) for key in KEYS]


def vector(before, pattern=r"\S+"):
    """What stands after that text."""
    return re.search(re.escape(before) + f"({pattern})", VECTORS)[1]


def digest(text):
    return sha256(text.encode()).hex().upper()


def validators():
    return [{"pub_key": {"value": base64.b64encode(key).decode()}, "voting_power": "10"} for key in PUBLIC]


def vector_block():
    """The block of height 5 of the vectors, which the fourth validator did not sign."""
    one = vector("validators_hash ")
    header = {"version": {"block": "11", "app": "1"}, "chain_id": CHAIN, "height": "5",
              "time": "2026-11-21T10:00:00.123456789Z",
              "last_block_id": {"hash": digest("prev"), "parts": {"total": 1, "hash": digest("prevparts")}},
              "last_commit_hash": digest("lc"), "data_hash": vector("data_hash(tx-a,tx-b,tx-c) "),
              "validators_hash": one, "next_validators_hash": one,
              "consensus_hash": vector("consensus_hash(max_bytes=1048576,max_gas=-1) "),
              "app_hash": digest("app state after height 4"),
              "last_results_hash": vector("last_results_hash([{ok},{code1,data no,gw10,gu5}]) "),
              "evidence_hash": digest(""), "proposer_address": chain.address(PUBLIC[0])}
    places = [{"block_id_flag": chain.COMMIT, "validator_address": chain.address(PUBLIC[each]),
               "timestamp": f"2026-11-21T10:00:00.2{each}Z", "signature": vector(f"  sig {each} ")}
              for each in range(3)]
    places.append({"block_id_flag": chain.ABSENT, "validator_address": "", "timestamp": YEAR_1, "signature": None})
    commit = {"height": "5", "round": 0, "signatures": places,
              "block_id": {"hash": vector("header hash ").upper(),
                           "parts": {"total": 1, "hash": vector("parts total 1 hash ")}}}
    return {"header": header, "commit": commit}


def sign(signed, flags=(chain.COMMIT,) * 3 + (chain.NIL,)):
    """Makes it a block that the four signed in round 2."""
    header, commit = signed["header"], signed["commit"]
    commit.update(height=header["height"], round=2)
    commit["block_id"]["hash"] = chain.header_hash(header)
    for key, public, place, flag in zip(KEYS, PUBLIC, commit["signatures"], flags):
        time = f"2026-11-21T10:00:0{header['height']}Z"
        vote = chain.sign_bytes(CHAIN, int(header["height"]), 2,
                                commit["block_id"] if flag == chain.COMMIT else None, time)
        place.update(block_id_flag=flag, validator_address=chain.address(public), timestamp=time,
                     signature=base64.b64encode(key.sign(vote)).decode())


def next_block(before):
    signed = copy.deepcopy(before)
    last = before["commit"]
    signed["header"].update(height="6", time="2026-11-21T10:00:01Z", last_block_id=copy.deepcopy(last["block_id"]),
                            last_commit_hash=chain.merkle(map(chain.signature_leaf, last["signatures"])),
                            app_hash=digest("another state"))
    sign(signed)
    return signed


class Case:
    """Two blocks with nothing wrong, and the ledger's log that they made; to be spoilt."""

    def __init__(self):
        self.chain_id, self.validators = CHAIN, validators()
        self.first = vector_block()
        self.second = next_block(self.first)
        self.log = [(digest("founding"), 1), (self.first["header"]["app_hash"], 2),
                    (digest("another state"), chain.time_ns(self.first["header"]["time"])),
                    (digest("the newest"), chain.time_ns(self.second["header"]["time"]))]

    def refused(self):
        """Why; "" if it is not."""
        try:
            for signed in (self.first, self.second):
                chain.check(self.chain_id, signed, self.validators)
            chain.check_link(self.first, self.second)
            chain.check_log([self.first["header"], self.second["header"]], self.log)
        except chain.Refused as refused:
            return str(refused)
        return ""


# ---- what is spoilt, and what is said of it

def other(value):
    """Of the same kind."""
    if isinstance(value, int):
        return value + 1
    if value.isdigit() and len(value) < 20:
        return str(int(value) + 1)
    return ("1" if value[0] != "1" else "2") + value[1:]


HEADER = [(["header", name], "of another header")
          for name in ("time", "last_commit_hash", "data_hash", "next_validators_hash", "consensus_hash", "app_hash",
                       "last_results_hash", "evidence_hash", "proposer_address")]
HEADER += [(["header", *path], why) for path, why in (
    (["version", "block"], "of another header"), (["version", "app"], "of another header"),
    (["last_block_id", "hash"], "of another header"), (["last_block_id", "parts", "total"], "of another header"),
    (["last_block_id", "parts", "hash"], "of another header"), (["chain_id"], "not ledger-test-1"),
    (["height"], "the commit is of block 5"), (["validators_hash"], "of another header"))]
COMMIT = [(["commit", *path], why) for path, why in (
    (["height"], "the commit is of block 6"), (["round"], "bad signature"),
    (["block_id", "hash"], "of another header"), (["block_id", "parts", "total"], "bad signature"),
    (["block_id", "parts", "hash"], "bad signature"))]
COMMIT += [(["commit", "signatures", place, name], why) for place in range(3) for name, why in (
    ("block_id_flag", "bad signature"), ("validator_address", "another one's place"), ("timestamp", "bad signature"),
    ("signature", "bad signature"))]


def spoil(signed, path):
    *way, name = path
    for step in way:
        signed = signed[step]
    signed[name] = other(signed[name])


def absent(case):
    case.first["commit"]["signatures"][1]["block_id_flag"] = chain.ABSENT


def exactly_two_thirds(case):
    del case.validators[3]
    for signed in (case.first, case.second):
        del signed["commit"]["signatures"][3]
        signed["header"]["validators_hash"] = chain.merkle(map(chain.validator_leaf, case.validators))
    sign(case.first, (chain.COMMIT, chain.COMMIT, chain.NIL))


def unknown_flag(case):
    case.first["commit"]["signatures"][2]["block_id_flag"] = 4


def twice_one_place(case):
    places = case.first["commit"]["signatures"]
    places[1] = places[0]


def place_too_few(case):
    del case.first["commit"]["signatures"][3]


def forged_vote_for_none(case):
    case.second["commit"]["signatures"][3]["timestamp"] = YEAR_1


def power(case):
    case.validators[2]["voting_power"] = "11"


def key(case):
    case.validators[3]["pub_key"] = case.validators[0]["pub_key"]


def order(case):
    case.validators.reverse()


def validator_missing(case):
    case.validators.pop()


def chain_id(case):
    case.chain_id = "ledger-test-2"


def signed_for_another_chain(case):
    """The header says so too, and its hash is right."""
    spoil(case.first, ["header", "chain_id"])
    case.first["commit"]["block_id"]["hash"] = chain.header_hash(case.first["header"])
    case.chain_id = case.first["header"]["chain_id"]


def resigned(**changes):
    """The second block, signed by all of them like that."""
    def change(case):
        case.second["header"].update(changes)
        sign(case.second)
    return change


def other_parts(case):
    case.second["header"]["last_block_id"]["parts"]["total"] = 2
    sign(case.second)


def unnamed_validators(case):
    case.first["header"]["next_validators_hash"] = digest("others")
    sign(case.first)
    case.second = next_block(case.first)


def log_lacks_the_first(case):
    case.log[1] = (digest("no state"), 2)


def log_has_another(case):
    case.log[2] = (digest("a third state"), case.log[2][1])


def log_has_one_more_between(case):
    case.log.insert(2, (digest("a third state"), 3))


def log_has_another_time(case):
    case.log[2] = (case.log[2][0], case.log[2][1] + 1)


def log_is_shorter(case):
    del case.log[2:]


def log_is_longer(case):
    case.log.append((digest("from nowhere"), case.log[-1][1] + 1))


def newest_has_another_time(case):
    case.log[-1] = (case.log[-1][0], case.log[-1][1] + 1)


CASES = ((absent, "20 of 40 signed"), (exactly_two_thirds, "20 of 30 signed"), (unknown_flag, "unknown flag"),
         (twice_one_place, "another one's place"), (place_too_few, "the commit is of other validators"),
         (forged_vote_for_none, "block 6: validator C5B940ED3F65C391965DE8295FC5D25F474FA57B: bad signature"),
         (power, "other validators"), (key, "other validators"), (order, "other validators"),
         (validator_missing, "other validators"), (chain_id, "not ledger-test-2"),
         (signed_for_another_chain, "bad signature"), (resigned(height="7"), "block 7: comes after block 5"),
         (resigned(last_commit_hash=digest("")), "another last commit"), (other_parts, "another last block"),
         (resigned(time="2026-11-21T10:00:00.123456789Z"), "not later"),
         (unnamed_validators, "validators that were not named before"),
         (log_lacks_the_first, "block 5: an app hash that is not in the log"),
         (log_has_another, "block 5: made another block than the log has"),
         (log_has_one_more_between, "block 5: made another"), (log_has_another_time, "block 5: made another"),
         (log_is_shorter, "block 5: made another"), (log_is_longer, "the log has more blocks"),
         (newest_has_another_time, "the log has more blocks"))


def refusals():
    """(what was spoilt, what is said, what must be)"""
    yield "nothing", Case().refused(), ""
    for path, why in HEADER + COMMIT:
        case = Case()
        spoil(case.first, path)
        yield ".".join(map(str, path)), case.refused(), why
    for plant, why in CASES:
        case = Case()
        plant(case)
        yield plant.__name__, case.refused(), why


def encodings():
    """(name, what we make, the vector)"""
    block = vector_block()
    header, commit = block["header"], block["commit"]
    names = ("version", "chain_id", "height", "time", "last_block_id", *chain.HASHES)
    for name, leaf in zip(names, chain.header_leaves(header)):
        yield name, leaf.hex(), vector(f"\n   {name} ")
    yield "header hash", chain.header_hash(header), vector("header hash ")
    leaves = [chain.validator_leaf(each) for each in validators()]
    yield "validator", leaves[0].hex(), vector("simple_validator[0] leaf: ")
    yield "validators hash", chain.merkle(leaves), vector("validators_hash ")
    for seed, public in enumerate(PUBLIC, 1):
        yield f"key {seed}", f"{chain.address(public)} pub {public.hex()}", vector(f"seed 0{seed}*32 addr ", ".*")
    yield "tree of three", chain.merkle(sha256(tx) for tx in (b"tx-a", b"tx-b", b"tx-c")), header["data_hash"]
    yield ("tree with an empty leaf", chain.merkle([b"", bytes.fromhex("080112026e6f280a3005")]),
           header["last_results_hash"])
    yield "empty tree", chain.merkle([]), vector("evidence_hash 0a20").upper()
    places = json.loads(vector("signatures by RPC: "))
    yield ("last commit hash", chain.merkle(map(chain.signature_leaf, places)),
           vector("last_commit_hash of the block after it: "))
    yield ("vote", chain.sign_bytes(CHAIN, 5, 0, commit["block_id"], "2026-11-21T10:00:00.20Z").hex(),
           vector("sign bytes validator[0] ts 2026-11-21T10:00:00.20Z: "))
    yield ("empty vote", chain.sign_bytes("", 0, 0, None, YEAR_1, kind=0).hex(),
           vector("sign bytes of a vote without type, height, round, block, time (year 1) and chain: "))
    yield ("vote for none", chain.sign_bytes("", 1, 1, None, YEAR_1).hex(),
           vector("sign bytes of a precommit for none, height 1 round 1, time of year 1, no chain: "))


def main():
    made, said = list(encodings()), list(refusals())
    wrong = [f"{name}: {ours}, not {theirs}" for name, ours, theirs in made if ours != theirs]
    wrong += [f"{name}: {why or 'not refused'}, not: {must}" for name, why, must in said
              if must not in why or bool(must) != bool(why)]
    print("\n".join(wrong) or f"engine chain: {len(made)} vectors; {len(said) - 1} spoilt blocks are refused")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
