#!/usr/bin/env python3
"""One of four peers lies, in each way that it can, while entries come in: the three honest ones stay one log, nothing
that they acknowledged is lost, entries go on being accepted, and evidence names the culprit where it can be named.
usage: liars_test.py PROGRAMS [LIE…]"""
import sys

from trial import trial

import lies  # after trial: it knows where the scripts are

HOSTS = "127.0.15"
LIAR = 4


def main():
    with trial(sys.argv[1], HOSTS) as test:
        liar = test.network.peer(LIAR)
        lies.install(test.network)
        test.network.stop(liar)
        test.network.start(liar, lies.environment(test.network))
        test.field.await_whole([liar])
        for name in sys.argv[2:] or lies.ALL:
            test.fault(getattr(lies, name)(test.field, [liar]))
        test.compare()


if __name__ == "__main__":
    main()
