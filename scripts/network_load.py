"""Load on a network, and a watch over what it answers."""
import json
import pathlib
import subprocess
import threading
import time
import urllib.request

from demo_ledger import DEMO, ROOT, NetworkDemo

AUTHORS = 2
TICK_S = 0.2


class Participants(NetworkDemo):
    """As much of the demonstration as the load is about: a few producers with their products."""

    def __init__(self, network, folder):
        super().__init__(network, folder)
        self.producers = self.producers[:AUTHORS]
        self.say = lambda text: None

    def admit(self):
        self.sogoc(DEMO["office"], "admin-units", "import", ROOT / "data/demo/admin-units.csv", "--snapshot",
                   "2024-12=2019-01-01", "--snapshot", "2026-07=2025-07-01")
        self.submit(DEMO["office"], [{"grant_prefix": {"organisation": DEMO["office"],
                                                       "prefix": DEMO["office_prefix"]}},
                                     *self.admit_producers()])


def prepare(network, folder):
    """The participants, with their keys below `folder`."""
    folder.mkdir()
    participants = Participants(network, folder)
    for step in (participants.start, participants.admit, participants.register):
        step()
    return participants


class Load:
    """sogoc-load, sending to these peers, each connection going on with another one where one fails. What was
    acknowledged is in the journal."""

    def __init__(self, program, peers, demo, journal, *options):
        self.journal = pathlib.Path(journal)
        command = [program, "--json", "--yardstick", 0, "--passphrase-file", demo.folder / "pass", "--lot", "LOAD",
                   "--batches", 20, "--journal", self.journal, *options]
        for peer in peers:
            command += ["--node", peer["url"]]
        for producer in demo.producers:
            name = producer["organisation"]
            command += ["--author", name, "--key", demo.key(name), "--location", "CS1", "--gtin",
                        producer["products"][0]["gtin"]]
        self.process = subprocess.Popen([str(x) for x in command], text=True, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE)
        said = self.process.stderr.readline()
        if "sending" not in said:
            raise RuntimeError(f"sogoc-load: {said}{self.process.communicate()[1]}")

    def end(self):
        """Stops sending. What was sent and not answered stays undecided, as far as this client knows."""
        if self.process.poll() is None:
            self.process.terminate()
        self.process.communicate()

    def wait(self):
        """Its answer, once it has sent all that it was asked for."""
        out, errors = self.process.communicate()
        if self.process.returncode not in (0, 1):
            raise RuntimeError(f"sogoc-load: {errors}")
        return json.loads(out.splitlines()[-1])


class Watch:
    """Counts acknowledgements as they come, and keeps every checkpoint that a peer serves."""

    def __init__(self, network, journal, checkpoints):
        self.network, self.journal = network, pathlib.Path(journal)
        self.checkpoints, self.writing = open(checkpoints, "a"), threading.Lock()
        self.acknowledged, self.at = 0, time.monotonic()  # and when the last one was seen
        self.longest = 0.0  # silence, while it was not excused
        self.excused = False  # too many peers are down for anything to be accepted
        self.ending = threading.Event()
        self.threads = [threading.Thread(target=self.count)]
        self.threads += [threading.Thread(target=self.read, args=(peer,)) for peer in network.peers]
        for thread in self.threads:
            thread.start()

    def stop(self):
        self.ending.set()
        for thread in self.threads:
            thread.join()
        self.checkpoints.close()

    def take_longest(self):
        """The longest silence since this was asked last, or since the start."""
        longest, self.longest = self.longest, 0.0
        return longest

    def excuse(self, excused):
        """Silence does not count from here on, or counts again."""
        self.excused, self.at = excused, time.monotonic()

    def count(self):
        """Lines of the journal."""
        place = 0
        while not self.ending.wait(TICK_S):
            now = time.monotonic()
            try:
                with open(self.journal, "rb") as journal:
                    journal.seek(place)
                    new = journal.read()
            except FileNotFoundError:
                new = b""
            place += len(new)
            if b"\n" in new:
                self.acknowledged += new.count(b"\n")
                self.at = now
            elif not self.excused:
                self.longest = max(self.longest, now - self.at)

    def read(self, peer):
        last = None
        while not self.ending.wait(1.0):
            try:
                with urllib.request.urlopen(peer["url"] + "/checkpoint", timeout=2) as response:
                    note = response.read().decode()
            except OSError:
                continue
            if note != last:
                line = json.dumps({"peer": peer["key_name"], "time": time.time(), "note": note})
                with self.writing:
                    self.checkpoints.write(line + "\n")
                last = note

    def goes_on(self, timeout_s, entries=1):
        """True once so many more entries were acknowledged; False if that takes longer."""
        wanted, deadline = self.acknowledged + entries, time.monotonic() + timeout_s
        while self.acknowledged < wanted:
            if time.monotonic() > deadline:
                return False
            time.sleep(TICK_S)
        return True
