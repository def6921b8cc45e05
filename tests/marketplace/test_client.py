"""The seam to AWS: protocol facts 2 and 3, row by row. The sandbox answers what AWS would; `aws` says the rest."""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from laptop import ports
from portal.marketplace.client import Marketplace
from portal.marketplace.errors import (
    AccessRefused,
    CredentialsRefused,
    MarketplaceError,
    MarketplaceRefused,
    MarketplaceUnavailable,
    TokenExpired,
    TokenInvalid,
)
from portal.marketplace.values import EntitlementValue
from tests.cast import ACME_AWS, ALERTS, ANALYTICS, ARCHIVE, INITECH_AWS
from tests.marketplace.conftest import Aws
from tests.sandbox_client import SandboxClient

TOKEN = "a-registration+token/that=must-stay-secret"
ARN = "arn:aws:license-manager::123456789012:license:l-1"


# --- ResolveCustomer ---------------------------------------------------------------------------------------------


def test_a_token_tells_product_account_licence_and_agreement(
    at_sandbox: Marketplace, buy: Callable[..., Any], token_for: Callable[..., str]
):
    bought = buy()
    purchase = at_sandbox.resolve_customer(token_for(bought))
    assert (purchase.product_code, purchase.aws_account_id, purchase.license_arn, purchase.agreement_id) == (
        ANALYTICS,
        ACME_AWS,
        bought["license_arn"],
        bought["agreement_id"],
    )


def test_under_concurrent_agreements_there_is_no_customer_identifier(
    at_sandbox: Marketplace, buy: Callable[..., Any], token_for: Callable[..., str]
):
    assert at_sandbox.resolve_customer(token_for(buy())).customer_identifier is None


def test_a_legacy_product_has_a_customer_identifier(
    at_sandbox: Marketplace, buy: Callable[..., Any], token_for: Callable[..., str]
):
    bought = buy(ARCHIVE)
    assert at_sandbox.resolve_customer(token_for(bought)).customer_identifier == bought["customer_identifier"]


def test_an_account_keeps_its_leading_zero(
    at_sandbox: Marketplace, buy: Callable[..., Any], token_for: Callable[..., str]
):
    assert at_sandbox.resolve_customer(token_for(buy(account_id=INITECH_AWS))).aws_account_id == INITECH_AWS


def test_a_token_may_be_resolved_again(at_sandbox: Marketplace, buy: Callable[..., Any], token_for: Callable[..., str]):
    token = token_for(buy())
    assert at_sandbox.resolve_customer(token) == at_sandbox.resolve_customer(token)


@pytest.mark.parametrize("given", [{}, {"CustomerIdentifier": None}, {"CustomerIdentifier": ""}])
def test_a_customer_identifier_may_be_absent_null_or_empty(aws: Aws, marketplace: Marketplace, given: dict[str, Any]):
    aws.answer({"ProductCode": "abc", **given})
    assert marketplace.resolve_customer(TOKEN).customer_identifier is None


@pytest.mark.parametrize("given", [{}, {"Metadata": None}, {"Metadata": {}}, {"Metadata": {"AgreementId": ""}}])
def test_an_agreement_may_be_missing(aws: Aws, marketplace: Marketplace, given: dict[str, Any]):
    aws.answer({"ProductCode": "abc", **given})
    assert marketplace.resolve_customer(TOKEN).agreement_id is None


def test_blanks_around_a_name_do_not_count(aws: Aws, marketplace: Marketplace):
    aws.answer({"ProductCode": " abc ", "CustomerIdentifier": " aCm3 "})
    assert marketplace.resolve_customer(TOKEN).customer_identifier == "aCm3"


@pytest.mark.parametrize("given", [b"", {}, {"ProductCode": ""}, {"CustomerAWSAccountId": ACME_AWS}])
def test_an_answer_without_a_product_is_no_answer(aws: Aws, marketplace: Marketplace, given: Any):
    aws.answer(given)
    with pytest.raises(TokenInvalid):
        marketplace.resolve_customer(TOKEN)


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("InvalidTokenException", 400, TokenInvalid),
        ("com.amazonaws.marketplace#InvalidTokenException", 400, TokenInvalid),
        ("ExpiredTokenException", 400, TokenExpired),
        ("ThrottlingException", 400, MarketplaceUnavailable),
        ("InternalServiceErrorException", 500, MarketplaceUnavailable),
        ("ServiceUnavailableException", 503, MarketplaceUnavailable),
        ("SomethingNew", 500, MarketplaceUnavailable),
        ("SomethingNew", 400, MarketplaceRefused),
        ("DisabledApiException", 400, MarketplaceRefused),
        ("AccessDeniedException", 400, AccessRefused),
        ("UnrecognizedClientException", 400, CredentialsRefused),
        ("InvalidSignatureException", 403, CredentialsRefused),
    ],
)
def test_each_error_of_resolve_customer_has_its_meaning(
    aws: Aws, marketplace: Marketplace, code: str, status: int, error: type[MarketplaceError]
):
    aws.refuse(code, status)
    with pytest.raises(error) as refused:
        marketplace.resolve_customer(TOKEN)
    assert type(refused.value) is error


@pytest.mark.parametrize("body", [b"<html>Bad gateway</html>", b"not json", b"[1, 2"])
def test_an_answer_that_is_no_json_is_for_later(aws: Aws, marketplace: Marketplace, body: bytes):
    aws.answer(body, 502)
    with pytest.raises(MarketplaceUnavailable):
        marketplace.resolve_customer(TOKEN)


def test_a_throttled_call_is_tried_once_more(aws: Aws, marketplace: Marketplace):
    aws.refuse("ThrottlingException")
    aws.answer({"ProductCode": "abc"})
    assert marketplace.resolve_customer(TOKEN).product_code == "abc"


def test_and_no_more_than_once_for_a_buyer_waits(aws: Aws, marketplace: Marketplace):
    aws.refuse("ThrottlingException")
    with pytest.raises(MarketplaceUnavailable):
        marketplace.resolve_customer(TOKEN)
    assert len(aws.questions) == 2


def test_when_nobody_answers_it_is_for_later_and_soon_known(client_at: Callable[[str], Marketplace]):
    (port,) = ports.any_free(1)
    began = time.monotonic()
    nowhere = client_at(f"http://127.0.0.1:{port}")
    with pytest.raises(MarketplaceUnavailable):
        nowhere.resolve_customer(TOKEN)
    assert time.monotonic() - began < 5


def test_without_credentials_it_is_refused(aws: Aws, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # it remembers the credentials it has found
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    unknown = Marketplace()
    with pytest.raises(MarketplaceRefused):
        unknown.resolve_customer(TOKEN)


@pytest.mark.parametrize("code", ["InvalidTokenException", "ExpiredTokenException", "AccessDeniedException", "New"])
def test_an_error_never_quotes_the_token(aws: Aws, marketplace: Marketplace, code: str):
    aws.refuse(code, message=f"The token {TOKEN} is no good")
    with pytest.raises(MarketplaceError) as refused:
        marketplace.resolve_customer(TOKEN)
    quoted = f"{refused.value!r} {refused.value.__cause__!r}"
    assert TOKEN not in quoted


def test_not_even_the_most_talkative_log_holds_the_token(
    aws: Aws, marketplace: Marketplace, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    aws.refuse("InvalidTokenException", message=TOKEN)
    with pytest.raises(TokenInvalid):
        marketplace.resolve_customer(TOKEN)
    assert TOKEN not in caplog.text


# --- GetEntitlements ---------------------------------------------------------------------------------------------


def of(rows: list[EntitlementValue]) -> dict[str, str]:
    return {row.dimension: row.value for row in rows}


def test_a_purchase_is_read_by_its_licence(at_sandbox: Marketplace, buy: Callable[..., Any]):
    bought, _another = buy(), buy()
    rows = at_sandbox.get_entitlements(ANALYTICS, license_arns=[bought["license_arn"]])
    assert of(rows) == {"team": "1", "seats": "10"}


def test_several_licences_are_read_at_once(at_sandbox: Marketplace, buy: Callable[..., Any]):
    licences = [buy()["license_arn"], buy()["license_arn"]]
    rows = at_sandbox.get_entitlements(ANALYTICS, license_arns=licences)
    assert {row.license_arn for row in rows} == set(licences)


def test_an_account_has_the_rows_of_all_its_licences(at_sandbox: Marketplace, buy: Callable[..., Any]):
    licences = {buy()["license_arn"], buy()["license_arn"]}
    rows = at_sandbox.get_entitlements(ANALYTICS, aws_account_ids=[ACME_AWS])
    assert licences <= {row.license_arn for row in rows}


def test_a_legacy_purchase_is_read_by_the_customer_identifier(at_sandbox: Marketplace, buy: Callable[..., Any]):
    bought = buy(ARCHIVE)
    rows = at_sandbox.get_entitlements(ARCHIVE, customer_identifiers=[bought["customer_identifier"]])
    assert of(rows) == {"storage_tb": "5", "users": "3"}


def test_every_page_is_read(at_sandbox: Marketplace, buy: Callable[..., Any]):
    licences = {buy(account_id=INITECH_AWS)["license_arn"] for _ in range(14)}
    rows = at_sandbox.get_entitlements(ANALYTICS, aws_account_ids=[INITECH_AWS])
    assert licences <= {row.license_arn for row in rows}


def test_what_has_ended_grants_nothing(at_sandbox: Marketplace, sandbox: SandboxClient, buy: Callable[..., Any]):
    bought = buy()
    sandbox.cancel(bought["agreement_id"])
    assert at_sandbox.get_entitlements(ANALYTICS, license_arns=[bought["license_arn"]]) == []


def test_a_subscription_has_no_entitlements(at_sandbox: Marketplace, buy: Callable[..., Any]):
    assert at_sandbox.get_entitlements(ALERTS, license_arns=[buy(ALERTS)["license_arn"]]) == []


@pytest.mark.parametrize("answer", [{}, {"Entitlements": None}, {"Entitlements": []}, b""])
def test_no_entitlements_come_in_several_spellings(aws: Aws, marketplace: Marketplace, answer: Any):
    aws.answer(answer)
    assert marketplace.get_entitlements("abc") == []


def test_an_empty_page_may_have_a_next_one(aws: Aws, marketplace: Marketplace):
    aws.answer({"NextToken": "2"})
    aws.answer({"Entitlements": [], "NextToken": "3"})
    aws.answer({"Entitlements": [{"Dimension": "seats", "Value": {"IntegerValue": 1}}]})
    assert of(marketplace.get_entitlements("abc")) == {"seats": "1"}


def test_a_page_that_names_itself_as_the_next_is_the_last(aws: Aws, marketplace: Marketplace):
    aws.answer({"Entitlements": [{"Dimension": "seats", "Value": {"IntegerValue": 1}}], "NextToken": "again"})
    assert len(marketplace.get_entitlements("abc")) == 2


def test_a_next_page_is_asked_for_with_the_same_filter(aws: Aws, marketplace: Marketplace):
    aws.answer({"NextToken": "2"})
    aws.answer({})
    marketplace.get_entitlements("abc", license_arns=[ARN])
    assert aws.questions[1] == {**aws.questions[0], "NextToken": "2"}


def test_no_more_is_asked_for_than_aws_allows(aws: Aws, marketplace: Marketplace):
    aws.answer({})
    marketplace.get_entitlements("abc")
    assert aws.questions == [{"ProductCode": "abc", "MaxResults": 25}]


def test_the_filters_have_aws_s_names(aws: Aws, marketplace: Marketplace):
    aws.answer({})
    marketplace.get_entitlements("abc", license_arns=[ARN], aws_account_ids=[ACME_AWS])
    assert aws.questions[0]["Filter"] == {"LICENSE_ARN": [ARN], "CUSTOMER_AWS_ACCOUNT_ID": [ACME_AWS]}


@pytest.mark.parametrize(
    ("given", "value", "value_type"),
    [
        ({"IntegerValue": 25}, "25", "integer"),
        ({"IntegerValue": 0}, "0", "integer"),
        ({"DoubleValue": 2.5}, "2.5", "double"),
        ({"BooleanValue": True}, "true", "boolean"),
        ({"BooleanValue": False}, "false", "boolean"),
        ({"StringValue": "gold"}, "gold", "string"),
        ({"StringValue": ""}, "", "string"),
        ({}, "", "unknown"),
        (None, "", "unknown"),
    ],
)
def test_a_value_has_one_of_four_types(
    aws: Aws, marketplace: Marketplace, given: dict[str, Any] | None, value: str, value_type: str
):
    aws.answer({"Entitlements": [{"Dimension": "seats", "Value": given}]})
    (row,) = marketplace.get_entitlements("abc")
    assert (row.value, row.value_type) == (value, value_type)


def test_an_entitlement_may_have_no_expiry(aws: Aws, marketplace: Marketplace):
    aws.answer({"Entitlements": [{"Dimension": "seats", "Value": {"IntegerValue": 1}}]})
    assert marketplace.get_entitlements("abc")[0].expires_at is None


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/New_York"])
def test_an_expiry_is_utc_in_whatever_zone_the_host_lives(
    aws: Aws, marketplace: Marketplace, zone: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        aws.answer({"Entitlements": [{"Dimension": "seats", "ExpirationDate": 1795348800}]})
        expires_at = marketplace.get_entitlements("abc")[0].expires_at
    finally:
        monkeypatch.undo()
        time.tzset()
    assert (expires_at, expires_at.utcoffset()) == (datetime(2026, 11, 22, 12, tzinfo=UTC), timedelta(0))


def test_an_expiry_may_be_written_as_text(aws: Aws, marketplace: Marketplace):
    aws.answer({"Entitlements": [{"Dimension": "seats", "ExpirationDate": "2026-11-22T12:00:00Z"}]})
    assert marketplace.get_entitlements("abc")[0].expires_at == datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_an_entitlement_is_understood_without_most_of_its_members(aws: Aws, marketplace: Marketplace):
    aws.answer({"Entitlements": [{}]})
    assert marketplace.get_entitlements("abc") == [EntitlementValue("abc", "", "", "unknown")]


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("InvalidParameterException", 400, MarketplaceRefused),
        ("AccessDeniedException", 400, AccessRefused),
        ("ExpiredTokenException", 400, CredentialsRefused),  # here it speaks of our credentials, not of a buyer's token
        ("ThrottlingException", 400, MarketplaceUnavailable),
        ("InternalServiceErrorException", 500, MarketplaceUnavailable),
    ],
)
def test_each_error_of_get_entitlements_has_its_meaning(
    aws: Aws, marketplace: Marketplace, code: str, status: int, error: type[MarketplaceError]
):
    aws.refuse(code, status)
    with pytest.raises(error) as refused:
        marketplace.get_entitlements("abc")
    assert type(refused.value) is error


def test_a_second_page_that_fails_fails_the_reading(aws: Aws, marketplace: Marketplace):
    aws.answer({"Entitlements": [{"Dimension": "seats"}], "NextToken": "2"})
    aws.refuse("InvalidParameterException")
    with pytest.raises(MarketplaceRefused):
        marketplace.get_entitlements("abc")


def test_entitlements_are_asked_of_the_one_region_that_has_them(aws_environment: dict[str, str]):
    elsewhere = Marketplace(region="eu-west-1")
    regions = (elsewhere._metering.meta.region_name, elsewhere._entitlement.meta.region_name)
    assert regions == ("eu-west-1", "us-east-1")
