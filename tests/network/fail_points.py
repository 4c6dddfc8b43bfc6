#!/usr/bin/env python3
"""An engine that ends at each of its own fail points: the peer comes back without a difference to the others.
usage: fail_points.py PROGRAMS [INDEX…]     0 to 21: two blocks' worth; all of them if none is named"""
import sys

from trial import trial

import faults  # after trial: it knows where the scripts are

HOSTS = "127.0.14"


def main():
    indexes = [int(index) for index in sys.argv[2:]] or faults.FailPoint.indexes
    with trial(sys.argv[1], HOSTS) as test:
        for index in indexes:
            test.fault(faults.FailPoint(test.field, [test.network.peers[index % 4]], index))
        test.compare()


if __name__ == "__main__":
    main()
