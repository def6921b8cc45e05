"""From the queue into the inbox: every message is stored once, raw, before it is acknowledged."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table
from sqlalchemy.exc import DBAPIError, OperationalError

from portal.contracts.book import Names
from portal.contracts.models import NameKind
from portal.database import db, insert, transaction
from portal.marketplace.queue import Delivery
from portal.notifications.envelope import Message, storable, understand
from portal.notifications.models import Fate, Notification, NotificationId
from portal.notifications.vocabulary import Kind

logger = logging.getLogger(__name__)

_TABLE = cast("Table", Notification.__table__)
_IDS = cast("Table", NotificationId.__table__)


def receive(deliveries: Sequence[Delivery], now: datetime) -> tuple[list[Delivery], int]:
    """Store a batch in one transaction; a second delivery of a message changes nothing.

    Returns:
        What is stored for good, now or before, and may be acknowledged; and how many messages of it are new.

    Raises:
        OperationalError: the database is away. Nothing may be acknowledged, and the queue will deliver again.
    """
    if not deliveries:
        return [], 0
    try:
        return list(deliveries), _store(deliveries, now)
    except OperationalError:
        raise
    except DBAPIError:
        logger.exception("A batch of %s messages was refused by the database; storing them one by one", len(deliveries))
    stored, new = [], 0
    for delivery in deliveries:
        try:
            new += _store([delivery], now)
            stored.append(delivery)
        except OperationalError:
            raise
        except DBAPIError:
            # It stays in the queue, and from there goes to the dead letters, where it is not lost either.
            logger.exception("Message %s cannot be stored", delivery.message_id)
    return stored, new


def _store(deliveries: Sequence[Delivery], now: datetime) -> int:
    messages = [understand(delivery.body, delivery.message_id, delivery.sent_at) for delivery in deliveries]
    rows = [_row(message, delivery, now) for message, delivery in zip(messages, deliveries, strict=True)]
    with transaction():
        connection = db.session.connection()
        # The rows beside the statement rather than in it: so it is put together once and not for every batch.
        statement = insert(_TABLE).on_conflict_do_nothing(index_elements=["source_key"])
        returning = statement.returning(_TABLE.c.id, _TABLE.c.source_key)
        stored = {source_key: notification_id for notification_id, source_key in connection.execute(returning, rows)}
        told = {
            (told_id, stored[message.source_key])
            for message in messages
            if message.source_key in stored
            for told_id in message.told_ids
        }
        if told:
            ids = [{"told_id": told_id, "notification_id": notification_id} for told_id, notification_id in told]
            connection.execute(_IDS.insert(), ids)
        return len(stored)


def _row(message: Message, delivery: Delivery, now: datetime) -> dict[str, Any]:
    first = {"source_key": message.source_key, "body": storable(delivery.body), "received_at": now}
    return first | read_as(message, now)


def read_as(message: Message, now: datetime) -> dict[str, Any]:
    """What an inbox row says of a message that was just read, and that it is due, unless nothing is to be done."""
    keys = dict(names_in(message).keys)
    fate = {Kind.NEWS: Fate.NEWS, Kind.NOT_UNDERSTOOD: Fate.NOT_UNDERSTOOD}.get(message.kind, Fate.RECEIVED)
    return {
        "dialect": message.dialect,
        "kind": message.kind,
        "name": message.name,
        "occurred_at": message.occurred_at,
        "product_code": message.product_code,
        "customer_key": keys.get(NameKind.CUSTOMER),
        "agreement_key": keys.get(NameKind.AGREEMENT),
        "license_key": keys.get(NameKind.LICENSE),
        "previous_agreement_key": message.terms.previous_agreement_id,
        "aws_account_id": message.aws_account_id,
        "fate": fate,
        "due_at": now,
        "attempts": 0,
        "settled_at": None if fate is Fate.RECEIVED else now,
    }


def names_in(message: Message) -> Names:
    """The names by which a message speaks of a purchase."""
    return Names(
        license_arn=message.license_arn,
        agreement_id=message.agreement_id,
        product_code=message.product_code,
        customer_identifier=message.customer_identifier,
    )
