"""The SQS queue in which AWS Marketplace's notifications wait for us."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from portal.marketplace.errors import QueueUnavailable

BATCH = 10
"""The most SQS hands out, and deletes, in one call."""
LONG_POLL_SECONDS = 20
"""The longest SQS lets a call wait for a message; waiting costs nothing and is quicker than asking often."""

_CONFIG = Config(
    connect_timeout=3,
    read_timeout=LONG_POLL_SECONDS + 10,
    retries={"mode": "standard", "total_max_attempts": 2},
    user_agent_extra="marketplace-portal",
)
_REGION = re.compile(r"^https?://(?:sqs\.|queue\.)?([a-z]{2}(?:-[a-z]+)+-\d)\.")


def region_of(url: str) -> str:
    """The Region of a queue's URL; us-east-1 for one that names none, such as a sandbox's."""
    region = _REGION.match(url)
    return region.group(1) if region else "us-east-1"


@dataclass(frozen=True)
class Delivery:
    """One message as SQS handed it out. It comes again unless it is deleted in time."""

    message_id: str
    receipt_handle: str
    body: str
    sent_at: datetime | None = None
    receives: int = 0
    """How many times SQS has handed it out by now."""


@dataclass(frozen=True)
class Counted:
    """How many messages a queue holds, about, and whether it gives up messages in its turn."""

    messages: int
    gives_up: bool


class NotificationQueue:
    """One queue. Not for several threads: each consumer has its own.

    Args:
        url: the queue's URL; its Region is read from it, since a queue is reached in its own Region only.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._sqs = boto3.client("sqs", region_name=region_of(url), config=_CONFIG)

    @property
    def name(self) -> str:
        """The queue's name, as AWS shows it."""
        return self._url.rpartition("/")[2]

    def dead_letters(self) -> NotificationQueue | None:
        """The queue to which SQS moves what nobody took in time; None when this one has none (SQS developer guide,
        "Using dead-letter queues": the redrive policy names it, and it lies in the same account and Region).

        Raises:
            QueueUnavailable: SQS did not answer, or does not let us.
        """
        policy = self._attributes("RedrivePolicy").get("RedrivePolicy")
        try:
            arn = str(json.loads(policy)["deadLetterTargetArn"]) if policy else ""
        except (ValueError, KeyError, TypeError):
            arn = ""
        account, _, name = arn.rpartition(":")
        if not name:
            return None
        try:
            owner = account.rpartition(":")[2]
            url = self._sqs.get_queue_url(QueueName=name, QueueOwnerAWSAccountId=owner)["QueueUrl"]
        except (ClientError, BotoCoreError) as error:
            raise QueueUnavailable(f"get_queue_url: {_code(error)}") from None
        return NotificationQueue(url)

    def count(self) -> Counted:
        """About how many messages there are, taken ones included.

        Raises:
            QueueUnavailable: SQS did not answer, or does not let us.
        """
        told = self._attributes("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "RedrivePolicy")
        messages = sum(int(value) for name, value in told.items() if name.startswith("Approximate"))
        return Counted(messages, gives_up="RedrivePolicy" in told)

    def send(self, body: str) -> None:
        """Put a message into the queue.

        Raises:
            QueueUnavailable: SQS did not answer, or does not let us; the message may be there all the same.
        """
        self._call("send_message", MessageBody=body)

    def let_go(self, deliveries: Sequence[Delivery]) -> None:
        """Give messages that were taken, but not deleted, back at once.

        Raises:
            QueueUnavailable: SQS did not answer; they come back by themselves after a while.
        """
        for start in range(0, len(deliveries), BATCH):
            some = deliveries[start : start + BATCH]
            entries = [
                {"Id": str(n), "ReceiptHandle": one.receipt_handle, "VisibilityTimeout": 0}
                for n, one in enumerate(some)
            ]
            self._call("change_message_visibility_batch", Entries=entries)

    def receive(self, wait_seconds: int = LONG_POLL_SECONDS, *, keep_seconds: int | None = None) -> list[Delivery]:
        """Wait up to `wait_seconds` (0 to 20) for messages, and take up to ten.

        Args:
            keep_seconds: for how long nobody else gets them; what the queue says when it is not given.

        Raises:
            QueueUnavailable: SQS did not answer, or does not let us.
        """
        answer = self._call(
            "receive_message",
            MaxNumberOfMessages=BATCH,
            WaitTimeSeconds=wait_seconds,
            MessageSystemAttributeNames=["SentTimestamp", "ApproximateReceiveCount"],
            **({} if keep_seconds is None else {"VisibilityTimeout": keep_seconds}),
        )
        return [_delivery(message) for message in answer.get("Messages") or []]

    def delete(self, deliveries: Sequence[Delivery]) -> list[Delivery]:
        """Acknowledge up to ten messages at once.

        Returns:
            Those that SQS did not delete: they will come again, which does no harm.

        Raises:
            QueueUnavailable: SQS did not answer; all of them will come again.
        """
        if not deliveries:
            return []
        entries = [{"Id": str(n), "ReceiptHandle": one.receipt_handle} for n, one in enumerate(deliveries)]
        answer = self._call("delete_message_batch", Entries=entries)
        deleted = {entry.get("Id") for entry in answer.get("Successful") or []}
        return [one for n, one in enumerate(deliveries) if str(n) not in deleted]

    def _attributes(self, *names: str) -> dict[str, str]:
        found: dict[str, str] = self._call("get_queue_attributes", AttributeNames=list(names)).get("Attributes") or {}
        return found

    def waiting(self) -> int:
        """About how many messages the queue holds, those that were handed out and not deleted yet included.

        Raises:
            QueueUnavailable: SQS did not answer, or does not let us.
        """
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = self._call("get_queue_attributes", AttributeNames=names)
        return sum(int(value) for value in (answer.get("Attributes") or {}).values())

    def _call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = getattr(self._sqs, operation)(QueueUrl=self._url, **parameters)
        except (ClientError, BotoCoreError) as error:
            raise QueueUnavailable(f"{operation}: {_code(error)}") from None
        return answer


def _code(error: ClientError | BotoCoreError) -> str:
    """AWS's own word for what went wrong, or the error's kind where AWS did not speak."""
    return str(error.response.get("Error", {}).get("Code")) if isinstance(error, ClientError) else type(error).__name__


def _delivery(message: dict[str, Any]) -> Delivery:
    return Delivery(
        message_id=str(message.get("MessageId", "")),
        receipt_handle=str(message.get("ReceiptHandle", "")),
        body=str(message.get("Body", "")),
        sent_at=_sent_at(message.get("Attributes") or {}),
        receives=_receives(message.get("Attributes") or {}),
    )


def _receives(attributes: dict[str, str]) -> int:
    told = attributes.get("ApproximateReceiveCount", "")
    return int(told) if told.isdecimal() else 0


def _sent_at(attributes: dict[str, str]) -> datetime | None:
    """SQS gives milliseconds since 1970 as text."""
    try:
        return datetime.fromtimestamp(int(attributes["SentTimestamp"]) / 1000, UTC)
    except (KeyError, ValueError, OverflowError, OSError):
        return None
