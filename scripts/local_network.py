#!/usr/bin/env python3
"""Four organisations on one machine, each with a node, its engine and its gateway on an address of its own.
Started by scripts/network; also used by the demonstration, the tests and the drill."""
import argparse
import contextlib
import json
import os
import pathlib
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
DEMO = json.loads((ROOT / "data/demo/demo.json").read_text())
FIRST_UID = 64_100  # peer N runs as this + N where the network is started as root
PROGRAMS = ("sogoc", "sogoc-node", "sogoc-verify")
GATEWAY, PEER, P2P, RPC, ENGINE_METRICS, METRICS = 8080, 26670, 26656, 26657, 26660, 9464


def fail(message):
    sys.exit(f"network: {message}")


def everybody_reaches(folder):
    """True if other users may walk down to `folder`."""
    return all(os.stat(parent).st_mode & 0o001 for parent in [folder, *folder.parents])


class Network:
    """What network.json in the folder remembers: the peers, and the processes that run them."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder).absolute()
        self.state = {"peers": []}
        if self.file.exists():
            self.state = json.loads(self.file.read_text())

    @property
    def file(self):
        return self.folder / "network.json"

    @property
    def peers(self):
        return self.state["peers"]

    @property
    def programs(self):
        return self.folder / "bin"

    def save(self):
        scratch = self.file.with_suffix(".new")
        scratch.write_text(json.dumps(self.state, indent=1))
        scratch.replace(self.file)

    def peer(self, number):
        if not 1 <= number <= len(self.peers):
            fail(f"there is no peer {number}; peers are 1 to {len(self.peers)}")
        return self.peers[number - 1]

    def home(self, peer):
        return self.folder / f"peer{peer['number']}"

    def run(self, program, *arguments):
        command = [self.programs / program, *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            print(" ".join(map(str, command)), done.stdout, done.stderr, sep="\n", file=sys.stderr)
            fail(f"{program} ended with status {done.returncode}")
        return done.stdout

    def signing(self, organisation):
        """Options of sogoc: what it states is this organisation's."""
        return ["--author", organisation, "--key", self.folder / "keys" / f"{organisation}.key",
                "--passphrase-file", self.folder / "pass"]

    # ---- making a network

    def create(self, source, engine, hosts, age_s=0):
        """`age_s`: how long ago the ledger says that it was founded."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if any(self.folder.iterdir()):
            fail(f"{self.folder} holds something else; name another folder with --dir")
        (self.folder / "keys").mkdir()
        self.programs.mkdir()
        for program in PROGRAMS:
            shutil.copy2(source / program, self.programs)
        shutil.copy2(engine, self.programs / "cometbft")
        self.state["apart"] = os.getuid() == 0 and everybody_reaches(self.folder)
        self.state["hosts"] = hosts
        self.state["age_s"] = age_s
        self.make(lambda number: {"host": f"{hosts}.{number}", "bind": f"{hosts}.{number}",
                                  "private": f"{hosts}.{number}",
                                  "url": f"http://{hosts}.{number}:{GATEWAY}"})

    def make(self, place):
        """The folders of all peers, and their ledger. `place` of a peer's number: the address at which the
        others reach it, the one that it listens on, the one of its engine's RPC, and its gateway's URL."""
        founders = DEMO["network"]
        self.state["peers"] = [{"number": number, "organisation": founder["organisation"],
                                "name": founder["name"],
                                "key_name": f"peer{number}.{founder['organisation']}.example",
                                **place(number)} for number, founder in enumerate(founders, 1)]
        for peer in self.peers:
            self.init(peer)
        self.found(founders)
        for peer in self.peers:
            self.run("sogoc-node", "found", self.home(peer), self.folder / "founding.entry")
            self.give_away(peer)
        self.save()

    def init(self, peer):
        """A peer's folder, with keys that only its own user can read."""
        home, host, bind = self.home(peer), peer["host"], peer["bind"]
        home.mkdir(mode=0o700, exist_ok=True)
        passphrase = home / "node.pass"
        passphrase.touch(mode=0o600)
        passphrase.write_text(secrets.token_hex(16) + "\n")
        self.run("sogoc-node", "init", home, "--name", peer["key_name"], "--organisation",
                 peer["organisation"], "--resolver-host", DEMO["resolver_host"], "--passphrase-file",
                 passphrase, "--address", bind, "--port", GATEWAY, "--engine", "managed",
                 "--engine-program", self.programs / "cometbft", "--endpoint", peer["url"],
                 "--endpoint", f"peer://{host}:{PEER}", "--p2p", f"{host}:{P2P}",
                 "--engine-listen", f"{bind}:{P2P}", "--engine-rpc", f"{peer['private']}:{RPC}",
                 "--engine-metrics", f"{peer['private']}:{ENGINE_METRICS}", "--metrics-listen",
                 f"{peer['private']}:{METRICS}", "--peer-listen", f"{bind}:{PEER}")
        # A demonstration may run on a disk that is nearly full; a real ledger should not.
        config = (home / "node.toml").read_text()
        (home / "node.toml").write_text(config.replace("reserve_percent = 5", "reserve_percent = 0")
                                        .replace("reserve_megabytes = 1024", "reserve_megabytes = 32"))

    def found(self, founders):
        """The founding entry, from a description that the four agreed on."""
        keys, passphrase = self.folder / "keys", self.folder / "pass"
        passphrase.touch(mode=0o600)
        passphrase.write_text(secrets.token_hex(16) + "\n")
        organisations, roles = [], []
        for founder in DEMO["founders"] + founders:
            if founder["organisation"] in [o["organisation"] for o in organisations]:
                continue
            organisations.append({k: founder[k] for k in ("organisation", "name", "kind", "admin_unit")})
            roles += [{"organisation": founder["organisation"], "role": role, "scope": scope}
                      for role, scope in founder["roles"]]
            self.run("sogoc", "key", "new", keys / f"{founder['organisation']}.key",
                     "--passphrase-file", passphrase)
        description = self.folder / "founding.json"
        founded_at = time.time_ns() - self.state.get("age_s", 0) * 10**9
        description.write_text(json.dumps({"name": DEMO["ledger"], "founded_at": founded_at, "roles": roles,
                                           "organisations": organisations}, ensure_ascii=False, indent=1))
        proofs = []
        for organisation in organisations:
            name = organisation["organisation"]
            if name == DEMO["office"]:
                continue
            proof = keys / f"{name}.newkey"
            self.run("sogoc", "key", "prove", keys / f"{name}.key", "--out", proof, "--founding",
                     "--author", name, "--passphrase-file", passphrase)
            proofs += ["--new-key", f"{name}={proof}"]
        peers = [x for peer in self.peers for x in ("--peer", self.home(peer) / "peer.json")]
        out = self.run("sogoc", "found", "--from", description, *peers, *proofs, "--data", ROOT / "data",
                       "--out", self.folder / "founding.entry", "--author", DEMO["office"], "--key",
                       keys / f"{DEMO['office']}.key", "--passphrase-file", passphrase)
        self.state["ledger_id"] = re.search(r"[0-9a-f]{64}", out).group()

    def give_away(self, peer):
        if not self.state.get("apart"):
            return
        uid = FIRST_UID + peer["number"]
        for path in [self.home(peer), *self.home(peer).rglob("*")]:
            os.chown(path, uid, uid)

    # ---- running it

    def pid(self, peer):
        """Of the peer's node, if it runs."""
        pid = peer.get("pid")
        if not pid:
            return None
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
        try:
            command = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return None
        return pid if str(self.home(peer)).encode() in command else None

    def engine(self, peer):
        """The process of the peer's engine, if both run."""
        pid = self.pid(peer)
        with contextlib.suppress(OSError):
            for task in pathlib.Path(f"/proc/{pid}/task").iterdir() if pid else ():
                for child in (task / "children").read_text().split():
                    return int(child)
        return None

    def own_user(self, peer):
        """How subprocess runs something as the peer's user."""
        uid = FIRST_UID + peer["number"]
        return {"user": uid, "group": uid, "extra_groups": []} if self.state["apart"] else {}

    def start(self, peer, environment=None):
        if self.pid(peer):
            return
        with open(self.folder / f"peer{peer['number']}.log", "ab") as log:
            process = subprocess.Popen(
                [self.programs / "sogoc-node", "run", self.home(peer)], stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True, cwd=self.home(peer),
                env={**os.environ, "HOME": str(self.home(peer)), **(environment or {})}, **self.own_user(peer))
        peer["pid"] = process.pid
        # The kernel shows the arguments a moment after the program has begun.
        deadline = time.monotonic() + 5
        while process.poll() is None and not self.pid(peer) and time.monotonic() < deadline:
            time.sleep(0.01)
        self.save()

    def stop(self, peer, how=signal.SIGTERM, wait_s=30):
        """Ends the node, and with it its engine. True if it had to be killed."""
        pid = self.pid(peer)
        if not pid:
            return False
        os.kill(pid, how)
        deadline = time.monotonic() + wait_s
        while self.pid(peer):
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
                return True
            time.sleep(0.05)
        peer["pid"] = None
        self.save()
        return False

    def get(self, peer, path, timeout=2):
        """The JSON answer of the peer's gateway, which may be a refusal; None if there is none."""
        try:
            request = urllib.request.Request(peer["url"] + path, headers={"Accept": "application/json"})
            with urllib.request.urlopen(request, timeout=timeout) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            with contextlib.suppress(ValueError):
                return json.load(error)
            return None
        except (OSError, ValueError):
            return None

    def healthy(self, peer):
        try:
            with urllib.request.urlopen(peer["url"] + "/v1/health", timeout=2):
                return True
        except OSError:
            return False

    def wait(self, peers, timeout_s=60):
        """Until these peers would answer a stamp."""
        deadline = time.monotonic() + timeout_s
        for peer in peers:
            while not self.healthy(peer):
                if not self.pid(peer):
                    self.show_log(peer)
                    fail(f"peer {peer['number']} did not start; see {self.folder}/peer{peer['number']}.log")
                if time.monotonic() > deadline:
                    self.show_log(peer)
                    fail(f"peer {peer['number']} is not healthy after {timeout_s} s")
                time.sleep(0.1)

    def show_log(self, peer):
        log = self.folder / f"peer{peer['number']}.log"
        if log.exists():
            print("".join(log.read_text(errors="replace").splitlines(True)[-20:]), file=sys.stderr)

    def same_head(self, timeout_s=60):
        """Waits until all running peers have one head; (height, state root, log size) or None."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            heads = {(h["height"], h["state_root"], h["log_size"], h["header_hash"])
                     for h in (self.get(p, "/v1/ledger") or {"height": None, "state_root": None,
                                                             "log_size": None, "header_hash": None}
                               for p in self.peers if self.pid(p))}
            if len(heads) == 1 and None not in next(iter(heads)):
                return next(iter(heads))
            time.sleep(0.2)
        return None

    def status(self):
        for peer in self.peers:
            pid = self.pid(peer)
            ledger = self.get(peer, "/v1/ledger") if pid else None
            line = f"peer {peer['number']}  {peer['url']:24}  {peer['organisation']:16}  "
            if not pid:
                print(line + "stopped")
            elif ledger is None:
                print(line + f"pid {pid}, does not answer")
            else:
                checkpoint = ledger["checkpoint"]
                quorum = "final" if checkpoint.get("quorum") else "no quorum"
                print(line + f"pid {pid}, block {ledger.get('height', 0)}, {quorum}, "
                      f"signed by {len(checkpoint.get('cosigners', []))} of "
                      f"{checkpoint.get('cosigners_known', '?')}, "
                      f"root {ledger['state_root'][:16]}")


def up(network, arguments):
    started = time.monotonic()
    if not network.peers:
        network.create(arguments.bin, arguments.engine, arguments.hosts)
    for peer in network.peers:
        network.start(peer)
    network.wait(network.peers)
    print(f"Four organisations keep the ledger {network.state['ledger_id'][:16]}… "
          f"({time.monotonic() - started:.1f} s).")
    if not network.state["apart"]:
        print("They run as one user here: start as root, in a folder that others can reach, to keep their "
              "keys apart.")
    network.status()
    print(f"Next: scripts/demo --network; scripts/network status | kill N | start N | down")


def main():
    parser = argparse.ArgumentParser(
        prog="scripts/network", formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Four demonstration organisations on this machine, each with a node, an engine and a "
                    "gateway.",
        epilog="examples:\n  scripts/network up\n  scripts/network status\n"
               "  scripts/network kill 3     (kill -9)\n  scripts/network start 3\n  scripts/network down")
    parser.add_argument("--bin", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--engine", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--dir", type=pathlib.Path, default="demo-network",
                        help="the network's folder [demo-network]")
    parser.add_argument("--hosts", default="127.0.0",
                        help="peer N listens on this address and .N [127.0.0]")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("up", help="start it; the first time, found a new ledger")
    commands.add_parser("status", help="what each peer says")
    for name, text in (("kill", "end a peer's node at once (kill -9)"), ("stop", "end it in order"),
                       ("start", "start it again")):
        commands.add_parser(name, help=text).add_argument("number", type=int)
    commands.add_parser("down", help="stop all; the folder stays")
    arguments = parser.parse_args()
    network = Network(arguments.dir)
    if arguments.command == "up":
        return up(network, arguments)
    if not network.peers:
        fail(f"there is no network in {network.folder}; scripts/network up makes one")
    if arguments.command == "status":
        network.status()
    elif arguments.command == "down":
        for peer in network.peers:
            network.stop(peer)
        print(f"Stopped. Its folder stays: {network.folder}")
    elif arguments.command == "start":
        network.start(network.peer(arguments.number))
        network.wait([network.peer(arguments.number)])
        network.status()
    else:
        network.stop(network.peer(arguments.number),
                     signal.SIGKILL if arguments.command == "kill" else signal.SIGTERM)
        network.status()


if __name__ == "__main__":
    main()
