"""Lies of one peer, as faults of a network: told by its engine (lying_engine.py), refused by the others."""
import base64
import contextlib
import json
import pathlib
import re
import secrets
import shutil
import subprocess
import urllib.request

import engine_view
import folder_faults
import notes
from faults import Failed, Fault
from local_network import ENGINE_METRICS, GATEWAY
from lying_cosigner import Keys, LyingCosigner

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
        with urllib.request.urlopen(f"http://{peer['host']}:{ENGINE_METRICS}/metrics", timeout=2) as response:
            for line in response.read().decode().splitlines():
                if line.startswith("cometbft_consensus_proposal_receive_count") and 'status="rejected"' in line:
                    count += int(float(line.split()[-1]))
            return count
    return None


def checkpoint(peer):
    """The note that it serves."""
    with urllib.request.urlopen(f"{peer['url']}/checkpoint", timeout=5) as response:
        return response.read().decode()


class EngineLog:
    """What a peer's engine says from now on."""

    def __init__(self, network, peer):
        self.path = engine_home(network, peer) / "engine.log"
        self.begin = self.path.stat().st_size

    def says(self, text):
        with open(self.path, "rb") as log:
            log.seek(self.begin)
            return text.encode() in log.read()


def cosigner_keys(network):
    """{peer's name: key}"""
    records = [json.loads((network.home(peer) / "peer.json").read_text()) for peer in network.peers]
    return {each["name"]: base64.b64decode(each["cosigner_key"]) for each in records}


def judge_fork(size, text, culprit, keys):
    """Who signed the other note."""
    theirs, other = re.search(r"checkpoint:\n\n(.*?)\n\nIt contradicts this one:\n\n(.*?)\n\nPeers known", text,
                              re.DOTALL).groups()
    (size_one, root_one), (size_other, root_other) = notes.size_and_root(theirs), notes.size_and_root(other)
    if {size_one, size_other} != {size} or root_one == root_other or notes.signers(theirs, keys) != {culprit}:
        raise Failed(f"this is no evidence against {culprit}:\n{text}")
    return size, notes.signers(other, keys)


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
        scratch = self.home / "lie.new"
        scratch.write_text(lie)
        scratch.chmod(0o644)  # the peer is another user
        scratch.replace(self.home / "lie")

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
        """By the node of each honest peer, and so often by all of them that each lie has been: not every peer hears
        every proposal before the next round."""
        def refused():
            return [(refused_proposals(peer) or 0) - self.refused[peer["number"]] for peer in self.honest]

        self.field.await_(lambda: min(refused()) > 0 and sum(refused()) >= self.times,
                          f"the honest peers reject {self.times} proposals")

    def await_said(self, text):
        """By the engine of an honest peer: not all need have heard the proposal before another one was decided."""
        self.field.await_(lambda: any(log.says(text) for log in self.logs), f"an honest engine says: {text}")

    def await_evidence(self, kind):
        """Of that kind against this peer, with each honest one: [(size or engine height, text)]."""
        pattern = f"evidence/{kind}-*-{self.one['key_name']}.txt"
        for peer in self.honest:
            found = self.field.await_of(peer, lambda: list(self.network.home(peer).glob(pattern)),
                                        f"keeps evidence against peer {self.one['number']}")
            for path in found:
                yield int(path.name.split("-")[1]), path.read_text()

    def await_fork_evidence(self):
        """Anybody can judge it: both notes are of one size, and this peer signed the first. The roots differ. The
        names of those who signed the second."""
        keys = cosigner_keys(self.network)
        return [judge_fork(size, text, self.one["key_name"], keys) for size, text in self.await_evidence("fork")]

    def block(self, height):
        """The one that the honest peers have there, or None."""
        answer = engine_view.ask(self.honest[0], f"block?height={height}")
        return answer["block"] if answer else None

    def decided(self, height):
        """Its transactions; None: nobody says."""
        block = self.block(height)
        return (block["data"]["txs"] or []) if block else None

    def has(self, height, tx):
        """True if the block is known and holds this transaction, given in hex."""
        return base64.b64encode(bytes.fromhex(tx)).decode() in (self.decided(height) or [])


# ---- in proposals

class Garbage(Lie):
    kind = "proposals with what is no bundle"
    times = 8  # of eight kinds

    def observe(self):
        self.await_refused()
        for peer in self.honest:
            log = self.network.folder / f"peer{peer['number']}.log"
            if f"a proposal of {self.one['key_name']} for the engine's block" not in log.read_text(errors="replace"):
                raise Failed(f"peer {peer['number']} does not say whose proposals it rejects")


class Decided(Lie):
    """The bundles go into blocks, and come to nothing there."""

    def observe(self):
        def decided():
            return sum(self.has(each["height"], each["tx"]) for each in self.told())

        self.field.await_of(self.one, lambda: decided() >= self.times, f"gets {self.times} of these bundles decided")


class Invalid(Decided):
    kind = "bundles of entries that are none, or forged"


class Replay(Decided):
    kind = "bundles that were decided before"


class Withhold(Lie):
    kind = "empty proposals while entries wait"

    def observe(self):
        def empty():
            return sum(self.decided(each["height"]) == [] for each in self.told())

        self.field.await_of(self.one, lambda: empty() >= self.times, f"gets {self.times} empty blocks decided")


class Censor(Lie):
    kind = "proposals without the bundles of one peer"
    delay_max = 8  # blocks

    def observe(self):
        """The next ones to propose take them."""
        def decided(told):
            return any(self.has(told["height"] + delay, told["tx"]) for delay in range(self.delay_max))

        left_out = self.told()[:self.times]
        self.field.await_(lambda: all(map(decided, left_out)), "the honest peers propose what was left out")


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

    def must_be_refused(self, text):
        """The proposal that carried the lie."""
        self.await_said(text)
        height = self.told()[-1]["height"]
        block = self.field.await_(lambda: self.block(height), f"the engine's block {height} without the liar")
        if block["header"]["proposer_address"] == engine_view.validator_address(self.network, self.one):
            raise Failed(f"the liar's block {height} was decided")

    def heal(self):
        super().heal()  # which also lets go of what is held back
        self.field.await_end(self.one, self.field.patience_s)
        self.begin_anew()

    def begin_anew(self):
        network, home = self.network, self.network.home(self.one)
        network.stop(self.one)
        (self.home / "lie").unlink(missing_ok=True)  # the truth, while it catches up
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
        self.must_be_refused("wrong Block.Header.AppHash")


class Oversized(Ending):
    kind = "a proposal of 3 MiB"
    times = 2  # likewise

    def observe(self):
        self.must_be_refused("proposal block has too many parts")


class Backdate(Ending):
    kind = "a block executed with a time that is not its own"
    times = 1

    def observe(self):
        """Another time makes another log, and the peer signs that."""
        self.await_fork_evidence()


# ---- with keys

class DoubleSigned(Lie):
    """With the peer's own keys: a log that nobody has, and two logs of a size that nobody has reached yet."""
    kind = "a cosigner key that signs two logs"
    ahead = 1_000_000

    def inject(self):
        origin, size, _ = checkpoint(self.honest[0]).split("\n")[:3]
        liar = LyingCosigner(bytes.fromhex(self.network.state["ledger_id"]), self.one["key_name"],
                             self.network.home(self.one))
        self.sizes = int(size), int(size) + self.ahead
        lies = [liar.sign(origin, size, secrets.token_bytes(32))
                for size in (self.sizes[0], self.sizes[1], self.sizes[1])]
        for peer in self.honest:
            self.field.await_of(peer, lambda: liar.say(peer["host"], lies), "takes in what two logs are signed by")

    def observe(self):
        """The second note is what a quorum signed, or the peer's own."""
        judged = [each for each in self.await_fork_evidence() if each[0] in self.sizes]
        whole = [signers for size, signers in judged if size == self.sizes[0]]
        ahead = [signers for size, signers in judged if size == self.sizes[1]]
        if len(whole) != len(self.honest) or min(map(len, whole)) < len(self.honest):
            raise Failed(f"the log that a quorum signed is not set against the other one: {judged}")
        if ahead != [{self.one["key_name"]}] * len(self.honest):
            raise Failed(f"two logs of one size are not set against each other: {judged}")

    def heal(self):
        pass


class Twin(Lie):
    """A second node and engine with the keys of the peer, on another address: they vote for nothing that the peer
    votes for. Its folder was copied before the peer's first start, and it does not ask whether it may vote."""
    kind = "two engines with one validator key"
    times = 1

    def __init__(self, field, peers):
        super().__init__(field, peers)
        self.twin = twin_of(self.network, self.one)
        self.home = engine_home(self.network, self.twin)

    @staticmethod
    def make_folder(network, peer):
        twin = twin_of(network, peer)
        home = network.home(twin)
        folder_faults.copy(network.home(peer), home)
        config = (home / "node.toml").read_text()
        for one, other in ((peer["host"], twin["host"]), (f"{network.home(peer)}/", f"{home}/")):
            config = config.replace(one, other)
        (home / "node.toml").write_text(config)
        network.run("sogoc-node", "describe", home, "--new-key", "engine")
        (home / "engine").mkdir(mode=0o700)
        (home / "engine/votes").touch()
        network.give_away(twin)

    def inject(self):
        self.tell("Nay")
        self.network.start(self.twin, environment(self.network))
        self.field.await_of(self.twin, lambda: len(self.told()) >= self.times, f"lies: {self.kind}")

    def observe(self):
        """The votes themselves are in a block."""
        address = engine_view.validator_address(self.network, self.one)
        for height, text in self.await_evidence("validator"):
            if "DUPLICATE_VOTE" not in text:
                raise Failed(f"this is no evidence of two votes:\n{text}")
        self.field.await_(lambda: self.votes_in_blocks(height) == {(address, address)},
                          "two votes of the culprit in a block")

    def votes_in_blocks(self, height):
        """Of the evidence in the blocks from `height` on: whose votes they are."""
        found = set()
        for number in range(height, (engine_view.height(self.honest[0]) or 0) + 1):
            there = self.block(number)
            for each in there["evidence"]["evidence"] if there else ():
                found.add(tuple(each["value"][vote]["validator_address"] for vote in ("vote_a", "vote_b")))
        return found

    def heal(self):
        self.network.stop(self.twin)


def twin_of(network, peer):
    """Not one of the network's peers."""
    number = len(network.peers) + 1
    host = f"{network.state['hosts']}.{number}"
    return {**peer, "number": number, "pid": None, "host": host, "bind": host, "private": host,
            "url": f"http://{host}:{GATEWAY}"}


ALL = (Twin, Garbage, Invalid, Replay, Withhold, Censor, DoubleSigned, Backdate, WrongHash, Oversized)
