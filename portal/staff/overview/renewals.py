"""What ends in the next days, and how each contract will go on: what the renewal cockpit shows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, func, literal, select, tuple_, union
from sqlalchemy import Uuid as UuidType

from portal.contracts.entitlement_sweep import GRANTED
from portal.contracts.lifecycle import Signal
from portal.contracts.models import Contract, ContractName, NameKind, is_promised
from portal.database import UTCDateTime, db
from portal.notifications.models import Notification
from portal.notifications.vocabulary import Kind
from portal.staff.overview.lines import Line, lines, read
from portal.staff.overview.lockout import RenewalWord, renewal_word
from portal.staff.overview.places import Place
from portal.staff.overview.slices import DAY, slice_of

PERIODS = (30, 60, 90, 180, 365)
"""Days ahead that one can choose. AWS reminds of an end 180, 120, 90, 60 and 30 days before (protocol facts, 5.5)."""
PAGE = 50
MOST_WORDS = 500
OVERDUE_DAYS = 30
"""So long after its date a contract that AWS still grants is shown: renewed, and not told yet, as a rule."""


class Outlook(StrEnum):
    """How a contract goes on after its end, as far as is known."""

    RENEWS = "renews"
    """AWS said that it renews by itself."""
    STOPS = "stops"
    """Renewal is switched off."""
    UNKNOWN = "unknown"
    """AWS has not said."""
    GOES_ON = "goes on"
    """Renewed or replaced already: another agreement follows."""


@dataclass(frozen=True)
class Renewal:
    """A contract that ends, how it goes on, and until when that can be changed."""

    line: Line
    outlook: Outlook
    successor_id: UUID | None
    word: RenewalWord | None


@dataclass(frozen=True)
class Ahead:
    """Some of what ends, in the order of the ends, and where the next ones are."""

    renewals: list[Renewal]
    following: Place | None


def ahead(
    days: int,
    now: datetime,
    *,
    product_code: str | None = None,
    outlook: Outlook | None = None,
    place: Place | None = None,
) -> Ahead:
    """What ends within so many days; what should have ended lately and is still granted comes first."""
    conditions = _ends_within(days, now)
    if product_code:
        conditions.append(Contract.product_code == product_code)
    if outlook in _AUTO_RENEW:
        conditions.append(Contract.auto_renew.is_(_AUTO_RENEW[outlook]))
    if outlook is Outlook.GOES_ON:
        conditions.append(_is_continued())
    if place and place.at:
        here = tuple_(literal(place.at, UTCDateTime()), literal(place.id, UuidType()))
        conditions.append(tuple_(Contract.until_at, Contract.id) > here)
    found = read(lines().where(*conditions).order_by(Contract.until_at, Contract.id).limit(PAGE + 1))
    shown = found[:PAGE]
    following = Place(shown[-1].until_at, shown[-1].id) if len(found) > PAGE else None
    return Ahead(_renewals(shown), following)


def _ends_within(days: int, now: datetime) -> list[ColumnElement[bool]]:
    """Whole days of UTC, the last one too: a year bought this morning is to be found a year ahead all day."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return [
        Contract.until_at >= midnight - timedelta(days=OVERDUE_DAYS),
        Contract.until_at < midnight + timedelta(days=days + 1),
        Contract.state.in_(GRANTED),
    ]


_AUTO_RENEW: dict[Outlook | None, bool | None] = {Outlook.RENEWS: True, Outlook.STOPS: False, Outlook.UNKNOWN: None}


def _is_continued() -> ColumnElement[bool]:
    """Whether another contract, or another agreement of the same one, follows. Of few: so those are gathered first."""
    return Contract.id.in_(
        union(
            select(Contract.continues_id).where(Contract.continues_id.is_not(None)).correlate(None),
            select(ContractName.contract_id).where(is_promised()),
        )
    )


def _renewals(found: list[Line]) -> list[Renewal]:
    ids = [line.id for line in found]
    if not ids:
        return []
    successors: dict[UUID, UUID] = {
        before: after
        for before, after in db.session.execute(
            select(Contract.continues_id, Contract.id).where(Contract.continues_id.in_(ids))
        )
        if before
    }
    names = db.session.execute(
        select(ContractName.contract_id, ContractName.key, ContractName.word).where(
            ContractName.contract_id.in_(ids), ContractName.kind == NameKind.AGREEMENT
        )
    ).all()
    promised = {row.contract_id for row in names if row.word == Signal.PROMISED}
    words = _words(ids, {row.key: row.contract_id for row in names})
    return [
        Renewal(
            line,
            _outlook(line, goes_on=line.id in successors or line.id in promised),
            successors.get(line.id),
            words.get(line.id),
        )
        for line in found
    ]


def _outlook(line: Line, *, goes_on: bool) -> Outlook:
    if goes_on:
        return Outlook.GOES_ON
    return {True: Outlook.RENEWS, False: Outlook.STOPS, None: Outlook.UNKNOWN}[line.auto_renew]


def _words(ids: Collection[UUID], owners: dict[str, UUID]) -> dict[UUID, RenewalWord]:
    """The latest that AWS said of each contract's renewal, read from the messages themselves."""
    told = select(Notification.contract_id, Notification.agreement_key, Notification.body)
    kinds = [Kind.REMINDER, Kind.AMENDED, Kind.CREATED]
    rows = [
        *db.session.execute(
            told.where(Notification.contract_id.in_(ids), Notification.kind.in_(kinds))
            .order_by(Notification.id.desc())
            .limit(MOST_WORDS)
        ),
        *db.session.execute(
            told.where(_is_news(), Notification.agreement_key.in_(owners))
            .order_by(Notification.id.desc())
            .limit(MOST_WORDS)
        ),
    ]
    found: dict[UUID, RenewalWord] = {}
    for row in rows:
        contract_id = row.contract_id or owners.get(row.agreement_key)
        word = renewal_word(row.body)
        if contract_id and word and _is_later(word, found.get(contract_id)):
            found[contract_id] = word
    return found


def _is_news() -> ColumnElement[bool]:
    """Written out, so that a database sees that the index of news will do."""
    return Notification.kind == literal(str(Kind.NEWS), literal_execute=True)


def _is_later(word: RenewalWord, known: RenewalWord | None) -> bool:
    if known is None or known.told_at is None:
        return True
    return word.told_at is not None and word.told_at > known.told_at


def count_ends(now: datetime) -> dict[str, dict[str, int]]:
    """For the clock: how many contracts end on each day of the longest period, by outlook, all products together.

    What is renewed by a successor already is counted as what its own terms say: looking for each successor takes long.
    """
    day = slice_of(Contract.until_at, DAY)
    rows = db.session.execute(
        select(day, Contract.auto_renew, func.count())
        .where(*_ends_within(PERIODS[-1] + 1, now), Contract.merged_into_id.is_(None))
        .group_by(day, Contract.auto_renew)
    )
    counted: dict[str, dict[str, int]] = {}
    outlooks = {auto_renew: outlook for outlook, auto_renew in _AUTO_RENEW.items()}
    for at, auto_renew, number in rows:
        counted.setdefault(at, {})[str(outlooks[auto_renew])] = number
    return counted


def today(now: datetime) -> str:
    """The day of this moment, as ``count_ends`` writes it."""
    return now.astimezone(UTC).date().isoformat()
