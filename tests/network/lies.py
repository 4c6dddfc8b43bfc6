"""Lies of one peer, as faults of a network: told by its engine (lying_engine.py), refused by the others."""
import base64
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
TRIES = 3


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


class Decided(Lie):
    """The bundles go into blocks, and come to nothing there."""

    def observe(self):
        def decided():
            return sum(base64.b64encode(bytes.fromhex(each["tx"])).decode() in self.decided(each["height"])
                       for each in self.told())

        self.field.await_of(self.one, lambda: decided() >= self.times, f"gets {self.times} of these bundles decided")


class Invalid(Decided):
    kind = "bundles of entries that are none, or forged"


class Replay(Decided):
    kind = "bundles that were decided before"


class Withhold(Lie):
    kind = "empty proposals while entries wait"

    def observe(self):
        def empty():
            return sum(not self.decided(each["height"]) for each in self.told())

        self.field.await_of(self.one, lambda: empty() >= self.times, f"gets {self.times} empty blocks decided")


# ---- after which the peer's own engine cannot go on

class Ending(Lie):
    """What the peer told its engine is not what the others decide, so the engine fails, and the node with it. The
    peer takes part again with an empty ledger and an engine that remembers its votes and nothing else."""

    def await_told(self):
        """A turn can pass without the proposal that should have carried the lie."""
        for _ in range(TRIES):
            self.field.await_(lambda: len(self.told()) >= self.times or not self.network.pid(self.one),
                              f"peer {self.one['number']} lies: {self.kind}")
            if len(self.told()) >= self.times:
                return
            self.begin_anew()
            self.tell(type(self).__name__)
        raise Failed(f"in {TRIES} tries, no lie was told: {self.kind}")

    def heal(self):
        super().heal()
        self.field.await_end(self.one, self.field.patience_s)
        self.begin_anew()

    def begin_anew(self):
        network, home = self.network, self.network.home(self.one)
        network.stop(self.one)
        for path in [home / "ledger", home / "signed", *(self.home / "data").iterdir()]:
            if path.is_dir():
                shutil.rmtree(path)
        (home / "signed").mkdir(mode=0o700)
        network.run("sogoc-node", "found", home, network.folder / "founding.entry")
        network.give_away(self.one)
        network.start(self.one, environment(network))
        self.field.await_whole([self.one])


class WrongHash(Ending):
    kind = "another app hash"
    times = 2  # told to the engine, and proposed to the others

    def observe(self):
        self.await_said("wrong Block.Header.AppHash")


class Oversized(Ending):
    kind = "a proposal of 3 MiB"
    times = 2  # likewise

    def observe(self):
        self.await_said("proposal block has too many parts")


class Backdate(Ending):
    kind = "a block executed with a time that is not its own"
    times = 1

    def observe(self):
        """Another time makes another log, and the peer signs that."""
        for peer in self.honest:
            self.field.await_of(peer, lambda: evidence(self.network, peer, f"fork-*-{self.one['key_name']}.txt"),
                                f"keeps evidence against peer {self.one['number']}")


# ---- with keys

def evidence(network, peer, pattern):
    """{name: text} of what the peer keeps."""
    return {path.name: path.read_text() for path in network.home(peer).glob(f"evidence/{pattern}")}


ALL = ("Garbage", "Invalid", "Replay", "Withhold", "Backdate", "WrongHash", "Oversized")
