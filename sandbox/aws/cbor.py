"""As much CBOR (RFC 8949) as the rpc-v2-cbor protocol of AWS's newer SDKs needs: no more types than JSON, and times."""

import struct
from typing import Any

DEEPEST = 64


class Moment(int):
    """Seconds since 1970. JSON prints them as a number, CBOR marks them with tag 1."""


class NotCbor(ValueError):
    """There were bytes that are not CBOR, or not of a kind the protocol uses."""


def encode(value: Any) -> bytes:
    """The bytes of a document made of dicts, lists, texts, whole numbers, booleans, None and moments."""
    match value:
        case None:
            return b"\xf6"
        case bool():
            return b"\xf5" if value else b"\xf4"
        case Moment():
            return b"\xc1" + encode(int(value))
        case int():
            return _head(0, value) if value >= 0 else _head(1, -1 - value)
        case str():
            text = value.encode()
            return _head(3, len(text)) + text
        case list():
            return _head(4, len(value)) + b"".join(encode(each) for each in value)
        case dict():
            return _head(5, len(value)) + b"".join(encode(key) + encode(each) for key, each in value.items())
    raise TypeError(f"{type(value).__name__} has no place in an answer")


def decode(data: bytes) -> Any:
    """The document in these bytes. Raises NotCbor."""
    try:
        value, end = _item(data, 0, DEEPEST)
    except (IndexError, struct.error, UnicodeDecodeError, TypeError) as problem:
        raise NotCbor from problem
    if end != len(data):
        raise NotCbor
    return value


def _head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes([major << 5 | number])
    for code, form in ((24, ">B"), (25, ">H"), (26, ">I"), (27, ">Q")):
        if number < 1 << 8 * struct.calcsize(form):
            return bytes([major << 5 | code]) + struct.pack(form, number)
    raise TypeError("a number of more than 64 bits has no place in an answer")


def _item(data: bytes, at: int, depth: int) -> tuple[Any, int]:
    if depth == 0:
        raise NotCbor
    major, code = data[at] >> 5, data[at] & 31
    at += 1
    if major == 7:
        return _simple(data, at, code)
    if code == 31:
        return _open_ended(data, at, major, depth)
    number, at = _number(data, at, code)
    match major:
        case 0:
            return number, at
        case 1:
            return -1 - number, at
        case 2 | 3:
            if at + number > len(data):
                raise NotCbor
            content = data[at : at + number]
            return (content.decode() if major == 3 else content), at + number
        case 4 | 5:
            values = []
            for _ in range(number * (major - 3)):
                value, at = _item(data, at, depth - 1)
                values.append(value)
            return _collection(major, values), at
    return _item(data, at, depth - 1)  # a tag: only what it marks is of interest


def _number(data: bytes, at: int, code: int) -> tuple[int, int]:
    if code < 24:
        return code, at
    form = {24: ">B", 25: ">H", 26: ">I", 27: ">Q"}.get(code)
    if form is None:
        raise NotCbor
    return struct.unpack_from(form, data, at)[0], at + struct.calcsize(form)


def _simple(data: bytes, at: int, code: int) -> tuple[Any, int]:
    if code in (20, 21, 22, 23):
        return {20: False, 21: True}.get(code), at
    form = {25: ">e", 26: ">f", 27: ">d"}.get(code)
    if form is None:
        raise NotCbor
    return struct.unpack_from(form, data, at)[0], at + struct.calcsize(form)


def _open_ended(data: bytes, at: int, major: int, depth: int) -> tuple[Any, int]:
    """A text, list or map whose length is not said in advance: it goes on until a break."""
    values = []
    while data[at] != 0xFF:
        value, at = _item(data, at, depth - 1)
        values.append(value)
    if major == 3:
        return "".join(values), at + 1
    if major not in (4, 5):
        raise NotCbor
    return _collection(major, values), at + 1


def _collection(major: int, values: list[Any]) -> Any:
    if major == 4:
        return values
    if len(values) % 2:
        raise NotCbor
    return dict(zip(values[::2], values[1::2], strict=True))
