#!/usr/bin/env python3
"""What the measure of checkpoints makes of a gateway's answers.
usage: checkpoint_lag_test.py"""
import pathlib
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "scripts"))
import checkpoint_lag  # noqa: E402

LOOK_S = 0.05  # a gateway takes so long to answer
REFUSED = {"error": "There are too many connections. Try again soon."}


def at(newest, covered):
    return {"newest_height": str(newest), "checkpoint": {"height": str(covered)}}


class Gateway:
    """One peer that gives these answers, and the last of them again and again."""
    peers = [{"number": 1}]

    def __init__(self, answers):
        self.answers = list(answers)
        self.told = threading.Event()

    def get(self, _peer, _path):
        time.sleep(LOOK_S)
        if len(self.answers) == 1:
            self.told.set()
            return self.answers[0]
        return self.answers.pop(0)


def lag_of(*answers):
    gateway = Gateway(answers)
    lag = checkpoint_lag.CheckpointLag(gateway)
    gateway.told.wait(20)
    return lag.stop()


def need(condition, what):
    if not condition:
        sys.exit(f"checkpoint_lag_test: {what}")


def main():
    checkpoint_lag.TICK_S = 0.001
    threading.excepthook = lambda _: None  # of a thread that has to fail
    need(lag_of(at(7, 7), at(8, 8)) == 0, "a peer is behind that is not")
    need(lag_of(at(8, 7), at(8, 7), at(8, 8)) >= LOOK_S, "a peer that is behind is not")
    need(lag_of(at(8, 7), REFUSED, REFUSED, at(8, 7), at(8, 8)) >= 3 * LOOK_S, "a refusal ends what is behind")
    need(lag_of(at(8, 7), None, None, at(9, 9)) == 0, "a peer is behind while it is down")
    try:
        lag_of(at(8, 7), {"checkpoint": {}})
    except KeyError:
        return
    need(False, "an answer that nobody understands is passed over")


if __name__ == "__main__":
    main()
