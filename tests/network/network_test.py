#!/usr/bin/env python3
"""Four real peers under load, with a fault of each kind that matters most; afterwards everything that was
acknowledged is in all logs, and these are one. The long form is scripts/drill.
usage: network_test.py PROGRAMS"""
import hashlib
import http.client
import json
import os
import sys
import urllib.parse

import protobuf
from trial import need, trial

import faults  # after trial: it knows where the scripts are
import folder_faults

HOSTS = "127.0.9"


def submit(peer, entry, listen=True):
    """Sends a signed entry; what the peer answers, or None if we do not wait for it."""
    client = http.client.HTTPConnection(urllib.parse.urlsplit(peer["url"]).netloc, timeout=30)
    body = protobuf.field(1, entry)  # a v1.SubmitRequest
    client.request("POST", "/v1/entries", body, {"Content-Type": "application/x-protobuf"})
    if not listen:
        client.close()
        return None
    result = json.loads(client.getresponse().read())["results"][0]
    need("committed" in result, f"an entry was not accepted: {result}")
    return result["id"], result["committed"]


def lost_answer(test):
    """A client that never hears the answer asks other peers with the same bytes: one receipt."""
    path = test.folder / "lost.entry"
    operations = test.folder / "lost.json"
    operations.write_text(json.dumps({"operations": [{"record_resolver": {"host": "lost.example"}}]}))
    test.demo.sogoc("vp-ha-tinh", "entry", "sign", "--from", operations, "--out", path)
    entry = path.read_bytes()
    first, *others = test.network.peers
    submit(first, entry, listen=False)
    entry_id = hashlib.sha256(protobuf.first(entry, 1, b"")).hexdigest()
    test.field.await_(lambda: (test.network.get(others[0], f"/v1/entries/{entry_id}") or {}).get("index"),
                      "the entry whose answer nobody heard")
    receipts = [submit(peer, entry) for peer in others + [first]]
    places = {(entry_id, told["index"], told["height"], told["header_hash"]) for entry_id, told in receipts}
    need(len(places) == 1, f"an entry that was sent again has several receipts: {receipts}")
    need(all(told.get("repeated_entry") for _, told in receipts), f"an entry was sent again: {receipts}")
    test.say("a lost answer: the same receipt from all four peers")


def main():
    with trial(sys.argv[1], HOSTS) as test:
        one, two, three, four = test.network.peers
        plan = ((faults.NodeKilled, [four]), (faults.EngineKilled, [one]), (faults.Restarted, [two]),
                (faults.TwoKilled, [two, three]), (faults.Disconnected, [three]), (faults.Deaf, [four]),
                (faults.Halved, [one, four]), (faults.WrongClock, [two]), (folder_faults.Yesterday, [three]))
        left_out = {kind: reason for kind, _ in plan if (reason := kind.why_not(test.field))}
        told = "; ".join(f"{kind.kind}: {reason}" for kind, reason in left_out.items())
        need(os.getuid() != 0 or "scripts/setup" not in told, f"root can inject all faults, but for this: {told}")
        lost_answer(test)
        for kind, peers in plan:
            if kind not in left_out:
                test.fault(kind(test.field, peers))
        test.compare()
        if left_out:
            test.say(f"LEFT OUT; root can do it, where the container allows it. {told}")


if __name__ == "__main__":
    main()
