"""The purchases of a run's test buyers, from arrival on, as evidence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import selectinload

from portal.accounts.models import Person as PersonRecord
from portal.audit import AuditEntry
from portal.confirmation import evidence
from portal.confirmation.evidence import CONCURRENT, LEGACY
from portal.confirmation.models import ConfirmationRun, Sighting, SightingKind
from portal.contracts.models import Contract, ContractChange, ContractName, NameKind
from portal.contracts.names import mask_account
from portal.database import db
from portal.mail.models import Letter
from portal.notifications.models import Notification
from portal.registration.models import Claim, ClaimState

CONSUMER_MAIL = frozenset(
    {
        "gmail.com",
        "googlemail.com",
        "outlook.com",
        "hotmail.com",
        "live.com",
        "yahoo.com",
        "icloud.com",
        "proton.me",
        "gmx.de",
        "gmx.net",
    }
)
"""AWS's checklist names Gmail; these are its like."""
MOST_LETTERS = 2_000
"""Letters are not indexed by whom they are for: only the latest are looked through."""
MOST = 50
"""So many contracts of test buyers are looked at; a confirmation needs three."""


def in_scope(run: ConfirmationRun, *, negated: bool = False) -> ColumnElement[bool]:
    """The condition for a contract to be a test buyer's, or not to be.

    A contract for which AWS named no account is of none of the accounts; SQL alone would say neither yes nor no.
    """
    ids = [UUID(one) for one in run.contract_ids]
    account = func.coalesce(Contract.aws_account_id, "") if negated else Contract.aws_account_id
    mine = (
        (Contract.product_code == run.product_code)
        & Contract.merged_into_id.is_(None)
        & or_(account.in_(run.aws_account_ids), Contract.id.in_(ids))
    )
    return ~mine if negated else mine


def journeys(run: ConfirmationRun, sightings: Sequence[Sighting]) -> tuple[evidence.Journey, ...]:
    """The purchases of a run's test buyers, the oldest first."""
    if not run.aws_account_ids and not run.contract_ids:
        return ()
    statement = (
        select(Contract)
        .where(in_scope(run))
        .order_by(Contract.created_at.desc())
        .limit(MOST)
        .options(selectinload(Contract.names), selectinload(Contract.entitlements))
        .execution_options(populate_existing=True)
    )
    contracts = list(db.session.scalars(statement))
    if not contracts:
        return ()
    ids = [contract.id for contract in contracts]
    since = run.started_at
    claims = _by_contract(select(Claim).where(Claim.contract_id.in_(ids), Claim.created_at >= since), Claim.created_at)
    changes = _by_contract(
        select(ContractChange).where(ContractChange.contract_id.in_(ids), ContractChange.at >= since),
        ContractChange.id,
    )
    heard = _by_contract(
        select(Notification).where(Notification.contract_id.in_(ids), Notification.received_at >= since),
        Notification.id,
    )
    named = _named([f"contract:{one}" for one in ids], since)
    people = _people(_who(contracts, claims, sightings), run)
    journeys = [
        _journey(contract, claims, changes, heard, named, people, sightings) for contract in reversed(contracts)
    ]
    return tuple(one for one in journeys if one.arrivals or one.changes or one.heard or one.linked_at)


def _by_contract(statement: Any, order: Any) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in db.session.scalars(statement.order_by(order).execution_options(populate_existing=True)):
        found[row.contract_id].append(row)
    return found


def _named(things: list[str], since: datetime) -> dict[str, tuple[str, ...]]:
    """What ResolveCustomer's answer had, by claim."""
    statement = select(AuditEntry.detail).where(
        AuditEntry.thing.in_(things), AuditEntry.action == "arrived", AuditEntry.at >= since
    )
    return {str(one["claim"]): tuple(one.get("named", ())) for one in db.session.scalars(statement) if "claim" in one}


def _who(contracts: Sequence[Contract], claims: dict[UUID, list[Any]], sightings: Sequence[Sighting]) -> set[int]:
    ours = {contract.id for contract in contracts}
    claim_ids = {claim.id for some in claims.values() for claim in some}
    found = {contract.linked_by_id for contract in contracts}
    found |= {one.person_id for one in sightings if one.contract_id in ours or one.claim_id in claim_ids}
    return {person_id for person_id in found if person_id is not None}


def _people(ids: set[int], run: ConfirmationRun) -> dict[int, evidence.Person]:
    if not ids:
        return {}
    records = list(db.session.scalars(select(PersonRecord).where(PersonRecord.id.in_(ids))))
    signed_in: dict[str, list[datetime]] = defaultdict(list)
    statement = select(AuditEntry.thing, AuditEntry.at).where(
        AuditEntry.thing.in_([f"person:{one}" for one in ids]),
        AuditEntry.action == "signed in",
        AuditEntry.at >= run.started_at,
    )
    for thing, at in db.session.execute(statement.order_by(AuditEntry.id)):
        signed_in[thing].append(at)
    return {
        record.id: evidence.Person(
            id=record.id,
            created_at=record.created_at,
            consumer_mail=record.email_key.rpartition("@")[2] in CONSUMER_MAIL,
            signed_in=tuple(signed_in[f"person:{record.id}"]),
            **_welcome(record, run),
        )
        for record in records
    }


def _welcome(record: PersonRecord, run: ConfirmationRun) -> dict[str, Any]:
    """The letter written as the account was created; looked for only where that was in this run."""
    if record.created_at < run.started_at:
        return {}
    lately = select(Letter).order_by(Letter.id.desc()).limit(MOST_LETTERS).subquery()
    statement = select(lately.c.sent_at).where(lately.c.to == record.email, lately.c.created_at >= run.started_at)
    letter = db.session.execute(statement.order_by(lately.c.id).limit(1)).first()
    return {"welcome_written": letter is not None, "welcome_sent_at": letter[0] if letter else None}


def _journey(
    contract: Contract,
    claims: dict[UUID, list[Any]],
    changes: dict[UUID, list[Any]],
    heard: dict[UUID, list[Any]],
    named: dict[str, tuple[str, ...]],
    people: dict[int, evidence.Person],
    sightings: Sequence[Sighting],
) -> evidence.Journey:
    names = {name.kind: name for name in contract.names}
    arrivals = tuple(_arrival(claim, named, sightings) for claim in claims[contract.id])
    shown = tuple(
        evidence.Shown(one.at, one.person_id or 0, int(one.detail["version"]))
        for one in sightings
        if one.kind == SightingKind.PAGE and one.contract_id == contract.id
    )
    took_part = {contract.linked_by_id, *(one.person_id for one in shown)}
    took_part |= {person for one in arrivals for _word, _at, person in one.steps}
    return evidence.Journey(
        contract_id=str(contract.id),
        account=mask_account(contract.aws_account_id),
        licence=_mask(names.get(NameKind.LICENSE)),
        agreement=_mask(names.get(NameKind.AGREEMENT)),
        customer=_mask(names.get(NameKind.CUSTOMER)),
        dialect=_dialect(names, heard[contract.id]),
        state=contract.state,
        opened_at=contract.created_at,
        linked_at=contract.linked_at,
        linked_by=contract.linked_by_id,
        confirmed_at=contract.confirmed_at,
        granted=tuple(evidence.Granted(row.dimension, row.value) for row in contract.entitlements),
        arrivals=arrivals,
        changes=tuple(_change(row) for row in changes[contract.id]),
        heard=tuple(heard_from(row) for row in heard[contract.id]),
        shown=shown,
        people=tuple(people[one] for one in sorted(took_part & people.keys(), key=str) if one is not None),
    )


def _dialect(names: dict[str, ContractName], heard: Sequence[Notification]) -> str:
    if heard:
        return CONCURRENT if heard[0].dialect == CONCURRENT else LEGACY
    return LEGACY if NameKind.CUSTOMER in names else CONCURRENT


def _arrival(claim: Claim, named: dict[str, tuple[str, ...]], sightings: Sequence[Sighting]) -> evidence.Arrival:
    mine = [one for one in sightings if one.claim_id == claim.id]
    answer = next((one.detail for one in mine if one.kind == SightingKind.ARRIVAL), {})
    return evidence.Arrival(
        claim_id=str(claim.id),
        at=claim.created_at,
        resolved=claim.state != ClaimState.UNRESOLVED and claim.attempts == 0,
        named=named.get(str(claim.id), ()),
        status=answer.get("status"),
        milliseconds=answer.get("milliseconds"),
        cookies=tuple(answer.get("cookies", ())),
        leaks=tuple(answer.get("leaks", ())),
        https=bool(answer.get("https")),
        steps=tuple((str(one.detail["step"]), one.at, one.person_id) for one in mine if one.kind == SightingKind.STEP),
    )


def _change(row: ContractChange) -> evidence.Change:
    def said(value: dict[str, Any] | None) -> str | None:
        return None if value is None else str(value.get("value"))

    is_name = row.subject == "organisation"  # a customer's name is personal: that it changed is enough
    before, after = said(row.before), said(row.after)
    return evidence.Change(
        at=row.at,
        cause=row.cause,
        subject=row.subject,
        before="…" if is_name and before else before,
        after="…" if is_name and after else after,
        notification_id=row.notification_id,
    )


def heard_from(row: Notification) -> evidence.Heard:
    """A message as evidence."""
    return evidence.Heard(
        row.id, row.name, row.kind, row.dialect, row.received_at, row.fate, row.settled_at, row.problem
    )


def _mask(name: ContractName | None) -> str | None:
    """The end of a name, enough to find it by and not to use it."""
    return f"…{name.text[-4:]}" if name else None
