"""What agreement events say about the terms of a contract: its dates, its renewal, the reason of its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.contracts.history import Because, note
from portal.contracts.models import Contract

AMEND = "AMEND"
_CONTINUATIONS = frozenset({"RENEW", "REPLACE"})
_TOLD_AT = {"ends_at": "ends_told_at", "auto_renew": "auto_renew_told_at"}


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
    """Write the terms an agreement event told, but what a newer event has told already. Inside a transaction.

    A renewal or replacement goes on with the contract, so it does not move the contract's start.
    """
    version = contract.version
    starts_at = terms.starts_at
    late = _is_told_later(contract.ends_told_at, terms, occurred_at)
    if starts_at and contract.starts_at and (late or terms.intent in _CONTINUATIONS):
        starts_at = min(starts_at, contract.starts_at)
    _set(contract, "starts_at", starts_at, because)
    for subject, told_at in _TOLD_AT.items():
        told = getattr(terms, subject)
        if told is not None and not _is_told_later(getattr(contract, told_at), terms, occurred_at):
            _set(contract, subject, told, because)
            setattr(contract, told_at, occurred_at or getattr(contract, told_at))
    keep_until(contract)
    return contract.version != version


def take_over_terms(contract: Contract, other: Contract, because: Because) -> None:
    """Go on with the terms of a contract that is joined to this one, where they were told later."""
    for subject, told_at in _TOLD_AT.items():
        mine, theirs = getattr(contract, told_at), getattr(other, told_at)
        if theirs and (mine is None or theirs >= mine):
            _set(contract, subject, getattr(other, subject), because)
            setattr(contract, told_at, theirs)
    if contract.starts_at is None:
        _set(contract, "starts_at", other.starts_at, because)
    keep_until(contract)


def keep_until(contract: Contract) -> None:
    """Keep when what is granted runs out, for lists: the latest expiry, or the end of the agreement where nothing
    expires. To be called whenever either was written. For a locked contract."""
    expiries = [row.expires_at for row in contract.entitlements if row.expires_at]
    contract.until_at = max(expiries, default=contract.ends_at)


def note_reason(contract: Contract, reason: str) -> None:
    """Keep AWS's word for an end, or for what stands in the way of a beginning. For a locked contract."""
    if contract.ended_because != reason[:64]:
        contract.ended_because = reason[:64]
        contract.version += 1


def _is_told_later(told_at: datetime | None, terms: Terms, occurred_at: datetime | None) -> bool:
    """Whether a later event has told already. EventBridge tells whole seconds; of one second the amendment stands."""
    if told_at is None or occurred_at is None:
        return False
    return occurred_at < told_at or (occurred_at == told_at and terms.intent != AMEND)


def _set(contract: Contract, subject: str, after: Any, because: Because) -> None:
    before = getattr(contract, subject)
    if after is not None and after != before:
        setattr(contract, subject, after)
        note(contract, subject, _as_json(before), _as_json(after), because)


def _as_json(value: datetime | bool | None) -> dict[str, Any] | None:
    if value is None:
        return None
    return {"value": value.isoformat() if isinstance(value, datetime) else value}
