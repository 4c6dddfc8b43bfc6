"""Faults of a running network: each is injected, lasts, and is healed. See folder_faults.py for those of a peer's
files, drill_network.py for what injects them."""
import os
import signal
import time

import engine_view
from wires import Wires, why_not

ENGINE, WRONG_ENGINE, CLOCK = "cometbft", "cometbft-wrong-clock", "libwrong_clock.so"
UNITS = {"s": 1, "h": 3600, "d": 86_400}
BEHIND_MAX_S = 60  # of an engine that takes the others' blocks
TICK_S = 0.1
CAUGHT_UP_A_SECOND = 20  # blocks, on a machine that all peers share
FAIL_LOG_LEVEL = "consensus:info,state:info,*:error"
IN_CONSENSUS = "SwitchToConsensus"  # what the engine logs when it has all blocks
SETTLED_S = 2  # after it, nothing from before a cut is under way any more


class Failed(Exception):
    """The network did not do what it must."""


class Field:
    """The network that faults are injected into."""

    def __init__(self, network, patience_s=60):
        self.network = network
        self.patience_s = patience_s  # for everything that a peer must do by itself
        self.no_wires = why_not(network)
        self.wires = None if self.no_wires else Wires(network)
        self.copies = {}  # peer's number: an older copy of its folder

    def peer(self, number):
        return self.network.peer(number)

    def await_(self, condition, what, seconds=None):
        """Until `condition` gives something; that."""
        deadline = time.monotonic() + (seconds or self.patience_s)
        while not (result := condition()):
            if time.monotonic() > deadline:
                raise Failed(f"not within {seconds or self.patience_s:.0f} s: {what}")
            time.sleep(TICK_S)
        return result

    def await_of(self, peer, condition, what, seconds=None):
        """The same of a peer whose node must not end meanwhile; `what` goes on after its name."""
        number = peer["number"]

        def checked():
            if not self.network.pid(peer):
                self.network.show_log(peer)
                raise Failed(f"peer {number}'s node has ended by itself")
            return condition()

        return self.await_(checked, f"peer {number} {what}", seconds)

    def await_whole(self, peers):
        """Until these peers serve, their engines vote, and they are where the others are."""
        for peer in peers:
            self.await_of(peer, lambda: self.network.healthy(peer), "serves again")
            self.await_of(peer, lambda: engine_view.votes(peer), "votes again")
            self.await_height(peer, max(engine_view.height(other) or 0 for other in self.network.peers))
            self.await_of(peer, lambda: (self.network.get(peer, "/v1/peers") or {}).get("cosigns"), "cosigns again")

    def await_height(self, peer, head):
        """A peer that may have to get all blocks gets so many in a second, at least."""
        self.await_of(peer, lambda: (engine_view.height(peer) or 0) >= head, f"has the engine's block {head}",
                      self.patience_s + head / CAUGHT_UP_A_SECOND)

    def stand_still(self, peers, seconds):
        """For so long these peers get no block. What was under way may become one first. (Acknowledgements say
        nothing: who asks again for an entry that is in a block already gets its receipt.)"""
        heights = lambda: [self.await_of(each, lambda: engine_view.height(each), "answers") for each in peers]
        deadline = time.monotonic() + self.patience_s
        while True:
            before = heights()
            time.sleep(seconds)
            if heights() == before:
                return
            if time.monotonic() > deadline:
                raise Failed("blocks are made without a quorum")

    def other(self, *peers):
        """A peer that is none of these."""
        return next(each for each in self.network.peers if each not in peers)

    def await_end(self, peer, seconds=30):
        """Until the peer's node has ended by itself."""
        self.await_(lambda: not self.network.pid(peer), f"the end of peer {peer['number']}'s node", seconds)


class Fault:
    kind = ""
    count = 1  # of peers that it is about
    stalls = False  # nothing can be accepted while it lasts
    halts = False  # the same while it is injected
    seconds = (3, 8)  # how long it lasts

    def __init__(self, field, peers):
        self.field, self.network, self.peers = field, field.network, peers
        self.one = peers[0]

    @classmethod
    def why_not(cls, field):
        """What keeps it from being injected on this machine; None if nothing does."""
        return None

    @property
    def numbers(self):
        return [peer["number"] for peer in self.peers]

    @property
    def rest(self):
        return [peer for peer in self.network.peers if peer not in self.peers]

    def describe(self):
        return f"{self.kind}: peer {' and '.join(map(str, self.numbers))}"

    def inject(self):
        raise NotImplementedError

    def observe(self):
        """At the end of its time: raises Failed if the network does what it must not."""

    def heal(self):
        raise NotImplementedError


# ---- processes

class Ended(Fault):
    """Nodes end, and are started again."""

    def heal(self):
        for peer in self.peers:
            self.network.start(peer)


class NodeKilled(Ended):
    kind = "kill -9 of a node"

    def inject(self):
        for peer in self.peers:
            self.network.stop(peer, signal.SIGKILL)


class TwoKilled(NodeKilled):
    kind = "kill -9 of two nodes"
    count = 2
    stalls = True


class AllKilled(NodeKilled):
    kind = "kill -9 of all nodes"
    count = 4
    stalls = True
    seconds = (1, 3)


class EngineKilled(Ended):
    kind = "kill -9 of an engine"

    def inject(self):
        os.kill(self.network.engine(self.one), signal.SIGKILL)

    def observe(self):
        self.field.await_end(self.one)


class Restarted(Ended):
    kind = "orderly restart"
    seconds = (0, 3)

    def inject(self):
        if self.network.stop(self.one):
            raise Failed(f"peer {self.one['number']} did not stop when asked to")


class Frozen(Fault):
    kind = "SIGSTOP of node and engine"
    seconds = (5, 30)

    def processes(self):
        return [pid for peer in self.peers for pid in (self.network.pid(peer), self.network.engine(peer)) if pid]

    def inject(self):
        self.frozen = self.processes()
        for pid in self.frozen:
            os.kill(pid, signal.SIGSTOP)

    def heal(self):
        for pid in self.frozen:
            os.kill(pid, signal.SIGCONT)


class TwoFrozen(Frozen):
    kind = "SIGSTOP of two nodes and engines"
    count = 2
    stalls = True
    seconds = (5, 10)


class FailPoint(Ended):
    """The engine ends at one of its own fail points: the `index`-th that it passes. Most are passed only by one that
    takes part, not in block sync. So it comes back to a chain that stands still, and has nothing to fetch."""
    kind = "fail point of an engine"
    seconds = (0, 0)
    halts = True
    indexes = range(22)  # two blocks' worth
    # What the engine's log says last of a block, and where it is then; before all of it, it votes.
    places = {"finalizing commit of block": "before a block's execution", "executed block": "before its commit",
              "committed state": "after its commit"}
    vote = "at its own vote"

    def __init__(self, field, peers, index=0):
        super().__init__(field, peers)
        self.index, self.place = index, None

    def describe(self):
        return f"{super().describe()}, FAIL_TEST_INDEX={self.index}" + (f", {self.place}" if self.place else "")

    def inject(self):
        second = Frozen(self.field, [self.rest[self.index % len(self.rest)]])
        second.inject()
        try:
            self.network.stop(self.one)
            self.network.start(self.one, {"FAIL_TEST_INDEX": str(self.index), "CMT_LOG_LEVEL": FAIL_LOG_LEVEL})
            self.field.await_(lambda: IN_CONSENSUS in self.said()[-1] or not self.network.pid(self.one),
                              f"peer {self.one['number']}'s engine takes part again, or ends")
        finally:
            second.heal()
        self.field.await_end(self.one, self.field.patience_s)
        *_, run, end = ["", *self.said()]
        if not end.startswith(f"{self.index} ***"):
            raise Failed(f"peer {self.one['number']}'s engine did not end at fail point {self.index}")
        _, in_consensus, block = run.rpartition(IN_CONSENSUS)
        if not in_consensus:
            raise Failed(f"peer {self.one['number']}'s engine ended before it took part")
        last = [line for line in block.splitlines() if line.startswith("I[")][-1]
        self.place = next((place for said, place in self.places.items() if said in last), self.vote)

    def said(self):
        """The engine's log, parted where it ended at fail points."""
        log = self.network.home(self.one) / "engine/engine.log"
        return log.read_text(errors="replace").split("*** fail-test ")


# ---- clocks

class WrongClock(Fault):
    """Of a machine: its node gets the time from a library that is preloaded, its engine, a static program, is
    replaced by one with another clock."""
    kind = "wrong clock"

    def __init__(self, field, peers, offset="+1h"):
        super().__init__(field, peers)
        self.offset, self.wrong_by = offset, UNITS[offset[-1]] * int(offset[:-1])

    @classmethod
    def why_not(cls, field):
        missing = [each for each in (CLOCK, WRONG_ENGINE) if not (field.network.programs / each).exists()]
        return f"{' and '.join(missing)} was not built (scripts/setup --test-engines)" if missing else None

    def describe(self):
        return f"{super().describe()}, {self.offset}"

    def inject(self):
        self.began, self.other = time.time(), self.field.other(self.one)
        self.network.stop(self.one)
        self.first = self.height(self.other) + 2  # made without the peer, or with its wrong clock
        self.log = self.network.home(self.one) / "engine/engine.log"
        self.logged = self.log.stat().st_size
        self.commits = []
        self.use(ENGINE, WRONG_ENGINE)
        self.network.start(self.one, {"LD_PRELOAD": str(self.network.programs / CLOCK),
                                      "WRONG_CLOCK": str(self.wrong_by)})

    def use(self, now, then):
        """Another program as engine."""
        config = self.network.home(self.one) / "node.toml"
        config.write_text(config.read_text().replace(f'/{now}"', f'/{then}"'))

    def height(self, peer):
        return self.field.await_of(peer, lambda: engine_view.height(peer), "answers")

    def observe(self):
        self.field.await_of(self.one, self.says, "says that its clock is wrong")
        if self.wrong_by > -BEHIND_MAX_S:
            self.field.await_of(self.one, self.voted, "votes by its wrong clock")
        else:
            self.field.await_of(self.one, self.refused, "refuses blocks, for its clock has them in the future")
            if self.height(self.one) >= self.first:
                raise Failed(f"peer {self.one['number']} took a block that its clock has in the future")
        self.times_are_right()
        self.does_not_cosign(self.other)

    def says(self):
        answer = self.network.get(self.one, "/v1/peers") or {}
        return "clock" in answer.get("cosigns_not", "") and not answer.get("cosigns")

    def look(self):
        """Reads on in what another peer's engine has."""
        for block in range(self.first + len(self.commits), self.height(self.other)):
            if not (commit := engine_view.commit(self.other, block)):
                return
            self.commits.append(commit)

    def voted(self):
        """A vote that another peer has is from the future, or backdated: an engine that is behind dates its vote
        for a block 1 ms after the block, the least that counts."""
        self.look()
        own, now = engine_view.validator_address(self.network, self.one), time.time()
        votes = [(when, votes[own]) for when, votes in self.commits if own in votes]
        return [vote for when, vote in votes if (vote > now if self.wrong_by > 0 else vote < when + 0.0015)]

    def refused(self):
        with open(self.log, errors="replace") as log:
            log.seek(self.logged)
            return "is too far in the future" in log.read()

    def times_are_right(self):
        """Each block that is made meanwhile is later than the one before, and none is in the future."""
        self.field.await_of(self.other, lambda: self.look() or self.commits, "has new blocks")
        times = [self.began, *(when for when, _ in self.commits), time.time()]
        for earlier, later in zip(times, times[1:]):
            if later <= earlier:
                raise Failed(f"block times, with a clock that is wrong by {self.offset}: {later} follows {earlier}")

    def does_not_cosign(self, other):
        size = int(self.network.get(other, "/v1/ledger")["log_size"])

        def later():
            ledger = self.network.get(other, "/v1/ledger")
            return ledger if ledger and int(ledger["checkpoint"]["size"]) > size else None

        checkpoint = self.field.await_of(other, later, "has a later checkpoint with a quorum")["checkpoint"]
        if self.one["key_name"] in checkpoint["cosigners"]:
            raise Failed(f"peer {self.one['number']} cosigned with a clock that is wrong by {self.offset}")

    def heal(self):
        self.network.stop(self.one)
        self.use(WRONG_ENGINE, ENGINE)
        self.network.start(self.one)


# ---- wires

class Cut(Fault):
    """Between peers only: clients still reach everybody."""
    seconds = (5, 12)

    @classmethod
    def why_not(cls, field):
        return field.no_wires

    @property
    def others(self):
        return [peer["number"] for peer in self.network.peers if peer not in self.peers]

    def heal(self):
        self.field.wires.heal()


class Disconnected(Cut):
    kind = "partition 1-3"

    def inject(self):
        self.field.wires.split(self.numbers)
        time.sleep(SETTLED_S)
        self.heights = {peer["number"]: engine_view.height(peer) for peer in self.peers}

    def observe(self):
        """A minority makes no blocks."""
        for peer in self.peers:
            if engine_view.height(peer) != self.heights[peer["number"]]:
                raise Failed(f"peer {peer['number']} went on behind a cut")


class Halved(Disconnected):
    kind = "partition 2-2"
    count = 2
    stalls = True


class Mute(Cut):
    kind = "one-way: hears, is not heard"

    def inject(self):
        self.field.wires.cut([(self.one["number"], other) for other in self.others])


class Deaf(Cut):
    kind = "one-way: is heard, hears nothing"

    def inject(self):
        self.field.wires.cut([(other, self.one["number"]) for other in self.others])


class LinkCut(Cut):
    kind = "one link cut"
    count = 2

    def inject(self):
        one, other = self.numbers
        self.field.wires.cut([(one, other), (other, one)])


class Lossy(Cut):
    kind = "every fifth packet lost"

    def inject(self):
        pairs = [(self.one["number"], other) for other in self.others]
        self.field.wires.cut(pairs + [pair[::-1] for pair in pairs], loss_percent=20)
