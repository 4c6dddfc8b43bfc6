#!/usr/bin/env python3
"""The demonstration on four organisations, one of which is killed on the way.
usage: demo_test.py PROGRAMS"""
import pathlib
import subprocess
import sys
import tempfile

SCRIPTS = pathlib.Path(__file__).resolve().parent.parent.parent / "scripts"
HOSTS = "127.0.11"


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
        finally:
            subprocess.run([*network, "down"], check=True)
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
