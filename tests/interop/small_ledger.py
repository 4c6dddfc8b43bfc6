"""A small ledger, as the pages of docs/format/ say: entries, blocks, states, a checkpoint."""
import base64

import wire
from keys import ZERO, Key, NoteKey, leaf_hash, log_root, sha256, state_root

NS = 10**9


class Ledger:
    """As much of the rules as the example needs."""

    def __init__(self):
        self.id, self.leaves, self.hashes, self.state = ZERO, [], [], {}
        self.records = {}  # state key -> (record name, {field: value})
        self.headers, self.pending, self.nonces = [], [], 0

    def get(self, record, *key):
        return self.records[wire.key(record, *key)]

    def put(self, record, *key, **fields):
        """Creates or changes a record."""
        stored = self.records.setdefault(wire.key(record, *key), {})
        stored.update(fields)
        self.state[wire.key(record, *key)] = wire.value(record, stored)
        return stored

    def entry(self, author, key, *operations, not_after=None):
        self.nonces += 1
        body = wire.SCHEMA.encode("EntryBody", {
            "ledger_id": self.id, "author": author, "nonce": self.nonces.to_bytes(8, "big"),
            "not_after": not_after or self.time // NS + 3600, "operations": operations})
        signed = wire.SCHEMA.encode("SignedEntry", {
            "body": body, "key_id": key.id, "signature": key.sign(b"entry", body)})
        for position, operation in enumerate(operations):
            [(kind, fields)] = operation.items()
            self.fact = {"entry_index": len(self.leaves), "time": self.time,
                         "organisation": author, "key_id": key.id}
            getattr(self, kind)(author, fields, sha256(sha256(body), position.to_bytes(4, "big")))
        self.append(b"\1" + signed)
        return sha256(body)

    def append(self, leaf):
        self.leaves.append(leaf)
        self.hashes.append(leaf_hash(leaf))

    def close(self):
        for kind, change in self.pending:
            self.change(kind, change)
        self.pending = []
        first = len(self.leaves) - 1
        while first > 0 and self.leaves[first - 1][0] == 1:
            first -= 1
        count = len(self.leaves) - first
        previous = self.hashes[first - 1] if first else ZERO
        header = {"version": 1, "height": len(self.headers), "time": self.time,
                  "previous": previous, "first_index": first, "entry_count": count,
                  "log_root": log_root(self.hashes), "state_root": state_root(self.state)}
        self.headers.append(header)
        sizes = {"version": 4, "height": 8, "time": 8, "first_index": 8, "entry_count": 4}
        self.append(b"\2" + b"".join(v if isinstance(v, bytes) else v.to_bytes(sizes[k], "big")
                                     for k, v in header.items()))

    # Operations

    def found(self, _, op, __):
        for unit in op["admin_units"]:
            version = {k: v for k, v in unit.items() if k != "code"}
            version["level"] = wire.SCHEMA.enums["AdminLevel"][unit["level"]]
            self.put("AdminUnitRecord", unit["code"], versions=[version])
        for organisation in op["organisations"]:
            self.admit_organisation(None, organisation, None)
        for role in op["roles"]:
            self.grant_role(None, role, None)
        self.put("PeersRecord", peers=op["peers"])
        self.put("PolicyRecord", **self.default_policy(1, 0))
        self.put("GovernanceRecord", **op["governance"])
        self.put("ParametersRecord", **op["parameters"])
        self.put("RegimesRecord", regimes=[
            {**regime, "stars": [{**star, "level": wire.SCHEMA.enums["AdminLevel"][star["level"]]}
                                 for star in regime["stars"]]} for regime in op["regimes"]["regimes"]])
        for vocabulary in op["vocabularies"]:
            fields = {k: v for k, v in vocabulary.items() if k != "version"}
            self.put("VocabularyRecord", vocabulary["version"], **fields)
        self.founding = op

    def founded(self):
        """What depends on the bytes of the founding leaf."""
        self.id = sha256(self.leaves[0])
        self.origin = f"{self.founding['name']}/{self.id[:8].hex()}"
        self.put("LedgerRecord", ledger_id=self.id, origin=self.origin, rules_version=1,
                 founders=[o["organisation"] for o in self.founding["organisations"]])

    def default_policy(self, version, effective):
        names = [peer["name"] for peer in self.get("PeersRecord")["peers"]]
        n = len(names)
        return {"version": version, "quorum": (n + (n - 1) // 3) // 2 + 1, "cosigners": names,
                "effective": effective}

    def admit_organisation(self, _, op, __):
        fields = {field: op.get(field, "") for field in ("name", "admin_unit", "tax_code", "gln")}
        self.put("OrganisationRecord", op["organisation"], **fields, keys=[], roles=[],
                 kind=wire.SCHEMA.enums["OrganisationKind"][op["kind"]], admitted=self.fact)
        for key in op.get("keys", []):
            self.add_key(op["organisation"], {"key": key}, None)

    def add_key(self, organisation, op, _):
        key = op["key"]
        key_id = sha256(key["public_key"])
        self.put("KeyRecord", key_id, public_key=key["public_key"], organisation=organisation,
                 manages_keys=key.get("manages_keys", False), status=1, added=self.fact)
        keys = self.get("OrganisationRecord", organisation)["keys"]
        self.put("OrganisationRecord", organisation, keys=keys + [key_id])

    def retire_key(self, _, op, __):
        self.put("KeyRecord", op["key_id"], status=2, ended=self.fact)

    def revoke_key(self, _, op, __):
        self.put("KeyRecord", op["key_id"], status=3, ended=self.fact,
                 suspect_since=op["suspect_since"] * NS)

    def replace_lost_keys(self, _, op, __):
        for key_id in self.get("OrganisationRecord", op["organisation"])["keys"]:
            if self.get("KeyRecord", key_id)["status"] == 1:
                self.revoke_key(None, {**op, "key_id": key_id}, None)
        self.add_key(op["organisation"], op, None)

    def grant_role(self, _, op, __):
        role = {**{k: v for k, v in op.items() if k != "organisation"}, "granted": self.fact,
                "role": wire.SCHEMA.enums["Role"][op["role"]]}
        roles = self.get("OrganisationRecord", op["organisation"])["roles"]
        self.put("OrganisationRecord", op["organisation"], roles=roles + [role])

    def record_resolver(self, _, op, __):
        self.put("ResolverRecord", op["host"], withdrawn=op.get("withdrawn", False),
                 recorded=self.fact)

    def propose(self, _, op, proposal):
        self.put("ProposalRecord", proposal, change=wire.SCHEMA.encode("Change", op["change"]),
                 title=op["title"], approvals=[self.fact])
        self.changes = {**getattr(self, "changes", {}), proposal: op["change"]}

    def approve(self, _, op, __):
        record = self.get("ProposalRecord", op["proposal"])
        applied = len(record["approvals"]) + 1 >= self.get("GovernanceRecord")["threshold"]
        self.put("ProposalRecord", op["proposal"], approvals=record["approvals"] + [self.fact],
                 applied=applied)
        if applied:
            [(kind, change)] = self.changes[op["proposal"]].items()
            if kind == "replace_lost_keys":
                self.replace_lost_keys(None, change, None)
            else:
                self.pending.append((kind, change))

    def change(self, kind, change):
        assert kind == "peers"
        self.put("PeersRecord", **change)
        version = self.get("PolicyRecord")["version"]
        self.put("PolicyRecord", **self.default_policy(version + 1, len(self.headers) + 1))


def ledger_vectors():
    start = 1767200400 * NS  # 2026-01-01 00:00 in UTC+7
    ledger = Ledger()
    ledger.time = start
    keys = {name: Key(name) for name in ("office 1", "office 2", "committee 1", "committee 2",
                                         "producer 1", "producer 2", "producer 3")}
    notes = {(peer, role): NoteKey(f"sogoc vector {peer} {role}")
             for peer in ("peer1", "peer2", "peer3") for role in ("log", "cosigner", "validator")}

    def new_key(name, organisation, manages=True):
        out = {"public_key": keys[name].point,
               "possession": keys[name].possession(ledger.id, organisation)}
        return {**out, "manages_keys": True} if manages else out

    def peer(name, organisation):
        return {"name": f"{name}.ha-tinh.example", "organisation": organisation,
                "log_key": notes[name, "log"].public, "cosigner_key": notes[name, "cosigner"].public,
                "tls_key_hash": sha256(b"tls " + name.encode()),
                "validator_key": notes[name, "validator"].public,
                "endpoints": [f"https://{name}.ha-tinh.example"]}

    peers = [peer("peer1", "vpdp-ha-tinh"), peer("peer2", "ubnd-ha-tinh")]
    founding = {
        "name": "ocop-ha-tinh", "founded_at": start,
        "organisations": [
            {"organisation": "vpdp-ha-tinh", "name": "Văn phòng điều phối nông thôn mới tỉnh Hà Tĩnh",
             "kind": "PROVINCE_OFFICE", "admin_unit": "42",
             "keys": [new_key("office 1", "vpdp-ha-tinh")]},
            {"organisation": "ubnd-ha-tinh", "name": "Uỷ ban nhân dân tỉnh Hà Tĩnh",
             "kind": "COMMITTEE", "admin_unit": "42",
             "keys": [new_key("committee 1", "ubnd-ha-tinh")]}],
        "roles": [
            {"organisation": "vpdp-ha-tinh", "role": "OFFICE", "scope": "42", "valid_from": 20260101},
            {"organisation": "ubnd-ha-tinh", "role": "DECIDE", "scope": "42", "valid_from": 20260101}],
        "peers": peers,
        "governance": {"approvers": ["ubnd-ha-tinh", "vpdp-ha-tinh"], "threshold": 2},
        "parameters": {"scan_count_max": 50, "scan_days_min": 10, "checkpoint_age_max_seconds": 600,
                       "attested_after_days": 30},
        "regimes": {"regimes": [{
            "name": "QĐ 1489/QĐ-TTg", "effective_from": 20250706, "stars": [
                {"star": 3, "level": "PROVINCE", "score_min": 5000},
                {"star": 4, "level": "PROVINCE", "score_min": 7000},
                {"star": 5, "level": "COUNTRY", "score_min": 9000}],
            "part_a_max": 4000, "part_b_max": 2500, "part_c_max": 3500, "validity_months": 36}]},
        "vocabularies": [{"version": 1, "name": "QĐ 148/QĐ-TTg", "effective_from": 20230224,
                          "groups": [{"code": "1", "name": "Thực phẩm"},
                                     {"code": "2", "name": "Đồ uống"}]}],
        "admin_units": [
            {"code": "00", "name": "Việt Nam", "level": "COUNTRY", "valid_from": 19760702},
            {"code": "42", "name": "Tỉnh Hà Tĩnh", "level": "PROVINCE", "parent": "00",
             "valid_from": 19910816}]}
    ledger.entry("vpdp-ha-tinh", keys["office 1"], {"found": founding})
    ledger.founded()
    ledger.close()

    ledger.time = start + 60 * NS
    ledger.entry(
        "vpdp-ha-tinh", keys["office 1"],
        {"admit_organisation": {
            "organisation": "htx-vu-quang", "name": "Hợp tác xã cam Vũ Quang", "kind": "PRODUCER",
            "admin_unit": "42", "tax_code": "3001234567", "keys": [
                new_key("producer 1", "htx-vu-quang"), new_key("producer 2", "htx-vu-quang", False)]}},
        {"grant_role": {"organisation": "htx-vu-quang", "role": "PRODUCE", "scope": "42",
                        "valid_from": 20260101, "valid_to": 20301231}},
        {"record_resolver": {"host": "tem.ha-tinh.example"}})
    ledger.entry("vpdp-ha-tinh", keys["office 1"],
                 {"add_key": {"key": new_key("office 2", "vpdp-ha-tinh")}})
    ledger.close()

    ledger.time = start + 120 * NS
    ledger.entry("htx-vu-quang", keys["producer 1"], {"retire_key": {"key_id": keys["producer 2"].id}})
    lost = ledger.entry("vpdp-ha-tinh", keys["office 1"], {"propose": {
        "title": "Thay khóa bị mất của Uỷ ban", "change": {"replace_lost_keys": {
            "organisation": "ubnd-ha-tinh", "key": new_key("committee 2", "ubnd-ha-tinh"),
            "suspect_since": start // NS + 30}}}})
    zero = bytes(4)  # position of the Propose in its entry
    ledger.entry("ubnd-ha-tinh", keys["committee 1"], {"approve": {"proposal": sha256(lost, zero)}})
    more = ledger.entry("ubnd-ha-tinh", keys["committee 2"], {"propose": {
        "title": "Thêm một nút", "change": {
            "peers": {"peers": peers + [peer("peer3", "htx-vu-quang")]}}}})
    ledger.entry("vpdp-ha-tinh", keys["office 2"], {"approve": {"proposal": sha256(more, zero)}})
    ledger.close()

    ledger.time = start + 180 * NS
    suspect = start // NS + 100
    ledger.entry("vpdp-ha-tinh", keys["office 1"],
                 {"revoke_key": {"key_id": keys["office 2"].id, "suspect_since": suspect}})
    ledger.entry("vpdp-ha-tinh", keys["office 1"], {"replace_lost_keys": {
        "organisation": "htx-vu-quang", "key": new_key("producer 3", "htx-vu-quang"),
        "suspect_since": suspect}})
    ledger.entry("vpdp-ha-tinh", keys["office 1"], {"propose": {
        "title": "Đổi tham số", "change": {"parameters": {
            "scan_count_max": 100, "scan_days_min": 10, "checkpoint_age_max_seconds": 600,
            "attested_after_days": 30}}}})
    ledger.close()

    root = log_root(ledger.hashes)
    text = f"{ledger.origin}\n{len(ledger.leaves)}\n{base64.b64encode(root).decode()}\n"
    names = [f"peer{i}.ha-tinh.example" for i in (1, 2, 3)]
    seconds = start // NS + 181
    checkpoint = (text + "\n" + notes["peer2", "log"].line(ledger.origin, 1, text)
                  + notes["peer1", "cosigner"].line(names[0], 4, text, seconds)
                  + notes["peer3", "cosigner"].line(names[2], 4, text, seconds + 1))
    vkeys = [notes[f"peer{i}", "cosigner"].vkey(names[i - 1], 4) for i in (1, 2, 3)]
    policy = "".join(f"log {notes[f'peer{i}', 'log'].vkey(ledger.origin, 1)}\n" for i in (1, 2, 3))
    policy += "".join(f"witness peer{i} {vkey}\n" for i, vkey in enumerate(vkeys, 1))
    policy += "group peers 2 peer1 peer2 peer3\nquorum peers\n"
    return {"about": "A small ledger (docs/format/): keys added, retired, revoked and replaced, and "
                     "a third peer by approval, effective at height 3. Bytes in hexadecimal, u64 as "
                     "text. state is the whole state after the last block.",
            "ledger_id": ledger.id.hex(), "origin": ledger.origin,
            "keys": {name: {"public_key": key.point.hex(), "key_id": key.id.hex()}
                     for name, key in keys.items()},
            "headers": [{k: v.hex() if isinstance(v, bytes) else v if k in ("version", "entry_count")
                         else str(v) for k, v in header.items()} for header in ledger.headers],
            "leaves": [leaf.hex() for leaf in ledger.leaves],
            "leaf_hashes": [each.hex() for each in ledger.hashes],
            "size": len(ledger.leaves), "root": root.hex(), "checkpoint": checkpoint,
            "policy": policy,
            "state": [{"key": key.hex(), "value": ledger.state[key].hex()}
                      for key in sorted(ledger.state)]}
