"""What the doctor says of the access to AWS."""

from dataclasses import replace
from datetime import timedelta

import pytest

from portal.database import utcnow
from portal.doctor.lines import Part, State
from portal.doctor.subject import Signs
from portal.marketplace.probes import Identity, Probes

RECEIVES = Signs({"consumer": 1}, queue_answered_at=utcnow() + timedelta(days=1))


def test_with_a_consumer_everything_in_the_demo_is_right(examine):
    lines = examine(Part.ACCESS, signs=lambda: RECEIVES)
    assert {line.state for line in lines.values()} == {State.OK}
    assert len(lines) == 10


def test_the_account_is_never_shown_whole(examine):
    lines = examine(Part.ACCESS)
    assert "123456789012" not in str(lines)
    assert "•••• •••• 9012" in lines["credentials"].found


@pytest.mark.parametrize("operation", ["ResolveCustomer", "GetEntitlements"])
def test_what_the_portal_may_not_and_must_is_wrong(examine, sandbox, operation):
    sandbox.fail(operation, "AccessDeniedException")
    line = examine(Part.ACCESS)[operation]
    assert (line.state, line.fix) == (
        State.WRONG,
        f"Allow aws-marketplace:{operation} in the IAM policy of the portal’s role.",
    )


@pytest.mark.parametrize("operation", ["SearchAgreements", "DescribeAgreement"])
def test_what_it_may_not_and_need_not_is_a_warning(examine, sandbox, operation):
    sandbox.fail(operation, "AccessDeniedException")
    assert examine(Part.ACCESS)[operation].state == State.WARNING


@pytest.mark.parametrize(
    ("call", "operation"),
    [
        ("delete_message", "DeleteMessage"),
        ("receive_message", "ReceiveMessage"),
        ("get_queue_attributes", "GetQueueAttributes"),
    ],
)
def test_a_queue_that_may_not_be_read_is_wrong(examine, subject, call, operation):
    event = f"before-call.sqs.{operation}"
    subject.probes._sqs.meta.events.register(event, lambda **_request: REFUSAL)
    line = examine(Part.ACCESS)[operation]
    assert (line.state, f"sqs:{operation}" in (line.fix or "")) == (State.WRONG, True)


def test_that_messages_may_be_received_only_a_consumer_proves(examine):
    lines = examine(Part.ACCESS, signs=lambda: Signs({}))
    assert (lines["ReceiveMessage"].state, "Start the worker" in (lines["ReceiveMessage"].fix or "")) == (
        State.UNKNOWN,
        True,
    )


def test_or_disproves(examine):
    signs = replace(RECEIVES, queue_trouble="receive_message: AccessDenied")
    line = examine(Part.ACCESS, signs=lambda: signs)["ReceiveMessage"]
    assert (line.state, "SQS answers: receive_message: AccessDenied" in line.found) == (State.WRONG, True)


def test_looking_takes_no_message(examine, sqs):
    sqs.client.send_message(QueueUrl=sqs.url, MessageBody="hello")
    examine(Part.ACCESS)
    message = sqs.client.receive_message(QueueUrl=sqs.url, AttributeNames=["ApproximateReceiveCount"])["Messages"][0]
    sqs.client.delete_message(QueueUrl=sqs.url, ReceiptHandle=message["ReceiptHandle"])
    assert message["Attributes"]["ApproximateReceiveCount"] == "1"


def test_credentials_that_aws_does_not_know_are_wrong(examine, stub):
    stub("_sts", "get_caller_identity", "InvalidClientTokenId")
    lines = examine(Part.ACCESS)
    assert (lines["credentials"].state, lines["account"].state) == (State.WRONG, State.UNKNOWN)


def test_what_they_may_call_cannot_be_told_then(examine, sandbox):
    sandbox.fail("*", "UnrecognizedClientException")
    lines = examine(Part.ACCESS)
    assert {lines[name].state for name in ("ResolveCustomer", "GetEntitlements")} == {State.UNKNOWN}


def test_no_credentials_are_wrong(examine, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setattr("boto3.DEFAULT_SESSION", None)
    probes = Probes()
    lines = examine(Part.ACCESS, probes=_with_queue(probes))
    probes.close()
    assert (lines["credentials"].state, "NoCredentialsError" in lines["credentials"].found) == (State.WRONG, True)


def test_the_account_s_own_credentials_are_wrong(examine, subject, monkeypatch):
    monkeypatch.setattr(subject.probes, "identity", lambda: Identity("123456789012", "arn:aws:iam::123456789012:root"))
    assert examine(Part.ACCESS)["credentials"].state == State.WRONG


def test_a_queue_of_another_account_is_a_warning(examine, subject, monkeypatch):
    monkeypatch.setattr(
        subject.probes, "identity", lambda: Identity("999988887777", "arn:aws:sts::999988887777:assumed-role/portal/1")
    )
    line = examine(Part.ACCESS)["account"]
    assert (line.state, "•••• •••• 7777" in line.found) == (State.WARNING, True)


def test_another_region_is_wrong(examine, monkeypatch):
    elsewhere = "https://entitlement.marketplace.eu-west-1.amazonaws.com"
    monkeypatch.setenv("AWS_ENDPOINT_URL_MARKETPLACE_ENTITLEMENT_SERVICE", elsewhere)
    probes = Probes()
    monkeypatch.setattr(probes, "get_entitlements", lambda _code: probes.search_agreements())  # nobody is asked there
    line = examine(Part.ACCESS, probes=_with_queue(probes))["region"]
    probes.close()
    assert (line.state, "eu-west-1" in line.found) == (State.WRONG, True)


def test_in_production_an_aws_that_is_none_is_a_warning(examine, with_settings):
    line = examine(Part.ACCESS, with_settings(https=True))["region"]
    assert (line.state, "is not AWS: 127.0.0.1" in line.found) == (State.WARNING, True)


def _with_queue(probes: Probes) -> Probes:
    """Without its queue there is nothing to probe there."""
    for name in ("read_queue", "receive", "delete"):
        setattr(probes, name, probes.search_agreements)
    return probes


class _Answer:
    status_code = 403


REFUSAL = (_Answer(), {"Error": {"Code": "AccessDenied"}, "ResponseMetadata": {"HTTPStatusCode": 403}})
