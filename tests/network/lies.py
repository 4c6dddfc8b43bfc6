"""Lies of one peer, as faults of a network: told by its engine (lying_engine.py), refused by the others."""
import contextlib
import json
import pathlib
import re
import shutil
import urllib.request

import faults
import engine_view
from faults import Failed, Fault
from local_network import METRICS

HERE = pathlib.Path(__file__).resolve().parent
PROGRAM = ("lying_engine.py", "protobuf.py")
RETRIES = 3


def install(network):
    """Beside the network's other programs."""
    for name in PROGRAM:
        shutil.copy2(HERE / name, network.programs)


def environment(network):
    return {"COMETBFT_BIN": str(network.programs / PROGRAM[0])}


def engine_home(network, peer):
    return network.home(peer) / "engine"


def refused_proposals(peer):
    """How many its node has rejected, as its engine counts them; None if that does not answer."""
    count = 0
    with contextlib.suppress(OSError):
        with urllib.request.urlopen(f"http://{peer['host']}:{METRICS}/metrics", timeout=2) as response:
            for line in response.read().decode().splitlines():
                if line.startswith("cometbft_consensus_proposal_receive_count") and 'status="rejected"' in line:
                    count += int(float(line.split()[-1]))
            return count
    return None


class EngineLog:
    """What a peer's engine says from now on."""

    def __init__(self, network, peer):
        self.path = engine_home(network, peer) / "engine.log"
        self.begin = self.path.stat().st_size

    def says(self, text):
        with open(self.path, "rb") as log:
            log.seek(self.begin)
            return text.encode() in log.read()


class Lie(Fault):
    """Told `times` times by one peer."""
    times = 4

    def __init__(self, field, peers):
        super().__init__(field, peers)
        self.home = engine_home(self.network, self.one)

    @property
    def honest(self):
        return [peer for peer in self.network.peers if peer is not self.one]

    def told(self):
        with contextlib.suppress(FileNotFoundError):
            return [json.loads(line) for line in (self.home / "told").read_text().splitlines(True)
                    if line.endswith("\n")]
        return []

    def tell(self, lie):
        (self.home / "told").unlink(missing_ok=True)
        (self.home / "lie").write_text(lie)

    def inject(self):
        self.refused = {peer["number"]: refused_proposals(peer) for peer in self.honest}
        self.logs = [EngineLog(self.network, peer) for peer in self.honest]
        self.tell(type(self).__name__)
        self.await_told()

    def await_told(self):
        self.field.await_of(self.one, lambda: len(self.told()) >= self.times, f"lies: {self.kind}")

    def heal(self):
        (self.home / "lie").unlink()

    def await_refused(self):
        """By the node of each honest peer, once for each lie."""
        for peer in self.honest:
            wanted = self.refused[peer["number"]] + self.times
            self.field.await_of(peer, lambda: (refused_proposals(peer) or 0) >= wanted,
                                f"rejects {self.times} proposals")

    def await_said(self, text):
        """By the engine of each honest peer."""
        for peer, log in zip(self.honest, self.logs):
            self.field.await_of(peer, lambda: log.says(text), f"has an engine that says: {text}")

    def decided(self, height):
        """Transactions of the block that the honest peers have there."""
        answer = engine_view.ask(self.honest[0], f"block?height={height}")
        return answer["block"]["data"]["txs"] if answer else []


# ---- in proposals

class Garbage(Lie):
    kind = "proposals with what is no bundle"
    times = 8  # of eight kinds

    def observe(self):
        self.await_refused()
