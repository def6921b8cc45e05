"""So many calls a second and no more; and every call counted."""

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from sandbox.calls import Calls
from sandbox.marketplace import utc_now
from tests.sandbox.server import ANALYTICS


@pytest.fixture
def impatient(server):
    """A client that does not try again by itself."""
    return boto3.client(
        "marketplace-entitlement",
        region_name="us-east-1",
        endpoint_url=server.url,
        aws_access_key_id="sandbox",
        aws_secret_access_key="sandbox",
        config=Config(retries={"total_max_attempts": 1}),
    )


def test_no_window_of_a_second_holds_more_calls_than_allowed():
    time = [100.0]
    calls = Calls(utc_now, clock=lambda: time[0])
    admitted = []
    for tenth in range(100):
        time[0] = 100 + tenth / 10
        admitted += [time[0] for _ in range(7) if calls.admit("GetEntitlements", 20)]
    for start in admitted:
        assert sum(start <= each < start + 1 for each in admitted) <= 20
    assert len(admitted) == 10 * 20


def test_what_goes_over_the_limit_is_throttled_and_counted(shop, impatient):
    shop.forget_calls()
    shop.settings(get_entitlements_per_second=1)
    impatient.get_entitlements(ProductCode=ANALYTICS)
    with pytest.raises(impatient.exceptions.ThrottlingException, match="no more than 1 a second"):
        impatient.get_entitlements(ProductCode=ANALYTICS)
    tally = shop.calls()["GetEntitlements"]
    assert (tally["calls"], tally["refused"]) == (2, 1)
    assert tally["first_refused_at"] == tally["last_at"]


def test_without_a_limit_nothing_is_refused(shop, impatient):
    shop.forget_calls()
    for _ in range(30):
        impatient.get_entitlements(ProductCode=ANALYTICS)
    tally = shop.calls()["GetEntitlements"]
    assert (tally["calls"], tally["refused"], tally["first_refused_at"]) == (30, 0, None)


def test_a_fault_counts_as_a_refusal(shop, impatient):
    shop.forget_calls()
    shop.fail("GetEntitlements", "ThrottlingException", times=1)
    with pytest.raises(ClientError):
        impatient.get_entitlements(ProductCode=ANALYTICS)
    assert shop.calls()["GetEntitlements"]["refused"] == 1
    assert shop.calls()["ResolveCustomer"]["calls"] == 0
