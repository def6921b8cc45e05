"""The jobs. Each may run twice or not at all: what it does is decided by the database, never by having been asked."""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from uuid import UUID

from portal.audit import chain
from portal.confirmation import probes, runs
from portal.contracts import checks, notices, reminders, turns
from portal.contracts.asking import calls_for
from portal.database import db, utcnow
from portal.doctor import kept
from portal.doctor.checkup import run
from portal.jobs import dead_letters, later
from portal.jobs.examined import whole_portal
from portal.mail import sending
from portal.mail.models import Letter
from portal.marketplace.client import PAGE
from portal.marketplace.errors import MarketplaceUnavailable
from portal.marketplace.queue import NotificationQueue
from portal.notifications import apply, inbox
from portal.registration import giving
from portal.registration.giving import Post
from portal.services import desk, landing_url, marketplace, products, sender, settings, sources, support
from portal.staff.attention import replaying
from portal.staff.overview import dashboard, figures

logger = logging.getLogger(__name__)

LONGEST_TURN_SECONDS = 20.0
"""After this long a job makes room for others, such as somebody's *check with AWS now*."""
SWEEP_TURN_SECONDS = 1.0
HOLD_STEP_SECONDS = 0.2
CALM = timedelta(seconds=0.5)
"""So long without a new message, and a storm is over."""
LONGEST_HOLD = timedelta(seconds=30)
"""A storm that does not end is worked on all the same, so often."""


def work_on_inbox() -> None:
    """Apply what is in the inbox, batch after batch."""
    later.inbox_work_begins()
    until = time.monotonic() + LONGEST_TURN_SECONDS
    while True:
        if time.monotonic() > until or later.is_ending():
            later.work_on_inbox()
            return
        if _is_storm():
            time.sleep(HOLD_STEP_SECONDS)
        elif not apply.work_on_inbox(marketplace(), products(), utcnow(), agreements=sources().agreements):
            return


def _is_storm() -> bool:
    """Whether waiting a little spares calls to AWS: more contracts are due than the budget allows to read now and
    again, and messages are still pouring in, most of them about the same contracts."""
    now = utcnow()
    due = inbox.pressure(now)
    db.session.commit()
    if due is None or due.contracts <= PAGE:
        return False
    if due.newest_at < now - CALM or due.oldest_at < now - LONGEST_HOLD:
        return False
    return calls_for(due.contracts) * 2 > marketplace().budget.left()


def check_contracts() -> None:
    """Ask AWS about the contracts that are due for it, together: five presses of the button are one reading."""
    later.checks_begin()
    until = time.monotonic() + LONGEST_TURN_SECONDS
    while checks.work_on_checks(marketplace(), products(), utcnow()):
        if time.monotonic() > until or later.is_ending():
            later.check_contracts()
            return


def reconcile() -> None:
    """Sweep a product that is due for it, for a moment only: whoever waits for a page must not wait for all of it."""
    later.sweep_begins()
    if turns.work_on_due(sources(), utcnow(), SWEEP_TURN_SECONDS):
        later.reconcile()


def try_claim(claim_id: str) -> None:
    """Ask AWS again what a buyer's token stands for."""
    try:
        desk().try_again(UUID(claim_id), utcnow())
    except MarketplaceUnavailable as error:
        logger.warning("Claim %s is tried again later: %s", claim_id, error)
        return
    later.work_on_inbox()  # messages may have waited for this buyer


def count_figures() -> None:
    """Count what the staff's pages show with the time it was counted."""
    figures.keep(dashboard.COUNTERS, utcnow())


def tend_dead_letters() -> None:
    """Send back the dead letters that are asked for, and keep what is there for the page."""
    later.dead_letters_begin()
    url = settings().notifications_queue_url
    if dead_letters.tend(NotificationQueue(url) if url else None):
        later.tend_dead_letters()


def rehearse(preview_id: str) -> None:
    """Find out what a replay would change, for the page that waits for it."""
    replaying.find_out(int(preview_id), sources(), utcnow())


def check_up() -> None:
    """Examine everything the portal stands on, and keep what is found for people to see."""
    try:
        with whole_portal() as portal:
            kept.keep(portal.redis, run(portal))
    finally:
        later.check_up_ends()


def check_addresses(run_id: str) -> None:
    """Try the product page and the fulfilment URL, for a run of the confirmation."""
    try:
        run = runs.find(UUID(run_id))
    except runs.NoSuchRun:
        return
    if run.finished_at is None:
        probes.ask_both(run.id, products().named(run.product_code).page_url, landing_url())


def remind_of_purchases() -> None:
    """Write to the people whose purchases wait to be set up."""
    if giving.remind(Post(sender(), products()), utcnow()):
        later.send_mail()


def send_mail() -> None:
    """Send the letters that are due."""
    later.mail_begins()
    address, contact = settings().mail_from, support()
    writer = sending.From(address, settings().seller_name, contact.email) if address else None
    if sending.send_waiting(settings().smtp_url, writer, utcnow(), meant=_is_meant) >= sending.AT_ONCE:
        later.send_mail()


def _is_meant(letter: Letter) -> bool:
    """Whether the organisation that a letter is for still has the contract that it tells of."""
    if letter.contract_id is None or letter.organisation_id is None:
        return True
    return notices.is_still_theirs(letter.contract_id, letter.organisation_id)


def tell_changes() -> None:
    """Write to people about what changed in their contracts."""
    if notices.tell_changes(_writing_desk(), utcnow()):
        later.send_mail()


def tell_endings() -> None:
    """Write to people about contracts that are about to end."""
    if reminders.tell_endings(_writing_desk(), utcnow()):
        later.send_mail()


def _writing_desk() -> notices.Desk:
    return notices.Desk(sender(), products())


def seal_audit() -> None:
    """Chain the latest lines of the audit log."""
    chain.seal(utcnow())


def tell_audit_head() -> None:
    """Put the latest link of the audit log's chain into the logs, which are kept somewhere else."""
    logger.info("Audit log: the latest link is %s", chain.head())
