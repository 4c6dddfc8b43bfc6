"""What the engines of a network that has come to rest decided: checked as one peer tells it, and the same at all."""
import engine_chain
import engine_view
from engine_chain import need
from history import HEADER, read_leaves, sha256

ANSWER_S = 20  # on a machine that has more to do
PAGE = 20  # headers in one answer


def asked(peer, method):
    answer = engine_view.ask(peer, method, ANSWER_S)
    need(answer, f"the engine of peer {peer['number']} does not answer {method}")
    return answer


def reach(peer):
    """(first, last) block that its engine has."""
    status = asked(peer, "status")["sync_info"]
    return int(status["earliest_block_height"]), int(status["latest_block_height"])


def read(network, peers):
    """The headers of all blocks that one of these peers has, the oldest first; engine_chain.Refused if anything is
    wrong with them, or another peer has others. Chain and newest validators are those of the peers' own folders."""
    chain_id = f"sogoc-{network.state['ledger_id'][:16]}"
    reached = {peer["number"]: reach(peer) for peer in peers}
    source = min(peers, key=lambda peer: reached[peer["number"]])
    blocks, sets, before = {}, {}, None
    first, last = reached[source["number"]]
    for height in range(first, last + 1):
        signed = asked(source, f"commit?height={height}")["signed_header"]
        named = signed["header"]["validators_hash"]
        if named not in sets:
            sets[named] = asked(source, f"validators?height={height}&per_page=100")["validators"]
        engine_chain.check(chain_id, signed, sets[named])
        if before:
            engine_chain.check_link(before, signed)
        blocks[height] = before = signed
    ours = {engine_view.validator_address(network, peer) for peer in network.peers}
    need({engine_chain.address(engine_chain.public_key(each)) for each in sets[named]} == ours,
         f"block {last}: validators that are not the network's peers")
    for peer in peers:
        compare(peer, *reached[peer["number"]], blocks)
    return [signed["header"] for signed in blocks.values()]


def compare(peer, first, last, blocks):
    for begin in range(first, last + 1, PAGE):
        end = min(begin + PAGE - 1, last)
        metas = asked(peer, f"blockchain?minHeight={begin}&maxHeight={end}")["block_metas"]
        theirs = {int(meta["header"]["height"]): meta["block_id"] for meta in metas}
        need(set(theirs) == set(range(begin, end + 1)), f"peer {peer['number']} lacks blocks of {begin} to {end}")
        for height in set(theirs) & set(blocks):
            need(theirs[height] == blocks[height]["commit"]["block_id"],
                 f"block {height}: peer {peer['number']} has another one")


def ledger_headers(folder):
    """(leaf hash, time) of each, as engine_chain.check_log wants them, from an exported log."""
    return [(sha256(b"\0", leaf).hex().upper(), HEADER.unpack(leaf)[3])
            for leaf in read_leaves(folder) if leaf[0] == 2]
