#!/usr/bin/env python3
"""Peers of one network have equal app hashes, whatever else differs between their processes: random
entries as an engine's blocks, executed by processes that differ in the number of threads, locale, how
numbers are written, addresses and the content of fresh memory; and as blocks without an engine.

usage: engine_replay.py BIN [SEED [ENTRIES]]     BIN: where random_entries, replay, engine_replay are
"""
import os
import pathlib
import subprocess
import sys
import tempfile


def run(*command, **environment):
    return subprocess.run([str(part) for part in command], check=True, capture_output=True,
                          text=True, env={**os.environ, **environment}).stdout.splitlines()


def main(binaries, seed=1, entries=10_000):
    binaries = pathlib.Path(binaries)
    with tempfile.TemporaryDirectory() as work:
        recording = pathlib.Path(work) / "recording"
        run(binaries / "random_entries", seed, entries, recording)
        one = run(binaries / "engine_replay", recording, 0, "1234.5", LC_ALL="C", MALLOC_PERTURB_="1")
        other = run(binaries / "engine_replay", recording, 3, "1.234,5", LC_ALL="C.UTF-8",
                    MALLOC_PERTURB_="254")
        without = [" ".join(line.split()[:2]) for line in run(binaries / "replay", recording)
                   if not line.startswith(" ")][1:]  # block 0 is not the engine's
    for name, lines in (("another process", other), ("replay", without)):
        for here, there in zip(one, lines):
            if here != there:
                sys.exit(f"engine_replay: seed {seed}: {name} has {there}, not {here}")
        if len(one) != len(lines):
            sys.exit(f"engine_replay: seed {seed}: {name} has {len(lines)} blocks, not {len(one)}")
    print(f"engine_replay: seed {seed}: {len(one)} blocks, the same in all")


if __name__ == "__main__":
    if not 2 <= len(sys.argv) <= 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
