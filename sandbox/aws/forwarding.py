"""Another SQS queue in the place of the sandbox's own, for benchmarks and crash tests that bring one.

It stands where moto's queue would, behind topics and rule, so that what it passes on is what would have arrived.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from moto.sqs.models import Message, Queue

from sandbox.agreements import SELLER_ACCOUNT_ID
from sandbox.errors import DeliveryFailed

MOST_IN_A_BATCH = 10  # SQS's own limit


@dataclass(frozen=True)
class Forward:
    """The queue to send to, and the endpoint to send by; without one, that of the queue's own address."""

    queue_url: str
    endpoint_url: str | None = None

    @property
    def endpoint(self) -> str:
        url = urlsplit(self.queue_url)
        return self.endpoint_url or f"{url.scheme}://{url.netloc}"


class ForwardingQueue(Queue):
    """Takes what topics and rule put into it, and sends it on when told to."""

    def __init__(self, name: str, region: str, forward: Forward, **attributes: Any) -> None:
        super().__init__(name, region, SELLER_ACCOUNT_ID, **attributes)
        self._forward = forward
        self._outgoing: list[str] = []
        self._client = boto3.client(
            "sqs",
            endpoint_url=forward.endpoint,
            region_name=region,
            aws_access_key_id="sandbox",
            aws_secret_access_key="sandbox",  # noqa: S106, no secret: the queue is on this machine
            config=Config(connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 1}, proxies={}),
        )

    def is_created(self) -> bool:
        return True  # a question of CloudFormation's, which moto leaves to each resource

    def add_message(self, message: Message) -> None:
        self._outgoing.append(message.body)

    def flush(self) -> None:
        """Send everything on. Raises DeliveryFailed, after which all of it has to be put in again."""
        outgoing, self._outgoing = self._outgoing, []
        for first in range(0, len(outgoing), MOST_IN_A_BATCH):
            entries = [
                {"Id": str(number), "MessageBody": body}
                for number, body in enumerate(outgoing[first : first + MOST_IN_A_BATCH])
            ]
            try:
                answer = self._client.send_message_batch(QueueUrl=self._forward.queue_url, Entries=entries)
            except (BotoCoreError, ClientError) as problem:
                raise DeliveryFailed(f"The queue {self._forward.queue_url} cannot be reached ({problem}).") from problem
            if answer.get("Failed"):
                raise DeliveryFailed(f"The queue {self._forward.queue_url} did not take everything.")
