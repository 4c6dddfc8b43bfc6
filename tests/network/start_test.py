#!/usr/bin/env python3
"""How a peer starts: not at all with a genesis that is not the ledger's, without an engine or with one of another
version; and with an engine that its operator starts, which may end and come back while the node goes on.
usage: start_test.py PROGRAMS"""
import json
import os
import re
import signal
import subprocess
import sys

from trial import Trial, need, trial

import engine_view  # after trial: it knows where the scripts are
import faults
import lies

HOSTS = "127.0.16"
FAILED, FAIL_STOP = 1, 70  # exit statuses of a node
START_S = 60


class Starting(Trial):
    """Peer 4's engine is external."""
    engine = None  # its process

    @property
    def peer(self):
        return self.network.peer(4)

    @property
    def engine_home(self):
        return lies.engine_home(self.network, self.peer)

    def begin(self, peer):
        if peer["number"] != 4:
            return super().begin(peer)
        self.set_engine(mode="external")
        self.start_node()
        self.await_socket()
        self.network.stop(peer)
        other_genesis(self)
        missing_engine(self)
        other_version(self)
        self.set_engine(mode="external")
        self.start_node()
        self.start_engine()

    def set_engine(self, **values):
        """In [engine] of node.toml."""
        config = self.network.home(self.peer) / "node.toml"
        text = config.read_text()
        for key, value in values.items():
            text, count = re.subn(f"^{key} = .*$", f'{key} = "{value}"', text, flags=re.M)
            need(count == 1, f"node.toml has {count} of {key}")
        config.write_text(text)

    # As the units of docs/OPERATORS.md do.

    def start_node(self):
        (self.engine_home / "abci.sock").unlink(missing_ok=True)
        self.network.start(self.peer)

    def await_socket(self):
        """Once it is there, the engine's files are written."""
        self.field.await_of(self.peer, (self.engine_home / "abci.sock").exists, "waits for its engine")

    def start_engine(self):
        self.await_socket()
        with open(self.engine_home / "engine.log", "ab") as log:
            self.engine = subprocess.Popen(
                [self.network.programs / "cometbft", "start", "--home", self.engine_home], stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True, **self.network.own_user(self.peer))

    def refuses(self, what, status, *sentences, **environment):
        """`sogoc-node run` ends by itself, and says why."""
        home = self.network.home(self.peer)
        done = subprocess.run([self.network.programs / "sogoc-node", "run", home], capture_output=True, text=True,
                              timeout=START_S, env={**os.environ, "HOME": str(home), **environment},
                              **self.network.own_user(self.peer))
        said = done.stdout + done.stderr
        need(done.returncode == status, f"{what}: the node ended with status {done.returncode}, not {status}: {said}")
        for sentence in sentences:
            need(sentence in said, f"{what}: the node does not say {sentence!r} but: {said}")
        self.say(f"{what}: status {status}, and a sentence")

    def down(self):
        super().down()
        if self.engine and self.engine.poll() is None:
            self.engine.kill()


# ---- What a node does not start with

def other_genesis(test):
    path = test.engine_home / "config/genesis.json"
    right = path.read_text()
    for what, old, new in (("chain_id", '"sogoc-', '"other-'), ("consensus_params", '"2097152"', '"4194304"'),
                           ("validators", '"power": "10"', '"power": "11"'), ("app_state", "{}", '{"a": 1}')):
        need(old in right, f"the genesis has no {old}")
        path.write_text(right.replace(old, new, 1))
        sentence = "belongs to network other-" if what == "chain_id" else f"it has another {what}. Move it away"
        test.refuses(f"a genesis with another {what}", FAILED, str(path), sentence)
    path.write_text(right)


def missing_engine(test):
    test.set_engine(mode="managed", program="/nowhere/cometbft")
    test.refuses("no engine", FAILED, "/nowhere/cometbft is no program that can be found",
                 "scripts/setup --engine-only", "go install github.com/cometbft/cometbft/cmd/cometbft@v0.38.",
                 SOGOC_CACHE="/nowhere")
    test.set_engine(program=test.network.programs / "cometbft")


def other_version(test):
    lies.install(test.network)
    lie = test.engine_home / "lie"
    lie.write_text("OtherVersion")
    test.refuses("an engine of another version", FAIL_STOP, "this node speaks ABCI 2.0.0 and block protocol 11 "
                 "(CometBFT 0.38), the engine 0.37.18 speaks ABCI 1.0.0", "scripts/setup installs the right engine",
                 "the engine ended", **lies.environment(test.network))
    lie.unlink()


# ---- An engine that its operator starts

class EngineEnds(faults.Fault):
    """The node stays and says so, and goes on when the engine is there again."""
    how = signal.SIGTERM

    def __init__(self, test):
        super().__init__(test.field, [test.peer])
        self.test, self.kind = test, f"signal {self.how} to an external engine"

    def inject(self):
        self.pid = self.network.pid(self.one)
        self.test.engine.send_signal(self.how)
        self.test.engine.wait(START_S)

    def observe(self):
        self.field.await_of(self.one, lambda: self.lost(), "says that its engine is lost")
        need(self.network.get(self.one, "/v1/ledger"), "a node without its engine does not show its ledger")

    def lost(self):
        return "has lost its engine" in json.dumps(self.network.get(self.one, "/v1/health") or "")

    def heal(self):
        self.test.start_engine()
        self.field.await_whole([self.one])
        need(self.network.pid(self.one) == self.pid, "the node did not stay")


class EngineKilled(EngineEnds):
    how = signal.SIGKILL


class NodeRestarts(faults.Fault):
    """The engine ends by itself; whatever runs it starts it again."""
    kind = "restart of a node with an external engine"

    def __init__(self, test):
        super().__init__(test.field, [test.peer])
        self.test = test

    def inject(self):
        self.network.stop(self.one)
        self.test.engine.wait(START_S)

    def observe(self):
        """The ledger has gone on since; what it says of the genesis is compared still."""
        path = self.test.engine_home / "config/genesis.json"
        right = path.read_text()
        path.write_text(right.replace('"2097152"', '"4194304"'))
        self.test.refuses("another genesis than the engine began with", FAILED,
                          "it has another consensus_params. Copy it from another peer")
        path.write_text(right)

    def heal(self):
        self.test.start_node()
        self.test.start_engine()


def main():
    with trial(sys.argv[1], HOSTS, Starting) as test:
        test.field.await_whole(test.network.peers)
        test.say("a peer with an external engine votes and cosigns")
        for fault in (EngineEnds, EngineKilled, NodeRestarts):
            test.fault(fault(test))
        test.compare()


if __name__ == "__main__":
    main()
