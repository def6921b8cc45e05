"""What the messages about one contract mean together, and when AWS's answer is not believed at once.

Messages come in any order and more than once, so it is the time of the event that decides, not that of its arrival.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import exists, select

from portal.contracts.lifecycle import Signal, State
from portal.contracts.models import Contract
from portal.database import db
from portal.notifications.models import Notification
from portal.notifications.vocabulary import Kind
from portal.products import Pricing, Products

DOUBTS = (1, 2, 5, 10, 30, 60, 120)
"""Seconds until an empty answer after a grant is asked again: entitlements may lag behind their event by minutes."""
SOON = timedelta(hours=1)
"""An event older than this explains no lag any more."""

_SIGNALS = {
    Kind.GRANTED: Signal.GRANTED,
    Kind.ENTITLEMENT_CHANGED: Signal.GRANTED,
    Kind.ENDING: Signal.ENDING,
    Kind.ENDED: Signal.ENDED,
    Kind.CONTINUED: Signal.CONTINUED,
}
_BEGINNING = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Word:
    """AWS's latest word on the right to use a contract, and when it was said."""

    kind: Kind
    at: datetime
    license_key: str | None = None


def happened_at(row: Notification) -> datetime:
    """When what a message tells happened, as well as it is known."""
    return row.occurred_at or row.received_at or _BEGINNING


def latest_word(contract: Contract, rows: Sequence[Notification]) -> Word | None:
    """The latest word, among these messages and those applied before: a late message neither resurrects nor kills."""
    words = [Word(Kind(row.kind), happened_at(row), row.license_key) for row in rows if row.kind in _SIGNALS]
    before = db.session.execute(
        select(Notification.kind, Notification.occurred_at, Notification.license_key)
        .where(
            Notification.contract_id == contract.id,
            Notification.kind.in_(list(_SIGNALS)),
            Notification.occurred_at.is_not(None),
        )
        .order_by(Notification.occurred_at.desc(), Notification.id.desc())
        .limit(1)
    ).first()
    if before:
        words.insert(0, Word(Kind(before.kind), before.occurred_at, before.license_key))
    # EventBridge tells whole seconds, so of two words said at one time the one that came last stands.
    return max(reversed(words), key=lambda word: word.at, default=None)


def signal_of(word: Word | None, contract: Contract, licensed: Collection[str]) -> Signal:
    """What a word says about the right to use; `licensed` are the keys of the licences that AWS grants now.

    A hand-over ends a contract only where another contract goes on for it; most renewals stay within their contract.
    The end of one licence is no end while another is granted (user guide: revoke only the licence that is named).
    """
    if word is None:
        return Signal.NONE
    if word.kind is Kind.ENDING and word.license_key and any(key != word.license_key for key in licensed):
        return Signal.NONE
    if word.kind is Kind.CONTINUED:
        goes_on = db.session.scalar(select(exists().where(Contract.continues_id == contract.id)))
        return Signal.CONTINUED if goes_on else Signal.NONE
    return _SIGNALS[word.kind]


def is_doubtful(contract: Contract, word: Word | None, attempts: int, products: Products, now: datetime) -> bool:
    """Whether an empty answer is rather AWS's lag than the truth. Asked again so many times, it is believed."""
    if word is None or attempts > len(DOUBTS) or now - word.at > SOON:
        return False
    if products.named(contract.product_code).pricing is Pricing.SUBSCRIPTION:
        return False
    if word.kind is Kind.ENTITLEMENT_CHANGED:
        # To legacy products an end is told in the same words; only where there is nothing yet, or no more, it is none.
        return contract.state in {State.WAITING, State.ENDED}
    return word.kind in {Kind.GRANTED, Kind.CONTINUED}
