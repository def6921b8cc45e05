"""Notifications as EventBridge puts them into the queue, and putting thousands there."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from benchmarks.market import VAULT, Sold

SELLER = "123456789012"
BATCH = 10  # the most that SQS takes at a time
SENDERS = 4


def license_updated(sold: Sold) -> str:
    """*License Updated - Manufacturer*: says that something about a licence changed, and never what.

    Its licence ARN has the spelling of AWS's event reference, which GetEntitlements does not take.
    """
    license_id = sold.license_arn.rsplit(":", 1)[-1]
    event = {
        "version": "0",
        "id": str(uuid4()),
        "source": "aws.agreement-marketplace",
        "detail-type": "License Updated - Manufacturer",
        "account": SELLER,
        "region": "us-east-1",
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "resources": [f"arn:aws:aws-marketplace::aws:agreement:{sold.agreement_id}"],
        "detail": {
            "requestId": str(uuid4()),
            "catalog": "AWSMarketplace",
            "agreement": {"id": sold.agreement_id},
            "acceptor": {"accountId": sold.account_id},
            "proposer": {"accountId": SELLER},
            "offer": {"id": "offer-tidemarkvau5"},
            "product": {"code": VAULT, "id": "prod-tidemarkvault5"},
            "license": {"arn": f"aws:license-manager:us-east-1:{SELLER}:{license_id}"},
        },
    }
    return json.dumps(event)


def license_arn_in(body: str) -> str:
    """The licence an event is about, in the spelling that GetEntitlements takes."""
    license_id = json.loads(body)["detail"]["license"]["arn"].rsplit(":", 1)[-1]
    return f"arn:aws:license-manager::{SELLER}:license:{license_id}"


def about(sold: Sequence[Sold], each: int) -> list[str]:
    """Events about purchases, ``each`` for every one, shuffled the same way in every run."""
    bodies = [license_updated(one) for one in sold for _ in range(each)]
    random.Random(3).shuffle(bodies)  # noqa: S311 - no secret
    return bodies


def send(sqs: Any, queue_url: str, bodies: Sequence[str]) -> None:
    """Put up to ten messages into the queue.

    Raises:
        RuntimeError: SQS did not take all of them; a figure measured with fewer would be wrong.
    """
    entries = [{"Id": str(number), "MessageBody": body} for number, body in enumerate(bodies)]
    answer = sqs.send_message_batch(QueueUrl=queue_url, Entries=entries)
    if answer.get("Failed"):
        raise RuntimeError(f"SQS did not take {answer['Failed']}")


def fill(sqs: Any, queue_url: str, bodies: Sequence[str], sent: Callable[[int], None]) -> None:
    """Put any number of messages into the queue, telling ``sent`` how many more are there."""
    batches = [bodies[start : start + BATCH] for start in range(0, len(bodies), BATCH)]

    def one(batch: Sequence[str]) -> None:
        send(sqs, queue_url, batch)
        sent(len(batch))

    with ThreadPoolExecutor(SENDERS) as pool:
        list(pool.map(one, batches))
