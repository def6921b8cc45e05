"""The crowd as support meets it: some contracts are over, some are nobody's, and AWS has told of many things."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from benchmarks.crowd import Crowd, scattered
from benchmarks.stock import Row
from portal.contracts.lifecycle import State
from portal.database import Base, utcnow
from portal.notifications.models import Fate, Notification, NotificationId

MESSAGE = ("id", "source_key", "body", "received_at", "dialect", "kind", "name", "fate", "settled_at")
SECONDS_APART = 2
BODY = "x" * 900


@dataclass(frozen=True)
class Customers(Crowd):
    """``messages`` applied messages beside the contracts, the latest of them now."""

    messages: int = 0

    def told_id(self, message: int) -> str:
        return f"{scattered(message, 128):032x}"

    def state(self, number: int) -> State:
        """Of two hundred, ten are over and one waits for its buyer."""
        chance = scattered(number, 48) % 200
        return State.ENDED if chance < 10 else State.WAITING if chance == 10 else State.ACTIVE

    def _tables(self) -> Iterator[tuple[type[Base], Sequence[str], Iterator[Row]]]:
        yield from super()._tables()
        now = utcnow()
        numbers = range(1, self.messages + 1)
        yield Notification, MESSAGE, (self._message(n, now) for n in numbers)
        ids = ((kind + self.told_id(n), n) for n in numbers for kind in ("", "request-"))
        yield NotificationId, ("told_id", "notification_id"), ids

    def _contract(self, number: int, first: datetime, now: datetime) -> Row:
        contract_id, product, account, _state, *whose, confirmed, created, until, renews = super()._contract(
            number, first, now
        )
        state = self.state(number)
        nobodys = [None, None, None] if state is State.WAITING else whose
        return contract_id, product, account, state.value, *nobodys, confirmed, created, until, renews

    def _message(self, number: int, now: datetime) -> Row:
        at = now - timedelta(seconds=SECONDS_APART * (self.messages - number))
        name = "License Updated - Manufacturer"
        settled = at + timedelta(milliseconds=80)
        return number, f"event:{number}", BODY, at, "eventbridge", "granted", name, Fate.APPLIED.value, settled
