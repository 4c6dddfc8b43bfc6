#!/usr/bin/env python3
"""The demonstration on four organisations, one of which is killed on the way.
usage: demo_test.py PROGRAMS"""
import os
import pathlib
import subprocess
import sys
import tempfile
import time

SCRIPTS = pathlib.Path(__file__).resolve().parent.parent.parent / "scripts"
sys.path.insert(0, str(SCRIPTS))
from local_network import FIRST_UID, Network  # noqa: E402

HOSTS = "127.0.11"
PATIENCE_S = 90


def same_files(network):
    """Whether all peers hold the same files of the ledger, and some; without being asked for them."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        held = [{path.name: path.read_bytes() for path in home.glob("blobs/??/*")} for home in
                sorted(network.glob("peer[1-4]"))]
        if len(held) == 4 and held[0] and all(files == held[0] for files in held):
            print(f"all four peers hold the same {len(held[0])} files")
            return True
        if time.monotonic() > deadline:
            print(f"the peers hold {[len(files) for files in held]} files", file=sys.stderr)
            return False
        time.sleep(0.5)


READABLE = 'for key; do cat "$key" > /dev/null 2>&1 && echo "$key"; done; true'


def user_of(pid):
    """Real, effective, saved and of files: all one."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return set(map(int, next(line for line in status.splitlines() if line.startswith("Uid:")).split()[1:]))


def apart(network):
    """Whether each peer runs as a user of its own, who alone can read its keys."""
    if os.getuid() != 0:
        print("LEFT OUT, run this as root: peers under users of their own")
        return True
    for peer in network.peers:
        own, other = FIRST_UID + peer["number"], FIRST_UID + peer["number"] % len(network.peers) + 1
        for pid in (network.pid(peer), network.engine(peer)):
            if user_of(pid) != {own}:
                print(f"a process of peer {peer['number']} runs as {user_of(pid)}", file=sys.stderr)
                return False
        home = network.home(peer)
        keys = sorted(map(str, [home / "node.pass", *home.glob("keys/*"), *home.glob("engine/config/*_key.json")]))
        for user, readable in ((own, keys), (other, [])):
            read = subprocess.check_output(["sh", "-c", READABLE, "sh", *keys], text=True, user=user, group=user,
                                           extra_groups=[]).splitlines()
            if read != readable:
                print(f"user {user} can read {read} of peer {peer['number']}'s keys", file=sys.stderr)
                return False
    print("each peer runs as a user of its own, who alone can read its keys")
    return True


def main():
    programs = pathlib.Path(sys.argv[1])
    engine = subprocess.check_output([SCRIPTS / "engine_path"], text=True).strip()
    with tempfile.TemporaryDirectory(prefix="sogoc-demo-") as folder:
        pathlib.Path(folder).chmod(0o755)  # the peers run as users of their own
        network = [sys.executable, SCRIPTS / "local_network.py", "--bin", programs, "--engine", engine,
                   "--dir", f"{folder}/network", "--hosts", HOSTS]
        try:
            subprocess.run([*network, "up"], check=True)
            done = subprocess.run([sys.executable, SCRIPTS / "demo_ledger.py", "--bin", programs, "--dir",
                                   f"{folder}/demo", "--once", "--network", f"{folder}/network"])
            subprocess.run([*network, "status"], check=True)
            good = apart(Network(f"{folder}/network")) and same_files(pathlib.Path(folder) / "network")
        finally:
            subprocess.run([*network, "down"], check=True)
    sys.exit(done.returncode or not good)


if __name__ == "__main__":
    main()
