"""Broken on purpose: the run turns red, and says what may be wrong in words that lead to it."""

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest

from tests.cast import ANALYTICS, ARCHIVE
from tests.confirmation.conftest import Stage

SHORT = ("--patience", "2")


def test_a_stopped_worker(new_stage: Callable[..., Any]):
    with new_stage(worker=False) as stage:
        found = stage.confirm("--product", ANALYTICS, *SHORT)
    assert (found.status, found.mark("signup.5"), found.mark("change.2")) == (1, "done", "open")
    assert "The worker is stopped" in found.suspects("change.2")


def test_a_wrong_product_code(new_stage: Callable[..., Any]):
    wrong = "4wrongcode000000000000009"
    with new_stage(products=lambda text: text.replace(f'code = "{ANALYTICS}"', f'code = "{wrong}"')) as stage:
        found = stage.confirm("--product", wrong, *SHORT)
    assert (found.status, found.mark("signup.2"), found.reports[0]["outcome"]) == (1, "failed", "failed")
    assert f"AWS named the product code {ANALYTICS}" in found.suspects("signup.2")
    assert "products.toml" in found.suspects("signup.2")


@pytest.fixture
def without_a_policy(whole_stage: Stage) -> Iterator[Stage]:
    """A stage whose queue lets nobody in: SQS drops what comes, and tells nobody."""
    sqs = boto3.client(
        "sqs",
        region_name="us-east-1",
        endpoint_url=whole_stage.place.aws_url,
        aws_access_key_id="sandbox",
        aws_secret_access_key="sandbox",
    )
    queue_url = whole_stage.environment["NOTIFICATIONS_QUEUE_URL"]
    policy = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["Policy"])["Attributes"]["Policy"]
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"Policy": ""})
    yield whole_stage
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"Policy": policy})
    sqs.close()


@pytest.mark.parametrize("product", [ARCHIVE, ANALYTICS], ids=["SNS", "EventBridge"])
def test_a_queue_policy_that_is_missing(without_a_policy: Stage, product: str):
    found = without_a_policy.confirm("--product", product, *SHORT)
    assert (found.status, found.mark("signup.5"), found.mark("change.2")) == (1, "done", "open")
    assert "The queue policy" in found.suspects("change.2")
    assert "worker is stopped" not in found.suspects("change.2")


def test_a_token_in_a_cookie(new_stage: Callable[..., Any]):
    with new_stage(portal="tests.confirmation.leaky:app") as stage:
        found = stage.confirm("--product", ANALYTICS, *SHORT)
    assert (found.status, found.mark("aws.cookie"), found.reports[0]["outcome"]) == (1, "failed", "failed")
    assert "purchase" in found.steps["aws.cookie"]["facts"][0]["text"]
    assert "cookie set in the arrival's answer" in found.suspects("aws.cookie")


def test_an_aws_that_is_not_a_sandbox_is_left_alone(whole_stage: Stage):
    for changes in ({"AWS_ENDPOINT_URL": ""}, {"SMTP_URL": "smtp://mail.example"}):
        there = Stage(whole_stage.place, whole_stage.environment | changes)
        found = there.confirm()
        assert (found.status, found.reports) == (2, []), found.said


def test_something_else_at_the_sandboxs_address(whole_stage: Stage):
    there = Stage(whole_stage.place, whole_stage.environment | {"AWS_ENDPOINT_URL": whole_stage.place.portal_url})
    found = there.confirm()
    assert (found.status, "not the sandbox" in found.said or "No sandbox" in found.said) == (2, True)
