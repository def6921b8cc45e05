"""The sweep: whatever the database says is unfinished is asked for again.

Jobs leave after their commit, so a crash, or a Redis that was away or wiped, loses the asking but never the work.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import exists, select, update

from portal.accounts import sessions
from portal.contracts import watch
from portal.contracts.models import Contract
from portal.database import db, transaction, utcnow
from portal.jobs import later
from portal.mail.models import Letter, MailState
from portal.notifications.inbox import unpark_forgotten
from portal.notifications.models import Fate, Notification, has_fate
from portal.registration.models import Claim, ClaimState
from portal.services import products, settings
from portal.staff import members
from portal.staff.attention import replaying

PATIENCE = timedelta(seconds=5)
"""What is younger has its own job on the way."""
AT_ONCE = 50
"""Of each kind, so that one sweep cannot flood the queue; the next one goes on."""
PARKED_LATELY = timedelta(hours=1)
CLAIM_WAITS = (5, 15, 30, 60, 120, 300)
"""Seconds between tries at a claim that AWS cannot be asked about, by the number of tries."""


def sweep(patience: timedelta = PATIENCE) -> None:
    """Ask again for everything unfinished that is older than `patience`."""
    now = utcnow()
    with transaction():
        freed = unpark_forgotten(now - PARKED_LATELY)
        _forget_tokens(now)
        _end_sessions_that_would_not_begin_now()
        watch.look_at_unsettled(now)
    watch.close_last_hours(products(), now)
    if freed or _any(has_fate(Fate.RECEIVED), Notification.due_at <= now - patience):
        later.work_on_inbox()
    if _any(Contract.check_due_at <= now - patience):
        later.check_contracts()
    for claim in db.session.scalars(
        select(Claim)
        .where(Claim.state == ClaimState.UNRESOLVED, Claim.expires_at > now)
        .order_by(Claim.tried_at)
        .limit(AT_ONCE)
    ).all():
        if _is_due(claim, now):
            later.try_claim(claim.id)
    for preview_id in replaying.forgotten(now - patience):
        later.rehearse(preview_id)
    if _any(Letter.state == MailState.WAITING, Letter.due_at <= now):
        later.send_mail()


def _forget_tokens(now: datetime) -> None:
    """Erase the tokens of claims that nobody can use any more."""
    stale = update(Claim).where(Claim.expires_at <= now, Claim.sealed_token.is_not(None))
    db.session.execute(stale.values(sealed_token=None))


def _end_sessions_that_would_not_begin_now() -> None:
    """Sessions that began without a second factor, before everybody had to have one.

    Not of staff: theirs begin so when they set theirs up, and never again.
    """
    if settings().second_factor_required:
        sessions.end_without_second_factor(but=members.people())


def _any(*conditions: object) -> bool:
    return bool(db.session.scalar(select(exists().where(*conditions))))  # type: ignore[arg-type]


def _is_due(claim: Claim, now: datetime) -> bool:
    wait = CLAIM_WAITS[min(max(claim.attempts, 1), len(CLAIM_WAITS)) - 1]
    return claim.tried_at is None or claim.tried_at + timedelta(seconds=wait) <= now
