"""What AWS lets the portal do, found out without doing it.

Each call the portal makes is made once in a way that cannot succeed: with a token that is none, a receipt handle that
is none, an agreement that does not exist. AWS looks at permissions first, so the kind of its refusal tells.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from portal.marketplace import agreements
from portal.marketplace.client import ENTITLEMENT_REGION
from portal.marketplace.errors import AccessRefused, CredentialsRefused, MarketplaceUnavailable
from portal.marketplace.queue import region_of
from portal.marketplace.wire import FAILURES, ONCE, in_our_words

NOBODY = "portal-doctor"
"""A token, a receipt handle, an agreement and a licence that do not exist."""
NO_LICENCE = f"arn:aws:license-manager::000000000000:license:l-{NOBODY}"
TOO_MANY = 11
"""One more message than SQS hands out: it refuses the number before it takes any message."""


class Outcome(StrEnum):
    """What came of a probe."""

    PERMITTED = "permitted"
    REFUSED = "refused"
    NOT_KNOWN_TO_AWS = "credentials refused"
    NO_ANSWER = "no answer"


@dataclass(frozen=True)
class Probe:
    """One call as AWS answered it. `action` is its name in IAM; `code` AWS's error code, or botocore's."""

    action: str
    outcome: Outcome
    code: str


@dataclass(frozen=True)
class Identity:
    """Whose credentials the portal has: the account, and the role or user in it."""

    account: str
    arn: str


@dataclass(frozen=True)
class Address:
    """Where a service is called."""

    service: str
    region: str
    url: str


class Probes:
    """One instance serves all threads, once it is made.

    Args:
        queue_url: the queue's, if there is one.
    """

    def __init__(self, queue_url: str | None = None) -> None:
        self._queue_url = queue_url
        self._sts = boto3.client("sts", region_name=ENTITLEMENT_REGION, config=ONCE)
        self._metering = boto3.client("meteringmarketplace", region_name=ENTITLEMENT_REGION, config=ONCE)
        self._entitlement = boto3.client("marketplace-entitlement", region_name=ENTITLEMENT_REGION, config=ONCE)
        self._agreement = boto3.client("marketplace-agreement", region_name=agreements.REGION, config=ONCE)
        self._sqs = boto3.client("sqs", region_name=region_of(queue_url), config=ONCE) if queue_url else None

    def close(self) -> None:
        """Close the connections; nothing is asked any more."""
        for client in (self._sts, self._metering, self._entitlement, self._agreement, self._sqs):
            if client is not None:
                client.close()

    def identity(self) -> Identity:
        """Whose credentials these are. Nobody needs a permission for this call (STS API reference).

        Raises:
            CredentialsRefused: there are none, or AWS does not accept them.
            MarketplaceUnavailable, MarketplaceRefused: AWS did not answer, or answered something else.
        """
        try:
            answer = self._sts.get_caller_identity()
        except FAILURES as error:
            raise in_our_words(error, "GetCallerIdentity", expected=True) from None
        return Identity(str(answer.get("Account", "")), str(answer.get("Arn", "")))

    def time(self) -> datetime:
        """AWS's time, to the second: of whatever it answers, a refusal as well.

        Raises:
            MarketplaceUnavailable: it did not answer, or told no time.
        """
        try:
            answer: dict[str, Any] = self._sts.get_caller_identity()
        except ClientError as error:
            answer = dict(error.response)
        except (BotoCoreError, ResponseParserError) as error:
            raise MarketplaceUnavailable(f"GetCallerIdentity: {type(error).__name__}") from None
        told = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date")
        try:
            return parsedate_to_datetime(told).astimezone(UTC)
        except (TypeError, ValueError):
            raise MarketplaceUnavailable("GetCallerIdentity: an answer without a date") from None

    def addresses(self) -> list[Address]:
        """Where the services are called that live in one Region, or should be called in one."""
        clients = (self._metering, self._entitlement, self._agreement)
        return [
            Address(one.meta.service_model.service_name, one.meta.region_name, one.meta.endpoint_url) for one in clients
        ]

    def resolve_customer(self) -> Probe:
        """A token that is none: AWS says so to whom it lets ask."""
        return _probe(
            "aws-marketplace:ResolveCustomer", lambda: self._metering.resolve_customer(RegistrationToken=NOBODY)
        )

    def get_entitlements(self, product_code: str) -> Probe:
        """A licence that is none; also a product that AWS does not know is refused after permissions are looked at."""
        return _probe(
            "aws-marketplace:GetEntitlements",
            lambda: self._entitlement.get_entitlements(
                ProductCode=product_code, Filter={"LICENSE_ARN": [NO_LICENCE]}, MaxResults=1
            ),
        )

    def search_agreements(self) -> Probe:
        """Agreements about a product that is none."""
        names = {"AgreementType": "PurchaseAgreement", "PartyType": "Proposer", "ResourceIdentifier": f"prod-{NOBODY}"}
        filters = [{"name": name, "values": [value]} for name, value in names.items()]
        return _probe(
            "aws-marketplace:SearchAgreements",
            lambda: self._agreement.search_agreements(catalog="AWSMarketplace", filters=filters, maxResults=1),
        )

    def describe_agreement(self) -> Probe:
        """An agreement that is none."""
        return _probe(
            "aws-marketplace:DescribeAgreement",
            lambda: self._agreement.describe_agreement(agreementId=f"agmt-{NOBODY}"),
        )

    def read_queue(self) -> Probe:
        """What everybody who has the permission may know of a queue."""
        return self._of_queue("GetQueueAttributes", AttributeNames=["QueueArn"])

    def receive(self) -> Probe:
        """More messages than SQS hands out. It takes none, so none is counted as received."""
        return self._of_queue("ReceiveMessage", MaxNumberOfMessages=TOO_MANY)

    def delete(self) -> Probe:
        """A message that was never received."""
        return self._of_queue("DeleteMessage", ReceiptHandle=NOBODY)

    def _of_queue(self, operation: str, **parameters: Any) -> Probe:
        call = {
            "GetQueueAttributes": "get_queue_attributes",
            "ReceiveMessage": "receive_message",
            "DeleteMessage": "delete_message",
        }[operation]
        return _probe(f"sqs:{operation}", lambda: getattr(self._sqs, call)(QueueUrl=self._queue_url, **parameters))


def _probe(action: str, call: Callable[[], Any]) -> Probe:
    try:
        call()
    except FAILURES as error:
        ours = in_our_words(error, action, expected=True)
        code = str(ours).rpartition(": ")[2]
        if isinstance(ours, AccessRefused):
            return Probe(action, Outcome.REFUSED, code)
        if isinstance(ours, CredentialsRefused):
            return Probe(action, Outcome.NOT_KNOWN_TO_AWS, code)
        if isinstance(ours, MarketplaceUnavailable):
            return Probe(action, Outcome.NO_ANSWER, code)
        return Probe(action, Outcome.PERMITTED, code)
    return Probe(action, Outcome.PERMITTED, "")
