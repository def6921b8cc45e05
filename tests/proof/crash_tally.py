"""The account of a crash test: what was sent, and what the quiet portal has made of it."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from portal.audit import AuditEntry
from portal.contracts.models import Cause, Contract, ContractChange, ContractName, Entitlement, NameKind
from portal.database import db
from portal.notifications.models import Fate, Notification

SEATS = "seats"
ONCE_ONLY = (f"dimension:{SEATS}", "ends_at")
"""Every value of these is sent for a contract once, so it may come into its history once."""


@dataclass
class Ledger:
    """What was sent, by the id that EventBridge gave it, and what each contract was told last about its end."""

    sent: dict[str, str] = field(default_factory=dict)
    """Agreement by event."""
    ends: dict[str, datetime] = field(default_factory=dict)
    doubled: int = 0
    """So many were sent twice, as EventBridge and SQS may."""


@dataclass
class Tally:
    """What came of it. The last three lists hold what is wrong, in words; all must be empty."""

    sent: int = 0
    doubled: int = 0
    stored: int = 0
    applied: int = 0
    taken_again: int = 0
    """Messages that a worker had in its hands and another had to take again, or the same one after an error."""
    changes: int = 0
    found_by_asking: int = 0
    """Changes that were seen not because of a message, but because AWS was asked once more."""
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    different: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not self.lost and not self.twice and not self.different


def judge(ledger: Ledger, seats: dict[str, int], dead_letters: int) -> Tally:
    """See what the database says. `seats` is AWS's word for each agreement."""
    db.session.rollback()
    tally = Tally(sent=len(ledger.sent), doubled=ledger.doubled)
    if dead_letters:
        tally.lost.append(f"{dead_letters} messages are dead letters")
    _see_the_inbox(ledger, tally)
    _see_the_history(tally)
    _see_the_contracts(ledger, seats, tally)
    return tally


def _all(model: type[Any], order: Any) -> list[Any]:
    return list(db.session.scalars(db.select(model).order_by(order).execution_options(populate_existing=True)))


def _see_the_inbox(ledger: Ledger, tally: Tally) -> None:
    rows: dict[str, list[Notification]] = {}
    for row in _all(Notification, Notification.id):
        rows.setdefault(json.loads(row.body)["id"], []).append(row)
    for event, agreement in ledger.sent.items():
        stored = rows.get(event, [])
        tally.stored += bool(stored)
        tally.applied += sum(row.fate == Fate.APPLIED for row in stored)
        tally.taken_again += any(row.attempts > 1 for row in stored)
        if not stored:
            tally.lost.append(f"event {event} about {agreement} was never stored")
        elif len(stored) > 1:
            tally.twice.append(f"event {event} about {agreement} is stored {len(stored)} times")
        elif stored[0].fate != Fate.APPLIED:
            tally.lost.append(f"event {event} about {agreement} is {stored[0].fate}: {stored[0].problem}")


def _see_the_history(tally: Tally) -> None:
    """Every line begins where the one before it ended, no change stands there twice, and each has one audit line."""
    audited = Counter(
        number
        for entry in _all(AuditEntry, AuditEntry.id)
        if entry.action == "contract changed"
        for number in entry.detail["notifications"]
    )
    for number, times in audited.items():
        if times > 1:
            tally.twice.append(f"notification {number} stands in {times} audit lines")
    now: dict[tuple[Any, str], Any] = {}
    seen: set[tuple[Any, str, str]] = set()
    for line in _all(ContractChange, ContractChange.id):
        subject = "state" if line.subject == "opened" else line.subject
        where = f"{subject} of contract {line.contract_id}"
        if line.before != now.get((line.contract_id, subject)):
            was = now.get((line.contract_id, subject))
            tally.twice.append(f"{where} was {was}, and its history goes on from {line.before}")
        now[line.contract_id, subject] = line.after
        change = (line.contract_id, subject, json.dumps(line.after))
        if subject in ONCE_ONLY and change in seen:
            tally.twice.append(f"{where} became {line.after} twice")
        seen.add(change)
        if line.cause == Cause.NOTIFICATION and not audited[line.notification_id]:
            tally.lost.append(f"{where} became {line.after} without a line in the audit")
        if subject in ONCE_ONLY:
            tally.changes += 1
            tally.found_by_asking += line.cause != Cause.NOTIFICATION


def _see_the_contracts(ledger: Ledger, seats: dict[str, int], tally: Tally) -> None:
    contracts = {contract.id: contract for contract in _all(Contract, Contract.id)}
    shown = {row.contract_id: row.value for row in _all(Entitlement, Entitlement.id) if row.dimension == SEATS}
    for name in _all(ContractName, ContractName.id):
        if name.kind != NameKind.AGREEMENT or name.text not in seats:
            continue
        contract, expected = contracts[name.contract_id], str(seats[name.text])
        if shown.get(contract.id) != expected:
            tally.different.append(f"{name.text} shows {shown.get(contract.id)} seats, and AWS says {expected}")
        if contract.ends_at != ledger.ends.get(name.text):
            told = ledger.ends.get(name.text)
            tally.different.append(f"{name.text} ends {contract.ends_at}, and AWS said {told} last")


def in_words(tally: Tally) -> Iterator[tuple[str, str]]:
    """The lines of a table: what, and how many."""
    count: Callable[[int], str] = "{:,}".format
    yield "sent", f"{count(tally.sent)}, of these {count(tally.doubled)} twice"
    yield "stored", count(tally.stored)
    yield "applied", count(tally.applied)
    yield "taken in hand again", count(tally.taken_again)
    yield (
        "changes in the history",
        f"{count(tally.changes)}, of these {count(tally.found_by_asking)} seen by asking again",
    )
    yield "lost", count(len(tally.lost))
    yield "applied twice", count(len(tally.twice))
    yield "different from AWS", count(len(tally.different))
