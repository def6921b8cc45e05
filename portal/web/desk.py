"""What support's page of a contract shows, put together from the file of it: values for the templates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from portal.contracts.history import HISTORY_SHOWN
from portal.contracts.overview import Neighbour, Overview
from portal.language import gettext as _
from portal.language import marked
from portal.notifications.models import Notification
from portal.notifications.vocabulary import Kind
from portal.products import Product, Products
from portal.staff import journal
from portal.staff.contract.as_of import Then, as_of
from portal.staff.contract.circumstances import Explanation, Reference
from portal.staff.contract.contract_file import ContractFile, circumstances_of, newest, told_to, whole_history
from portal.staff.contract.explaining import explain
from portal.staff.contract.known_by import KnownName, names_of
from portal.staff.contract.messages_about import happened_at
from portal.staff.contract.payloads import Layer, layers
from portal.staff.contract.timeline import Timeline
from portal.staff.recalled import recalled
from portal.web.contract_timeline import timeline_of
from portal.web.filters import when
from portal.web.timeline_picture import NARROW, WIDE, Picture, draw
from portal.web.views import ContractPage, contract_page

PAYLOADS = 12
"""So many of the newest messages are shown as they came."""
NOTHING_KEPT = marked("Nothing is kept of its history.")
TOO_LONG = marked("Its history is too long to be gone through to that moment.")


@dataclass(frozen=True)
class Payload:
    """One message as it came."""

    id: int
    name: str
    happened_at: datetime
    received_at: datetime
    fate: str
    problem: str | None
    due_at: datetime | None
    """When it is worked on again, if it waits for that."""
    attempts: int
    layers: list[Layer]


@dataclass(frozen=True)
class Desk:
    """Everything that stands beside the customer's page."""

    file: ContractFile
    product: Product
    names: list[KnownName]
    explanation: Explanation
    timeline: Timeline
    pictures: list[Picture]
    payloads: list[Payload]


@dataclass(frozen=True)
class PageThen:
    """The customer's page at another moment; without one when there was none, and then `why_not` says why."""

    moment: datetime
    page: ContractPage | None
    unsure: list[str]
    why_not: str | None = None


def page_now(file: ContractFile, products: Products, now: datetime) -> ContractPage:
    """The customer's page as it is."""
    lines = newest(told_to(file.lines, file.contract.organisation_id), HISTORY_SHOWN)
    return contract_page(file.overview, lines, products, now)


def page_then(file: ContractFile, products: Products, moment: datetime) -> PageThen:
    """The customer's page as it was."""
    history = whole_history(file.contract.id)
    if not history:
        return PageThen(moment, None, [], _(NOTHING_KEPT) if history == [] else _(TOO_LONG))
    then = as_of(file.contract, history, moment, payment_failed_at=_payment_failed_at(file.messages))
    if then is None:
        return PageThen(
            moment, None, [], _("It was opened on %(at)s: before that there was no page.", at=when(history[0].at))
        )
    overview = Overview(then.contract, *_neighbours_then(file, then), has_others=False)
    lines = told_to(then.changes, then.owner_id)[:HISTORY_SHOWN]
    page = contract_page(overview, lines, products, moment)
    return PageThen(moment, page, then.unsure)


def desk_of(file: ContractFile, products: Products, now: datetime) -> Desk:
    """What stands beside the page."""
    product = products.named(file.contract.product_code)
    timeline = timeline_of(file, product, now, journal.names_of(file.deeds))
    return Desk(
        file=file,
        product=product,
        names=names_of(file.contract.names),
        explanation=explain(circumstances_of(file, products, now)),
        timeline=timeline,
        pictures=[draw(timeline, name, width) for name, width in (("wide", WIDE), ("narrow", NARROW))],
        payloads=[_payload(row) for row in [*file.waiting, *file.messages][:PAYLOADS]],
    )


def link_to(reference: Reference | None, rows: Iterable[str]) -> str | None:
    """Where what a sentence tells of can be looked at: a row of the page itself, or a page of its own."""
    if reference is None:
        return None
    if f"{reference.kind}-{reference.id}" in rows:
        return f"#{reference.kind}-{reference.id}"
    if reference.kind == "contract":
        return url_for("staff.contract", contract_id=reference.id)
    return message_page(int(reference.id)) if reference.kind == "message" else None


def message_page(number: int) -> str:
    """The page of a message."""
    return url_for("staff.message", notification_id=number)


def _payload(row: Notification) -> Payload:
    waits = row.settled_at is None
    return Payload(
        id=row.id,
        name=recalled(row.name),
        happened_at=happened_at(row),
        received_at=row.received_at,
        fate=row.fate,
        problem=recalled(row.problem),
        due_at=row.due_at if waits else None,
        attempts=row.attempts,
        layers=layers(row.body),
    )


def _payment_failed_at(messages: Iterable[Notification]) -> datetime | None:
    return min((row.settled_at for row in messages if row.kind == Kind.GRANT_FAILED and row.settled_at), default=None)


def _neighbours_then(file: ContractFile, then: Then) -> tuple[Neighbour | None, Neighbour | None]:
    overview = file.overview
    by_then = {one.id for one in file.relatives if one.since and one.since <= then.moment}
    after = overview.continued_by
    return overview.continues if then.went_on else None, after if after and after.id in by_then else None
