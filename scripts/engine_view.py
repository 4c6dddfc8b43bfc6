"""What a peer's engine says of itself and of the blocks, by its RPC."""
import contextlib
import datetime
import json
import time
import urllib.request

from local_network import RPC


def ask(peer, method, timeout=2):
    """The result; None if there is none."""
    with contextlib.suppress(OSError, ValueError, KeyError):
        with urllib.request.urlopen(f"http://{peer['host']}:{RPC}/{method}", timeout=timeout) as response:
            return json.load(response)["result"]
    return None


def height(peer):
    status = ask(peer, "status")
    return int(status["sync_info"]["latest_block_height"]) if status else None


def votes(peer):
    """True if the key that the engine runs with counts among the validators, and the engine takes part: while it
    fetches blocks it votes for none."""
    status = ask(peer, "status")
    return (bool(status) and int(status["validator_info"]["voting_power"]) > 0
            and not status["sync_info"]["catching_up"])


def follows(peer):
    """True if the engine says, within 10 s, that its key does not count among the validators."""
    end = time.monotonic() + 10
    while not (status := ask(peer, "status")) and time.monotonic() < end:
        time.sleep(0.2)
    return bool(status) and int(status["validator_info"]["voting_power"]) == 0


def validators(peer):
    """{address: power}"""
    answer = ask(peer, "validators?per_page=100")
    return {each["address"]: int(each["voting_power"]) for each in answer["validators"]} if answer else {}


def commit(peer, block):
    """(The block's time, {address: time} of the votes on it) as this peer has them; None if it does not."""
    if not (answer := ask(peer, f"commit?height={block}")):
        return None
    header, signatures = answer["signed_header"]["header"], answer["signed_header"]["commit"]["signatures"]
    return seconds(header["time"]), {each["validator_address"]: seconds(each["timestamp"])
                                     for each in signatures if each["validator_address"]}


def voters(peer, block):
    """Addresses of those whose votes for the block this peer has."""
    _, votes = commit(peer, block) or (None, {})
    return set(votes)


def seconds(text):
    """Since 1970, as time.time() counts."""
    return datetime.datetime.fromisoformat(text).timestamp()


def validator_address(network, peer):
    """Of the validator key in the peer's folder, whether its engine uses it or not."""
    return json.loads((network.home(peer) / "engine/config/priv_validator_key.json").read_text())["address"]
