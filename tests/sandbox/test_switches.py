"""AWS on a bad day: calls that fail as often as asked, and settings that refuse nonsense."""

import json
import urllib.request
from urllib.error import HTTPError

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.server import ANALYTICS


def test_a_fault_that_lasts_gets_through_the_retries(shop, aws):
    shop.fail("GetEntitlements", "ThrottlingException")
    entitlement = aws("marketplace-entitlement")
    with pytest.raises(entitlement.exceptions.ThrottlingException):
        entitlement.get_entitlements(ProductCode=ANALYTICS)


def test_a_fault_ends_after_its_times_so_that_retries_succeed(shop, aws):
    shop.fail("GetEntitlements", "InternalServiceErrorException", times=1)
    answer = aws("marketplace-entitlement").get_entitlements(ProductCode=ANALYTICS)
    assert answer["ResponseMetadata"]["RetryAttempts"] == 1
    assert shop.call("GET", "/api/faults") == []


def test_a_fault_hits_its_own_operation_alone(shop, aws):
    shop.fail("ResolveCustomer", "ThrottlingException")
    aws("marketplace-entitlement").get_entitlements(ProductCode=ANALYTICS)


def test_a_fault_for_everything_leaves_the_queue_alone(shop, aws, server):
    shop.fail("*", "AccessDeniedException")
    aws("sqs").receive_message(QueueUrl=server.queue_url)
    with pytest.raises(ClientError, match="AccessDeniedException"):
        aws("marketplace-entitlement").get_entitlements(ProductCode=ANALYTICS)


@pytest.mark.parametrize(
    "fault",
    [
        {"operation": "BuyMilk", "error": "ThrottlingException"},
        {"operation": "*", "error": "Oops"},
        {"operation": "*", "error": "ThrottlingException", "times": 0},
        {"operation": "*"},
    ],
)
def test_an_unknown_fault_is_refused(shop, fault):
    with pytest.raises(HTTPError) as refused:
        shop.call("POST", "/api/faults", fault)
    with refused.value as answer:
        assert answer.code == 400
        assert json.load(answer)["error"]


@pytest.mark.parametrize(
    "settings", [{"token_lifetime_seconds": -1}, {"token_lifetime_seconds": "60"}, {"color": 1}, {"token_key": 1}]
)
def test_a_setting_that_makes_no_sense_is_refused(shop, settings):
    with pytest.raises(HTTPError) as refused:
        shop.settings(**settings)
    with refused.value as answer:
        assert answer.code == 400


def test_other_aws_services_are_refused_rather_than_pretended(server, shop):
    request = {"X-Amz-Target": "DynamoDB_20120810.ListTables"}
    with pytest.raises(HTTPError) as refused:
        urllib.request.urlopen(urllib.request.Request(server.url, data=b"{}", headers=request), timeout=10)
    with refused.value as answer:
        assert json.load(answer)["__type"] == "UnknownOperationException"
