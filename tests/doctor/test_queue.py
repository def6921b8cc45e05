"""What the doctor says of the queue."""

import pytest

from portal.doctor.lines import Part, State
from portal.marketplace.routing import QueueState, Routing


def test_the_demo_s_queue_is_right(examine):
    lines = examine(Part.QUEUE)
    assert {line.state for line in lines.values()} == {State.OK}
    assert list(lines) == ["exists", "kept", "encryption", "dead_letters", "buried"]


def test_no_queue_is_wrong(examine):
    line = examine(Part.QUEUE, routing=None)["exists"]
    assert (line.state, "NOTIFICATIONS_QUEUE_URL" in (line.fix or "")) == (State.WRONG, True)


def test_a_queue_that_is_not_there_is_wrong(examine, sqs):
    routing = Routing(f"{sqs.url}-of-old")
    line = examine(Part.QUEUE, routing=routing)["exists"]
    routing.close()
    assert (line.state, line.found) == (State.WRONG, "There is no queue of this URL.")


@pytest.mark.parametrize("code", ["AccessDenied", "InvalidClientTokenId", "ServiceUnavailable"])
def test_one_that_does_not_tell_cannot_be_told(examine, subject, code):
    answer = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": 403}}
    refused = (type("Answer", (), {"status_code": 403})(), answer)
    subject.routing._sqs.meta.events.register("before-call.sqs.GetQueueAttributes", lambda **_request: refused)
    assert {line.state for line in examine(Part.QUEUE).values()} == {State.UNKNOWN}


def test_messages_that_are_lost_soon_are_a_warning(examine, sqs):
    sqs.set(MessageRetentionPeriod="3600")
    assert examine(Part.QUEUE)["kept"].state == State.WARNING


@pytest.mark.parametrize(
    ("attributes", "state"),
    [
        ({"SqsManagedSseEnabled": "false"}, State.WARNING),
        ({"SqsManagedSseEnabled": "false", "KmsMasterKeyId": "alias/aws/sqs"}, State.WRONG),
        ({"SqsManagedSseEnabled": "false", "KmsMasterKeyId": "alias/ours"}, State.UNKNOWN),
    ],
)
def test_encryption_is_looked_at(examine, sqs, attributes, state):
    sqs.set(**attributes)
    assert examine(Part.QUEUE)["encryption"].state == state


def test_no_place_for_dead_letters_is_a_warning(examine, sqs):
    sqs.set(RedrivePolicy="")
    lines = examine(Part.QUEUE)
    assert (lines["dead_letters"].state, "buried" in lines) == (State.WARNING, False)


@pytest.mark.parametrize(("receives", "state"), [(1, State.WARNING), (10, State.OK), (1000, State.WARNING)])
def test_how_often_a_message_may_come_is_looked_at(examine, sqs, receives, state):
    sqs.set_redrive(maxReceiveCount=receives)
    assert examine(Part.QUEUE)["dead_letters"].state == state


def test_dead_letters_are_counted(examine, sqs):
    dead = f"{sqs.url}-dead"
    sqs.client.send_message(QueueUrl=dead, MessageBody="hello")
    line = examine(Part.QUEUE)["buried"]
    message = sqs.client.receive_message(QueueUrl=dead)["Messages"][0]
    sqs.client.delete_message(QueueUrl=dead, ReceiptHandle=message["ReceiptHandle"])
    assert (line.state, "About 1 messages lie in it." in line.found) == (State.WARNING, True)


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"QueueArn": "arn:aws:sqs:eu-west-1:123456789012:notifications"}, State.WARNING),
        ({"QueueArn": "arn:aws:sqs:us-east-1:123456789012:notifications.fifo"}, State.WRONG),
        ({"ApproximateNumberOfMessages": "5000"}, State.WARNING),
    ],
)
def test_what_a_queue_is_and_holds_is_looked_at(examine, subject, sqs, monkeypatch, changes, state):
    told = QueueState(sqs.attributes() | changes)
    monkeypatch.setattr(subject.routing, "queue", lambda: told)
    assert examine(Part.QUEUE)["exists"].state == state
