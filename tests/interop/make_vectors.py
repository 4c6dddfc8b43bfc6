#!/usr/bin/env python3
"""Makes tests/vectors/{entry,ledger,state,tiles,bundle}.json from docs/format/ and the schema.

usage: make_vectors.py [--write]      without --write it only says whether the files are up to date
Run it when a format changes, look at the difference, and commit both.
"""
import json
import sys

import wire
from keys import Key, leaf_hash, log_root, sha256
from small_ledger import ledger_vectors
from state_values import state_vectors


def entry_vectors():
    ledger_id, key = bytes(range(32)), Key("entry")

    def vector(about, body):
        data = wire.SCHEMA.encode("EntryBody", body)
        return {"about": about, "json": wire.SCHEMA.json("EntryBody", body), "body": data.hex(),
                "entry_id": sha256(data).hex(), "signed_entry": signed(data).hex()}

    def signed(body, key_id=key.id, signature=None):
        return wire.SCHEMA.encode("SignedEntry", {
            "body": body, "key_id": key_id, "signature": signature or key.sign(b"entry", body)})

    head = {"ledger_id": ledger_id, "author": "htx-vu-quang", "nonce": bytes(range(8)),
            "not_after": 1767204000}
    sale = {"record_stage_event": {"gtin": "18935000000011", "lot": "CAM-2026-01", "stage": "SALE",
                                   "location": "kho-1", "time": 1767200400}}
    several = [
        sale,
        {"register_batch": {
            "gtin": "18935000000011", "lot": "CAM-2026-02", "amount": 10**15, "unit": "GRAM",
            "unit_content": 500, "production_date": 20260101, "facility": "kho-1", "inputs": [
                {"gtin": "18935000000028", "lot": "A", "amount": 1},
                {"ledger_id": sha256(b"another ledger"), "gtin": "18935000000028", "lot": "A",
                 "amount": 2}]}},
        {"record_exceptions": {"gtin": "18935000000011", "first": 1, "kind": "VOID",
                               "ranges": [{"first": 4000, "count": 100}], "reason": "in hỏng"}},
        {"record_resolver": {"host": "tem.hatinh.example", "withdrawn": True}},
        {"propose": {"change": {"parameters": {}}, "title": "trống"}}]
    small = wire.SCHEMA.encode("EntryBody", {**head, "operations": [sale]})
    body = {**head, "operations": [sale]}

    def bad(about, error, signed_entry):
        return {"about": about, "error": error, "signed_entry": signed_entry.hex()}

    def changed(about, error, old, new):
        assert small.count(old) == 1, about
        return bad(about, error, signed(small.replace(old, new)))

    def tail(about, error, operation):  # one operation, given as bytes
        start = wire.SCHEMA.encode("EntryBody", head)
        return bad(about, error, signed(start + b"\x2a" + wire.varint(len(operation)) + operation))

    def with_head(about, error, **fields):
        return bad(about, error, signed(wire.SCHEMA.encode("EntryBody", {**body, **fields})))

    good, not_after = signed(small), b"\x20" + wire.varint(head["not_after"])
    parts = [good[:-100], good[-100:-66], good[-66:]]  # body, key_id, signature
    malformed = [
        bad("nothing", "key_id: not 32 bytes", b""),
        bad("fields out of order", "out of ascending order", parts[1] + parts[0] + parts[2]),
        bad("key_id given twice", "given twice", parts[0] + parts[1] + parts[1] + parts[2]),
        bad("cut off", "truncated", good[:-1]),
        bad("a byte too many", "where a tag is due", good + b"\x80"),
        bad("an unknown field", "unknown field 4", good + b"\x22\x01x"),
        bad("field number 0", "unknown field 0", good + b"\x02\x01x"),
        bad("a length that is not shortest", "truncated", parts[0] + b"\x12\xa0\x00" + parts[1][2:]
            + parts[2]),
        bad("a tag that is not shortest", "where a tag is due", parts[0] + b"\x92\x00" + parts[1][1:]
            + parts[2]),
        bad("key_id of 31 bytes", "key_id: not 32 bytes", signed(small, key.id[:31])),
        bad("signature of 63 bytes", "signature: not 64 bytes", signed(small, signature=bytes(63))),
        with_head("ledger_id of 31 bytes", "ledger_id: not 32 bytes", ledger_id=bytes(31)),
        with_head("nonce of 7 bytes", "nonce: not 8 to 32", nonce=bytes(7)),
        with_head("nonce of 33 bytes", "nonce: not 8 to 32", nonce=bytes(33)),
        with_head("no operations", "without operations", operations=[]),
        with_head("1001 operations", "more than 1000", operations=[{"approve": {}}] * 1001),
        with_head("an operation without content", "operation without content", operations=[{}]),
        changed("author written out empty", "default value", b"\x12\x0chtx-vu-quang", b"\x12\x00"),
        changed("not_after written out as 0", "default value", not_after,
                b"\x20\x00"),
        changed("not_after as fixed64", "wrong wire type", not_after,
                b"\x21" + bytes(8)),
        changed("not_after not shortest", "not a shortest varint", not_after,
                not_after[:-1] + b"\x86\x00"),
        changed("not_after beyond 64 bits", "not a shortest varint", not_after,
                b"\x20" + b"\xff" * 9 + b"\x02"),
        changed("a control character", "not plain UTF-8", b"kho-1", b"kho\n1"),
        changed("U+0085", "not plain UTF-8", b"kho-1", "kho\u0085".encode()),
        changed("an overlong form", "not plain UTF-8", b"kho-1", b"kho\xc0\xaf"),
        changed("a surrogate", "not plain UTF-8", b"kho-1", b"kh\xed\xa0\x80"),
        changed("an enum value that the schema does not name", "out of range", b"\x18\x07\x22",
                b"\x18\x63\x22"),
        tail("two members of a oneof", "two members", b"\x1a\x00\x5a\x00"),
        tail("one member of a oneof twice", "given twice", b"\x1a\x00\x1a\x00"),
        tail("an unknown operation", "unknown field 99", wire.varint(99 << 3 | 2) + b"\x00"),
        tail("a bool of 2", "out of range", b"\x5a\x04\x0a\x02\x18\x02"),
        tail("2^32 in a uint32", "out of range", b"\x7a\x06\x20\x80\x80\x80\x80\x10"),
    ]
    possession = {"ledger_id": ledger_id.hex(), "organisation": "htx-vu-quang",
                  "public_key": key.point.hex(),
                  "message": (ledger_id + b"\x0chtx-vu-quang" + key.point).hex(),
                  "signature": key.possession(ledger_id, "htx-vu-quang").hex()}
    return {"about": "docs/format/entry.md. Bytes in hexadecimal, json in the proto3 JSON form of "
                     "EntryBody. Every malformed entry breaks one rule of the canonical form.",
            "public_key": key.point.hex(), "key_id": key.id.hex(),
            "entries": [vector("one operation", body),
                        vector("several operations", {**head, "operations": several})],
            "possession": possession, "malformed": malformed}


def tile_path(kind, number, width):
    groups = [f"{number % 1000:03}"]
    while number := number // 1000:
        groups.insert(0, f"x{number % 1000:03}")
    return f"tile/{kind}/" + "/".join(groups) + ("" if width == 256 else f".p/{width}")


def tile_files(size):
    """{path: bytes} of the log whose leaf i is the decimal number i."""
    leaves = [b"%d" % i for i in range(size)]
    out = {}
    for at in range(0, size, 256):
        bundle = leaves[at:at + 256]
        out[tile_path("entries", at // 256, len(bundle))] = b"".join(
            len(leaf).to_bytes(2, "big") + leaf for leaf in bundle)
    items, level = [leaf_hash(leaf) for leaf in leaves], 0
    while items:
        for at in range(0, len(items), 256):
            tile = items[at:at + 256]
            out[tile_path(level, at // 256, len(tile))] = b"".join(tile)
        items = [log_root(items[at:at + 256]) for at in range(0, len(items) - 255, 256)]
        level += 1
    return out


def tile_vectors():
    shown = ["tile/0/000", "tile/0/272", "tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17",
             "tile/2/000.p/1", "tile/entries/000", "tile/entries/273.p/112"]
    logs = []
    for size in (1, 255, 256, 257, 70_000):
        files = tile_files(size)
        paths = shown if size == 70_000 else sorted(files)
        logs.append({"size": size, "file_count": len(files), "files": [
            {"path": path, "size": len(files[path]), "sha256": sha256(files[path]).hex()}
            for path in paths]})
    big = logs[-1]["files"]
    return {"about": "docs/format/tiles.md: the files of the log whose leaf i is the decimal number "
                     "i, without the checkpoint. Of the largest log only some are listed.",
            "paths": [{"number": n, "width": w, "path": tile_path("entries", n, w)}
                      for n, w in ((0, 256), (999, 256), (1000, 256), (1234067, 5), (10**9, 256))],
            "logs": logs,
            "example": "".join(f"{f['path']:<24}{f['size']:>6} {f['sha256']}\n" for f in big)}


def bundle_vectors():
    gateway = bytes.fromhex("c0ffee0102030405")

    def encoded(counter, entries, version=1):
        return bytes([version]) + gateway + counter.to_bytes(8, "big") + b"".join(
            len(entry).to_bytes(4, "big") + entry for entry in entries)

    def vector(about, counter, entries):
        data = encoded(counter, entries)
        return {"about": about, "gateway": gateway.hex(), "counter": str(counter),
                "entries": [entry.hex() for entry in entries], "bytes": data.hex(),
                "sha256": sha256(data).hex()}

    def bad(about, error, data):
        return {"about": about, "error": error, "bytes": data.hex()}

    head = encoded(7, [])
    signed = bytes.fromhex(entry_vectors()["entries"][0]["signed_entry"])
    return {"about": "docs/format/bundle.md. Bytes in hexadecimal.",
            "bundles": [vector("two entries, of three bytes and of one", 258,
                               [b"\x0a\x0b\x0c", b"\xff"]),
                        vector("the first entry of entry.json", 1, [signed]),
                        vector("the largest counter", 2**64 - 1, [b"\0"])],
            "malformed": [
                bad("nothing", "too short", b""),
                bad("half a head", "too short", head[:9]),
                bad("without entries", "too short", head),
                bad("version 0", "of an unknown version", encoded(7, [b"x"], version=0)),
                bad("version 2", "of an unknown version", encoded(7, [b"x"], version=2)),
                bad("three bytes of a length", "it ends within a length", head + bytes(3)),
                bad("an entry of 0 bytes", "a length is out of range", encoded(7, [b""])),
                bad("an entry of 0 bytes after another", "a length is out of range",
                    encoded(7, [b"x", b""])),
                bad("a length of 60,000", "a length is out of range",
                    head + (60_000).to_bytes(4, "big") + b"x"),
                bad("a length of 2^32 - 1", "a length is out of range", head + b"\xff" * 4 + b"x"),
                bad("an entry cut off", "it ends within an entry", encoded(7, [b"xyz"])[:-1]),
                bad("a length without its entry", "it ends within an entry",
                    encoded(7, [b"xyz", b"x"])[:-1]),
                bad("a byte too many", "it ends within a length", encoded(7, [b"xyz"]) + b"\0"),
            ]}


def main():
    stale = []
    for name, make in (("entry", entry_vectors), ("ledger", ledger_vectors),
                       ("state", state_vectors), ("tiles", tile_vectors),
                       ("bundle", bundle_vectors)):
        path = wire.ROOT / f"tests/vectors/{name}.json"
        text = json.dumps(make(), indent=1, ensure_ascii=False) + "\n"
        if not path.exists() or path.read_text() != text:
            stale.append(path.name)
            if "--write" in sys.argv[1:]:
                path.write_text(text)
    if stale and "--write" not in sys.argv[1:]:
        sys.exit(f"not up to date: {', '.join(stale)}; see make_vectors.py --help")


if __name__ == "__main__":
    if sys.argv[1:] not in ([], ["--write"]):
        sys.exit(__doc__)
    main()
