#!/usr/bin/env python3
"""An engine that ends at each of its own fail points: the peer comes back without a difference to the others.
usage: fail_points.py PROGRAMS [INDEX…]     0 to 21: two blocks' worth; all of them if none is named
They have to reach a vote of the engine's own, a block before its execution and one after its commit. A round more or
less moves them; if the named ones do not get there, further ones are taken."""
import sys

from trial import need, trial

import faults  # after trial: it knows where the scripts are

HOSTS = "127.0.14"
WANTED = {faults.FailPoint.vote, "before a block's execution", "after its commit"}


def main():
    named = [int(index) for index in sys.argv[2:]]
    reached = set()
    with trial(sys.argv[1], HOSTS) as test:
        for count, index in enumerate(named + [each for each in faults.FailPoint.indexes if each not in named]):
            if 0 < len(named) <= count and reached >= WANTED:
                break
            fault = faults.FailPoint(test.field, [test.network.peers[index % 4]], index)
            test.fault(fault)
            reached.add(fault.place)
        need(reached >= WANTED, f"fail points were reached only {', '.join(sorted(reached))}")
        test.compare()


if __name__ == "__main__":
    main()
