"""The way of a notification, read from the sandbox's SQS, SNS and EventBridge."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.stub import Stubber

from portal.marketplace.errors import AccessRefused, NotFound
from portal.marketplace.routing import QueueState, Routing

QUEUE = "arn:aws:sqs:us-east-1:123456789012:marketplace-notifications"


@pytest.fixture
def routing(aws_environment: dict[str, str], sandbox: object) -> Iterator[Routing]:
    made = Routing(aws_environment["NOTIFICATIONS_QUEUE_URL"])
    yield made
    made.close()


def test_the_queue_tells_what_it_is(routing: Routing):
    queue = routing.queue()
    assert (queue.arn, queue.number("MessageRetentionPeriod")) == (QUEUE, 345_600)
    assert queue.redrive
    assert queue.redrive["maxReceiveCount"] == 5


def test_its_dead_letters_are_found_by_their_arn(routing: Routing):
    assert routing.queue_of(f"{QUEUE}-dead").arn == f"{QUEUE}-dead"


def test_a_queue_that_is_not_there_is_not_found(routing: Routing):
    with pytest.raises(NotFound):
        routing.queue_of(f"{QUEUE}-of-old")


def test_the_rule_is_found_by_its_target(routing: Routing):
    (rule,) = routing.rules_to(QUEUE)
    assert (rule.name, rule.enabled, rule.pattern) == (
        "marketplace-agreements",
        True,
        {"source": ["aws.agreement-marketplace"]},
    )
    assert rule.target(QUEUE)
    assert routing.rules_to(f"{QUEUE}-dead") == []


def test_and_by_its_pattern(routing: Routing):
    assert [rule.name for rule in routing.marketplace_rules()] == ["marketplace-agreements"]


def test_subscriptions_are_those_of_the_queue(routing: Routing):
    found = routing.subscriptions_of(QUEUE)
    assert len(found) == 3
    assert all(one.confirmed and one.topic.startswith("aws-mp-") for one in found)
    assert routing.subscriptions_of(f"{QUEUE}-dead") == []


def test_every_page_of_subscriptions_is_read(routing: Routing):
    def page(arn: str, token: str | None) -> dict[str, Any]:
        one = {"TopicArn": "arn:x:topic", "SubscriptionArn": arn, "Protocol": "sqs", "Endpoint": QUEUE, "Owner": "1"}
        return {"Subscriptions": [one]} | ({"NextToken": token} if token else {})

    with Stubber(routing._sns) as stub:
        stub.add_response("list_subscriptions", page("arn:1", "more"), {})
        stub.add_response("list_subscriptions", page("PendingConfirmation", None), {"NextToken": "more"})
        assert [one.confirmed for one in routing.subscriptions_of(QUEUE)] == [True, False]


def test_a_refusal_of_access_is_one(routing: Routing):
    with Stubber(routing._events) as stub:
        stub.add_client_error("list_rule_names_by_target", "AccessDeniedException", http_status_code=400)
        with pytest.raises(AccessRefused):
            routing.rules_to(QUEUE)


def test_what_is_no_document_is_none():
    assert QueueState({"Policy": "{", "RedrivePolicy": "[]"}).policy is None
    assert QueueState({"Policy": "{", "RedrivePolicy": "[]"}).redrive is None
