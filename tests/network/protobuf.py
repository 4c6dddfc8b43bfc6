"""As much of protobuf's wire format as a test needs that alters single fields: numbers are varints or byte strings."""

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
FIXED_BYTES = {FIXED64: 8, FIXED32: 4}


def varint(number):
    """Negative ones as protobuf's int64."""
    number &= (1 << 64) - 1
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def read_varint(data, at):
    """(the number, where it ends); IndexError if `data` ends before."""
    number = shift = 0
    while True:
        byte = data[at]
        number |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return number, at


def fields(message):
    """(number, value, the field's own bytes) of each field: value is an int or bytes."""
    at = 0
    while at < len(message):
        begin = at
        key, at = read_varint(message, at)
        kind = key & 7
        if kind == VARINT:
            value, at = read_varint(message, at)
        else:
            size, at = read_varint(message, at) if kind == BYTES else (FIXED_BYTES[kind], at)
            value, at = message[at:at + size], at + size
        yield key >> 3, value, message[begin:at]


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3 | VARINT) + varint(value)
    return varint(number << 3 | BYTES) + varint(len(value)) + value


def values(message, number):
    return [value for found, value, _ in fields(message) if found == number]


def first(message, number, default):
    return next(iter(values(message, number)), default)


def replaced(message, number, new):
    """The message with `new` values of that field instead of those that it has."""
    kept = b"".join(own for found, _, own in fields(message) if found != number)
    return kept + b"".join(field(number, value) for value in new)
