"""Who may send to a queue, read from its policy."""

from typing import Any

import pytest

from portal.doctor.policies import May, may_send, open_to_anybody

QUEUE = "arn:aws:sqs:us-east-1:123456789012:notifications"
RULE = "arn:aws:events:us-east-1:123456789012:rule/marketplace"
EVENTS = "events.amazonaws.com"


def policy(*statements: dict[str, Any], **changes: Any) -> dict[str, Any]:
    usual = {
        "Effect": "Allow",
        "Principal": {"Service": EVENTS},
        "Action": "sqs:SendMessage",
        "Resource": QUEUE,
        "Condition": {"ArnEquals": {"aws:SourceArn": RULE}},
    }
    return {"Statement": [usual | changes, *statements]}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"Principal": "*"},
        {"Principal": {"AWS": "*"}},
        {"Principal": {"Service": ["sns.amazonaws.com", EVENTS]}},
        {"Action": ["SQS:SendMessage"]},
        {"Action": "sqs:*"},
        {"Action": "*"},
        {"Resource": "*"},
        {"Resource": ["arn:aws:sqs:us-east-1:123456789012:*"]},
        {"Condition": {"ArnLike": {"AWS:SourceArn": "arn:aws:events:us-east-1:123456789012:rule/*"}}},
        {"Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}}},
        {"Condition": {"ArnEquals": {"aws:SourceArn": ["arn:aws:events:us-east-1:1:rule/x", RULE]}}},
        {"Condition": {"ArnEquals": {"aws:SourceArn": RULE}, "Bool": {"aws:SecureTransport": "true"}}},
        {"Condition": None},
    ],
)
def test_a_sender_is_let_in(changes: dict[str, Any]):
    assert may_send(policy(**changes), EVENTS, RULE, QUEUE) is May.SEND


@pytest.mark.parametrize(
    "changes",
    [
        {"Principal": {"Service": "sns.amazonaws.com"}},
        {"Principal": {"AWS": "arn:aws:iam::123456789012:root"}},
        {"Action": "sqs:ReceiveMessage"},
        {"Resource": f"{QUEUE}-dead"},
        {"Condition": {"ArnEquals": {"aws:SourceArn": f"{RULE}-of-old"}}},
        {"Condition": {"StringEquals": {"aws:SourceAccount": "999988887777"}}},
        {"Effect": "Deny"},
    ],
)
def test_a_sender_is_kept_out(changes: dict[str, Any]):
    assert may_send(policy(**changes), EVENTS, RULE, QUEUE) is May.NOT_SEND


def test_whoever_is_denied_is_kept_out_whatever_else_allows():
    denied = {"Effect": "Deny", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}
    assert may_send(policy(denied), EVENTS, RULE, QUEUE) is May.NOT_SEND


def test_the_usual_demand_for_tls_denies_no_service():
    insecure = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:*",
        "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    assert may_send(policy(insecure), EVENTS, RULE, QUEUE) is May.SEND


@pytest.mark.parametrize("none", [None, {}, {"Statement": []}, {"Statement": "what?"}])
def test_without_a_policy_nobody_is_let_in(none: dict[str, Any] | None):
    assert may_send(none, EVENTS, RULE, QUEUE) is May.NOT_SEND


def test_a_condition_that_is_not_understood_decides_nothing():
    changes = {"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}
    assert may_send(policy(**changes), EVENTS, RULE, QUEUE) is May.UNCLEAR


@pytest.mark.parametrize(
    ("changes", "is_open"),
    [
        ({}, False),
        ({"Condition": None}, True),
        ({"Principal": "*", "Condition": None}, True),
        ({"Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Condition": None}, False),
    ],
)
def test_a_queue_that_is_open_to_anybody_is_found(changes: dict[str, Any], is_open: bool):
    assert open_to_anybody(policy(**changes), QUEUE) is is_open
