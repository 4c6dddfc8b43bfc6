"""A network of four peers under load for one test: brought up, looked at step by step, compared at the end."""
import contextlib
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "scripts"))
from faults import Failed  # noqa: E402
from loaded_network import LoadedNetwork  # noqa: E402
import engine_chain  # noqa: E402
import engine_history  # noqa: E402

PATIENCE_S = 90  # of a machine that has more to do than this test
RATE = 60
HELD_S = 2
SETTLED_S = 1


class Trial(LoadedNetwork):
    def __init__(self, programs, folder):
        super().__init__(programs, folder, RATE, PATIENCE_S)

    def fault(self, fault):
        """Injects it, lets it last, looks, heals it. If too many peers are faulty, nothing may be accepted, and
        something again afterwards; otherwise entries go on being accepted all the time."""
        began = time.monotonic()
        fault.inject()
        if fault.stalls:
            self.field.stand_still(fault.rest, HELD_S)
        else:
            time.sleep(SETTLED_S)  # what was answered before is counted by then
            self.goes_on(fault)
        fault.observe()
        fault.heal()
        self.goes_on(fault)
        self.field.await_whole(self.network.peers)
        self.say(f"{fault.describe()}: {time.monotonic() - began:.1f} s until all is whole again")

    def goes_on(self, fault, entries=1):
        need(self.watch.goes_on(self.patience_s, entries), f"{fault.describe()}: nothing is accepted any more")

    def rest(self):
        """Reads what the engines of the asked peers decided as well: before the export stops them."""
        head = super().rest()
        began = time.monotonic()
        self.decided = engine_history.read(self.network, self.asked()) if head else []
        self.say(f"{len(self.decided)} blocks of the engine checked in {time.monotonic() - began:.1f} s")
        return head

    def compare(self):
        """The end: one head, a history in which nothing is lost and nothing forks, and blocks of the engine that
        anybody can check and that made just this history."""
        head, verdict = self.verdict()
        need(head, "the peers do not come to one head")
        need(verdict.good, verdict.text())
        need(verdict.acknowledged > 0, "nothing was accepted")
        engine_chain.check_log(self.decided, engine_history.ledger_headers(self.folder / "logs/peer1"))
        self.say(verdict.text())


def need(condition, what):
    if not condition:
        raise Failed(what)


@contextlib.contextmanager
def trial(programs, hosts, kind=Trial):
    """A network that takes entries; gone afterwards, with its folder unless something failed."""
    engine = subprocess.check_output([ROOT / "scripts/engine_path"], text=True).strip()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="sogoc-network-test."))
    made = kind(pathlib.Path(programs).absolute(), folder)
    try:
        made.up(pathlib.Path(engine), hosts)
        made.say("four peers take entries")
        yield made
    except BaseException:
        print(f"kept: {folder}", file=sys.stderr)
        raise
    finally:
        made.down()
    shutil.rmtree(folder)
