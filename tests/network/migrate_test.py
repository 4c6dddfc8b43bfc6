#!/usr/bin/env python3
"""A ledger that one node began alone moves to four peers and an engine without losing a leaf.
usage: migrate_test.py PROGRAMS [FOLDER]"""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "scripts"))
from local_network import DEMO, GATEWAY, P2P, PEER, RPC, Network  # noqa: E402

HOSTS = "127.0.12"


def network_flags(network, peer):
    host = peer["host"]
    return ["--engine", "managed", "--engine-program", network.programs / "cometbft", "--engine-listen",
            f"{host}:{P2P}", "--engine-rpc", f"{host}:{RPC}", "--peer-listen", f"{host}:{PEER}"]


def init(network, peer, *more):
    home = network.home(peer)
    home.mkdir(mode=0o700)
    passphrase = home / "node.pass"
    passphrase.touch(mode=0o600)
    passphrase.write_text("for a test\n")
    network.run("sogoc-node", "init", home, "--name", peer["key_name"], "--organisation",
                peer["organisation"], "--resolver-host", DEMO["resolver_host"], "--passphrase-file",
                passphrase, "--address", peer["host"], "--port", GATEWAY, "--endpoint", peer["url"],
                "--endpoint", f"peer://{peer['host']}:{PEER}", "--p2p", f"{peer['host']}:{P2P}", *more)
    config = (home / "node.toml").read_text()
    (home / "node.toml").write_text(config.replace("reserve_percent = 5", "reserve_percent = 0"))


def sign(network, operations, name):
    """An entry of the office's."""
    path = network.folder / f"{name}.json"
    path.write_text(json.dumps({"operations": operations}))
    network.run("sogoc", "entry", "sign", "--from", path, "--node", network.peers[0]["url"],
                *network.signing(DEMO["office"]))


def leaves(network, peer):
    """Every leaf of the peer's log, and its ledger's state."""
    size = int(network.get(peer, "/v1/ledger")["log_size"])
    return [network.get(peer, f"/v1/log/{index}")["leaf"] for index in range(size)]


def main():
    programs, kept = pathlib.Path(sys.argv[1]), len(sys.argv) > 2
    engine = subprocess.check_output([ROOT / "scripts/engine_path"], text=True).strip()
    folder = pathlib.Path(sys.argv[2] if kept else tempfile.mkdtemp(prefix="sogoc-migrate-"))
    network = Network(folder)
    founders = DEMO["network"]
    for name in ("keys", "bin"):
        (folder / name).mkdir(parents=True)
    for program in ("sogoc", "sogoc-node", "sogoc-verify"):
        shutil.copy2(programs / program, network.programs)
    shutil.copy2(engine, network.programs / "cometbft")
    peers = [{"number": n, "organisation": f["organisation"], "name": f["name"],
              "key_name": f"peer{n}.{f['organisation']}.example", "host": f"{HOSTS}.{n}",
              "url": f"http://{HOSTS}.{n}:{GATEWAY}"} for n, f in enumerate(founders, 1)]
    try:
        network.state = {"apart": False, "peers": peers[:1]}
        for peer in peers:
            init(network, peer)
        network.found(founders)
        first = peers[0]
        network.run("sogoc-node", "found", network.home(first), folder / "founding.entry")
        network.start(first)
        network.wait([first])
        for count in range(3):
            sign(network, [{"record_resolver": {"host": f"r{count}.example"}}], f"before{count}")
        before = leaves(network, first)
        records = sorted((json.loads((network.home(p) / "peer.json").read_text()) for p in peers),
                         key=lambda record: record["name"])
        sign(network, [{"propose": {"title": "Bốn đơn vị cùng giữ sổ",
                                    "change": {"peers": {"peers": records}}}}], "peers")
        network.stop(first)

        network.state["peers"] = peers
        for peer in peers[1:]:
            shutil.copytree(network.home(first) / "ledger", network.home(peer) / "ledger")
            network.run("sogoc-node", "check", "--quiet", network.home(peer))
        said = {network.run("sogoc-node", "migrate", network.home(peer), *network_flags(network, peer)).splitlines()[1]
                for peer in peers}
        assert len(said) == 1, f"the engines would begin with different files: {said}"
        for peer in peers:
            network.start(peer)
        network.wait(peers)
        sign(network, [{"record_resolver": {"host": "after.example"}}], "after")
        head = network.same_head()
        assert head, "the peers do not agree on one head"
        logs = [leaves(network, peer) for peer in peers]
        assert all(log == logs[0] for log in logs), "the logs differ"
        assert logs[0][:len(before)] == before, "a leaf was lost or changed"
        assert len(logs[0]) > len(before) + 2, "nothing was added"
        checkpoint = network.get(first, "/v1/ledger")["checkpoint"]
        assert checkpoint["quorum"] and checkpoint["quorum_needed"] == 3, checkpoint
        print(f"migrate: {len(before)} leaves before, {len(logs[0])} after, the same on four peers")
    finally:
        for peer in network.peers:
            network.stop(peer)
        if not kept:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
