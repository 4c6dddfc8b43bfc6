#!/usr/bin/env python3
"""Parameters and policy are changed by approval; a fifth peer joins a running network, and leaves it again; a lost
machine is replaced. Validators, policy and cosigners follow, and the log goes on.
usage: membership_test.py PROGRAMS"""
import subprocess
import sys

from trial import need, trial

import engine_view  # after trial: it knows where the scripts are
import folder_faults
import membership

HOSTS = "127.0.13"
FIFTH = {"organisation": "bo-nnmt", "name": "Bộ Nông nghiệp và Môi trường (trình diễn)"}


def await_members(test, members, quorum):
    """Until all of them vote and cosign, nobody else does, and the policy of so many is in force."""
    names = sorted(peer["key_name"] for peer in members)

    def standing(peer):
        checkpoint = (test.network.get(peer, "/v1/ledger") or {}).get("checkpoint", {})
        return (checkpoint.get("quorum_needed") == quorum and checkpoint.get("cosigners_known") == len(names)
                and sorted(checkpoint["cosigners"]) == names)

    for peer in members:
        test.field.await_of(peer, lambda: len(engine_view.validators(peer)) == len(names),
                            f"sees {len(names)} validators")
        test.field.await_of(peer, lambda: engine_view.votes(peer), "votes")
        test.field.await_of(peer, lambda: standing(peer),
                            f"serves a checkpoint that all {len(names)} cosigned, {quorum} needed")


def refuses(network, peer, organisation, proposal):
    """Whether the peer says of one more approval that the change is in force already."""
    command = [network.programs / "sogoc", "governance", "approve", "--proposal", proposal, "--node", peer["url"],
               *network.signing(organisation), "--json"]
    approval = subprocess.run(command, capture_output=True, text=True)
    return "proposal_applied" in approval.stdout


def change_rules(test):
    """Parameters, and how many cosigners a checkpoint needs."""
    proposal = membership.agree(test.network, "Tham số mới", {"parameters": {
        "scan_count_max": 100, "scan_days_min": 10, "checkpoint_age_max_seconds": 300, "attested_after_days": 30}})
    for peer in test.network.peers:
        need(refuses(test.network, peer, test.network.peers[-1]["organisation"], proposal),
             f"peer {peer['number']} does not have the new parameters")
    cosigners = sorted(peer["key_name"] for peer in test.network.peers)
    membership.agree(test.network, "Cả bốn đơn vị cùng ký", {"policy": {"quorum": 4, "cosigners": cosigners}})
    await_members(test, test.network.peers, quorum=4)
    need(test.watch.goes_on(test.patience_s), "nothing is accepted after changes of parameters and policy")
    test.say("new parameters and a policy of 4 of 4 are in force at all four peers")


def join(test):
    """The newcomer follows first, then the ledger names it."""
    fifth = membership.newcomer(test.network, FIFTH)
    test.network.start(fifth)
    test.field.await_height(fifth, engine_view.height(test.network.peers[0]))
    need(engine_view.follows(fifth), "a peer that the ledger does not name votes, or does not say")
    need(not test.network.get(fifth, "/v1/peers").get("cosigns"), "a peer that the ledger does not name cosigns")
    membership.set_peers(test.network, "Đơn vị thứ năm tham gia", test.network.peers)
    await_members(test, test.network.peers, quorum=4)
    test.say("a fifth peer follows by block sync, is approved, votes and cosigns: 4 of 5 needed")
    return fifth


def leave(test, fifth):
    rest = [peer for peer in test.network.peers if peer is not fifth]
    membership.set_peers(test.network, "Đơn vị thứ năm rút lui", rest)
    await_members(test, rest, quorum=3)
    test.network.stop(fifth)
    test.network.peers.remove(fifth)
    test.network.save()
    test.say("it leaves again: 3 of 4 needed")


def new_keys(test, peer):
    """In its own folder, one by one: until they are approved it follows."""
    test.network.stop(peer)
    for key in ("validator", "cosigner"):
        test.network.run("sogoc-node", "describe", test.network.home(peer), "--new-key", key)
    test.network.give_away(peer)
    test.network.start(peer)
    test.field.await_height(peer, engine_view.height(test.network.peers[0]))
    need(engine_view.follows(peer), "a peer votes with a key that nobody has approved, or does not say")
    membership.set_peers(test.network, "Thay khoá", test.network.peers)
    await_members(test, test.network.peers, quorum=3)
    test.say("a peer votes and cosigns with new keys")


def main():
    with trial(sys.argv[1], HOSTS) as test:
        change_rules(test)
        fifth = join(test)
        need(test.watch.goes_on(test.patience_s), "nothing is accepted by five peers")
        leave(test, fifth)
        new_keys(test, test.network.peers[2])
        test.fault(folder_faults.LostMachine(test.field, [test.network.peers[3]]))
        await_members(test, test.network.peers, quorum=3)
        test.compare()


if __name__ == "__main__":
    main()
