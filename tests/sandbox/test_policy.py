"""Who may send to a queue, by its policy."""

import json

import pytest

from sandbox.aws.policy import allows_sending

QUEUE = "arn:aws:sqs:us-east-1:123456789012:notifications"
RULE = "arn:aws:events:us-east-1:123456789012:rule/agreements"
EVENTS = "events.amazonaws.com"
USUAL = {
    "Effect": "Allow",
    "Principal": {"Service": EVENTS},
    "Action": "sqs:SendMessage",
    "Resource": QUEUE,
    "Condition": {"ArnEquals": {"aws:SourceArn": RULE}},
}


def allows(*changes: dict) -> bool:
    policy = {
        "Statement": [{name: value for name, value in (USUAL | one).items() if value is not None} for one in changes]
    }
    return allows_sending(json.dumps(policy), EVENTS, RULE, QUEUE)


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"Principal": "*"},
        {"Principal": {"AWS": "*"}},
        {"Principal": {"Service": ["sns.amazonaws.com", EVENTS]}},
        {"Action": "SQS:*"},
        {"Action": ["sqs:GetQueueUrl", "sqs:SendMessage"]},
        {"Resource": "*"},
        {"Condition": None},
        {"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:events:*:123456789012:rule/*"}}},
        {"Condition": {"StringEquals": {"AWS:SourceAccount": "123456789012"}}},
        {"Condition": {"ArnEquals": {"aws:SourceArn": ["arn:aws:events:x:1:rule/other", RULE]}}},
    ],
    ids=str,
)
def test_it_may(change: dict):
    assert allows(change)


@pytest.mark.parametrize(
    "change",
    [
        {"Effect": "Deny"},
        {"Principal": {"Service": "sns.amazonaws.com"}},
        {"Principal": None},
        {"Action": "sqs:ReceiveMessage"},
        {"Resource": f"{QUEUE}-dead"},
        {"Condition": {"ArnEquals": {"aws:SourceArn": f"{RULE}s"}}},
        {"Condition": {"StringEquals": {"aws:SourceAccount": "999999999999"}}},
        {"Condition": {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}},
        {"Condition": {"Bool": {"aws:SecureTransport": "true"}}},
    ],
    ids=str,
)
def test_it_may_not(change: dict):
    assert not allows(change)


def test_what_is_denied_once_is_denied():
    assert not allows({}, {"Effect": "Deny", "Principal": "*"})


@pytest.mark.parametrize("policy", [None, "", "{}", "rubbish", {"Statement": []}])
def test_without_a_policy_nobody_may(policy: object):
    assert not allows_sending(policy, EVENTS, RULE, QUEUE)
