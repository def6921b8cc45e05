"""What agreement events say about the terms of a contract: its dates, its renewal, the reason of its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.contracts.history import Because, note
from portal.contracts.models import Contract

_CONTINUATIONS = frozenset({"RENEW", "REPLACE"})


@dataclass(frozen=True)
class Terms:
    """What an agreement event says about the terms; None means that it did not say.

    `intent` is AWS's: NEW, AMEND, RENEW or REPLACE.
    """

    starts_at: datetime | None = None
    ends_at: datetime | None = None
    auto_renew: bool | None = None
    intent: str | None = None


def note_terms(contract: Contract, terms: Terms, occurred_at: datetime | None, because: Because) -> bool:
    """Write the terms an agreement event told, unless a newer event has told them already. Inside a transaction.

    A renewal or replacement goes on with the contract, so it does not move the contract's start.
    """
    version = contract.version
    late = contract.terms_at is not None and occurred_at is not None and occurred_at < contract.terms_at
    told: dict[str, datetime | bool | None] = {}
    if terms.starts_at and contract.starts_at and (late or terms.intent in _CONTINUATIONS):
        told["starts_at"] = min(terms.starts_at, contract.starts_at)
    else:
        told["starts_at"] = terms.starts_at
    if not late:
        told |= {"ends_at": terms.ends_at, "auto_renew": terms.auto_renew}
        contract.terms_at = occurred_at or contract.terms_at
    for subject, after in told.items():
        before = getattr(contract, subject)
        if after is not None and after != before:
            setattr(contract, subject, after)
            note(contract, subject, _as_json(before), _as_json(after), because)
    return contract.version != version


def note_reason(contract: Contract, reason: str) -> None:
    """Keep AWS's word for an end, or for what stands in the way of a beginning. For a locked contract."""
    if contract.ended_because != reason[:64]:
        contract.ended_because = reason[:64]
        contract.version += 1


def _as_json(value: datetime | bool | None) -> dict[str, Any] | None:
    if value is None:
        return None
    return {"value": value.isoformat() if isinstance(value, datetime) else value}
