"""What an agreement's status and terms say about its contract: AWS's words, dates and reasons, kept as from events."""

from __future__ import annotations

from datetime import datetime, timedelta

from portal.contracts import book
from portal.contracts.history import Because
from portal.contracts.lifecycle import Signal, State, signal_of
from portal.contracts.models import Cause, Contract, NameKind
from portal.contracts.names import agreement_key, license_key
from portal.contracts.terms import AMEND, Terms, note_reason, note_terms
from portal.contracts.words import hear, words_of
from portal.marketplace.values import Agreement

ACTIVE = "ACTIVE"
OVER = frozenset({"CANCELLED", "EXPIRED", "TERMINATED"})
HANDED_OVER = frozenset({"RENEWED", "REPLACED"})
SECOND = timedelta(seconds=1)


def own_keys(one: Agreement) -> list[book.Key]:
    """The names that an agreement is known by, the surest first."""
    return [
        (NameKind.AGREEMENT, agreement_key(one.agreement_id)),
        *((NameKind.LICENSE, license_key(arn)) for arn in one.license_arns),
    ]


def hear_status(contract: Contract, one: Agreement, is_shown: bool, now: datetime) -> bool:
    """Keep AWS's word about an agreement; whether AWS is to be asked what follows from it."""
    signal = _signal(contract, one, is_shown, now)
    if signal is None or one.updated_at is None:
        return False
    words, at = words_of(contract), one.updated_at
    before = signal_of(words)
    if signal is Signal.ENDED:
        # What was handed over to it was so before it ended, even at one second.
        at = max([at, *(word.at + SECOND for word in words if word.signal is Signal.CONTINUED)])
    hear(contract, [(NameKind.AGREEMENT, agreement_key(one.agreement_id))], signal, at)
    return signal_of(words_of(contract)) is not before and contract.state != State.ACTIVE


def _signal(contract: Contract, one: Agreement, is_shown: bool, now: datetime) -> Signal | None:
    """What an agreement's status says about this contract, if anything.

    An end takes nothing away from who is granted something: that is for GetEntitlements, for events, or for people.
    """
    if one.status in HANDED_OVER:
        return Signal.CONTINUED
    if one.status in OVER:
        return None if is_shown and contract.state != State.WAITING else Signal.ENDED
    # In force is not yet granted: that may wait for a payment, and then there is no licence.
    is_granted = one.status == ACTIVE and one.license_arns and not (one.starts_at and one.starts_at > now)
    if not is_granted or signal_of(words_of(contract)) is Signal.GRANTED:
        return None
    return None if _end_is_announced(contract, one) else Signal.GRANTED


def _end_is_announced(contract: Contract, one: Agreement) -> bool:
    """Whether AWS spoke of the end under a name of this agreement after it was last changed."""
    own = set(own_keys(one))
    ours = [name for name in contract.names if name.kind == NameKind.CUSTOMER or (name.kind, name.key) in own]
    ends = [name.word_at for name in ours if name.word in {Signal.ENDING, Signal.ENDED} and name.word_at]
    return one.updated_at is not None and any(at >= one.updated_at for at in ends)


def keep_terms(contract: Contract, one: Agreement, latest: set[str]) -> None:
    """Keep the dates of an agreement, if it is among those that were changed last of their contracts."""
    if one.agreement_id in latest:
        starts_at = one.starts_at
        if starts_at and contract.starts_at and one.initial_agreement_id not in {None, one.agreement_id}:
            starts_at = min(starts_at, contract.starts_at)
        # Of what was told at the same second, this stands: an agreement is told here as it is by now.
        terms = Terms(starts_at, one.ends_at, one.auto_renew, AMEND)
        note_terms(contract, terms, one.updated_at, Because(Cause.SWEEP))


def keep_reason(contract: Contract, one: Agreement) -> None:
    """Keep AWS's word for the end of the last agreement, where no event told one."""
    names = sorted((name.id, name.key) for name in contract.names if name.kind == NameKind.AGREEMENT)
    is_last = bool(names) and names[-1][1] == agreement_key(one.agreement_id)
    is_over = one.status in OVER and contract.state in {State.WAITING, State.ENDED}
    if is_over and is_last and contract.ended_because is None:
        note_reason(contract, one.status)
