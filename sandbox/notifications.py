"""The outbox: what has to be told to the seller, written together with the change and sent afterwards.

A change and its notifications are one transaction, sending comes after it. Killed in between, the sandbox sends
when it is back; killed while sending, it may send twice. Never is nothing sent.
"""

import json
import logging
import sqlite3
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from .agreements import Agreement
from .dialects import Notice
from .errors import DeliveryFailed, NotFound
from .storage import Storage
from .switches import Switches

log = logging.getLogger("sandbox")


AT_ONCE = 10  # how many are handed over, and written off, together: as many as SQS takes in a batch


@dataclass(frozen=True)
class Notification:
    """One notification in the outbox, or one more copy of it.

    `message_id` is the same for all copies, as what is delivered twice has one id in AWS. `topic` is None for
    EventBridge; `sent_at` is None while it waits; what has `dropped_at` gets lost on its way, and is never sent.
    """

    number: int
    agreement_id: str
    channel: str
    name: str
    topic: str | None
    body: dict[str, Any]
    message_id: str
    copy: int
    created_at: datetime
    due_at: datetime
    sent_at: datetime | None
    dropped_at: datetime | None


class Outbox:
    """Notifications, and the means to send them: `deliver` hands a few to EventBridge or SNS."""

    def __init__(
        self,
        storage: Storage,
        switches: Switches,
        deliver: Callable[[list[Notification]], None],
        now: Callable[[], datetime],
    ) -> None:
        self._storage = storage
        self._switches = switches
        self._deliver = deliver
        self._now = now
        self._sending = threading.Lock()
        self._was_away = False

    def put(self, agreement: Agreement, notices: list[Notice]) -> None:
        """Keep notices for sending. Call it inside the transaction that makes the change."""
        created_at = self._now()
        with self._storage.transaction() as database:
            for notice in notices:
                message_id = str(uuid.uuid4())
                for copy, (due_at, dropped_at) in enumerate(self._fates(notice, created_at)):
                    database.execute(
                        "INSERT INTO notifications (agreement_id, channel, name, topic, body, message_id, copy,"
                        " created_at, due_at, dropped_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        (
                            agreement.agreement_id,
                            "sns" if notice.topic else "eventbridge",
                            notice.name,
                            notice.topic,
                            json.dumps(notice.body),
                            message_id,
                            copy,
                            created_at.timestamp(),
                            due_at.timestamp(),
                            dropped_at and dropped_at.timestamp(),
                        ),
                    )

    def _fates(self, notice: Notice, created_at: datetime) -> Iterator[tuple[datetime, datetime | None]]:
        """For each copy when it is due, and since when it is lost. What is lost has no copies."""
        settings, chance = self._switches.settings(), self._switches.random
        due_at = created_at + timedelta(seconds=settings.notification_delay_seconds)
        if notice.at_window_end:
            due_at += timedelta(seconds=settings.final_window_seconds)
        if settings.notification_drop_share and chance.random() < settings.notification_drop_share:
            yield due_at, created_at
            return
        for _ in range(1 + settings.notification_duplicates):
            held = chance.uniform(0, settings.notification_reorder_seconds)
            yield due_at + timedelta(seconds=held), None

    def will_send(self, agreement_id: str, name: str) -> bool:
        """Whether a notification of this name still waits."""
        return any(each.name == name and not (each.sent_at or each.dropped_at) for each in self.all(agreement_id))

    def never_send(self, agreement_id: str, name: str) -> None:
        """Take back what still waits."""
        with self._storage.transaction() as database:
            database.execute(
                "DELETE FROM notifications WHERE agreement_id = ? AND name = ? AND sent_at IS NULL",
                (agreement_id, name),
            )

    def send_due(self) -> None:
        """Send everything whose time has come, in order. One sender at a time, so nothing goes out twice for haste.

        What cannot be handed over stays, and is tried again by the clock.
        """
        with self._sending:
            due = self._storage.rows(
                "SELECT * FROM notifications WHERE sent_at IS NULL AND dropped_at IS NULL AND due_at <= ?"
                " ORDER BY due_at, number",
                self._now().timestamp(),
            )
            try:
                for first in range(0, len(due), AT_ONCE):
                    self._send([_read(row) for row in due[first : first + AT_ONCE]])
            except DeliveryFailed as problem:
                if not self._was_away:
                    log.warning("%s Notifications wait until it can.", problem)
                self._was_away = True
            else:
                self._was_away = False

    def send_again(self, number: int) -> Notification:
        """Send one more time, as AWS may: at-least-once is a promise of duplicates."""
        notification = self.get(number)
        with self._sending:
            self._send([notification])
        return self.get(number)

    def all(self, agreement_id: str | None = None) -> list[Notification]:
        """Newest first, at most 500; of one agreement, if asked."""
        if agreement_id is None:
            rows = self._storage.rows("SELECT * FROM notifications ORDER BY number DESC LIMIT 500")
        else:
            rows = self._storage.rows(
                "SELECT * FROM notifications WHERE agreement_id = ? ORDER BY number DESC LIMIT 500", agreement_id
            )
        return [_read(row) for row in rows]

    def get(self, number: int) -> Notification:
        rows = self._storage.rows("SELECT * FROM notifications WHERE number = ?", number)
        if not rows:
            raise NotFound(f"There is no notification {number}.")
        return _read(rows[0])

    def _send(self, notifications: list[Notification]) -> None:
        self._deliver(notifications)
        with self._storage.transaction() as database:
            database.executemany(
                "UPDATE notifications SET sent_at = ? WHERE number = ?",
                [(self._now().timestamp(), each.number) for each in notifications],
            )


def _read(row: sqlite3.Row) -> Notification:
    values: dict[str, Any] = dict(row)
    values["body"] = json.loads(values["body"])
    values["message_id"] = values["message_id"] or str(uuid.uuid5(uuid.NAMESPACE_OID, str(values["number"])))
    for name in ("created_at", "due_at", "sent_at", "dropped_at"):
        if values[name] is not None:
            values[name] = datetime.fromtimestamp(values[name], UTC)
    return Notification(**values)
