#!/usr/bin/env python3
"""Compares what clients were promised with what the peers' logs hold, after everything else is over.

- an entry that was acknowledged stands in every log, where and in the block that the acknowledgement said
- all logs have the same leaves; in each, block follows block, time goes on, and no entry stands twice
- every checkpoint that was served is one of a beginning of these logs

usage: history.py --log NAME=FOLDER… [--journal FILE…] [--checkpoints FILE…]
       history.py --self-test
FOLDER is what `sogoc-node export` writes, a journal what `sogoc-load --journal` writes; a file of checkpoints has
one JSON object a line: {"peer": …, "note": …}. Exit: 0 all agrees, 1 something disagrees.
"""
import argparse
import base64
import hashlib
import json
import pathlib
import struct
import sys

HEADER = struct.Struct(">BIQQ32sQI32s32s")  # docs/format/header.md
HASH = 32
TOLD_MAX = 20  # lines of one kind of disagreement


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


# ---- one log, from its static files (docs/format/tiles.md)

def tile_path(folder, number, width):
    groups = [f"{number % 1000:03}"]
    while number := number // 1000:
        groups.insert(0, f"x{number % 1000:03}")
    return folder / f"tile/entries/{'/'.join(groups)}{f'.p/{width}' * (width < 256)}"


def read_note(text):
    """(size, root) of a checkpoint."""
    _, size, root, *_ = text.split("\n")
    return int(size), base64.b64decode(root)


def read_leaves(folder):
    size, _ = read_note((folder / "checkpoint").read_text())
    for first in range(0, size, 256):
        width, at = min(256, size - first), 0
        data = tile_path(folder, first // 256, width).read_bytes()
        for _ in range(width):
            end = at + 2 + int.from_bytes(data[at:at + 2], "big")
            yield data[at + 2:end]
            at = end


def entry_id(leaf):
    """SHA-256 of the body, the first field of a SignedEntry."""
    length, at, shift = 0, 2, 0
    while True:
        byte = leaf[at]
        length |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return sha256(leaf[at:at + length])


class Tree:
    """RFC 6962: leaves go in, the root comes out."""

    def __init__(self):
        self.edge = []  # (leaves, hash) of the complete subtrees, the largest first

    def append(self, leaf_hash):
        self.edge.append((1, leaf_hash))
        while len(self.edge) > 1 and self.edge[-2][0] == self.edge[-1][0]:
            (leaves, left), (_, right) = self.edge[-2:]
            self.edge[-2:] = [(2 * leaves, sha256(b"\1", left, right))]

    def root(self):
        root = self.edge[-1][1] if self.edge else sha256()
        for _, left in reversed(self.edge[:-1]):
            root = sha256(b"\1", left, root)
        return root


class Log:
    """What one peer's log says, and what is wrong with it by itself."""

    def __init__(self, name, leaves, sizes=()):
        self.name = name
        self.leaf_hashes = bytearray()
        self.places = {}  # entry id: (index, height, header hash)
        self.roots = {}  # of the beginnings with so many leaves
        self.wrong = []
        self.height = self.time = -1
        self.previous = bytes(HASH)
        self.tree, self.waiting = Tree(), []  # entries of the block that has no header yet
        sizes = set(sizes)
        for index, leaf in enumerate(leaves):
            if leaf[0] == 2:
                self.header(index, leaf)
            else:
                self.waiting.append((entry_id(leaf), index))
            leaf_hash = sha256(b"\0", leaf)
            self.leaf_hashes += leaf_hash
            self.tree.append(leaf_hash)
            if index + 1 in sizes:
                self.roots[index + 1] = self.tree.root()
        if self.waiting:
            self.wrong.append("ends within a block")

    def __len__(self):
        return len(self.leaf_hashes) // HASH

    def header(self, index, leaf):
        _, _, height, time, previous, first, count, root, _ = HEADER.unpack(leaf)
        if (height, previous) != (self.height + 1, self.previous):
            self.wrong.append(f"block {height} at {index} does not follow block {self.height}")
        if time <= self.time:
            self.wrong.append(f"the time of block {height} is not later than that of the block before")
        if count != len(self.waiting) or first + count != index or root != self.tree.root():
            self.wrong.append(f"block {height} at {index} is not the header of the leaves before it")
        self.height, self.time, self.previous = height, time, sha256(b"\0", leaf)
        for entry, place in self.waiting:
            if entry in self.places:
                self.wrong.append(f"entry {entry.hex()} stands at {self.places[entry][0]} and at {place}")
            self.places[entry] = (place, height, self.previous)
        self.waiting = []


# ---- what clients were told

def read_journals(paths):
    """{entry id: {(index, height, header hash)}}; a torn last line was never an acknowledgement."""
    told = {}
    for path in paths:
        for line in pathlib.Path(path).read_text().splitlines(True):
            words = line.split()
            if len(words) < 5 or not line.endswith("\n"):
                continue
            place = (int(words[1]), int(words[2]), bytes.fromhex(words[3]))
            told.setdefault(bytes.fromhex(words[0]), set()).add(place)
    return told


def read_checkpoints(paths):
    """{(size, root): who served it first}."""
    served = {}
    for path in paths:
        for line in pathlib.Path(path).read_text().splitlines(True):
            if line.endswith("\n"):
                record = json.loads(line)
                served.setdefault(read_note(record["note"]), record["peer"])
    return served


# ---- the comparison

class Verdict:
    def __init__(self):
        self.acknowledged = self.checkpoints = self.leaves = self.blocks = 0
        self.lost, self.forks, self.disorder = [], [], []

    @property
    def good(self):
        return not (self.lost or self.forks or self.disorder)

    def text(self):
        lines = [f"{self.acknowledged:,} entries acknowledged, lost: {len(self.lost)}; {self.checkpoints:,} "
                 f"checkpoints served, {self.blocks:,} blocks, {self.leaves:,} leaves, forks: {len(self.forks)}"]
        for name in ("lost", "forks", "disorder"):
            found = getattr(self, name)
            lines += [f"  {name}: {line}" for line in found[:TOLD_MAX]]
            if len(found) > TOLD_MAX:
                lines.append(f"  … and {len(found) - TOLD_MAX:,} more")
        return "\n".join(lines)


def check(told, served, sources):
    """`sources`: {peer's name: a function that gives its leaves}."""
    verdict = Verdict()
    verdict.acknowledged, verdict.checkpoints = len(told), len(served)
    for entry, places in told.items():
        if len(places) > 1:
            verdict.forks.append(f"clients were told {len(places)} places of entry {entry.hex()}")
    first = None
    for name, leaves in sources.items():
        log = Log(name, leaves(), [size for size, _ in served])
        verdict.disorder += [f"{name}: {what}" for what in log.wrong]
        compare_acknowledgements(told, log, verdict)
        for (size, root), peer in served.items():
            if log.roots.get(size) != root:
                verdict.forks.append(f"the checkpoint of {size} leaves that {peer} served is not one of {name}")
        if first is None:
            first, verdict.leaves, verdict.blocks = log, len(log), log.height + 1
        elif log.leaf_hashes != first.leaf_hashes:
            compare_logs(log, first, verdict)
        log.places.clear()
    return verdict


def compare_acknowledgements(told, log, verdict):
    for entry, places in told.items():
        there = log.places.get(entry)
        if there not in places:
            what = "is not there" if there is None else f"stands at {there[0]} in block {there[1]}"
            index, height, _ = min(places)
            verdict.lost.append(f"{log.name}: entry {entry.hex()}, acknowledged at {index} in block {height}, "
                                f"{what}" + (" of another hash" if there and there[:2] == (index, height) else ""))


def compare_logs(log, first, verdict):
    shorter = min(len(log), len(first))
    for index in range(shorter):
        span = slice(index * HASH, (index + 1) * HASH)
        if log.leaf_hashes[span] != first.leaf_hashes[span]:
            verdict.forks.append(f"{log.name} and {first.name} differ from leaf {index} on")
            return
    verdict.disorder.append(f"{log.name} has {len(log)} leaves, {first.name} {len(first)}")


def check_files(journals, checkpoints, logs):
    """`logs`: {peer's name: folder of an export}."""
    sources = {name: lambda folder=pathlib.Path(folder): read_leaves(folder) for name, folder in logs.items()}
    return check(read_journals(journals), read_checkpoints(checkpoints), sources)


def main():
    parser = argparse.ArgumentParser(formatter_class=argparse.RawDescriptionHelpFormatter, description=__doc__)
    parser.add_argument("--log", action="append", default=[], metavar="NAME=FOLDER")
    parser.add_argument("--journal", action="append", default=[])
    parser.add_argument("--checkpoints", action="append", default=[])
    parser.add_argument("--self-test", action="store_true", help="plant disagreements; all must be found")
    arguments = parser.parse_args()
    if arguments.self_test:
        import history_selftest
        return history_selftest.run()
    verdict = check_files(arguments.journal, arguments.checkpoints,
                          dict(log.split("=", 1) for log in arguments.log))
    print(verdict.text())
    return 0 if verdict.good else 1


if __name__ == "__main__":
    sys.exit(main())
