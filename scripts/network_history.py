"""The history of a network that has come to rest: what its clients were told against what its peers hold."""
import concurrent.futures
import os
import shutil

import history


def export(network, folder):
    """{peer's name: folder with its log}. Stops the peers."""
    folder.mkdir(exist_ok=True)
    for peer in network.peers:
        network.stop(peer)

    def one(peer):
        to = folder / f"peer{peer['number']}"
        shutil.rmtree(to, ignore_errors=True)
        network.run("sogoc-node", "export", network.home(peer), to)
        network.give_away(peer)
        return to

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip((peer["key_name"] for peer in network.peers), pool.map(one, network.peers)))


def evidence(network):
    """Files that name somebody who signed what an honest peer never signs."""
    return [path for peer in network.peers for path in network.home(peer).glob("evidence/*")]

