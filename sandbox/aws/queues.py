"""An SQS that survives being killed, for the two queues of the sandbox.

moto keeps queues in memory and does not expect several consumers to take from one at the same moment. Here every
message of the two queues is also a row, written before the sender gets its answer and removed when the consumer
deletes it; and taking and deleting hold the queue's own lock, which waiting for messages lets go of. moto asks every
message for the time whenever one is sent or taken; here that is done once for all, or not at all. And moto hands
messages to a consumer that hung up while it waited, who hides them from everybody else until they time out; here
nobody is handed anything who is not there to take it.
"""

import json
import socket
from collections.abc import Callable
from typing import Any

from flask import has_request_context, request
from moto.core.utils import unix_time_millis
from moto.sqs import urls
from moto.sqs.models import Message, Queue, SQSBackend, sqs_backends

from sandbox.agreements import SELLER_ACCOUNT_ID
from sandbox.aws.forwarding import Forward, ForwardingQueue
from sandbox.storage import Storage

REGION = "us-east-1"
QUEUE = "marketplace-notifications"
DEAD_LETTERS = "marketplace-notifications-dead"
MOST_RECEIVES = 5
DEAD_LETTERS_KEPT_SECONDS = 14 * 86_400  # the most SQS allows, so that people find them


class _HungUp(Exception):
    """Whoever waited for messages is gone."""


class DurableQueue(Queue):
    """A queue whose messages are kept in the state file too."""

    def __init__(self, name: str, storage: Storage, **attributes: Any) -> None:
        self._storage = storage
        super().__init__(name, REGION, SELLER_ACCOUNT_ID, **attributes)

    def is_created(self) -> bool:
        return True  # a question of CloudFormation's, which moto leaves to each resource

    def _set_attributes(self, attributes: dict[str, Any], now: float | None = None) -> None:
        # moto forgets the policy whenever another attribute is set.
        kept = {} if "Policy" in attributes else {"Policy": self.policy or None}
        super()._set_attributes(kept | attributes, now)

    def restore(self) -> None:
        """Put back what was waiting, or being worked on, when the sandbox stopped."""
        for row in self._storage.rows(
            "SELECT * FROM queued_messages WHERE queue = ? ORDER BY sent_at_ms, rowid", self.name
        ):
            message = Message(row["message_id"], row["body"])
            message.sent_timestamp = row["sent_at_ms"]
            super().add_message(message)

    def add_message(self, message: Message) -> None:
        # A dead letter arrives here under the id it had in the first queue: the row moves with it.
        with self._messages_lock, self._storage.transaction() as database:
            database.execute(
                "INSERT INTO queued_messages VALUES (?, ?, ?, ?)"
                " ON CONFLICT (message_id) DO UPDATE SET queue = excluded.queue",
                (message.id, self.name, message.body, message.sent_timestamp or 0),
            )
            super().add_message(message)

    @property
    def messages(self) -> list[Message]:
        """What may be taken now, oldest first."""
        now = unix_time_millis()
        return [each for each in self._messages if each.visible_at < now and each.delayed_until <= now]

    @property
    def approximate_number_of_messages_delayed(self) -> int:
        now = unix_time_millis()
        return sum(each.delayed_until > now for each in self._messages)

    @property
    def approximate_number_of_messages_not_visible(self) -> int:
        now = unix_time_millis()
        return sum(each.visible_at >= now for each in self._messages)

    def wait_for_messages(self, timeout: int) -> None:
        super().wait_for_messages(timeout)
        if _caller_hung_up():
            raise _HungUp

    def delete_message(self, receipt_handle: str) -> None:
        # Under the lock because moto builds a new list, and would lose a message added meanwhile.
        with self._messages_lock:
            gone = [each.id for each in self._messages if each.had_receipt_handle(receipt_handle)]
            super().delete_message(receipt_handle)
            self._forget(gone)

    def purge(self, purge: Callable[[], None]) -> None:
        with self._messages_lock:
            gone = [each.id for each in self._messages]
            purge()
            if not self._messages:
                self._forget(gone)

    def _forget(self, message_ids: list[str]) -> None:
        with self._storage.transaction() as database:
            database.executemany("DELETE FROM queued_messages WHERE message_id = ?", [(each,) for each in message_ids])


class DurableQueues(SQSBackend):
    """moto's queues of one account and Region, where taking from a durable queue is one consumer at a time."""

    # moto derives the URLs of a service from the module of its backend's class, which for this one is not moto's.
    _url_module = urls

    def receive_message(self, queue_name: str, *args: Any, **kwargs: Any) -> list[Message]:
        with self.get_queue(queue_name)._messages_lock:  # released while a long poll waits
            try:
                return super().receive_message(queue_name, *args, **kwargs)
            except _HungUp:
                return []

    def purge_queue(self, queue_name: str) -> None:
        queue = self.get_queue(queue_name)
        if isinstance(queue, DurableQueue):
            queue.purge(lambda: super(DurableQueues, self).purge_queue(queue_name))
        else:
            super().purge_queue(queue_name)


def _caller_hung_up() -> bool:
    """Whether nobody is at the other end of the connection by which this request came (werkzeug names its socket)."""
    connection: socket.socket | None = request.environ.get("werkzeug.socket") if has_request_context() else None
    if connection is None:
        return False
    try:
        return connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False  # there, and silent, as who waits is
    except OSError:
        return True


def open_queues(storage: Storage, policy: str, forward: Forward | None) -> ForwardingQueue | None:
    """The queue for notifications and its dead letters, with what they held when the sandbox stopped.

    `policy` is the queue's own, in JSON: who may send to it (see ``sandbox.aws.policy``).
    With `forward` the first one passes everything on, and is returned.
    """
    backend = DurableQueues(REGION, SELLER_ACCOUNT_ID)
    sqs_backends[SELLER_ACCOUNT_ID][REGION] = backend
    if forward:
        forwarding = backend.queues[QUEUE] = ForwardingQueue(QUEUE, REGION, forward)
        return forwarding
    dead = backend.queues[DEAD_LETTERS] = DurableQueue(
        DEAD_LETTERS, storage, MessageRetentionPeriod=DEAD_LETTERS_KEPT_SECONDS
    )
    redrive = json.dumps({"deadLetterTargetArn": dead.queue_arn, "maxReceiveCount": MOST_RECEIVES})
    queue = backend.queues[QUEUE] = DurableQueue(QUEUE, storage, RedrivePolicy=redrive, Policy=policy)
    dead.restore()
    queue.restore()
    return None
