#!/usr/bin/env python3
"""An engine and a node between which something alters what they say to each other, so that an honest node's peer
lies. Takes the place of the engine's program: `lying_engine.py start --home HOME` runs the engine that lies beside
it. HOME/lie names the lie to tell; without it every byte goes through as it is. Each lie that was told is a line of
JSON in HOME/told."""
import collections
import json
import os
import pathlib
import queue
import re
import socket
import struct
import sys
import threading
import time

from protobuf import field, first, read_varint, replaced, values, varint

# Of the oneofs in proto/abci.proto.
ASKED = {3: "info", 11: "commit", 16: "prepare", 17: "process", 20: "finalize"}
ANSWERED = {"commit": 12, "prepare": 17, "process": 18, "finalize": 21}
ACCEPT, REJECT = 1, 2
BUNDLE_BYTES_MAX = 65_536
HEAD = struct.Struct(">B8sQ")  # docs/format/bundle.md
VALIDATORS = 4  # of one power: they propose in turn
TICK_S = 0.02


def bundle(entries, counter):
    """With the entries of somebody who is no gateway."""
    return HEAD.pack(1, b"liarliar", counter) + b"".join(len(e).to_bytes(4, "big") + e for e in entries)


def entries_of(tx):
    at = HEAD.size
    while at < len(tx):
        size = int.from_bytes(tx[at:at + 4], "big")
        yield tx[at + 4:at + 4 + size]
        at += 4 + size


def gateway_of(tx):
    return HEAD.unpack_from(tx)[1]


def read_time(request):
    """Of a block, in ns."""
    stamp = first(request, 6, b"")
    return first(stamp, 1, 0) * 10**9 + first(stamp, 2, 0)


class Past:
    """What this peer has seen decided."""

    def __init__(self, address):
        self.address = address
        self.bundles = collections.deque(maxlen=64)
        self.time = 0  # of the last block
        self.proposer = b""
        self.turn = None  # heights of this remainder are ours to propose, in their first round

    def add(self, request):
        height, commit = first(request, 5, 0), first(request, 2, b"")
        decided_round = first(commit, 1, 0)  # of the block before
        if decided_round == 0 and self.proposer == self.address:
            self.turn = (height - 1) % VALIDATORS
        self.bundles.extend(values(request, 1))
        self.time, self.proposer = read_time(request), first(request, 8, b"")

    def is_ours(self, height):
        return self.turn is not None and height % VALIDATORS == self.turn


class Truth:
    """What can be altered. A lie overrides what it alters."""

    def __init__(self, past, tell):
        self.past, self.tell, self.count = past, tell, 0

    def told(self, height, **what):
        self.count += 1
        self.tell(height, **what)

    def info(self, request):
        """What our engine says that it speaks; what our node hears."""
        return request

    def prepare(self, request, txs):
        """What our node would propose; what goes to the engine instead."""
        return txs

    def process(self, request, status):
        """Whether our node accepts a proposal; what the engine hears."""
        return status

    def execute(self, request):
        """A decided block; what our node gets instead."""
        return request

    def finalize(self, request, answer):
        return answer

    def commit(self, is_on):
        """Before the engine hears that a block is durable. `is_on()`: this lie is still wanted."""


class Lie(Truth):
    def process(self, request, status):
        """Our engine believes its own proposals, so that it is the others who refuse them."""
        return ACCEPT if first(request, 8, b"") == self.past.address else status


# ---- lies


class Garbage(Lie):
    """Transactions that are no bundles, of another kind each time."""

    def broken(self, txs):
        whole = (txs or list(self.past.bundles))[-1]
        kinds = [os.urandom(200), whole[:-1], whole[:HEAD.size], b"", whole + b"\0", b"\2" + whole[1:],
                 bundle([os.urandom(9000)] * 8, 1), bundle([b""], 1)]
        return kinds[self.count % len(kinds)]

    def prepare(self, request, txs):
        if not txs and not self.past.bundles:
            return txs
        bad = self.broken(txs)
        self.told(first(request, 5, 0), bytes=len(bad))
        return [*txs, bad]


class Invalid(Lie):
    """Bundles of entries that are none, or whose signature is wrong."""

    def prepare(self, request, txs):
        real = next((entry for tx in self.past.bundles for entry in entries_of(tx)), None)
        if real is None:
            return txs
        forged = real[:-1] + bytes([real[-1] ^ 1])
        bad = bundle([os.urandom(300), forged, b"\0"], self.count + 1)
        self.told(first(request, 5, 0), tx=bad.hex())
        return [bad, *txs]


class Replay(Lie):
    """Bundles that were decided before: as they were, and their entries in a new one."""

    def prepare(self, request, txs):
        old = [tx for tx in self.past.bundles if tx not in txs and len(tx) <= BUNDLE_BYTES_MAX][:4]
        if not old:
            return txs
        again = bundle(list(entries_of(old[0])), self.count + 1)
        self.told(first(request, 5, 0), tx=again.hex(), old=old[0].hex())
        return [*old, again, *txs, again]


class Withhold(Lie):
    """Empty proposals, whatever waits."""

    def prepare(self, request, txs):
        if txs:
            self.told(first(request, 5, 0), withheld=len(txs))
        return []


class Censor(Lie):
    """Proposals without the bundles of one gateway."""
    gateway = None

    def prepare(self, request, txs):
        self.gateway = self.gateway or next((gateway_of(tx) for tx in txs), None)
        for tx in txs:
            if gateway_of(tx) == self.gateway:
                self.told(first(request, 5, 0), tx=tx.hex())
        return [tx for tx in txs if gateway_of(tx) != self.gateway]


class WrongHash(Lie):
    """Another app hash, just before our turn, so that our next proposal carries it."""

    def finalize(self, request, answer):
        height = first(request, 5, 0)
        if self.count or not self.past.is_ours(height + 1):
            return answer
        right = first(answer, 5, b"")
        self.told(height, what="answered")
        return replaced(answer, 5, [bytes(byte ^ 0xFF for byte in right)])

    def prepare(self, request, txs):
        if self.count:
            self.told(first(request, 5, 0), what="proposed")
        return txs


class Oversized(Lie):
    """A block of 3 MiB. Our engine makes it since it believes that blocks may have 8 MiB by now."""

    def finalize(self, request, answer):
        height = first(request, 5, 0)
        if self.count or not self.past.is_ours(height + 1):
            return answer
        self.told(height, what="answered")
        return replaced(answer, 4, [field(1, field(1, 8 << 20) + field(2, -1))])

    def prepare(self, request, txs):
        if not self.count:
            return txs
        self.told(first(request, 5, 0), what="proposed")
        entry = bytes(BUNDLE_BYTES_MAX // 2)
        return [bundle([entry], counter) for counter in range(1, 97)]


class Backdate(Lie):
    """Our node executes a block as if it were nearly as old as the one before, and signs what comes out."""

    def execute(self, request):
        if self.count or not values(request, 1) or read_time(request) - self.past.time < 2:
            return request
        time_ns = (self.past.time + read_time(request)) // 2
        self.told(first(request, 5, 0), by_ns=read_time(request) - time_ns)
        return replaced(request, 6, [field(1, time_ns // 10**9) + field(2, time_ns % 10**9)])

    def commit(self, is_on):
        """The engine would notice by the next block, and end. Until then our node tells its peers what it signed."""
        while self.count and is_on():
            time.sleep(TICK_S)


class Nay(Lie):
    """Refuses every proposal."""

    def process(self, request, status):
        self.told(first(request, 5, 0))
        return REJECT


class OtherVersion(Lie):
    """CometBFT 0.37, by its own word."""

    def info(self, request):
        return replaced(replaced(request, 1, [b"0.37.18"]), 4, [b"1.0.0"])


LIES = {lie.__name__: lie for lie in (Garbage, Invalid, Replay, Withhold, Censor, WrongHash, Oversized, Backdate, Nay,
                               OtherVersion)}


class Liar:
    """Picks the lie that is wanted now, and applies it to requests and answers."""

    def __init__(self, home):
        self.wanted_file, self.told_file = home / "lie", home / "told"
        key = json.loads((home / "config/priv_validator_key.json").read_text())
        self.past = Past(bytes.fromhex(key["address"]))
        self.wanted, self.lie = "", Truth(self.past, self.tell)

    def read_wanted(self):
        try:
            return self.wanted_file.read_text().strip()
        except FileNotFoundError:
            return ""

    def current(self):
        wanted = self.read_wanted()
        if wanted != self.wanted:
            self.wanted = wanted
            self.lie = LIES.get(wanted, Truth)(self.past, self.tell)
        return self.lie

    def tell(self, height, **what):
        with open(self.told_file, "a") as told:
            told.write(json.dumps({"lie": self.wanted, "height": height, **what}) + "\n")

    def ask(self, call, request):
        if call == "info":
            return self.current().info(request)
        return self.current().execute(request) if call == "finalize" else request

    def answer(self, call, request, answer):
        if call == "prepare":
            return replaced(answer, 1, self.current().prepare(request, values(answer, 1)))
        if call == "process":
            return replaced(answer, 1, [self.current().process(request, first(answer, 1, 0))])
        if call == "finalize":
            answer = self.current().finalize(request, answer)
            self.past.add(request)
        if call == "commit":
            wanted = self.wanted
            self.current().commit(lambda: self.read_wanted() == wanted)
        return answer


# ---- what goes through

def frames(source):
    """The messages that come out of a socket."""
    waiting = b""
    while got := source.recv(1 << 16):
        waiting += got
        while True:
            try:
                size, at = read_varint(waiting, 0)
            except IndexError:
                break
            if len(waiting) < at + size:
                break
            yield waiting[at:at + size]
            waiting = waiting[at + size:]


def framed(message):
    return varint(len(message)) + message


class Conversation:
    """One connection of the engine's, and the one to the node that belongs to it."""

    def __init__(self, engine, node, liar):
        self.engine, self.node, self.liar = engine, node, liar
        self.asked = queue.Queue()
        for work in (self.take_requests, self.take_answers):
            threading.Thread(target=work, daemon=True).start()

    def take_requests(self):
        for message in frames(self.engine):
            number, request = read_varint(message, 0)[0] >> 3, b""
            call = ASKED.get(number)
            if call:
                request = first(message, number, b"")
                message = field(number, self.liar.ask(call, request))
            self.asked.put((call, request))
            self.node.sendall(framed(message))
        self.node.shutdown(socket.SHUT_WR)

    def take_answers(self):
        for message in frames(self.node):
            call, request = self.asked.get()
            number = ANSWERED.get(call)
            if number and read_varint(message, 0)[0] >> 3 == number:
                message = field(number, self.liar.answer(call, request, first(message, number, b"")))
            self.engine.sendall(framed(message))
        self.engine.shutdown(socket.SHUT_WR)


def serve(listener, node, home):
    liar = Liar(home)
    while True:
        engine, _ = listener.accept()
        link = socket.socket(socket.AF_UNIX)
        link.connect(node)
        Conversation(engine, link, liar)


def end_loudly(failure):
    """Without us the engine ends, and with it the node."""
    threading.__excepthook__(failure)
    os._exit(1)


def vote_in_any_case(config):
    """With the key of the ledger, also where the node wants to follow only."""
    config.write_text(re.sub(r"^priv_validator_(key|state)_file = .*\n", "", config.read_text(), flags=re.M))


def main():
    home = pathlib.Path(sys.argv[sys.argv.index("--home") + 1])
    config = home / "config/config.toml"
    if (home / "votes").exists():
        vote_in_any_case(config)
    node = re.search(r'^proxy_app = "unix://(.*)"', config.read_text(), re.M)[1]
    ours = home / "lying.sock"
    ours.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(ours))
    listener.listen()
    ended, lives = os.pipe()
    if os.fork() == 0:
        os.close(lives)
        threading.excepthook = end_loudly
        threading.Thread(target=serve, args=(listener, node, home), daemon=True).start()
        os.read(ended, 1)  # until the engine is gone
        os._exit(0)
    listener.close()
    os.set_inheritable(lives, True)
    engine = pathlib.Path(__file__).with_name("cometbft")
    os.execv(engine, [engine, "start", "--home", home, "--proxy_app", f"unix://{ours}"])


if __name__ == "__main__":
    main()
