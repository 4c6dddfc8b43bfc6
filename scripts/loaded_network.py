"""A network of four peers under load, for whoever disturbs it: brought up, disturbed, brought to rest, compared."""
import contextlib
import os
import shutil
import signal
import subprocess
import time

import history
import network_history
from faults import CLOCK, WRONG_ENGINE, Failed, Field
from folder_faults import unmount
from local_network import ROOT, Network
from network_load import Load, Watch, prepare

AGE_S = 2 * 86_400  # an engine whose clock is before the ledger's founding just waits for it
STILL_S = 2  # between two looks at heads that shall not change any more


class LoadedNetwork:
    def __init__(self, programs, folder, rate, patience_s):
        self.programs, self.folder, self.rate = programs, folder, rate
        folder.chmod(0o755)  # each peer's user gets to its own folder
        self.network = Network(folder / "network")
        self.patience_s = patience_s
        self.load = self.watch = self.field = None
        self.began = time.monotonic()

    def say(self, text):
        print(f"[{time.monotonic() - self.began:7.1f} s] {text}", flush=True)

    def up(self, engine, hosts):
        self.network.create(self.programs, engine, hosts, AGE_S)
        shutil.copy2(self.programs / CLOCK, self.network.programs)
        with contextlib.suppress(FileNotFoundError):
            wrong = subprocess.check_output([ROOT / "scripts/engine_path", "--wrong-clock"], text=True).strip()
            shutil.copy2(wrong, self.network.programs / WRONG_ENGINE)
        self.field = Field(self.network, self.patience_s)
        if self.field.wires:
            self.field.wires.install()
        for peer in self.network.peers:
            self.begin(peer)
        self.network.wait(self.network.peers, self.patience_s)
        self.demo = prepare(self.network, self.folder / "participants")
        self.watch = Watch(self.network, self.folder / "journal", self.folder / "checkpoints")
        self.send()

    def begin(self, peer):
        """Its first start."""
        self.network.start(peer)

    def asked(self):
        """The peers that clients send to."""
        return self.network.peers

    def send(self):
        """From now on, without an end. Entries are signed as they go."""
        self.load = Load(self.programs / "sogoc-load", self.asked(), self.demo, self.watch.journal, "--rate",
                         self.rate, "--seconds", 86_000, "--ahead", 4 * self.rate, "--per-request", 4,
                         "--connections", 32, "--timeout", 5, "--give-up", 120)
        if not self.watch.goes_on(self.patience_s):
            raise Failed("nothing is accepted, before any fault")
        self.watch.take_longest()

    def verdict(self):
        """Brings the network to rest; (its head or None, what the history checker says)."""
        self.load.end()
        self.load = None
        head = self.rest()
        self.watch.stop()
        logs = network_history.export(self.network, self.folder / "logs")
        return head, history.check_files([self.watch.journal], [self.watch.checkpoints.name], logs)

    def rest(self):
        """The head of all running peers, once nothing is under way any more; None if that takes too long."""
        deadline, head = time.monotonic() + self.patience_s, None
        while time.monotonic() < deadline:
            last, head = head, self.network.same_head(self.patience_s)
            if head is not None and head == last:
                return head
            time.sleep(STILL_S)
        return None

    def down(self):
        """Whatever state it is in."""
        if self.load:
            self.load.end()
        if self.watch:
            self.watch.stop()
        for peer in self.network.peers:
            for pid in filter(None, (self.network.engine(peer), self.network.pid(peer))):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)
        for peer in self.network.peers:
            self.network.stop(peer)
        if self.field and self.field.wires:
            self.field.wires.remove()
        for home in (self.network.home(peer) for peer in self.network.peers):
            if home.is_mount():
                unmount(home)
