"""Watching contracts on their way from one state to another, in case the message that would tell never comes."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, or_, select

from portal.contracts import checks, sync
from portal.contracts.history import Because
from portal.contracts.lifecycle import LAST_HOUR, Signal, State, signal_of
from portal.contracts.models import Cause, Contract
from portal.contracts.words import words_of
from portal.database import db, transaction
from portal.language import marked
from portal.products import Pricing, Products

AT_ONCE = 200
LAST_HOUR_OVER = marked("The last hour of metering is over")
"""What stands beside the change: kept in English, and said in the language of who reads it."""
WATCHED_FOR = timedelta(days=2)
"""So long a purchase without entitlements, or a change that does not show, is looked at unasked."""
EVERY = {State.WAITING: timedelta(minutes=1), State.CHANGING: timedelta(minutes=1), State.ENDING: timedelta(minutes=10)}


def look_at_unsettled(now: datetime) -> None:
    """Have AWS asked about contracts that wait, change or end. Inside a transaction.

    One that was agreed for a later date is left alone until then.
    """
    for state, pause in EVERY.items():
        since = func.coalesce(Contract.starts_at, Contract.created_at) if state is State.WAITING else None
        conditions = [
            Contract.state == state,
            Contract.check_due_at.is_(None),
            Contract.merged_into_id.is_(None),
            or_(Contract.confirmed_at.is_(None), Contract.confirmed_at < now - pause),
        ]
        if since is not None:
            # Whom the seller brought in waits for no page, and may have left long ago: a sweep is soon enough.
            landed = or_(Contract.organisation_id.is_(None), Contract.linked_by_id.is_not(None))
            conditions += [since <= now, since > now - WATCHED_FOR, landed]
        due = select(Contract.id).where(*conditions).limit(AT_ONCE)
        if ids := list(db.session.scalars(due)):
            checks.look_again(ids, now)


def close_last_hours(products: Products, now: datetime) -> None:
    """End pay-as-you-go contracts whose last hour of metering is over: AWS may send no further message."""
    codes = [product.code for product in products if product.pricing is Pricing.SUBSCRIPTION]
    ending = select(Contract.id).where(Contract.state == State.ENDING, Contract.product_code.in_(codes)).limit(AT_ONCE)
    for contract_id in db.session.scalars(ending).all():
        with transaction():
            contract = sync.lock([contract_id])[contract_id]
            words = words_of(contract)
            if signal_of(words) is not Signal.ENDING or max(word.at for word in words) > now - LAST_HOUR:
                continue
            sync.end(contract, now, Because(Cause.SWEEP, LAST_HOUR_OVER))
