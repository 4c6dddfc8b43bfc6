"""Peers come, go, and get other keys: by changes that the network's organisations propose and approve."""
import hashlib
import json

from local_network import DEMO, GATEWAY


def record(network, peer):
    """What the peer's folder says that the ledger should say of it."""
    return json.loads((network.home(peer) / "peer.json").read_text())


def sign(network, organisation, *command):
    """Runs a command of the organisation's; the id of its entry."""
    node = next(peer for peer in network.peers if network.healthy(peer))
    out = network.run("sogoc", *command, "--node", node["url"], *network.signing(organisation), "--json")
    return bytes.fromhex(json.loads(out)["results"][0]["id"])


def agree(network, title, change):
    """Proposed by the first of the founding peers' organisations, approved by as many more as it takes; its id."""
    organisations = [founder["organisation"] for founder in DEMO["network"]]
    path = network.folder / "change.json"
    path.write_text(json.dumps(change))
    entry = sign(network, organisations[0], "governance", "propose", "--title", title, "--change", path)
    proposal = hashlib.sha256(entry + bytes(4)).hexdigest()
    for organisation in organisations[1:len(organisations) // 2 + 1]:
        sign(network, organisation, "governance", "approve", "--proposal", proposal)
    return proposal


def set_peers(network, title, peers):
    """From the next block on the ledger has these peers."""
    records = sorted((record(network, peer) for peer in peers), key=lambda each: each["name"])
    agree(network, title, {"peers": {"peers": records}})


def newcomer(network, founder):
    """A peer with a folder of its own, which follows once it is started; its organisation is on the ledger."""
    number = len(network.peers) + 1
    host = f"{network.state['hosts']}.{number}"
    peer = {"number": number, "organisation": founder["organisation"], "name": founder["name"],
            "key_name": f"peer{number}.{founder['organisation']}.example", "host": host, "bind": host,
            "private": host, "url": f"http://{host}:{GATEWAY}"}
    make_folder(network, peer)
    network.peers.append(peer)
    network.save()
    return peer


def make_folder(network, peer):
    """With new keys, and the ledger's first block."""
    network.init(peer)
    network.run("sogoc-node", "found", network.home(peer), network.folder / "founding.entry")
    network.give_away(peer)
