"""All that is kept of one contract, for support: read in about ten queries, however long its history is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, literal, or_, select, union_all
from sqlalchemy.orm import joinedload, selectinload

from portal.accounts.models import Membership, Person
from portal.audit import AuditEntry
from portal.contracts.models import Contract, ContractChange
from portal.contracts.overview import Neighbour, Overview
from portal.database import db
from portal.notifications.models import Notification
from portal.products import Products
from portal.registration.models import Claim
from portal.staff.contract.circumstances import Circumstances
from portal.staff.contract.messages_about import heard, messages_of, waiting_for
from portal.staff.contract.timeline import Day, Lane

LISTED = 60
"""So many of the newest changes, messages and deeds are told one by one; of older ones how many there were on a day."""
FIRST_LINES = 10
MOST_LINES = 500
MOST_MEMBERS, MOST_CLAIMS, MOST_RELATIVES = 25, 20, 20
MOST_REPLAYED = 20_000
"""A history that is longer is not replayed to an earlier moment."""
MILESTONES = ("opened", "state", "starts_at", "ends_at", "auto_renew", "organisation", "continues")


@dataclass(frozen=True)
class Relative:
    """A contract next to this one: the one it continues, one that continues it, or one that was joined to it."""

    id: UUID
    product_code: str
    state: str
    how: str
    is_same_owner: bool
    since: datetime | None


@dataclass(frozen=True)
class ContractFile:
    """One contract and everything around it. Lists begin with the newest, but for `lines`."""

    contract: Contract
    """With names, what it includes, organisation and linker."""
    lines: list[ContractChange]
    """The oldest first: the newest `LISTED` and more, and of older ones the first and the milestones."""
    messages: list[Notification]
    waiting: list[Notification]
    """Messages that bear its names and are not settled with it."""
    deeds: list[AuditEntry]
    members: list[tuple[Person, str]]
    claims: list[Claim]
    relatives: list[Relative]
    days: list[Day]
    """How much happened before what is told one by one."""

    @property
    def overview(self) -> Overview:
        """As its own customer sees it, of whom nobody looks at the list of contracts now."""
        return Overview(self.contract, self._neighbour("continues"), self._neighbour("continued by"), has_others=False)

    @property
    def continued_by(self) -> UUID | None:
        """The contract that goes on for it, whoever has it."""
        return next((one.id for one in self.relatives if one.how == "continued by"), None)

    def _neighbour(self, how: str) -> Neighbour | None:
        return next(
            (Neighbour(one.id, one.product_code) for one in self.relatives if one.how == how and one.is_same_owner),
            None,
        )


def open_file(contract_id: UUID, listed: int = LISTED) -> ContractFile | None:
    """Everything about a contract; None when there is none of this id."""
    contract = db.session.scalar(
        select(Contract)
        .where(Contract.id == contract_id)
        .options(
            joinedload(Contract.organisation),
            joinedload(Contract.linked_by),
            selectinload(Contract.names),
            selectinload(Contract.entitlements),
        )
    )
    if contract is None:
        return None
    lines = _lines(contract_id)
    messages = messages_of(contract, [line.notification_id for line in lines if line.notification_id], listed)
    deeds = list(db.session.scalars(_deeds(contract_id).order_by(AuditEntry.id.desc()).limit(listed)))
    oldest = {
        Lane.CHANGES: lines[-listed].id if len(lines) > listed else None,
        Lane.MESSAGES: messages[listed - 1].id if len(messages) >= listed else None,
        Lane.PEOPLE: deeds[-1].id if len(deeds) == listed else None,
    }
    return ContractFile(
        contract=contract,
        lines=lines,
        messages=messages,
        waiting=waiting_for(contract),
        deeds=deeds,
        members=_members(contract.organisation_id),
        claims=_claims(contract_id),
        relatives=_relatives(contract),
        days=_days(contract_id, {lane: first for lane, first in oldest.items() if first}),
    )


def whole_history(contract_id: UUID) -> list[ContractChange] | None:
    """Every line of a contract's history, the oldest first; None when there are too many to go through."""
    statement = select(ContractChange).where(ContractChange.contract_id == contract_id).order_by(ContractChange.id)
    lines = list(db.session.scalars(statement.limit(MOST_REPLAYED + 1)))
    return lines if len(lines) <= MOST_REPLAYED else None


def _lines(contract_id: UUID) -> list[ContractChange]:
    ids = select(ContractChange.id).where(ContractChange.contract_id == contract_id)
    newest = ids.order_by(ContractChange.id.desc()).limit(max(LISTED, 100)).subquery()
    first = ids.order_by(ContractChange.id).limit(FIRST_LINES).subquery()
    wanted = or_(
        ContractChange.id.in_(select(newest)),
        ContractChange.id.in_(select(first)),
        ContractChange.subject.in_(MILESTONES),
    )
    statement = select(ContractChange).where(ContractChange.contract_id == contract_id, wanted)
    return list(db.session.scalars(statement.order_by(ContractChange.id.desc()).limit(MOST_LINES)))[::-1]


def _deeds(contract_id: UUID) -> Select[AuditEntry]:
    """What people did, and not that they looked or sent a form; what the worker did stands in the history."""
    return select(AuditEntry).where(
        AuditEntry.thing == f"contract:{contract_id}",
        AuditEntry.actor != "worker",
        AuditEntry.action.not_in(("saw", "sent")),
    )


def _members(organisation_id: int | None) -> list[tuple[Person, str]]:
    if organisation_id is None:
        return []
    statement = (
        select(Person, Membership.role)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.organisation_id == organisation_id)
        .order_by(Membership.id)
        .limit(MOST_MEMBERS)
    )
    return [(person, role) for person, role in db.session.execute(statement)]


def _claims(contract_id: UUID) -> list[Claim]:
    statement = select(Claim).where(Claim.contract_id == contract_id)
    return list(db.session.scalars(statement.order_by(Claim.created_at.desc()).limit(MOST_CLAIMS)))


def _relatives(contract: Contract) -> list[Relative]:
    since = (
        select(func.min(ContractChange.at))
        .where(ContractChange.subject == "continues", ContractChange.contract_id == Contract.id)
        .correlate(Contract)
        .scalar_subquery()
    )
    before = [one for one in (contract.continues_id, contract.merged_into_id) if one]
    statement = (
        select(Contract, since)
        .where(
            or_(Contract.continues_id == contract.id, Contract.merged_into_id == contract.id, Contract.id.in_(before))
        )
        .order_by(Contract.id)
        .limit(MOST_RELATIVES)
    )
    return [
        Relative(one.id, one.product_code, one.state, _how(contract, one), _is_same_owner(contract, one), at)
        for one, at in db.session.execute(statement)
    ]


def _how(contract: Contract, other: Contract) -> str:
    if other.id == contract.merged_into_id:
        return "joined to"
    if other.merged_into_id == contract.id:
        return "joined here"
    return "continues" if other.id == contract.continues_id else "continued by"


def _is_same_owner(contract: Contract, other: Contract) -> bool:
    return contract.organisation_id is not None and contract.organisation_id == other.organisation_id


def _days(contract_id: UUID, oldest: dict[Lane, int]) -> list[Day]:
    """How much happened on each day, before the records named; one query, and none where there is nothing before."""
    happened = func.coalesce(Notification.occurred_at, Notification.received_at)
    sources: dict[Lane, tuple[object, object, object]] = {
        Lane.CHANGES: (ContractChange.at, ContractChange.id, ContractChange.contract_id == contract_id),
        Lane.MESSAGES: (happened, Notification.id, Notification.contract_id == contract_id),
        Lane.PEOPLE: (AuditEntry.at, AuditEntry.id, _deeds(contract_id).whereclause),
    }
    selects: list[Select[str, datetime, datetime, int]] = []
    for lane, first in oldest.items():
        at, number, about = sources[lane]
        selects.append(
            select(literal(str(lane)).label("lane"), func.min(at), func.max(at), func.count(number))  # type: ignore[arg-type]
            .where(about, number < first)  # type: ignore[arg-type, operator]
            .group_by(func.date(at))
        )
    if not selects:
        return []
    days = [Day(Lane(lane), first, last, count) for lane, first, last, count in db.session.execute(union_all(*selects))]
    return sorted(days, key=lambda day: (day.lane, day.first_at))


def circumstances_of(file: ContractFile, products: Products, now: datetime) -> Circumstances:
    """What an explanation of this contract is made of."""
    product = products.named(file.contract.product_code)
    messages = heard([*file.messages, *file.waiting])
    return Circumstances(file.contract, product, file.lines, messages, file.continued_by, now)


def told_to(lines: Sequence[ContractChange], organisation_id: int | None) -> list[ContractChange]:
    """Those lines that the people of an organisation may read; None are the people of none."""
    return [line for line in lines if line.only_for_id is None or line.only_for_id == organisation_id]


def newest(lines: Sequence[ContractChange], how_many: int) -> list[ContractChange]:
    """The newest of some lines, the newest first."""
    return list(reversed(lines[-how_many:]))
