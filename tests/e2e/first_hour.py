#!/usr/bin/env python3
"""Runs every command of docs/first-hour.md, in order, in an empty folder.

usage: first_hour.py BIN_DIR"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXPECTED = ["Vượt số lượng lô: đã cấp 900/1.000, còn 100", "CODE_ISSUED", "ok: "]


def main():
    text = (ROOT / "docs/first-hour.md").read_text()
    blocks = re.findall(r"^```sh\n(.*?)^```$", text, re.M | re.S)
    script = "set -euo pipefail\ntrap 'kill $(jobs -p) 2> /dev/null || true' EXIT\n" + "\n".join(blocks)
    environment = dict(os.environ, PATH=f"{sys.argv[1]}:{os.environ['PATH']}",
                       SOGOC=str(ROOT))
    environment.pop("SOGOC_NODE", None)
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(["bash", "-c", script], cwd=folder, env=environment, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=240)
    print(done.stdout)
    missing = [line for line in EXPECTED if line not in done.stdout]
    if done.returncode != 0 or missing:
        sys.exit(f"first_hour: status {done.returncode}, not seen: {missing}")


if __name__ == "__main__":
    main()
