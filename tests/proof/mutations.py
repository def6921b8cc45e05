"""Damaging real messages in every way that comes to mind: their bytes, and the values, keys and depth of their JSON."""

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

MARK = "\u241f"
"""Stands where text is put that no JSON writer would write: no message has it by itself."""

ODD_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 2**63, 10**30, 10**400, 0.1, -1e308, "", " ", "\t\n", "0", "null", "true", "\0", "a\0b",
    "\ud800", "\udfff\ud800", "\U0010ffff", "\u202e", "e\u0301" * 200, "x" * 251, "x" * 70_000, " " * 300 + "a",
    [], {}, [[]], [{}], {"": ""}, {"id": {"id": "x"}}, [None] * 50, "9999-12-31T23:59:59-12:00",
    "0001-01-01T00:00:00+14:00", "2026-11-21T10:11:12.123456789Z", "20261121", "2026-W47-6", "-0001-01-01",
    253402300800, -62135596801, 1e18,
    "arn:aws:license-manager::1:license:", "l-", "/:/", "agmt-", "RENEWED", "Notification", '{"action": "x"}',
)  # fmt: skip
ODD_LITERALS = (
    "1e999", "-1e999", "NaN", "-Infinity", "Infinity", "-0", "1E-400", "9" * 4_000, "9" * 5_000, "01", "+1", ".5",
    "0x10", "'a'", "undefined", '"\\ud800"', '"\\ud83d\\ude00"', '"\\u0000"', '"\\x00"',
    '"\x01"', "\\", "/* */ 1", "{,}", "[1,]", "",
)  # fmt: skip
ODD_BYTES = (
    b"\x00", b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xf4\x90\x80\x80", b'"', b"\\", b"\\u", b"{",
    b"}", b"[", b"]", b",", b":", b",}", b"null", b"1e999", b"NaN", b"\r\n", b" " * 500, "\u2028".encode(),
)  # fmt: skip
DEPTHS = (10, 200, 900, 1_100, 5_000, 100_000)

Json = dict[str, Any]


def mutate(body: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """A message made of `body` by one to four mutations; `others` are what it may be spliced with."""
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 4))):
        known = _parsed(body)
        if known is not None and chance.random() < 0.7:
            body = _mutate_json(known, chance)
        else:
            body = _mutate_bytes(body, others, chance)
        body = body[:400_000]  # SQS takes no more than 256 KiB; a little more does no harm
    return body


def _parsed(body: bytes) -> Json | None:
    try:
        known = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return known if isinstance(known, dict) and known else None


# --- Bytes ------------------------------------------------------------------------------------------------------


def _mutate_bytes(body: bytes, others: list[bytes], chance: random.Random) -> bytes:
    start = chance.randint(0, len(body))
    end = min(len(body), start + chance.choice((0, 1, 1, 2, 5, 20, 200)))
    span, before, after = body[start:end], body[:start], body[end:]
    way = chance.randrange(8)
    if way == 0:
        return before + bytes(byte ^ (1 << chance.randrange(8)) for byte in span) + after
    if way == 1:
        return before + after
    if way == 2:
        return before + span * chance.choice((2, 3, 50)) + after
    if way == 3:
        return before + chance.choice(ODD_BYTES) + after
    if way == 4:
        return before + chance.randbytes(len(span)) + after
    if way == 5:
        return chance.choice((before, after))
    if way == 6:
        other = chance.choice(others)
        return before + other[chance.randint(0, len(other)) :]
    return _buried(body, chance)


def _buried(body: bytes, chance: random.Random) -> bytes:
    depth, (opened, closed) = (
        chance.choice(DEPTHS),
        chance.choice(((b"[", b"]"), (b'{"Message":', b"}"), (b'{"a":', b"}"))),
    )
    return opened * depth + body + closed * chance.choice((0, depth - 1, depth))


# --- JSON -------------------------------------------------------------------------------------------------------


def _mutate_json(outer: Json, chance: random.Random) -> bytes:
    """Mutate the outer object, or the one that is text in its `Message`."""
    literals: list[str] = []
    inner = outer.get("Message")
    known = _parsed(inner.encode("utf-8", "replace")) if isinstance(inner, str) else None
    if known is not None and chance.random() < 0.8:
        chance.choice(JSON_MUTATIONS)(known, chance, literals)
        outer["Message"] = _written(known, literals)
        literals = []
    else:
        chance.choice(JSON_MUTATIONS)(outer, chance, literals)
    return _written(outer, literals).encode("utf-8", "surrogatepass")


def _written(value: Json, literals: list[str]) -> str:
    text = json.dumps(value, ensure_ascii=False)
    for number, literal in enumerate(literals):
        text = text.replace(f'"{MARK}{number}"', literal)
    return text.replace(MARK, "")


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """(object or list, key or index) of everything inside; not below forty levels, which is far enough."""
    waiting = [(value, 0)]
    while waiting:
        holder, depth = waiting.pop()
        for key in holder if isinstance(holder, dict) else range(len(holder)):
            yield holder, key
            if isinstance(holder[key], dict | list) and depth < 40:
                waiting.append((holder[key], depth + 1))


def _somewhere(value: Json, chance: random.Random) -> tuple[Any, Any]:
    return chance.choice(list(_places(value)))


def _another_value(value: Json, chance: random.Random, _literals: list[str]) -> None:
    holder, key = _somewhere(value, chance)
    holder[key] = chance.choice(ODD_VALUES)


def _another_literal(value: Json, chance: random.Random, literals: list[str]) -> None:
    holder, key = _somewhere(value, chance)
    holder[key] = f"{MARK}{len(literals)}"
    literals.append(chance.choice(ODD_LITERALS))


def _another_type(value: Json, chance: random.Random, _literals: list[str]) -> None:
    holder, key = _somewhere(value, chance)
    old = holder[key]
    text = old if isinstance(old, str) else json.dumps(old)
    holder[key] = chance.choice(
        ([old], {"id": old}, {str(key): old}, text, f" {text} ", len(text), list(text[:50]), bool(text))
    )


def _another_case(value: Json, chance: random.Random, _literals: list[str]) -> None:
    holder, key = _somewhere(value, chance)
    if isinstance(holder, dict):
        turn = chance.choice(
            (str.upper, str.lower, str.title, str.swapcase, lambda key: f" {key}", lambda key: key + "\0")
        )
        holder[turn(key)] = holder.pop(key)
    elif isinstance(holder[key], str):
        holder[key] = holder[key].swapcase()


def _gone(value: Json, chance: random.Random, _literals: list[str]) -> None:
    holder, key = _somewhere(value, chance)
    del holder[key]


def _exchanged(value: Json, chance: random.Random, _literals: list[str]) -> None:
    (one, key), (other, other_key) = _somewhere(value, chance), _somewhere(value, chance)
    first, second = one[key], other[other_key]
    if not any(isinstance(each, dict | list) for each in (first, second)):  # neither may come to hold itself
        one[key], other[other_key] = second, first


def _twice(value: Json, chance: random.Random, _literals: list[str]) -> None:
    """The same key twice in one object: the second has a mark that goes away when it is written."""
    holder, key = _somewhere(value, chance)
    if isinstance(holder, dict):
        holder[f"{key}{MARK}"] = chance.choice(ODD_VALUES)


def _deep(value: Json, chance: random.Random, literals: list[str]) -> None:
    holder, key = _somewhere(value, chance)
    depth = chance.choice(DEPTHS)
    holder[key] = f"{MARK}{len(literals)}"
    literals.append(chance.choice(("[" * depth + "]" * depth, '{"id":' * depth + "1" + "}" * depth, "[" * depth)))


JSON_MUTATIONS: tuple[Callable[[Json, random.Random, list[str]], None], ...] = (
    _another_value, _another_value, _another_literal, _another_type, _another_type, _another_case, _gone, _exchanged,
    _twice, _deep,
)  # fmt: skip
