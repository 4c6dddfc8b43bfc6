"""Encodings of docs/format/, driven by the schema (proto/entry.proto) and by the tables of state.md.

Used by make_vectors.py. Independent of the C++ code, which has to give the same bytes.
"""
import base64
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


# ---- Messages: canonical protobuf -----------------------------------------------------------------

class Schema:
    def __init__(self, text):
        text = re.sub(r"//.*", "", text)
        self.enums, self.messages = {}, {}
        for kind, name, body in re.findall(r"(?s)\b(enum|message)\s+(\w+)\s*\{(.*?)\n\}", text):
            if kind == "enum":
                self.enums[name] = {k: int(v) for k, v in re.findall(r"(\w+)\s*=\s*(\d+);", body)}
            else:
                fields = re.findall(r"(repeated\s+)?(\w+)\s+(\w+)\s*=\s*(\d+);", body)
                self.messages[name] = sorted((int(n), field, type_, bool(repeated))
                                             for repeated, type_, field, n in fields)

    def encode(self, name, value):
        """The canonical bytes of a message given as {field: value}."""
        known = {field for _, field, _, _ in self.messages[name]}
        assert set(value) <= known, f"{name} has no {set(value) - known}"
        out = b""
        for number, field, type_, repeated in self.messages[name]:
            if field in value:
                for each in value[field] if repeated else [value[field]]:
                    out += self.field(number, type_, each, keep_default=repeated)
        return out

    def field(self, number, type_, value, keep_default):
        if type_ in ("string", "bytes") or type_ in self.messages:
            data = (self.encode(type_, value) if type_ in self.messages
                    else value.encode() if type_ == "string" else value)
            if not data and not keep_default and type_ not in self.messages:
                return b""
            return varint(number << 3 | 2) + varint(len(data)) + data
        value = self.enums[type_][value] if type_ in self.enums else int(value)
        return varint(number << 3) + varint(value) if value else b""

    def json(self, name, value):
        """The proto3 JSON form of the same message."""
        out = {}
        for _, field, type_, repeated in self.messages[name]:
            if field in value:
                items = value[field] if repeated else [value[field]]
                items = [self.json(type_, i) if type_ in self.messages
                         else base64.b64encode(i).decode() if type_ == "bytes"
                         else str(i) if type_ == "uint64" else i for i in items]
                out[field] = items if repeated else items[0]
        return out


def varint(value):
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


SCHEMA = Schema((ROOT / "proto/entry.proto").read_text())


# ---- State ------------------------------------------------------------------------------------------

SIZES = {"u8": 1, "u32": 4, "u64": 8}


def _tables(text):
    records = {}
    for name, table in re.findall(r"(?m)^### (\w+)\n(?:(?!^#).*\n)*?((?:^\|.*\n)+)", text):
        rows = [[cell.strip() for cell in row.split("|")[1:-1]] for row in table.splitlines()[2:]]
        records[name] = [(row[0], row[1]) for row in rows]
    keys = {}
    for number, name, fields in re.findall(r"(?m)^\| (\d+) \| (\w+Record) \| (.*)\|$", text):
        keys[name] = (int(number), [field.split() for field in fields.split(", ") if field.strip()])
    return records, keys


RECORDS, KEYS = _tables((ROOT / "docs/format/state.md").read_text())


def key(record, *values):
    """The state key of a record, e.g. key("BatchRecord", gtin, lot)."""
    number, fields = KEYS[record]
    assert len(fields) == len(values)
    out = bytes([number])
    for (_, type_), value in zip(fields, values):
        if type_ == "text":
            out += bytes([len(value.encode())]) + value.encode()
        else:
            out += value if type_ == "digest" else value.to_bytes(SIZES[type_], "big")
    return out


def value(record, fields):
    """The state value of a record given as {field: value}; what is not given is zero or empty."""
    return b"\1" + _put(record, fields)


def _put(type_, value_):
    if type_ in SIZES:
        return (value_ or 0).to_bytes(SIZES[type_], "big")
    if type_ == "bool":
        return bytes([value_ or 0])
    if type_ in ("digest", "point"):
        return value_ or bytes(32 if type_ == "digest" else 33)
    if type_ in ("text", "bytes"):
        data = value_.encode() if isinstance(value_, str) else value_ or b""
        return len(data).to_bytes(4, "big") + data
    if type_.startswith("list of "):
        items = value_ or []
        return len(items).to_bytes(4, "big") + b"".join(_put(type_[8:], item) for item in items)
    if type_.startswith("optional "):
        return b"\0" if value_ is None else b"\1" + _put(type_[9:], value_)
    fields = value_ or {}
    known = [field for field, _ in RECORDS[type_]]
    assert set(fields) <= set(known), f"{type_} has no {set(fields) - set(known)}"
    return b"".join(_put(of, fields.get(field)) for field, of in RECORDS[type_])


def json(type_, value_):
    """The same as JSON: u64 as text, bytes in hexadecimal, every field written out."""
    if type_ == "u64":
        return str(value_ or 0)
    if type_ in SIZES:
        return value_ or 0
    if type_ == "bool":
        return bool(value_)
    if type_ == "text":
        return value_ or ""
    if type_ in ("digest", "point", "bytes"):
        return (_put(type_, value_)[4 if type_ == "bytes" else 0:]).hex()
    if type_.startswith("list of "):
        return [json(type_[8:], item) for item in value_ or []]
    if type_.startswith("optional "):
        return None if value_ is None else json(type_[9:], value_)
    return {field: json(of, (value_ or {}).get(field)) for field, of in RECORDS[type_]}
