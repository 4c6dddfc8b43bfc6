"""Plants a lost acknowledgement, a fork, and other disagreements; the history checker must find each, and nothing
in a history without them. Started by `history.py --self-test`."""
import base64
import json
import pathlib
import sys
import tempfile

from history import HEADER, Tree, check_files, entry_id, sha256, tile_path

PEERS = ("peer 1", "peer 2", "peer 3", "peer 4")
BLOCKS, ENTRIES = 130, 3  # more leaves than one bundle holds


def entry(number):
    body = f"entry {number}".encode() * 20  # its length takes two bytes
    return bytes([1, 0x0A, len(body) & 0x7F | 0x80, len(body) >> 7]) + body


class Ledger:
    """The leaves of a log that is made block by block, and what its clients were told."""

    def __init__(self):
        self.leaves, self.tree, self.told = [], Tree(), []
        self.height, self.time, self.previous = 0, 1_000, bytes(32)

    def append(self, leaf):
        self.leaves.append(leaf)
        self.tree.append(sha256(b"\0", leaf))

    def block(self, entries, time=None):
        first = len(self.leaves)
        for each in entries:
            self.append(each)
        self.time = self.time + 5 if time is None else time
        header = HEADER.pack(2, 1, self.height, self.time, self.previous, first, len(entries), self.tree.root(),
                             bytes(32))
        self.previous = sha256(b"\0", header)
        self.told += [(entry_id(each), first + i, self.height, self.previous) for i, each in enumerate(entries)]
        self.append(header)
        self.height += 1

    def note(self):
        return f"origin\n{len(self.leaves)}\n{base64.b64encode(self.tree.root()).decode()}\n\n— x\n"


def ledger(change_at=None, time_at=None, twice_at=None, blocks=BLOCKS):
    made = Ledger()
    for block in range(blocks):
        entries = [entry(block * ENTRIES + i) for i in range(ENTRIES)]
        if block == change_at:
            entries[1] = entry(1_000_000)
        if block == twice_at:
            entries[2] = entry(0)
        made.block(entries, time=made.time if block == time_at else None)
    return made


def export(folder, made):
    (folder / "tile/entries").mkdir(parents=True)
    for first in range(0, len(made.leaves), 256):
        leaves = made.leaves[first:first + 256]
        path = tile_path(folder, first // 256, len(leaves))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in leaves))
    (folder / "checkpoint").write_text(made.note())


class Case:
    """A history without a fault, to be spoilt."""

    def __init__(self):
        good = ledger()
        self.logs = {name: good for name in PEERS}
        self.told = list(good.told)
        self.notes = [ledger(blocks=7).note(), ledger(blocks=100).note(), good.note()]

    def verdict(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            for peer, made in self.logs.items():
                export(folder / peer, made)
            (folder / "journal").write_text("".join(
                f"{told[0].hex()} {told[1]} {told[2]} {told[3].hex()} http://x final\n" for told in self.told)
                + "0011 1")  # and a line that its writer did not finish
            (folder / "notes").write_text("".join(
                json.dumps({"peer": "peer 2", "note": note}) + "\n" for note in self.notes))
            return check_files([folder / "journal"], [folder / "notes"],
                               {peer: folder / peer for peer in self.logs})


def nothing(case):
    """No disagreement."""


def lost_acknowledgement(case):
    case.told.append((sha256(b"never written"), 17, 4, case.told[0][3]))


def lost_at_one_peer(case):
    case.logs["peer 3"] = ledger(blocks=BLOCKS - 1)
    case.notes.pop()


def moved_entry(case):
    entry_at, index, height, header = case.told[40]
    case.told[40] = (entry_at, index + 1, height, header)


def other_block(case):
    case.told[40] = (*case.told[40][:3], sha256(b"another header"))


def two_answers(case):
    case.told.append((case.told[40][0], case.told[41][1], *case.told[40][2:]))


def fork_of_logs(case):
    case.told = [told for told in case.told if told[2] < 50]
    case.logs["peer 4"] = ledger(change_at=60)
    case.notes = case.notes[:1]


def fork_of_checkpoints(case):
    case.notes.append(ledger(change_at=60, blocks=100).note())


def checkpoint_of_nothing(case):
    case.notes.append(ledger(blocks=BLOCKS + 1).note())


def all_with(case, **changes):
    made = ledger(**changes)
    case.logs = {name: made for name in PEERS}
    case.told, case.notes = made.told[:9], []


def time_stands(case):
    all_with(case, time_at=20)


def entry_twice(case):
    all_with(case, twice_at=20)
    case.told = case.told[3:]


CASES = ((nothing, set()), (lost_acknowledgement, {"lost"}), (lost_at_one_peer, {"lost", "disorder"}),
         (moved_entry, {"lost"}), (other_block, {"lost"}), (two_answers, {"forks"}), (fork_of_logs, {"forks"}),
         (fork_of_checkpoints, {"forks"}), (checkpoint_of_nothing, {"forks"}), (time_stands, {"disorder"}),
         (entry_twice, {"disorder"}))


def run():
    wrong = 0
    for plant, expected in CASES:
        case = Case()
        plant(case)
        verdict = case.verdict()
        found = {name for name in ("lost", "forks", "disorder") if getattr(verdict, name)}
        if found != expected:
            wrong += 1
            print(f"history: self-test: {plant.__name__}: expected {sorted(expected)}, found {sorted(found)}",
                  verdict.text(), sep="\n", file=sys.stderr)
    if not wrong:
        print(f"history: the self-test finds what it plants ({len(CASES) - 1} kinds)")
    return 1 if wrong else 0
