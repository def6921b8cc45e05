"""The parser of notifications under mutants of real messages: what must hold for whatever comes, and a loop that tries.

A mutant that is read in a way not seen before becomes a seed itself, so that mutations build upon each other.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import String

from portal.marketplace.queue import Delivery
from portal.notifications.envelope import Message, Terms, storable, understand
from portal.notifications.intake import _row
from portal.notifications.models import Notification, NotificationId
from tests.notifications import shapes
from tests.proof.mutations import mutate

SENT_AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
SEEDS = [shape.encode() for shape in shapes.ALL]
MOST_SEEDS = 2_000
LIMITS = {column.name: column.type.length for column in Notification.__table__.c if isinstance(column.type, String)}
"""The longest text each column of the inbox takes, as the table says; None for as long as it may be."""


LONGEST_ID = NotificationId.__table__.c.told_id.type.length


class Unfit(AssertionError):
    """There was a body for which something that must hold did not."""


def check(body: str | bytes) -> Message:
    """Read a body, and see that it can be stored as the inbox stores it, and is read the same from there.

    Raises:
        Unfit: with the body.
    """
    try:
        message = understand(body, "sqs-1", SENT_AT)
        row = _row(message, Delivery("sqs-1", "", storable(body), SENT_AT), SENT_AT)
        again = understand(row["body"], "sqs-1", row["occurred_at"])
    except Exception as error:
        raise Unfit(f"{type(error).__name__} for {body[:2000]!r}") from error
    for name, value in row.items():
        if flaw := _flaw(value, LIMITS.get(name)):
            raise Unfit(f"{name} {flaw} for {body[:2000]!r}")
    for terms in fields(Terms):
        if flaw := _flaw(getattr(message.terms, terms.name), 255):
            raise Unfit(f"{terms.name} {flaw} for {body[:2000]!r}")
    for told_id in message.told_ids:
        if flaw := _flaw(told_id, LONGEST_ID):
            raise Unfit(f"an id {flaw} for {body[:2000]!r}")
    if message != again:
        raise Unfit(f"read differently from the inbox: {message} and {again}, for {body[:2000]!r}")
    return message


def _flaw(value: Any, limit: int | None) -> str | None:
    """What keeps a value from being stored in either database."""
    if isinstance(value, datetime) and value.utcoffset() != SENT_AT.utcoffset():
        return "is not in UTC"
    if not isinstance(value, str):
        return None
    if limit is not None and len(value) > limit:
        return f"has {len(value)} characters, and its column takes {limit}"
    if "\0" in value:
        return "has a NUL in it"
    try:
        value.encode()
    except UnicodeEncodeError:
        return "has half a character in it"
    return None


@dataclass
class Fuzzed:
    """What a run of the loop came to."""

    tried: int = 0
    ways: int = 0
    """In how many different ways messages were read."""
    slowest_seconds: float = 0.0
    slowest: bytes = b""


def fuzz(seed: int, enough: Callable[[Fuzzed], bool]) -> Fuzzed:
    """Try mutant after mutant until it is `enough`. The same seed gives the same mutants.

    Raises:
        Unfit: for the first body that breaks a promise.
    """
    chance, seeds, seen, result = random.Random(seed), list(SEEDS), set[object](), Fuzzed()
    while not enough(result):
        body = mutate(chance.choice(seeds), seeds, chance)
        started = time.process_time()
        message = check(body)
        seconds = time.process_time() - started
        if seconds > result.slowest_seconds:
            result.slowest_seconds, result.slowest = seconds, body
        way = _way(message)
        if way not in seen:
            seen.add(way)
            if len(body) < 20_000 and len(seeds) < MOST_SEEDS:
                seeds.append(body)
        result.tried, result.ways = result.tried + 1, len(seen)
    return result


def _way(message: Message) -> object:
    """How a message was read, without what it says: two of the same way went the same way through the parser."""
    told = tuple(getattr(message, field.name) is not None for field in fields(Message) if field.name != "terms")
    terms = tuple(getattr(message.terms, field.name) is not None for field in fields(Terms))
    return message.source_key.partition(":")[0], message.dialect, message.kind, told, terms
