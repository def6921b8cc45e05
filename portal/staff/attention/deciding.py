"""Saying which contract is meant, where names of one purchase are borne by several.

A name belongs to one contract only, and a message (or an arrival) that carries names of two says that these belong to
one purchase. So whoever decides for a contract gives it all the names of that message, and takes them from the others;
the names that nobody knew are learned. From then on every message of that purchase finds its way by itself, those that
wait wake, and AWS is asked again about all contracts concerned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, String, Text, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from portal import audit
from portal.contracts import book, checks, sync
from portal.contracts.models import Contract, ContractName, NameKind
from portal.database import Base, UTCDateTime, db
from portal.language import gettext as _
from portal.notifications.cases import candidates
from portal.notifications.envelope import understand
from portal.notifications.inbox import wake
from portal.notifications.intake import names_in
from portal.notifications.models import Notification
from portal.registration import unclear
from portal.registration.models import UnclearPurchase
from portal.registration.moving import Deed


class Decision(Base):
    """One decision, with what it takes to undo it."""

    __tablename__ = "decisions"

    id: Mapped[int] = mapped_column(primary_key=True)
    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contracts.id"), index=True)
    notification_id: Mapped[int | None] = mapped_column(ForeignKey("notifications.id"), index=True)
    purchase_id: Mapped[int | None] = mapped_column(ForeignKey("unclear_purchases.id"), index=True)
    names: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """Each name that it gave to the contract: `name` (its id), and `was`, the contract that bore it; None when it is
    new."""
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    by: Mapped[str] = mapped_column(String(64))
    why: Mapped[str] = mapped_column(Text)
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    undone_by: Mapped[str | None] = mapped_column(String(64))


class CannotDecide(Exception):
    """There was a decision that is not open, or not for this contract; its text says why, to staff."""


@dataclass(frozen=True)
class Question:
    """What is to be decided: which of these contracts do these names mean."""

    names: book.Names
    candidates: list[UUID]
    owners: dict[book.Key, UUID]
    """Who bears which of the names now."""


def question_of_message(message: Notification) -> Question:
    """What a parked message leaves to people."""
    names = names_in(understand(message.body, "", message.occurred_at))
    return _question(names, message.product_code)


def question_of_purchase(purchase: UnclearPurchase) -> Question:
    """What an arrival left to people."""
    return _question(unclear.names_of(purchase), purchase.product_code)


def _question(names: book.Names, product_code: str | None) -> Question:
    return Question(names, candidates(names.keys, product_code), book.owners(names.keys))


def decide_message(notification_id: int, contract_id: UUID, deed: Deed) -> Decision:
    """Say which contract a message is about; it goes on to work. Inside a transaction.

    Raises:
        CannotDecide: it is not open (any more), or that contract is none of those it may mean.
    """
    message = db.session.get(Notification, notification_id, populate_existing=True, with_for_update=True)
    if message is None:
        raise CannotDecide(_("There is no such message."))
    decision = _decide(question_of_message(message), contract_id, deed)
    decision.notification_id = message.id
    db.session.add(decision)
    wake([message.id])
    audit.record(deed.actor, "decided", f"notification:{message.id}", why=deed.why, contract=str(contract_id))
    return decision


def decide_purchase(purchase_id: int, contract_id: UUID, deed: Deed) -> Decision:
    """Say which contract a buyer came with; their next arrival finds it. Inside a transaction.

    Raises:
        CannotDecide: as ``decide_message``.
    """
    purchase = db.session.get(UnclearPurchase, purchase_id, populate_existing=True, with_for_update=True)
    if purchase is None:
        raise CannotDecide(_("There is no such purchase."))
    decision = _decide(question_of_purchase(purchase), contract_id, deed)
    decision.purchase_id = purchase.id
    purchase.settled_at, purchase.contract_id = deed.at, contract_id
    db.session.add(decision)
    audit.record(deed.actor, "decided", f"purchase:{purchase.id}", why=deed.why, contract=str(contract_id))
    return decision


def undo(decision_id: int, deed: Deed) -> Decision:
    """Give the names back to the contracts that bore them. Inside a transaction.

    What AWS's answers have changed meanwhile is put right by asking AWS again. A name that went on to another contract
    since stays there.

    Raises:
        CannotDecide: it was undone already.
    """
    decision = db.session.get(Decision, decision_id, populate_existing=True, with_for_update=True)
    if decision is None or decision.undone_at is not None:
        raise CannotDecide(_("It was undone already."))
    concerned = {decision.contract_id}
    for given in decision.names:
        name = ContractName.id == given["name"]
        still = ContractName.contract_id == decision.contract_id
        if given["was"] is None:
            db.session.execute(delete(ContractName).where(name, still))
            continue
        before = UUID(given["was"])
        concerned.add(before)
        db.session.execute(update(ContractName).where(name, still).values(contract_id=before))
    decision.undone_at, decision.undone_by = deed.at, deed.actor
    if decision.purchase_id is not None:
        purchase = db.session.get_one(UnclearPurchase, decision.purchase_id)
        purchase.settled_at = purchase.contract_id = None
    _ask_aws(concerned, deed.at)
    audit.record(deed.actor, "undid a decision", f"contract:{decision.contract_id}", why=deed.why, decision=decision.id)
    return decision


def decisions_about(*, notification_id: int | None = None, purchase_id: int | None = None) -> Sequence[Decision]:
    """What was decided about a message or a purchase, the latest first."""
    statement = select(Decision).order_by(Decision.id.desc())
    if notification_id is not None:
        statement = statement.where(Decision.notification_id == notification_id)
    if purchase_id is not None:
        statement = statement.where(Decision.purchase_id == purchase_id)
    return db.session.scalars(statement.execution_options(populate_existing=True)).all()


def _decide(question: Question, contract_id: UUID, deed: Deed) -> Decision:
    if len(question.candidates) < 2:
        raise CannotDecide(_("There is nothing to decide any more: its names belong to one contract."))
    if contract_id not in question.candidates:
        raise CannotDecide(_("That contract bears none of its names."))
    contracts = sync.lock(question.candidates)
    chosen = contracts.get(contract_id)
    if chosen is None or chosen.merged_into_id is not None:
        raise CannotDecide(_("That contract was joined to another since."))
    given = _take_names(question, contract_id) + _learn_names(question, chosen)
    for contract in contracts.values():
        contract.version += 1
        db.session.expire(contract, ["names"])
    _ask_aws(set(question.candidates), deed.at)
    return Decision(contract_id=contract_id, names=given, at=deed.at, by=deed.actor, why=deed.why)


def _take_names(question: Question, contract_id: UUID) -> list[dict[str, Any]]:
    """Give the contract those of the names that other candidates bear; contracts of another product keep theirs."""
    given: list[dict[str, Any]] = []
    for (kind, key), owner in question.owners.items():
        if owner != contract_id and owner in question.candidates:
            statement = select(ContractName).where(ContractName.kind == kind, ContractName.key == key)
            name = db.session.scalars(statement).one()
            name.contract_id = contract_id  # which wakes what waits for this name
            given.append({"name": name.id, "was": str(owner)})
    db.session.flush()
    return given


def _learn_names(question: Question, contract: Contract) -> list[dict[str, Any]]:
    """Teach the contract those that nobody bears."""
    book.learn_names(contract, question.names)
    db.session.flush()
    new = {key for key in question.names.keys if key not in question.owners}
    names = db.session.scalars(select(ContractName).where(ContractName.contract_id == contract.id))
    return [{"name": name.id, "was": None} for name in names if (NameKind(name.kind), name.key) in new]


def _ask_aws(contract_ids: set[UUID], now: datetime) -> None:
    """What each of them includes depends on its names."""
    existing = db.session.scalars(select(Contract.id).where(Contract.id.in_(contract_ids))).all()
    checks.look_again(list(existing), now)
