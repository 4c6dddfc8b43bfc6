#!/usr/bin/env python3
"""Injects faults into a network of four peers that is under load, and compares afterwards what was promised with
what the peers hold. Started by scripts/drill."""
import argparse
import collections
import pathlib
import random
import shutil
import signal
import sys
import tempfile
import time

import faults
import folder_faults
import network_history
from faults import Failed
from loaded_network import LoadedNetwork

OFFSETS = ("+1h", "-1h", "+1d", "-1d", "-50s")
KINDS = {each.__name__: each for each in (
    faults.NodeKilled, faults.EngineKilled, faults.Restarted, faults.Frozen, faults.FailPoint, faults.WrongClock,
    faults.Disconnected, faults.Mute, faults.Deaf, faults.LinkCut, faults.Lossy, faults.TwoKilled, faults.TwoFrozen,
    faults.Halved, faults.AllKilled, folder_faults.EmptyDisk, folder_faults.Yesterday, folder_faults.DiskFull,
    folder_faults.LostMachine)}
SLOW = (folder_faults.EmptyDisk, folder_faults.Yesterday, folder_faults.DiskFull, folder_faults.LostMachine)
PEERS = 4
FULL_MINUTES, FAULTS_MIN, KINDS_MIN, ACKNOWLEDGED_MIN = 20, 60, 8, 100_000
SILENCE_MAX_S = 20  # without an acknowledgement, while at most one peer is faulty


def turns(kind):
    """In a round: each kind is at each peer, the slow ones at every other; each fail point is reached, and each wrong
    clock was there."""
    if kind is faults.FailPoint:
        return len(kind.indexes)
    if kind is faults.WrongClock:
        return len(OFFSETS)
    return PEERS // kind.count // (2 if kind in SLOW else 1)


class Tally:
    """What faults of one kind did."""

    def __init__(self):
        self.count, self.silence, self.whole = 0, 0.0, 0.0

    def add(self, silence, whole):
        self.count += 1
        self.silence, self.whole = max(self.silence, silence), max(self.whole, whole)


class Drill(LoadedNetwork):
    def __init__(self, arguments, folder):
        super().__init__(arguments.bin, folder, arguments.rate, arguments.patience)
        self.arguments = arguments
        self.random = random.Random(arguments.seed)
        self.kinds = [KINDS[name] for name in arguments.only or KINDS]
        self.tally = collections.defaultdict(Tally)
        self.problems, self.not_here = [], {}
        self.stall = self.resume = 0.0
        self.full = arguments.minutes >= FULL_MINUTES and not arguments.only
        self.began_at = {kind: self.random.randrange(PEERS) for kind in self.kinds}
        self.turn = collections.Counter()  # of each kind
        self.fail_points = {}  # index: where the engine was

    # ---- faults

    def rounds(self):
        """Faults with the time that they last, one after the other."""
        for kind in self.kinds:
            if reason := kind.why_not(self.field):
                self.not_here[kind] = reason
                self.say(f"not here: {kind.kind}: {reason}")
        able = [kind for kind in self.kinds if kind not in self.not_here for _ in range(turns(kind))]
        while able:
            self.random.shuffle(able)
            for kind in able:
                yield self.make(kind)

    def through(self):
        """True after a round."""
        return all(self.turn[kind] >= turns(kind) for kind in self.kinds if kind not in self.not_here)

    def make(self, kind):
        """Its next turn goes on with the peers where the last one left off; four turns go from the shortest time to
        the longest."""
        turn = self.turn[kind]
        self.turn[kind] += 1
        at = turn * kind.count
        at += self.began_at[kind] + at // PEERS
        peers = [self.network.peers[(at + place) % PEERS] for place in range(kind.count)]
        short, long = kind.seconds
        seconds = short + (long - short) * (turn % 4) / 3
        if kind is faults.FailPoint:
            return kind(self.field, peers, kind.indexes[turn % len(kind.indexes)]), seconds
        if kind is faults.WrongClock:
            return kind(self.field, peers, OFFSETS[turn % len(OFFSETS)]), seconds
        return kind(self.field, peers), seconds

    def one(self, fault, seconds):
        began, before = time.monotonic(), self.watch.acknowledged
        if fault.stalls or fault.halts:
            self.watch.excuse(True)
        try:
            fault.inject()
            if fault.halts:
                self.watch.excuse(False)
            self.last(fault, seconds)
            fault.observe()
        except Failed as failed:
            self.wrong(fault, failed)
        healed = time.monotonic()
        fault.heal()
        if not self.watch.goes_on(self.patience_s):
            raise Failed("nothing is accepted any more")
        resumed = time.monotonic()
        if fault.stalls or fault.halts:
            self.watch.excuse(False)
        if fault.stalls:
            self.resume = max(self.resume, resumed - healed)
        self.field.await_whole(self.network.peers)
        silence, whole = self.watch.take_longest(), time.monotonic() - healed
        self.stall = max(self.stall, silence)
        if silence > SILENCE_MAX_S:
            self.wrong(fault, f"nothing was accepted for {silence:.1f} s")
        self.tally[fault.kind].add(silence, whole)
        if isinstance(fault, faults.FailPoint) and fault.place:
            self.fail_points[fault.index] = fault.place
        count = sum(tally.count for tally in self.tally.values())
        on = f"on after {resumed - healed:.1f} s" if fault.stalls else f"longest silence {silence:.1f} s"
        self.say(f"{count:3} {fault.describe()}: for {healed - began:.1f} s, {on}, whole again after {whole:.1f} s; "
                 f"{self.watch.acknowledged - before:,} accepted meanwhile")

    def last(self, fault, seconds):
        """Its time. If nothing can be accepted, nothing may be."""
        if fault.stalls:
            self.field.stand_still(fault.rest, seconds)
        else:
            time.sleep(seconds)

    def wrong(self, fault, what):
        self.problems.append(f"{fault.describe()}: {what}")
        self.say(f"!! {self.problems[-1]}")

    def run(self):
        """Until the time is over; a full drill does not end before its first round."""
        end = time.monotonic() + 60 * self.arguments.minutes
        for fault, seconds in self.rounds():
            try:
                self.one(fault, seconds)
            except Failed as failed:
                self.wrong(fault, f"{failed}; no further faults")
                return
            if time.monotonic() >= end and (self.through() or not self.full):
                return

    # ---- the end

    def judge(self):
        """True if everything is as it must be."""
        self.say("bringing the peers to rest, and comparing")
        head, verdict = self.verdict()
        if head is None:
            self.problems.append("the peers did not come to one head")
        self.report(verdict)
        return verdict.good and not self.problems

    def report(self, verdict):
        evidence = network_history.evidence(self.network)
        count, kinds = sum(tally.count for tally in self.tally.values()), len(self.tally)
        reached, places = len(self.fail_points), collections.Counter(self.fail_points.values())
        wanted_points = len(faults.FailPoint.indexes)
        if self.full and (count < FAULTS_MIN or kinds < KINDS_MIN or verdict.acknowledged < ACKNOWLEDGED_MIN):
            self.problems.append("fewer faults, kinds or entries than a full drill has")
        if self.full and (reached < wanted_points or len(places) <= len(faults.FailPoint.places)):
            self.problems.append("not every fail point of an engine was reached")
        if evidence:
            self.problems.append("there is evidence against a peer, and all are honest")
        print("\n| fault | injected | longest silence, s | longest until whole, s |\n|---|---|---|---|")
        for kind, tally in sorted(self.tally.items()):
            print(f"| {kind} | {tally.count} | {tally.silence:.1f} | {tally.whole:.1f} |")
        for kind, reason in self.not_here.items():
            print(f"| {kind.kind} | not here: {reason} | | |")
        wanted = (lambda text: f" (wanted: {text})") if self.full else (lambda text: "")
        print(f"\nfaults injected: {count} of {kinds} kinds{wanted(f'>= {FAULTS_MIN} of >= {KINDS_MIN}')}\n"
              f"entries acknowledged: {verdict.acknowledged:,}{wanted(f'>= {ACKNOWLEDGED_MIN:,}')}\n"
              f"fail points reached: {reached} of {wanted_points}"
              f"{''.join(f', {number} {place}' for place, number in sorted(places.items()))}\n"
              f"entries lost: {len(verdict.lost)}\nforks: {len(verdict.forks)}\n"
              f"longest stall: {self.stall:.1f} s with at most one peer faulty; after too many were: on again within "
              f"{self.resume:.1f} s\nevidence files: {len(evidence)}\nhistory: {verdict.text()}")
        for problem in self.problems:
            print(f"problem: {problem}")


def main():
    parser = argparse.ArgumentParser(
        prog="scripts/drill", formatter_class=argparse.RawDescriptionHelpFormatter, description=__doc__,
        epilog="examples:\n  scripts/drill --minutes 20\n"
               "  scripts/drill --minutes 2 --seed 7 --only NodeKilled Halved\n"
               f"kinds: {', '.join(KINDS)}")
    parser.add_argument("--bin", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--engine", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--minutes", type=float, default=FULL_MINUTES,
                        help=f"of faults; if {FULL_MINUTES} or more, at least a whole round [{FULL_MINUTES}]")
    parser.add_argument("--seed", type=int, help="injects the same faults again [random]")
    parser.add_argument("--rate", type=int, default=150, help="entries a second that are sent [150]")
    parser.add_argument("--only", nargs="+", choices=KINDS, metavar="KIND", help="just these kinds")
    parser.add_argument("--patience", type=float, default=60, help="seconds for a peer to come back [60]")
    parser.add_argument("--hosts", default="127.0.10", help="peer N listens on this address and .N [127.0.10]")
    parser.add_argument("--dir", type=pathlib.Path,
                        help="folder to make; kept [a temporary one, kept after failures]")
    arguments = parser.parse_args()
    if arguments.seed is None:
        arguments.seed = random.SystemRandom().randrange(1 << 32)
    folder = arguments.dir or pathlib.Path(tempfile.mkdtemp(prefix="sogoc-drill."))
    folder.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("drill: somebody ended it (SIGTERM)"))
    drill, good = Drill(arguments, folder.absolute()), False
    try:
        drill.say(f"seed {arguments.seed}, {arguments.minutes:g} minutes, {arguments.rate} entries/s, in {folder}")
        drill.up(arguments.engine, arguments.hosts)
        drill.say("four peers are up and take entries")
        drill.run()
        good = drill.judge()
    finally:
        drill.down()
        if good and not arguments.dir:
            shutil.rmtree(folder)
        else:
            print(f"kept: {folder}")
    print(f"drill: {'passed' if good else 'FAILED'} (seed {arguments.seed})")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
