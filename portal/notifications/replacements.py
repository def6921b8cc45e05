"""What a replacement replaces. A renewal's event names the agreement before it, a replacement's does not.

The Agreement API tells which agreement a chain began with. Where the account may not ask, or AWS does not answer, the
hourly sweep or a person joins the two; until then the contract that was replaced is *changing*, and not over.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import update

from portal.contracts.names import agreement_key
from portal.database import db, transaction
from portal.marketplace.agreements import Agreements, MayNot
from portal.marketplace.errors import MarketplaceError
from portal.notifications.inbox import Taken
from portal.notifications.models import Notification
from portal.notifications.vocabulary import Kind

logger = logging.getLogger(__name__)

AT_ONCE = 10
"""So many agreements are asked about in one round, because AWS allows five such questions a second."""
_CONTINUATIONS = frozenset({"RENEW", "REPLACE"})


def find_what_is_replaced(taken: Sequence[Taken], agreements: Agreements, *, keep: bool = True) -> list[Taken]:
    """The messages, with the agreement that each replacement replaces where AWS tells it. Outside any transaction.

    Args:
        keep: write it on the messages, too.
    """
    asked = 0
    known: list[Taken] = []
    for message in taken:
        if asked < AT_ONCE and _is_open(message):
            asked += 1
            message = _with_previous(message, agreements, keep)  # noqa: PLW2901 - the same message, knowing more
        known.append(message)
    return known


def _is_open(message: Taken) -> bool:
    return (
        message.kind is Kind.CREATED
        and message.previous_agreement_key is None
        and message.agreement_key is not None
        and message.message.terms.intent in _CONTINUATIONS
    )


def _with_previous(message: Taken, agreements: Agreements, keep: bool) -> Taken:
    try:
        found = agreements.describe(str(message.agreement_key))
    except MarketplaceError as error:
        logger.warning("What notification %s replaces is found out later: %s", message.id, error)
        return message
    first = None if found is None or isinstance(found, MayNot) else found.initial_agreement_id
    if not first or agreement_key(first) == message.agreement_key:
        return message
    if keep:
        with transaction():
            db.session.execute(
                update(Notification)
                .where(Notification.id == message.id)
                .values(previous_agreement_key=agreement_key(first))
            )
    return replace(message, previous_agreement_key=agreement_key(first))
