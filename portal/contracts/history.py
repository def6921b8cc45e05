"""Writing a contract's history: one line for each thing that changed, with what caused it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select

from portal.contracts.lifecycle import State
from portal.contracts.models import Cause, Contract, ContractChange
from portal.database import db

HISTORY_SHOWN = 100
TOLD = frozenset({Cause.NOTIFICATION, Cause.REFRESH, Cause.SWEEP, Cause.RENEWAL})


def write_change(
    contract: Contract,
    cause: Cause,
    subject: str,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    detail: str | None = None,
    notification_id: int | None = None,
    only_for_id: int | None = None,
) -> None:
    """Add one line and move the version on, so that open pages notice. Inside a transaction.

    Args:
        only_for_id: the organisation that the line tells of. A contract may come to another one, whose people must not
            read there who had it before.
    """
    contract.version = (contract.version or 0) + 1
    db.session.add(
        ContractChange(
            contract_id=contract.id,
            cause=cause,
            subject=subject[:300],
            before=before,
            after=after,
            detail=detail[:255] if detail else None,
            notification_id=notification_id,
            only_for_id=only_for_id,
            to_tell=_is_worth_a_letter(contract, cause, subject, before) or None,
        )
    )


def _is_worth_a_letter(contract: Contract, cause: Cause, subject: str, before: dict[str, Any] | None) -> bool:
    """Whether the organisation's people are written to about this line (``contracts.notices``).

    Not about what they do themselves here, nor about what a contract begins with: the first terms heard, and what is
    found for customers whom the seller brought in, who may be many at once.
    """
    if contract.organisation_id is None or cause not in TOLD:
        return False
    kind = subject.partition(":")[0]
    was = before["value"] if before and "value" in before else None
    if contract.linked_by_id is None and State.WAITING in {contract.state, was}:
        return False
    return kind in {"dimension", "state"} or (kind in {"ends_at", "auto_renew"} and before is not None)


@dataclass(frozen=True)
class Because:
    """What caused a change, for the history."""

    cause: Cause
    detail: str | None = None
    notification_id: int | None = None


def note(
    contract: Contract,
    subject: str,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    because: Because,
) -> None:
    """Add one line for this cause. Inside a transaction."""
    write_change(
        contract,
        because.cause,
        subject,
        before=before,
        after=after,
        detail=because.detail,
        notification_id=because.notification_id,
    )


def changes_of(contract_id: UUID) -> list[ContractChange]:
    """The latest lines of a contract's history, the newest first; one query. All of them, so for staff only."""
    return _latest(ContractChange.contract_id == contract_id)


def changes_for(contract_id: UUID, organisation_id: int | None) -> list[ContractChange]:
    """As ``changes_of``, but only what the people of this organisation may read."""
    theirs = or_(ContractChange.only_for_id.is_(None), ContractChange.only_for_id == organisation_id)
    return _latest(ContractChange.contract_id == contract_id, theirs)


def _latest(*conditions: ColumnElement[bool]) -> list[ContractChange]:
    statement = select(ContractChange).where(*conditions).order_by(ContractChange.id.desc())
    return list(db.session.scalars(statement.limit(HISTORY_SHOWN)))
