"""One key and one value of every type of the state (docs/format/state.md)."""
import wire
from keys import ZERO, Key, sha256

NS = 10**9


def state_vectors():
    gtin, lot = "18935000000011", "CAM-2026-01"
    fact = {"entry_index": 5, "time": 1767200400 * NS, "organisation": "htx-vu-quang",
            "key_id": Key("entry").id}
    later = {**fact, "entry_index": 9, "time": fact["time"] + 1}
    point = Key("stamp").point
    decision = {"issuer": "ubnd-ha-tinh", "date": 20260105, "number": "156/QĐ-UBND"}
    foreign = {"ledger_id": sha256(b"another ledger"), "gtin": gtin, "lot": "A"}
    own = {"gtin": gtin, "lot": "B"}
    ancestors = [{"batches": []}, {"batches": [own, foreign]}]
    ancestors_hash = [sha256(wire.value("AncestorsRecord", each)) for each in ancestors]
    event_ids = [sha256(b"first entry"), sha256(b"second entry")]
    events, event_hash = [], ZERO
    for entry_id, position in zip(event_ids, (0, 7)):
        event_hash = sha256(event_hash, entry_id, position.to_bytes(4, "big"))
        events.append({"entry_id": entry_id.hex(), "position": position, "hash": event_hash.hex()})
    record = [
        ("LedgerRecord", [], {"ledger_id": bytes(range(32)), "rules_version": 1,
                              "origin": "ocop-ha-tinh/0001020304050607",
                              "founders": ["vpdp-ha-tinh", "ubnd-ha-tinh"]}),
        ("OrganisationRecord", ["htx-vu-quang"], {
            "name": "Hợp tác xã cam Vũ Quang", "kind": 5, "admin_unit": "42",
            "tax_code": "3001234567", "gln": "8935000000014", "keys": [sha256(b"1"), sha256(b"2")],
            "roles": [{"role": 5, "scope": "42", "valid_from": 20260101, "granted": fact},
                      {"role": 6, "scope": "42", "valid_from": 20260101, "valid_to": 20261231,
                       "granted": fact, "revoked": later}],
            "successor": "htx-khac", "admitted": fact}),
        ("KeyRecord", [fact["key_id"]], {
            "public_key": Key("entry").point, "organisation": "htx-vu-quang", "manages_keys": True,
            "status": 3, "suspect_since": 1767200401 * NS, "added": fact, "ended": later}),
        ("ParametersRecord", [], {"scan_count_max": 50, "scan_days_min": 10,
                                  "checkpoint_age_max_seconds": 600, "attested_after_days": 30}),
        ("PolicyRecord", [], {"version": 2, "quorum": 2, "cosigners": ["a.example", "b.example"],
                              "effective": 1 << 40}),
        ("PeersRecord", [], {"peers": [{
            "name": "a.example", "organisation": "vpdp-ha-tinh", "log_key": sha256(b"3"),
            "cosigner_key": sha256(b"4"), "tls_key_hash": sha256(b"5"), "validator_key": sha256(b"6"),
            "endpoints": ["https://a.example", "https://[2001:db8::1]:8443"]}]}),
        ("GovernanceRecord", [], {"approvers": ["ubnd-ha-tinh", "vpdp-ha-tinh"], "threshold": 2}),
        ("ProposalRecord", [sha256(b"7")], {"change": b"\x08\x02", "title": "Luật mới",
                                            "approvals": [fact, later], "applied": True}),
        ("AdminUnitRecord", ["18073"], {"versions": [
            {"name": "Xã A", "level": 4, "parent": "436", "valid_from": 19910816,
             "valid_to": 20250630, "successors": ["18074", "18075"]}]}),
        ("RegimesRecord", [], {"regimes": [{
            "name": "QĐ 1489/QĐ-TTg", "effective_from": 20250706,
            "stars": [{"star": 3, "level": 2, "score_min": 5000}], "part_a_max": 4000,
            "part_b_max": 2500, "part_c_max": 3500, "validity_months": 36}]}),
        ("VocabularyRecord", [2], {"name": "QĐ 148/QĐ-TTg", "effective_from": 20230224,
                                   "groups": [{"code": "1", "name": "Thực phẩm"}]}),
        ("ResolverRecord", ["tem.ha-tinh.example"], {"withdrawn": True, "recorded": fact}),
        ("ProducerRecord", ["htx-vu-quang"], {
            "type": 2, "legal_name": "HTX cam Vũ Quang", "address": "Vũ Quang, Hà Tĩnh",
            "residences": [{"commune": "18073", "since": 20200101}],
            "representative_digest": sha256(b"8"), "registered": fact}),
        ("FacilityRecord", ["htx-vu-quang", "kho-1"], {
            "name": "Kho 1", "kind": 1, "commune": "18073", "gln": "8935000000014",
            "zone_code": "VN-HTOR-0001", "area_square_metres": 50_000, "registered": fact}),
        ("PrefixRecord", ["8935000"], {"organisation": "vpdp-ha-tinh", "granted": fact}),
        ("AllocatedCodeRecord", [gtin], {"organisation": "htx-vu-quang", "allocated": fact}),
        ("ProductRecord", [gtin], {
            "producer": "htx-vu-quang", "name": "Cam Vũ Quang", "brand": "Vũ Quang",
            "vocabulary": 2, "group": "1", "picture": sha256(b"9"), "standards": ["VietGAP"],
            "certificates": ["001/2026", "002/2026"], "next_serial": 550_001, "registered": fact}),
        ("ScoreRecord", ["hd-ha-tinh", "dot-1-2026", gtin], {
            "date": 20260104, "part_a": 3500, "part_b": 2000, "part_c": 1850,
            "mandatory_failed": True, "minutes": sha256(b"10"), "recorded": fact}),
        ("DecisionRecord", list(decision.values()), {
            "title": "Công nhận sản phẩm OCOP", "document": sha256(b"11"), "recorded": fact}),
        ("CertificateRecord", ["001/2026"], {
            "gtin": gtin, "star": 4, "decision": decision, "change": 2, "previous": "001/2023",
            "valid_from": 20260105, "valid_to": 20290105, "score_council": "hd-ha-tinh",
            "score_session": "dot-1-2026", "five_star_proposed": True, "attested": True, "status": 3,
            "superseded_by": "002/2026", "ended": 20270101, "issued": fact,
            "revocation": {"decision": decision, "reason": "Sai quy trình", "recorded": later}}),
        ("BatchRecord", [gtin, lot], {
            "owner": "htx-vu-quang", "amount": 5_000_000, "unit": 1, "unit_content": 500,
            "production_date": 20260101, "expiry_date": 20260401, "facility": "kho-1",
            "inputs": [{"batch": own, "amount": 7}, {"batch": foreign, "amount": 8}],
            "ancestors": ancestors_hash[1], "ancestor_count": 2, "drawn": 9,
            "labels_authorised": 9500, "labels_void": 100,
            "runs": [{"first": 1, "count": 9000}, {"first": 9001, "count": 500}],
            "event_count": 2, "event_hash": event_hash, "registered": fact}),
        ("AncestorsRecord", [ancestors_hash[1]], ancestors[1]),
        ("OfferRecord", [gtin, lot, "htx-khac"], {"offered": 10**15, "drawn": 1, "last": later}),
        ("LabelRunRecord", [gtin, 1], {
            "lot": lot, "certificate": "001/2026", "count": 9000, "star": 4, "scratch": True,
            "printer": "nha-in", "stamp_key": point, "scratch_root": sha256(b"12"), "printed": 9000,
            "activated": 8000, "void_count": 100, "lost_count": 3, "stolen_count": 2,
            "revoked_count": 1, "authorised": fact, "keyed": fact, "last_printed": later}),
        ("ExceptionsRecord", [gtin, 1, 1], {"ranges": [
            {"first": 4096, "count": 4, "kind": 1, "reason": "in hỏng", "recorded": fact},
            {"first": 5000, "count": 1, "kind": 3, "recorded": later}]}),
        ("RecallsRecord", [gtin], {"open": [
            {"recall": "TH-01", "lot": lot, "kind": 1, "reason": "Dư lượng",
             "document": sha256(b"13"), "opened": fact}], "closed_count": 4}),
    ]
    return {"about": "docs/format/state.md. Bytes in hexadecimal, u64 as text.",
            "records": [{"record": name, "key_fields": [f.hex() if isinstance(f, bytes) else f
                                                        for f in key],
                         "key": wire.key(name, *key).hex(), "fields": wire.json(name, fields),
                         "value": wire.value(name, fields).hex()} for name, key, fields in record],
            "stage_events": events,
            "ancestors": [{"batches": wire.json("AncestorsRecord", each)["batches"],
                           "hash": h.hex()} for each, h in zip(ancestors, ancestors_hash)],
            "exception_pages": [{"first": "4000", "count": "100", "pages": [
                {"page": "0", "first": "4000", "count": "96"},
                {"page": "1", "first": "4096", "count": "4"}]}]}
