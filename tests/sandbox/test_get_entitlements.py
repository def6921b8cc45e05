"""GetEntitlements, asked by boto3 over HTTP."""

import json
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest

from tests.sandbox.server import ACME, ALERTS, ANALYTICS, ARCHIVE, GLOBEX, INITECH


@pytest.fixture
def entitlement(aws):
    return aws("marketplace-entitlement")


def shown(entitlement, code: str = ANALYTICS, **filters: list[str]) -> list[tuple[str, str, int]]:
    answer = entitlement.get_entitlements(ProductCode=code, **({"Filter": filters} if filters else {}))
    return [
        (each["CustomerAWSAccountId"], each["Dimension"], each["Value"]["IntegerValue"])
        for each in answer.get("Entitlements", [])
    ]


def test_there_is_a_row_for_each_dimension(shop, entitlement):
    purchase = shop.buy(ANALYTICS, ACME, plan="team", dimensions={"seats": 25})
    answer = entitlement.get_entitlements(ProductCode=ANALYTICS, Filter={"LICENSE_ARN": [purchase["license_arn"]]})
    ends_at = datetime.fromisoformat(purchase["ends_at"]).replace(microsecond=0)
    for each in answer["Entitlements"]:
        each["ExpirationDate"] = each["ExpirationDate"].astimezone(UTC)
    assert answer["Entitlements"] == [
        {
            "ProductCode": ANALYTICS,
            "Dimension": dimension,
            "CustomerAWSAccountId": ACME,
            "LicenseArn": purchase["license_arn"],
            "Value": {"IntegerValue": value},
            "ExpirationDate": ends_at,
        }
        for dimension, value in (("team", 1), ("seats", 25))
    ]
    assert "NextToken" not in answer


def test_legacy_rows_name_the_customer(shop, entitlement):
    shop.buy(ARCHIVE, ACME, dimensions={"users": 3})
    [row] = entitlement.get_entitlements(ProductCode=ARCHIVE)["Entitlements"]
    assert row["CustomerIdentifier"] == "aCm3Pr0cUr9"


def test_without_entitlements_the_key_is_missing(shop, entitlement):
    answer = entitlement.get_entitlements(ProductCode=ANALYTICS)
    assert set(answer) == {"ResponseMetadata"}


def test_pay_as_you_go_shows_nothing(shop, entitlement):
    shop.buy(ALERTS, ACME)
    assert shown(entitlement, ALERTS) == []


def test_expiration_is_a_number_on_the_wire(shop, server):
    shop.buy(ANALYTICS, ACME, plan="team")
    request = urllib.request.Request(server.url, data=json.dumps({"ProductCode": ANALYTICS}).encode())
    request.add_header("X-Amz-Target", "AWSMPEntitlementService.GetEntitlements")
    request.add_header("Content-Type", "application/x-amz-json-1.1")
    with urllib.request.urlopen(request, timeout=10) as response:
        assert response.headers["Content-Type"] == "application/x-amz-json-1.1"
        [row] = json.load(response)["Entitlements"]
    assert row["ExpirationDate"] > (datetime.now(UTC) + timedelta(days=360)).timestamp()


class TestFilters:
    @pytest.fixture(autouse=True)
    def three_purchases(self, shop):
        self.acme = shop.buy(ANALYTICS, ACME, plan="team", dimensions={"seats": 5})
        self.acme_too = shop.buy(ANALYTICS, ACME, plan="business")
        self.globex = shop.buy(ANALYTICS, GLOBEX, plan="team", dimensions={"seats": 7})

    def test_without_a_filter_all_customers_are_shown(self, entitlement):
        assert len(shown(entitlement)) == 5

    def test_an_account_sees_all_its_purchases(self, entitlement):
        rows = shown(entitlement, CUSTOMER_AWS_ACCOUNT_ID=[ACME])
        assert rows == [(ACME, "team", 1), (ACME, "seats", 5), (ACME, "business", 1)]

    def test_a_licence_is_one_purchase(self, entitlement):
        assert shown(entitlement, LICENSE_ARN=[self.acme_too["license_arn"]]) == [(ACME, "business", 1)]

    def test_values_of_one_key_are_alternatives(self, entitlement):
        rows = shown(entitlement, LICENSE_ARN=[self.acme_too["license_arn"], self.globex["license_arn"]])
        assert rows == [(ACME, "business", 1), (GLOBEX, "team", 1), (GLOBEX, "seats", 7)]

    def test_keys_must_all_hold(self, entitlement):
        rows = shown(entitlement, DIMENSION=["seats"], CUSTOMER_AWS_ACCOUNT_ID=[GLOBEX, INITECH])
        assert rows == [(GLOBEX, "seats", 7)]

    def test_nobody_is_found_by_customer_identifier_under_concurrent_agreements(self, entitlement):
        assert shown(entitlement, CUSTOMER_IDENTIFIER=["aCm3Pr0cUr9"]) == []

    def test_pages_together_hold_every_row_once(self, entitlement):
        pages = entitlement.get_paginator("get_entitlements").paginate(
            ProductCode=ANALYTICS, PaginationConfig={"PageSize": 2}
        )
        sizes, rows = [], []
        for page in pages:
            sizes.append(len(page["Entitlements"]))
            rows += [(each["LicenseArn"], each["Dimension"]) for each in page["Entitlements"]]
        assert sizes == [2, 2, 1]
        assert len(set(rows)) == 5


def test_a_legacy_customer_is_found_by_identifier(shop, entitlement):
    shop.buy(ARCHIVE, ACME, dimensions={"users": 3})
    shop.buy(ARCHIVE, GLOBEX, dimensions={"users": 4})
    assert shown(entitlement, ARCHIVE, CUSTOMER_IDENTIFIER=["gL0b3xCl0Ud"]) == [(GLOBEX, "users", 4)]


@pytest.mark.parametrize(
    "request_members",
    [
        {"ProductCode": "nobodysproduct"},
        {"ProductCode": ANALYTICS, "MaxResults": 26},
        {"ProductCode": ANALYTICS, "NextToken": "made-up"},
        {"ProductCode": ANALYTICS, "NextToken": "b3RoZXI6MQ=="},
        {"ProductCode": ANALYTICS, "Filter": {"NAME": ["x"]}},
        {"ProductCode": ANALYTICS, "Filter": {"CUSTOMER_IDENTIFIER": ["x"], "CUSTOMER_AWS_ACCOUNT_ID": [ACME]}},
    ],
)
def test_what_aws_refuses_is_an_invalid_parameter(shop, entitlement, request_members):
    with pytest.raises(entitlement.exceptions.InvalidParameterException):
        entitlement.get_entitlements(**request_members)


def test_a_change_shows_the_new_rows_and_no_longer_the_old(shop, entitlement):
    purchase = shop.buy(ANALYTICS, ACME, plan="team", dimensions={"seats": 5})
    shop.change(purchase["agreement_id"], plan="business")
    assert shown(entitlement) == [(ACME, "business", 1), (ACME, "seats", 5)]


@pytest.mark.parametrize("end", ["cancel", "expire"])
def test_after_the_end_nothing_is_shown(shop, entitlement, end):
    purchase = shop.buy(ANALYTICS, ACME, plan="team")
    getattr(shop, end)(purchase["agreement_id"])
    assert shown(entitlement) == []


@pytest.mark.parametrize("new_license", [False, True])
def test_a_renewal_moves_the_end_and_keeps_or_replaces_the_licence(shop, entitlement, new_license):
    old = shop.buy(ANALYTICS, ACME, plan="team")
    new = shop.renew(old["agreement_id"], new_license=new_license)
    [row] = entitlement.get_entitlements(ProductCode=ANALYTICS)["Entitlements"]
    assert row["ExpirationDate"] > datetime.fromisoformat(old["ends_at"])
    assert row["LicenseArn"] == new["license_arn"]
    assert (new["license_arn"] != old["license_arn"]) is new_license


def test_entitlements_can_lag_behind_and_show_the_old_ones_meanwhile(shop, entitlement):
    purchase = shop.buy(ANALYTICS, ACME, plan="team")
    shop.settings(entitlement_delay_seconds=600)
    shop.change(purchase["agreement_id"], plan="business")
    shop.buy(ANALYTICS, GLOBEX, plan="team")
    assert shown(entitlement) == [(ACME, "team", 1)]
