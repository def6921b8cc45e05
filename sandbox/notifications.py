"""The outbox: what has to be told to the seller, written together with the change and sent afterwards.

A change and its notifications are one transaction, sending comes after it. Killed in between, the sandbox sends
when it is back; killed while sending, it may send twice. Never is nothing sent.
"""

import json
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from .agreements import Agreement
from .dialects import Notice
from .errors import NotFound
from .settings import Settings
from .storage import Storage


@dataclass(frozen=True)
class Notification:
    """One notification in the outbox. `topic` is None for EventBridge; `sent_at` is None while it waits."""

    number: int
    agreement_id: str
    channel: str
    name: str
    topic: str | None
    body: dict[str, Any]
    created_at: datetime
    due_at: datetime
    sent_at: datetime | None


class Outbox:
    """Notifications, and the means to send them: `deliver` hands one to EventBridge or SNS."""

    def __init__(self, storage: Storage, deliver: Callable[[Notification], None], now: Callable[[], datetime]) -> None:
        self._storage = storage
        self._deliver = deliver
        self._now = now
        self._sending = threading.Lock()

    def put(self, agreement: Agreement, notices: list[Notice], settings: Settings) -> None:
        """Keep notices for sending. Call it inside the transaction that makes the change."""
        created_at = self._now()
        with self._storage.transaction() as database:
            for notice in notices:
                wait = settings.notification_delay_seconds
                if notice.at_window_end:
                    wait += settings.final_window_seconds
                database.execute(
                    "INSERT INTO notifications (agreement_id, channel, name, topic, body, created_at, due_at)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (
                        agreement.agreement_id,
                        "sns" if notice.topic else "eventbridge",
                        notice.name,
                        notice.topic,
                        json.dumps(notice.body),
                        created_at.timestamp(),
                        (created_at + timedelta(seconds=wait)).timestamp(),
                    ),
                )

    def will_send(self, agreement_id: str, name: str) -> bool:
        """Whether a notification of this name still waits."""
        return any(each.name == name and each.sent_at is None for each in self.all(agreement_id))

    def never_send(self, agreement_id: str, name: str) -> None:
        """Take back what still waits."""
        with self._storage.transaction() as database:
            database.execute(
                "DELETE FROM notifications WHERE agreement_id = ? AND name = ? AND sent_at IS NULL",
                (agreement_id, name),
            )

    def send_due(self) -> None:
        """Send everything whose time has come, in order. One sender at a time, so nothing goes out twice for haste."""
        with self._sending:
            for row in self._storage.rows(
                "SELECT * FROM notifications WHERE sent_at IS NULL AND due_at <= ? ORDER BY due_at, number",
                self._now().timestamp(),
            ):
                self._send(_read(row))

    def send_again(self, number: int) -> Notification:
        """Send one more time, as AWS may: at-least-once is a promise of duplicates."""
        notification = self.get(number)
        with self._sending:
            self._send(notification)
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

    def _send(self, notification: Notification) -> None:
        self._deliver(notification)
        with self._storage.transaction() as database:
            database.execute(
                "UPDATE notifications SET sent_at = ? WHERE number = ?",
                (self._now().timestamp(), notification.number),
            )


def _read(row: sqlite3.Row) -> Notification:
    values: dict[str, Any] = dict(row)
    values["body"] = json.loads(values["body"])
    for name in ("created_at", "due_at", "sent_at"):
        if values[name] is not None:
            values[name] = datetime.fromtimestamp(values[name], UTC)
    return Notification(**values)
