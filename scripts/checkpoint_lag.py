"""How far the checkpoints that peers serve are behind their heads, while something else puts them under load."""
import collections
import threading
import time

TICK_S = 0.2  # so much more than there was may be told


class CheckpointLag:
    """From now until stop()."""

    def __init__(self, network):
        self.network = network
        self.ending = threading.Event()
        self.longest = {}  # seconds, by the peer's number; once its thread has ended
        self.threads = [threading.Thread(target=self.look, args=(peer,), daemon=True) for peer in network.peers]
        for thread in self.threads:
            thread.start()

    def look(self, peer):
        """A peer is behind since it had the first block that its checkpoint does not cover: at the earliest since
        the look before. While a peer is down it serves nothing; one that is too busy for us may serve others."""
        longest, uncovered, before = 0.0, collections.deque(), None  # (height, since when it may be there)
        while not self.ending.wait(TICK_S):
            ledger, now = self.network.get(peer, "/v1/ledger"), time.monotonic()
            if not ledger:
                uncovered, before = collections.deque(), None
                continue
            if "checkpoint" not in ledger:  # a refusal
                continue
            newest, covered = int(ledger["newest_height"]), int(ledger["checkpoint"]["height"])
            if not uncovered or newest > uncovered[-1][0]:
                uncovered.append((newest, before or now))
            while uncovered and uncovered[0][0] <= covered:
                uncovered.popleft()
            if uncovered:
                longest = max(longest, now - uncovered[0][1])
            before = now
        self.longest[peer["number"]] = longest

    def stop(self):
        """The longest, of all peers, in seconds."""
        self.ending.set()
        for thread in self.threads:
            thread.join()
        return max(self.longest[peer["number"]] for peer in self.network.peers)
