"""The SQS queue in which AWS Marketplace's notifications wait for us."""

from __future__ import annotations

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


@dataclass(frozen=True)
class Delivery:
    """One message as SQS handed it out. It comes again unless it is deleted in time."""

    message_id: str
    receipt_handle: str
    body: str
    sent_at: datetime | None = None


class NotificationQueue:
    """One queue. Not for several threads: each consumer has its own.

    Args:
        url: the queue's URL; its Region is read from it, since a queue is reached in its own Region only.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        region = _REGION.match(url)
        self._sqs = boto3.client("sqs", region_name=region.group(1) if region else "us-east-1", config=_CONFIG)

    def receive(self, wait_seconds: int = LONG_POLL_SECONDS) -> list[Delivery]:
        """Wait up to `wait_seconds` (0 to 20) for messages, and take up to ten.

        Raises:
            QueueUnavailable: SQS did not answer, or does not let us.
        """
        answer = self._call(
            "receive_message",
            MaxNumberOfMessages=BATCH,
            WaitTimeSeconds=wait_seconds,
            MessageSystemAttributeNames=["SentTimestamp"],
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
        except ClientError as error:
            raise QueueUnavailable(f"{operation}: {error.response.get('Error', {}).get('Code')}") from None
        except BotoCoreError as error:
            raise QueueUnavailable(f"{operation}: {type(error).__name__}") from None
        return answer


def _delivery(message: dict[str, Any]) -> Delivery:
    return Delivery(
        message_id=str(message.get("MessageId", "")),
        receipt_handle=str(message.get("ReceiptHandle", "")),
        body=str(message.get("Body", "")),
        sent_at=_sent_at(message.get("Attributes") or {}),
    )


def _sent_at(attributes: dict[str, str]) -> datetime | None:
    """SQS gives milliseconds since 1970 as text."""
    try:
        return datetime.fromtimestamp(int(attributes["SentTimestamp"]) / 1000, UTC)
    except (KeyError, ValueError, OverflowError, OSError):
        return None
