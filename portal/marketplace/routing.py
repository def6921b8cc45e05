"""The way of a notification as the seller has built it: the queue, EventBridge's rules and SNS subscriptions.

Everything here only reads. Permissions for it are needed by nobody but who wants to look, so a refusal of access is
common, and an error of its own kind.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import boto3

from portal.marketplace.client import ENTITLEMENT_REGION
from portal.marketplace.queue import region_of
from portal.marketplace.wire import FAILURES, ONCE, in_our_words

REGION = ENTITLEMENT_REGION
"""AWS Marketplace's events and topics are in this Region only (user guide, "EventBridge", "SNS notifications")."""
SOURCE = "aws.agreement-marketplace"
MOST_PAGES = 20
"""A hundred subscriptions or rules on each: who has more is told of the first."""


@dataclass(frozen=True)
class QueueState:
    """A queue's attributes, as SQS tells them."""

    attributes: Mapping[str, str]

    @property
    def arn(self) -> str:
        return self.attributes.get("QueueArn", "")

    @property
    def waiting(self) -> int:
        """About how many messages wait to be received."""
        return self.number("ApproximateNumberOfMessages") or 0

    @property
    def policy(self) -> dict[str, Any] | None:
        """Who may do what with it; None when nobody but its account may."""
        return _document(self.attributes.get("Policy"))

    @property
    def redrive(self) -> dict[str, Any] | None:
        """Where messages go that were received too often."""
        return _document(self.attributes.get("RedrivePolicy"))

    def number(self, name: str) -> int | None:
        """An attribute that is a number; None when it is not told."""
        told = self.attributes.get(name, "")
        return int(told) if told.isascii() and told.isdigit() else None


@dataclass(frozen=True)
class Target:
    """Where a rule sends. `changed`: the event is cut or rewritten on its way. `role_arn`: sent in this role's name."""

    arn: str
    changed: bool
    role_arn: str | None


@dataclass(frozen=True)
class Rule:
    """A rule of the default event bus, and its targets."""

    name: str
    arn: str
    enabled: bool
    pattern: dict[str, Any] | None
    targets: tuple[Target, ...]

    def target(self, arn: str) -> Target | None:
        """The target of this ARN."""
        return next((one for one in self.targets if one.arn == arn), None)


@dataclass(frozen=True)
class Subscription:
    """A topic that a queue is subscribed to."""

    topic_arn: str
    endpoint: str
    confirmed: bool

    @property
    def topic(self) -> str:
        """The topic's name."""
        return self.topic_arn.rpartition(":")[2]


class Routing:
    """Reads the way of a notification. One instance serves all threads, once it is made.

    Every method raises ``AccessRefused``, ``CredentialsRefused``, ``NotFound``, ``MarketplaceUnavailable``, or another
    ``MarketplaceRefused``.
    """

    def __init__(self, queue_url: str) -> None:
        self._queue_url = queue_url
        self._sqs = boto3.client("sqs", region_name=region_of(queue_url), config=ONCE)
        self._events = boto3.client("events", region_name=REGION, config=ONCE)
        self._sns = boto3.client("sns", region_name=REGION, config=ONCE)

    def close(self) -> None:
        """Close the connections; nothing is asked any more."""
        for client in (self._sqs, self._events, self._sns):
            client.close()

    def queue(self) -> QueueState:
        """The queue itself."""
        return self._state(self._queue_url)

    def queue_of(self, arn: str) -> QueueState:
        """Another queue in the same Region, such as the one for dead letters."""
        *_, account, name = arn.split(":")
        found = _ask("GetQueueUrl", self._sqs.get_queue_url, QueueName=name, QueueOwnerAWSAccountId=account)
        return self._state(str(found["QueueUrl"]))

    def rules_to(self, queue_arn: str) -> list[Rule]:
        """The rules of the default bus that send to a queue."""
        pages = _pages("ListRuleNamesByTarget", self._events.list_rule_names_by_target, TargetArn=queue_arn)
        return [self._rule(name) for page in pages for name in page.get("RuleNames") or []]

    def marketplace_rules(self) -> list[Rule]:
        """The rules of the default bus that are made for AWS Marketplace's events, wherever they send."""
        pages = _pages("ListRules", self._events.list_rules)
        return [
            self._rule(told["Name"])
            for page in pages
            for told in page.get("Rules") or []
            if SOURCE in str(told.get("EventPattern"))
        ]

    def subscriptions_of(self, queue_arn: str) -> list[Subscription]:
        """The topics, of whomever, that the account has subscribed a queue to."""
        pages = _pages("ListSubscriptions", self._sns.list_subscriptions)
        return [
            Subscription(told["TopicArn"], told["Endpoint"], str(told.get("SubscriptionArn", "")).startswith("arn:"))
            for page in pages
            for told in page.get("Subscriptions") or []
            if told.get("Protocol") == "sqs" and told.get("Endpoint") == queue_arn
        ]

    def _state(self, url: str) -> QueueState:
        answer = _ask("GetQueueAttributes", self._sqs.get_queue_attributes, QueueUrl=url, AttributeNames=["All"])
        return QueueState({name: str(value) for name, value in (answer.get("Attributes") or {}).items()})

    def _rule(self, name: str) -> Rule:
        told = _ask("DescribeRule", self._events.describe_rule, Name=name)
        pages = _pages("ListTargetsByRule", self._events.list_targets_by_rule, Rule=name)
        return Rule(
            name=name,
            arn=str(told.get("Arn", "")),
            # There is a third state, for rules that hear CloudTrail too.
            enabled=str(told.get("State", "")).startswith("ENABLED"),
            pattern=_document(told.get("EventPattern")),
            targets=tuple(
                Target(
                    one["Arn"],
                    bool(one.get("Input") or one.get("InputPath") or one.get("InputTransformer")),
                    one.get("RoleArn"),
                )
                for page in pages
                for one in page.get("Targets") or []
            ),
        )


def _ask(operation: str, call: Callable[..., Any], **parameters: Any) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = call(**parameters)
    except FAILURES as error:
        raise in_our_words(error, operation, expected=True) from None
    return answer


def _pages(operation: str, call: Callable[..., Any], **parameters: Any) -> Iterator[dict[str, Any]]:
    for _ in range(MOST_PAGES):
        answer = _ask(operation, call, **parameters)
        yield answer
        if not answer.get("NextToken"):
            return
        parameters["NextToken"] = answer["NextToken"]


def _document(text: str | None) -> dict[str, Any] | None:
    try:
        document = json.loads(text or "null")
    except ValueError:
        return None
    return document if isinstance(document, dict) else None
