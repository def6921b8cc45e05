"""The jobs. Each may run twice or not at all: what it does is decided by the database, never by having been asked."""

from __future__ import annotations

import logging
import time
from uuid import UUID

from sqlalchemy import update

from portal.contracts import sync
from portal.contracts.models import Cause, Contract
from portal.database import db, transaction, utcnow
from portal.jobs import later
from portal.mail import outbox
from portal.marketplace.errors import MarketplaceError, MarketplaceUnavailable
from portal.notifications import apply
from portal.services import desk, marketplace, products, settings

logger = logging.getLogger(__name__)

BATCH = 50
LONGEST_TURN_SECONDS = 20.0
"""After this long a job makes room for others, such as somebody's *check with AWS now*."""


def work_on_inbox() -> None:
    """Apply what is in the inbox, batch after batch."""
    later.inbox_work_begins()
    until = time.monotonic() + LONGEST_TURN_SECONDS
    while apply.work_on_inbox(marketplace(), products(), utcnow(), limit=BATCH):
        if time.monotonic() > until:
            later.work_on_inbox()
            return


def check_contract(contract_id: str) -> None:
    """Ask AWS about a contract, if an answer is still awaited: five presses of the button are one reading."""
    later.check_begins(UUID(contract_id))
    contract = db.session.get(Contract, UUID(contract_id))
    if contract is None or contract.check_requested_at is None:
        return
    try:
        reading = sync.read(contract, marketplace())
    except MarketplaceUnavailable as error:
        logger.warning("Contract %s is checked later: %s", contract_id, error)
        return
    except MarketplaceError as error:
        # Asking again would get the same answer, and a page would wait for ever.
        logger.error("Contract %s cannot be checked: %s", contract_id, error)
        with transaction():
            given_up = update(Contract).where(Contract.id == contract.id)
            db.session.execute(given_up.values(check_requested_at=None, version=Contract.version + 1))
        return
    with transaction():
        sync.write(contract.id, reading, products(), cause=Cause.REFRESH)


def try_claim(claim_id: str) -> None:
    """Ask AWS again what a buyer's token stands for."""
    try:
        desk().try_again(UUID(claim_id), utcnow())
    except MarketplaceUnavailable as error:
        logger.warning("Claim %s is tried again later: %s", claim_id, error)
        return
    later.work_on_inbox()  # messages may have waited for this buyer


def send_mail() -> None:
    """Send the letters that are due."""
    outbox.send_waiting(settings().smtp_url, settings().mail_from, utcnow())
