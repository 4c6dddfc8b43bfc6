#!/usr/bin/env python3
"""Speed and memory of four peers on this machine, beside what the replication engine alone gives in the same
run. Prints a Markdown table; asserts nothing. Started by scripts/bench --network (docs/performance.md)."""
import argparse
import collections
import datetime
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

from checkpoint_lag import CheckpointLag
from demo_ledger import DEMO, NetworkDemo
from local_network import RPC, Network

HOSTS = "127.0.8"  # a network of scripts/network may run on its own
TICK = os.sysconf("SC_CLK_TCK")
CORES = os.cpu_count()
AUTHORS = 4
BATCHES = 10_000  # of each author
STATES_KEPT = 1_100  # somewhat more than the blocks whose state a node keeps
COLUMNS = ("row", "entries/s", "operations/s", "MB/s", "blocks/s", "p50 ms", "p99 ms", "checkpoint behind, at most s",
           "CPU %: nodes + engines + generator + rest", "bar")
CLASSES = ("nodes", "engines", "generator", "rest")


def cpu_seconds(pid):
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICK


def children(pid):
    try:
        tasks = list(pathlib.Path(f"/proc/{pid}/task").iterdir())
        return [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return []


def resident_mb(pid):
    try:
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:")) / 1024


def busy_seconds():
    """Of all cores, without idling and waiting for disks."""
    user, nice, system, _, _, irq, softirq, steal = map(
        int, pathlib.Path("/proc/stat").read_text().splitlines()[0].split()[1:9])
    return (user + nice + system + irq + softirq + steal) / TICK


class Shares:
    """Whose the processors' time is, from now until stop()."""

    def __init__(self, classes):
        self.classes = classes  # {name: [pid, …]}
        self.began, self.busy, self.at = self.read(), busy_seconds(), time.monotonic()

    def read(self):
        return {pid: cpu_seconds(pid) for pids in self.classes.values() for pid in pids}

    def stop(self):
        """In per cent of all cores; nothing of a process that has ended meanwhile."""
        whole = (time.monotonic() - self.at) * CORES / 100
        now = self.read()
        shares = {name: sum(max(0.0, now[pid] - self.began[pid]) for pid in pids) / whole
                  for name, pids in self.classes.items()}
        shares["rest"] = max(0.0, (busy_seconds() - self.busy) / whole - sum(shares.values()))
        return shares


class Profile:
    """Where all processors' time goes, from now until lines()."""

    def __init__(self, path):
        self.path = path
        self.process = subprocess.Popen(["perf", "record", "-a", "-F", "99", "-o", path], start_new_session=True,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def lines(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait()
        found = []
        for sort, most in (("comm", 6), ("comm,dso", 12), ("comm,symbol", 30)):
            report = subprocess.run(["perf", "report", "-i", self.path, "--stdio", "--sort", sort], text=True,
                                    stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
            shares = ["    " + " ".join(line.split())[:100].rstrip(" -") for line in report.splitlines()
                      if line.strip() and not line.startswith("#")]
            found += [f"profile by {sort}:", *shares[:most]]
        return found


class Blocks:
    """Blocks of the engine, by what its RPC says of their headers."""

    def __init__(self, peer):
        self.url = f"http://{peer['host']}:{RPC}"

    def ask(self, method):
        with urllib.request.urlopen(f"{self.url}/{method}", timeout=5) as response:
            return json.load(response)["result"]

    def height(self):
        return int(self.ask("status")["sync_info"]["latest_block_height"])

    def times(self, first, last):
        """(seconds, transactions) of each block from `first` to `last`."""
        found = {}
        while first <= last:
            until = min(first + 19, last)
            for meta in self.ask(f"blockchain?minHeight={first}&maxHeight={until}")["block_metas"]:
                stamp = meta["header"]["time"]
                whole, _, fraction = stamp.rstrip("Z").partition(".")
                at = datetime.datetime.fromisoformat(whole).replace(tzinfo=datetime.timezone.utc)
                found[int(meta["header"]["height"])] = (at.timestamp() + float("0." + (fraction or "0")),
                                                        int(meta["num_txs"]))
            first = until + 1
        return [found[height] for height in sorted(found)]

    def rounds(self, first, last):
        """How many blocks were decided in which round; 0 is the first."""
        found = collections.Counter()
        for height in range(first, last + 1):
            found[self.ask(f"commit?height={height}")["signed_header"]["commit"]["round"]] += 1
        return found


class Load:
    """A run of sogoc-load that is sending."""

    def __init__(self, bench, *options):
        self.network = bench.network
        self.blocks = Blocks(self.network.peers[0])
        command = [bench.arguments.bin / "sogoc-load", "--json", "--yardstick", 0, "--passphrase-file",
                   bench.demo.folder / "pass", "--lot", "LOAD", "--batches", bench.batches]
        for peer in self.network.peers:
            command += ["--node", peer["url"]]
        for producer in DEMO["producers"][:AUTHORS]:
            name = producer["organisation"]
            command += ["--author", name, "--key", bench.demo.key(name), "--location", "CS1", "--gtin",
                        producer["products"][0]["gtin"]]
        # Like the nodes in a session of its own, which is what Linux shares processors among.
        self.process = subprocess.Popen([str(x) for x in [*command, *options]], text=True,
                                        start_new_session=True, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE)
        bench.process = self.process
        said = ""
        while "sending" not in said:
            said = self.process.stderr.readline()
            if not said:
                sys.exit("bench: sogoc-load could not run")
            print(said, end="", file=sys.stderr, flush=True)
        nodes = [self.network.pid(peer) for peer in self.network.peers]
        self.shares = Shares({"nodes": nodes, "engines": [c for pid in nodes for c in children(pid)],
                              "generator": [self.process.pid]})
        self.lag = CheckpointLag(self.network)
        self.first = self.blocks.height() + 1
        self.began = time.time()

    def wait(self, seconds):
        """Its answer after so much time, with processor shares and the blocks of that time."""
        time.sleep(max(0.0, self.began + seconds - time.time()))
        shares, last, lag = self.shares.stop(), self.blocks.height(), self.lag.stop()
        out, errors = self.process.communicate()
        if self.process.returncode not in (0, 1):
            sys.exit(f"bench: sogoc-load: {errors}")
        print(errors, end="", file=sys.stderr)
        answer = json.loads(out.splitlines()[-1])
        answer["shares"] = shares
        answer["lag"] = lag
        answer["blocks"] = self.blocks.times(self.first, last)
        answer["last"] = last
        return answer


class Bench:
    def __init__(self, arguments, folder):
        self.arguments = arguments
        self.folder = folder
        self.seconds = 5 if arguments.quick else arguments.seconds
        self.short = 3 if arguments.quick else min(30, arguments.seconds)
        self.batches = 200 if arguments.quick else BATCHES
        self.network = Network(folder / "network")
        self.process = None  # the load generator
        self.rows = []
        self.limits = []  # lines below the table
        self.rate = 1_500.0  # entries of one operation; replaced by what is measured

    # ---- the table

    def row(self, *cells):
        self.rows.append([*map(str, cells), *["–"] * (len(COLUMNS) - len(cells))])
        print(" | ".join(self.rows[-1]), file=sys.stderr, flush=True)

    def load_row(self, name, answer, bar="–"):
        blocks = answer["blocks"]
        span = blocks[-1][0] - blocks[0][0] if len(blocks) > 1 else 0
        self.row(name, f"{answer['entries_per_second']:,.0f}", f"{answer['operations_per_second']:,.0f}",
                 "–", f"{(len(blocks) - 1) / span:.1f}" if span else "–",
                 f"{answer['request_ms_p50']:.0f}", f"{answer['request_ms_p99']:.0f}", f"{answer['lag']:.1f}",
                 " + ".join(f"{answer['shares'][name]:.0f}" for name in CLASSES), bar)
        for what in ("refused", "undecided", "signed_late"):
            if answer[what]:
                self.limits.append(f"note: {name}: {answer[what]:,} entries {what.replace('_', ' ')}")

    def print(self):
        if self.arguments.without_gossip:
            print("bundles are not gossiped")
        if self.arguments.without_tables:
            print("no key has a table")
        print(f"machine: {CORES} cores, {processor()}, {datetime.date.today()}; on it four peers, their engines "
              f"and the load generator; {self.seconds} s a row, latency rows {self.short} s")
        print("| " + " | ".join(COLUMNS) + " |\n" + "|---" * len(COLUMNS) + "|")
        for row in self.rows:
            print("| " + " | ".join(row) + " |")
        print("\n".join(self.limits))

    def limit(self, name, shares):
        """Says where the time went while as much was sent as goes."""
        idle = max(0.0, 100 - sum(shares.values()))
        most = max(CLASSES, key=shares.get)
        what = f"processors, {most} first" if idle < 15 else "waiting (disks, one another, timers)"
        self.limits.append(f"limit: {name}: {what}: " + ", ".join(
            f"{key} {shares[key]:.0f} %" for key in CLASSES) + f", idle {idle:.0f} % of {CORES} cores")

    # ---- the engine alone

    def bare(self):
        for size, window in ((400, 2_000), (64_000, 100), (400, 1)):
            command = [self.arguments.bare, "--engine", self.arguments.engine, "--bytes", size, "--window",
                       window, "--seconds", self.short, "--warm-up", 1 if self.arguments.quick else 3]
            done = subprocess.run([*map(str, command)], check=True, stdout=subprocess.PIPE, text=True,
                                  start_new_session=True)
            r = json.loads(done.stdout.splitlines()[-1])
            travel = "one at a time" if window == 1 else f"{window:,} travel"
            self.row(f"engine alone, transactions of {size:,} B, {travel}", f"{r['tx_per_second']:,.0f}", "–",
                     f"{r['megabytes_per_second']:.2f}", f"{r['blocks_per_second']:.1f}",
                     f"{r['commit_ms_p50']:.0f}", f"{r['commit_ms_p99']:.0f}", "–",
                     f"engines {r['engines_cpu_percent'] / CORES:.0f}, applications and generator "
                     f"{r['generator_cpu_percent'] / CORES:.0f}")

    # ---- the network

    def up(self):
        self.network.create(self.arguments.bin, self.arguments.engine, HOSTS)
        if self.arguments.without_gossip:
            # A lone bundle waits for its own peer's turn, and there are turns only while blocks are made.
            edit_before(self.network.programs / "cometbft", "s/^broadcast = true/broadcast = false/; "
                        "s/^create_empty_blocks = false/create_empty_blocks = true/; "
                        "s/^create_empty_blocks_interval = .*/create_empty_blocks_interval = \"0s\"/")
        for peer in self.network.peers:
            if self.arguments.without_tables:
                replace_in(self.network.home(peer) / "node.toml", "key_tables = 64", "key_tables = 0")
            self.network.start(peer)
        self.network.wait(self.network.peers)
        (self.folder / "demo").mkdir()
        self.demo = NetworkDemo(self.network, self.folder / "demo")
        self.demo.say = lambda text: print(text, file=sys.stderr)
        for step in (self.demo.start, self.demo.admit, self.demo.register):
            step()
        wanted = self.arguments.entries
        if wanted:
            self.load("--entries", wanted, "--per-request", 500, "--connections", 32).wait(0)
        if not self.arguments.quick:
            self.age()

    def age(self):
        """Until each block also takes away the state of an old one."""
        while (height := self.height()) < STATES_KEPT:
            print(f"block {height} of {STATES_KEPT}", file=sys.stderr, flush=True)
            self.load("--per-request", 1, "--connections", 1, "--seconds", 20).wait(20)

    def height(self):
        return int(self.network.get(self.network.peers[0], "/v1/ledger")["height"])

    def down(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
        for peer in self.network.peers:
            self.network.stop(peer)

    def load(self, *options):
        return Load(self, *options)

    def profiled(self, load):
        """What `load` gives in a row's time; with --profile says where the processors' time went."""
        profile = Profile(self.folder / "perf.data") if self.arguments.profile else None
        answer = load.wait(self.seconds)
        if profile:
            self.limits += profile.lines()
        return answer

    def single(self):
        for per_request, connections in ((1, 800), (20, 64)):
            load = self.load("--per-request", per_request, "--connections", connections, "--seconds", self.seconds)
            answer = self.profiled(load) if per_request == 1 else load.wait(self.seconds)
            rate = answer["entries_per_second"]
            self.load_row(f"one operation an entry, {per_request} a request, {connections} connections", answer,
                          bar(">= 1,500 entries/s", rate >= 1_500) + "; " + lag_bar(answer))
            if per_request == 1:
                self.rate = rate
        self.limit("one operation an entry", answer["shares"])

    def multi(self):
        answer = self.profiled(self.load("--operations", 100, "--per-request", 5, "--connections", 32, "--seconds",
                                         self.seconds))
        self.load_row(f"100 operations an entry, on {AUTHORS * self.batches:,} batches in turn", answer,
                      bar(">= 8,000 operations/s", answer["operations_per_second"] >= 8_000) + "; " + lag_bar(answer))
        self.limit("100 operations an entry", answer["shares"])

    def half(self):
        rate = round(self.rate / 2)
        for what, option, most in (("commit", [], 500), ("quorum", ["--wait-final"], 800)):
            answer = self.load("--per-request", 1, "--connections", 700, "--rate", rate, "--seconds",
                               self.short, *option).wait(self.short)
            self.load_row(f"half load ({rate:,}/s), answered at {what}", answer,
                          bar(f"p50 <= {most} ms", answer["request_ms_p50"] <= most) + "; " + lag_bar(answer))
            if option and answer["final"] < answer["committed"]:
                self.limits.append(f"note: {answer['committed'] - answer['final']:,} were answered before "
                                   "a quorum stood behind them")

    def idle(self):
        answer = self.load("--per-request", 1, "--connections", 1, "--seconds", self.short).wait(self.short)
        self.load_row("one entry at a time, answered at commit", answer,
                      bar("p50 <= 150 ms", answer["request_ms_p50"] <= 150))

    def memory(self):
        nodes, engines = [], []
        for peer in self.network.peers:
            node = self.network.pid(peer)
            nodes.append(resident_mb(node))
            engines.append(sum(map(resident_mb, children(node))))
        leaves = int(self.network.get(self.network.peers[0], "/v1/ledger")["log_size"])
        most = max(map(sum, zip(nodes, engines)))
        each = lambda values: "/".join(f"{value:.0f}" for value in values)
        self.row(f"memory with {leaves:,} leaves: nodes {each(nodes)} MB, engines {each(engines)} MB",
                 *["–"] * 8, bar(f"{most:.0f} <= 600 MB", most <= 600))

    def killed(self):
        seconds = 3 * self.short
        victim = self.network.peers[3]
        # Two a request: a block that takes a second round would keep more connections busy than may be had.
        load = self.load("--per-request", 2, "--connections", 700, "--rate", round(self.rate / 2), "--seconds",
                         seconds, "--timeout", 5)
        time.sleep(self.short)
        self.network.stop(victim, signal.SIGKILL)
        at, cut_height = time.time(), load.blocks.height() + 1
        answer = load.wait(seconds)
        rounds = load.blocks.rounds(cut_height, answer["last"])
        self.load_row(f"half load, 2 a request, a peer killed after {self.short} s", answer)
        each, cut = answer["each_second"], round(at - load.began)
        before, after = mean(each[1:cut]), mean(each[cut + 2:])
        intervals = [(b[0], b[0] - a[0]) for a, b in zip(answer["blocks"], answer["blocks"][1:])]
        quick = [interval for when, interval in intervals if when < at]
        slow = sorted(interval for when, interval in intervals if when > at)
        self.limits.append(
            f"killed: {before:,.0f} entries/s before, {after:,.0f} from 2 s after on; block interval "
            f"{1000 * mean(quick):.0f} ms before, {1000 * mean(slow):.0f} ms after, the longest "
            f"{1000 * max(slow, default=0):.0f} ms; of {sum(rounds.values())} blocks after, {rounds[1]} took a second "
            f"round and {sum(rounds.values()) - rounds[0] - rounds[1]} more; {answer['lost_connections']:,} "
            f"connections lost; longest time without an answer {1000 * answer['longest_gap_seconds']:.0f} ms")
        self.network.start(victim)
        self.network.wait([victim])


def replace_in(path, before, after):
    text = path.read_text()
    if before not in text:
        sys.exit(f"bench: {path} does not say {before}")
    path.write_text(text.replace(before, after))


def edit_before(engine, edit):
    """The engine's program starts with its configuration edited by sed."""
    real = engine.with_name(f"{engine.name}.real")
    engine.rename(real)
    engine.write_text(f"""#!/bin/sh
for each; do
  if [ "$before" = --home ]; then sed -i '{edit}' "$each/config/config.toml" || exit 1; fi
  before=$each
done
exec {real} "$@"
""")
    engine.chmod(0o755)


def mean(values):
    return sum(values) / len(values) if values else 0


def bar(text, met):
    return f"{text}: {'yes' if met else 'NO'}"


def lag_bar(answer):
    return bar("checkpoint <= 2 s behind", answer["lag"] <= 2)


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return "unknown processor"


def main():
    rows = ("bare", "single", "multi", "half", "idle", "memory", "killed")
    parser = argparse.ArgumentParser(
        prog="scripts/bench --network", formatter_class=argparse.RawDescriptionHelpFormatter, description=__doc__,
        epilog="examples:\n  scripts/bench --network\n  scripts/bench --network --quick\n"
               "  scripts/bench --network --entries 1000000 --only memory")
    parser.add_argument("--bin", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--bare", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--engine", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--seconds", type=int, default=60, help="of each row under load [60]")
    parser.add_argument("--entries", type=int, default=0, help="fill the ledger with so many first [0]")
    parser.add_argument("--quick", action="store_true", help="a smoke test of a minute")
    parser.add_argument("--only", nargs="+", choices=rows, default=rows, metavar="ROW",
                        help=f"of {', '.join(rows)} [all]")
    parser.add_argument("--without-gossip", action="store_true",
                        help="bundles wait at their own peer until it proposes (docs/adr/005)")
    parser.add_argument("--without-tables", action="store_true",
                        help="every signature is verified as that of a key that signs seldom")
    parser.add_argument("--profile", action="store_true",
                        help="of all processes, in the first row of single entries and that of 100 operations (needs perf)")
    parser.add_argument("--keep", action="store_true", help="keep the folder with logs and ledgers")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("bench: ended by a signal"))
    folder = pathlib.Path(tempfile.mkdtemp(prefix="sogoc-bench."))
    bench = Bench(arguments, folder)
    try:
        if "bare" in arguments.only:
            bench.bare()
        if set(arguments.only) - {"bare"}:
            bench.up()
        for name in rows[1:]:
            if name in arguments.only:
                getattr(bench, name)()
        bench.print()
    finally:
        bench.down()
        if arguments.keep:
            print(f"kept: {folder}", file=sys.stderr)
        else:
            subprocess.run(["rm", "-rf", folder], check=True)


if __name__ == "__main__":
    main()
