"""What happened to a contract in people's words, for its timeline and the list beneath it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from portal.audit import AuditEntry
from portal.contracts.lifecycle import State
from portal.contracts.models import ContractChange
from portal.language import gettext as _
from portal.language import marked
from portal.notifications.models import Fate, Notification
from portal.products import Product
from portal.staff.contract.contract_file import LISTED, ContractFile
from portal.staff.contract.messages_about import happened_at
from portal.staff.contract.timeline import (
    Bar,
    Day,
    Event,
    Lane,
    Timeline,
    put_together,
    reads,
    spans,
    status_bars,
    term_bars,
)
from portal.staff.recalled import recalled
from portal.web.history import history_line
from portal.web.redaction import organisation_in_words
from portal.web.wording import STATES

MANY = {
    Lane.CHANGES: marked("earlier changes"),
    Lane.MESSAGES: marked("earlier messages"),
    Lane.PEOPLE: marked("earlier deeds"),
}
SHARED = (Lane.STATUS, Lane.TERMS, Lane.CHANGES, Lane.MESSAGES, Lane.READS)
"""The lanes that whoever has a link may see."""
_FATES = {
    Fate.APPLIED: "",
    Fate.NEWS: marked("for people to know"),
    Fate.RECEIVED: marked("still to be worked on"),
    Fate.PARKED: marked("set aside"),
    Fate.FAILED: marked("given up"),
    Fate.NOT_UNDERSTOOD: marked("not understood"),
}


def timeline_of(
    file: ContractFile, product: Product, now: datetime, names: Mapping[str, str] | None, *, private: bool = True
) -> Timeline:
    """The timeline of a contract.

    Args:
        names: what the people are called who did something, by `person:<id>`.
        private: whether it may tell of people and organisations; else it tells of neither.
    """
    events = [*_changes(file.lines, product, private=private), *map(_message, _newest_messages(file))]
    events += reads(file.contract, file.lines[-LISTED:])
    if private:
        events += [_deed(entry, names or {}) for entry in file.deeds]
    events += _earlier(file.days, private=private)
    bars = [*map(_in_words, status_bars(file.lines, now)), *term_bars(file.contract, file.lines)]
    return put_together(now, bars, events)


def _newest_messages(file: ContractFile) -> list[Notification]:
    waiting = [message for message in file.waiting if message.contract_id is None]
    return [*file.messages[:LISTED], *waiting]


def _changes(lines: list[ContractChange], product: Product, *, private: bool) -> Iterator[Event]:
    for change in lines[-LISTED:]:
        line = history_line(change, product)
        words = line.sentence
        if change.subject == "organisation" and not private:
            words = organisation_in_words(change.before is None)
        yield Event(Lane.CHANGES, change.at, words, f"change-{change.id}", number=change.id, detail=line.cause)


def _message(row: Notification) -> Event:
    told = _FATES.get(Fate(row.fate), row.fate) if row.fate in list(Fate) else row.fate
    detail = _(told) if told else ""
    at, anchor = happened_at(row), f"message-{row.id}"
    return Event(Lane.MESSAGES, at, recalled(row.name), anchor, number=row.id, detail=detail)


def _deed(entry: AuditEntry, names: Mapping[str, str]) -> Event:
    who = names.get(entry.actor, entry.actor)
    words = _("%(who)s: %(did)s", who=who, did=entry.action)
    return Event(Lane.PEOPLE, entry.at, words, f"deed-{entry.id}", detail=recalled(entry.why))


def _earlier(days: list[Day], *, private: bool) -> Iterator[Event]:
    for lane, many in MANY.items():
        if private or lane in SHARED:
            yield from spans([day for day in days if day.lane is lane], _(many))


def _in_words(bar: Bar) -> Bar:
    words = _(STATES[State(bar.words)][0]) if bar.words in list(State) else bar.words
    return Bar(bar.lane, bar.begins_at, bar.ends_at, words, bar.tone)
