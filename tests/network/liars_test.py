#!/usr/bin/env python3
"""One of four peers lies, in each way that it can, while entries come in: the three honest ones stay one log, nothing
that they acknowledged is lost, entries go on being accepted, and evidence names the culprit where it can be named.
usage: liars_test.py PROGRAMS [LIE…]"""
import sys

from trial import Trial, need, trial

import gateway_lies  # after trial: it knows where the scripts are
import lies

HOSTS = "127.0.15"
LIAR = 4


class LiarTrial(Trial):
    def begin(self, peer):
        if peer["number"] == LIAR:
            lies.install(self.network)
            lies.Twin.make_folder(self.network, peer)
            self.network.start(peer, lies.environment(self.network))
        else:
            super().begin(peer)

    def asked(self):
        """What a liar promises its own clients is one more lie."""
        return self.honest

    @property
    def honest(self):
        return [peer for peer in self.network.peers if peer["number"] != LIAR]

    def accused(self):
        """The honest peers' evidence is against nobody else, and their log is right to the last byte."""
        culprit = self.network.peer(LIAR)["key_name"]
        for peer in self.honest:
            against = {path.stem.split("-", 2)[2] for path in self.network.home(peer).glob("evidence/*")}
            need(against <= {culprit}, f"peer {peer['number']} keeps evidence against {against}")
        self.network.run("sogoc-node", "check", "--quiet", self.network.home(self.honest[0]))


def main():
    with trial(sys.argv[1], HOSTS, LiarTrial) as test:
        liar = test.network.peer(LIAR)
        for lie in lies.ALL + gateway_lies.ALL:
            if lie.__name__ in sys.argv[2:] or len(sys.argv) == 2:
                test.fault(lie(test.field, [liar]))
        test.compare()
        test.accused()


if __name__ == "__main__":
    main()
