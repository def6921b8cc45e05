"""A portal on the doctor's table, and an AWS that can be broken and is mended afterwards."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from flask import Flask

from portal.doctor.checkup import PARTS
from portal.doctor.lines import Line, Part
from portal.doctor.subject import Subject
from portal.jobs.examined import whole_portal
from portal.products import Product, Products
from tests.cast import ANALYTICS
from tests.doctor.reading import left_in_english
from tests.doctor.seller import RULE, WHOLE, SellersQueue

Examine = Callable[..., dict[str, Line]]


@pytest.fixture
def subject(app: Flask, sandbox: object) -> Iterator[Subject]:
    """The whole portal of this process."""
    with app.app_context(), whole_portal() as portal:
        yield portal


@pytest.fixture
def examine(subject: Subject) -> Examine:
    """Looks at one part, of a portal that is changed if one likes; gives its lines by what follows the part's name."""

    def look(part: Part, portal: Subject | None = None, **changes: Any) -> dict[str, Line]:
        lines = list(PARTS[part](replace(portal or subject, **changes)))
        assert all(line.part is part for line in lines)
        assert all(line.fix for line in lines if line.state != "ok")
        assert {line.key: left for line in lines if (left := left_in_english(line))} == {}
        return {line.key.partition(".")[2]: line for line in lines}

    return look


@pytest.fixture
def with_settings(subject: Subject) -> Callable[..., Subject]:
    """The same portal with other settings."""
    return lambda **changes: replace(subject, settings=replace(subject.settings, **changes))


@pytest.fixture
def selling() -> Callable[..., Products]:
    """A products file with one product in it."""
    return lambda code=ANALYTICS, **more: Products([Product(code=code, title="Analytics", **more)])


@pytest.fixture
def stub(subject: Subject) -> Iterator[Callable[[str, str, str], None]]:
    """Lets AWS answer a call with an error that the sandbox would not say: of ``probes`` or ``routing``, by the name of
    the client there."""
    with ExitStack() as stack:

        def answer(client: str, call: str, code: str) -> None:
            holder = subject.routing if client in {"_events", "_sns"} else subject.probes
            stubber = Stubber(getattr(holder, client))
            stubber.add_client_error(call, code, http_status_code=400)
            stack.enter_context(stubber)

        yield answer


@pytest.fixture
def sqs(aws_environment: dict[str, str], sandbox: object) -> Iterator[SellersQueue]:
    """The queue, whose attributes are put back afterwards."""
    client = boto3.client("sqs", region_name="us-east-1")
    queue = SellersQueue(client, aws_environment["NOTIFICATIONS_QUEUE_URL"])
    usual = queue.attributes()
    yield queue
    queue.set(**{name: usual[name] for name in ("Policy", "RedrivePolicy", "MessageRetentionPeriod")})
    queue.set(SqsManagedSseEnabled="true", KmsMasterKeyId="")
    client.close()


@pytest.fixture
def events(aws_environment: dict[str, str], sandbox: object) -> Iterator[Any]:
    """EventBridge, whose rule is put back afterwards."""
    client = boto3.client("events", region_name="us-east-1")
    targets = client.list_targets_by_rule(Rule=RULE)["Targets"]
    yield client
    client.put_rule(Name=RULE, EventPattern=WHOLE, State="ENABLED")
    client.put_targets(Rule=RULE, Targets=targets)
    client.close()


@pytest.fixture
def sns(aws_environment: dict[str, str], sandbox: object) -> Iterator[Any]:
    """SNS, whose subscriptions are put back afterwards."""
    client = boto3.client("sns", region_name="us-east-1")
    usual = client.list_subscriptions()["Subscriptions"]
    yield client
    there = {one["TopicArn"] for one in client.list_subscriptions()["Subscriptions"]}
    for one in usual:
        if one["TopicArn"] not in there:
            client.subscribe(TopicArn=one["TopicArn"], Protocol="sqs", Endpoint=one["Endpoint"])
    client.close()
