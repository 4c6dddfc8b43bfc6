"""Faults of a running network: each is injected, lasts, and is healed. See folder_faults.py for those of a peer's
files, drill_network.py for what injects them."""
import os
import signal
import time

import engine_view
from wires import Wires, why_not

CLOCK = "libwrong_clock.so"
HOURS = {"h": 1, "d": 24}
TICK_S = 0.1
CAUGHT_UP_A_SECOND = 20  # blocks, on a machine that all peers share
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
    """The engine ends at one of its own fail points: the `index`-th that it passes."""
    kind = "fail point of an engine"
    seconds = (0, 0)
    indexes = range(22)  # two blocks' worth

    def __init__(self, field, peers, index=0):
        super().__init__(field, peers)
        self.index = index

    def describe(self):
        return f"{super().describe()}, FAIL_TEST_INDEX={self.index}"

    def inject(self):
        self.network.stop(self.one)
        self.network.start(self.one, {"FAIL_TEST_INDEX": str(self.index)})
        self.field.await_end(self.one, self.field.patience_s)


# ---- clocks

class WrongClock(Fault):
    """Of the node; its engine is a static program that nothing can be told from outside."""
    kind = "wrong clock"

    def __init__(self, field, peers, offset="+1h"):
        super().__init__(field, peers)
        self.offset = offset

    @classmethod
    def why_not(cls, field):
        return None if (field.network.programs / CLOCK).exists() else f"{CLOCK} was not built"

    def describe(self):
        return f"{super().describe()}, {self.offset}"

    def inject(self):
        self.network.stop(self.one)
        seconds = 3600 * HOURS[self.offset[-1]] * int(self.offset[:-1])
        self.network.start(self.one, {"LD_PRELOAD": str(self.network.programs / CLOCK), "WRONG_CLOCK": str(seconds)})

    def says(self):
        answer = self.network.get(self.one, "/v1/peers") or {}
        return "clock" in answer.get("cosigns_not", "") and not answer.get("cosigns")

    def observe(self):
        self.field.await_of(self.one, self.says, "says that its clock is wrong")
        other = self.field.other(self.one)
        size = int(self.network.get(other, "/v1/ledger")["log_size"])

        def later():
            ledger = self.network.get(other, "/v1/ledger")
            return ledger if ledger and int(ledger["checkpoint"]["size"]) > size else None

        checkpoint = self.field.await_of(other, later, "has a later checkpoint with a quorum")["checkpoint"]
        if self.one["key_name"] in checkpoint["cosigners"]:
            raise Failed(f"peer {self.one['number']} cosigned with a clock that is wrong by {self.offset}")

    def heal(self):
        self.network.stop(self.one)
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
