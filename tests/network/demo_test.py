#!/usr/bin/env python3
"""The demonstration on four organisations, one of which is killed on the way.
usage: demo_test.py PROGRAMS"""
import pathlib
import subprocess
import sys
import tempfile
import time

SCRIPTS = pathlib.Path(__file__).resolve().parent.parent.parent / "scripts"
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
            files = same_files(pathlib.Path(folder) / "network")
        finally:
            subprocess.run([*network, "down"], check=True)
    sys.exit(done.returncode or not files)


if __name__ == "__main__":
    main()
