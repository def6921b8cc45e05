"""The Agreement API, asked by boto3 over HTTP."""

from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.server import ACME, ALERTS, ANALYTICS, GLOBEX, STREAMS, clients_of


@pytest.fixture
def agreements(aws):
    return aws("marketplace-agreement")


def found(agreements, sort: dict | None = None, size: int | None = None, **filters: str) -> list[str]:
    """The ids of all active agreements that are found, page by page; the shared sandbox remembers ended ones too."""
    wanted = {"AgreementType": "PurchaseAgreement", "PartyType": "Proposer", "Status": "ACTIVE", **filters}
    request = {
        "catalog": "AWSMarketplace",
        "filters": [{"name": name, "values": [value]} for name, value in wanted.items() if value],
        **({"sort": sort} if sort else {}),
        **({"maxResults": size} if size else {}),
    }
    ids = []
    while True:
        answer = agreements.search_agreements(**request)
        ids += [each["agreementId"] for each in answer["agreementViewSummaries"]]
        if "nextToken" not in answer:
            return ids
        request["nextToken"] = answer["nextToken"]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(microsecond=0)


def test_an_agreement_is_described(shop, agreements):
    purchase = shop.buy(ANALYTICS, ACME, plan="team", dimensions={"seats": 2}, months=12)
    answer = agreements.describe_agreement(agreementId=purchase["agreement_id"])
    del answer["ResponseMetadata"]
    for name in ("acceptanceTime", "startTime", "endTime"):
        answer[name] = answer[name].astimezone(UTC)
    assert answer == {
        "agreementId": purchase["agreement_id"],
        "acceptor": {"accountId": ACME},
        "proposer": {"accountId": "123456789012"},
        "acceptanceTime": moment(purchase["accepted_at"]),
        "startTime": moment(purchase["starts_at"]),
        "endTime": moment(purchase["ends_at"]),
        "agreementType": "PurchaseAgreement",
        "estimatedCharges": {"currencyCode": "USD", "agreementValue": "3768.00"},
        "proposalSummary": {
            "resources": [{"id": "prod-tidemarkanaly1", "type": "SaaSProduct"}],
            "offerId": purchase["offer_id"],
        },
        "status": "ACTIVE",
        "initialAgreementId": purchase["agreement_id"],
        "endTimeBehavior": {
            "type": "EXPIRE",
            "reasonCode": "ACCEPTOR_RENEW_OPTED_OUT",
            "renewalSummary": {"offerId": purchase["offer_id"]},
        },
    }


def test_a_trial_says_when_it_ends(own_server):
    trial = own_server.client.buy(STREAMS, ACME, plan="base", free_trial=True)
    answer = clients_of(own_server)("marketplace-agreement").describe_agreement(agreementId=trial["agreement_id"])
    assert answer["freeTrialSummary"]["trialEndTime"] == moment(trial["ends_at"])


def test_pay_as_you_go_has_no_end_time(shop, agreements):
    answer = agreements.describe_agreement(agreementId=shop.buy(ALERTS, ACME)["agreement_id"])
    assert not {"endTime", "endTimeBehavior"} & set(answer)


def test_an_agreement_is_summed_up_with_its_licence(shop, agreements):
    purchase = shop.buy(ANALYTICS, ACME, plan="team", auto_renew=True)
    [summary] = agreements.search_agreements(
        filters=[
            {"name": "AgreementType", "values": ["PurchaseAgreement"]},
            {"name": "LicenseArn", "values": [purchase["license_arn"]]},
        ]
    )["agreementViewSummaries"]
    assert summary["entitlements"] == [{"licenseArn": purchase["license_arn"]}]
    assert summary["lastUpdateTime"] == moment(purchase["changed_at"])
    assert (summary["endTimeBehaviorType"], summary["status"]) == ("RENEW", "ACTIVE")


class TestFilters:
    @pytest.fixture(autouse=True)
    def purchases(self, shop):
        self.team = shop.buy(ANALYTICS, ACME, plan="team", months=24)["agreement_id"]
        self.streams = shop.buy(STREAMS, ACME, plan="base", months=1, auto_renew=True)["agreement_id"]
        self.alerts = shop.buy(ALERTS, GLOBEX)["agreement_id"]

    def test_without_any_all_are_found_those_without_an_end_last(self, agreements):
        assert found(agreements) == [self.streams, self.team, self.alerts]

    def test_they_are_sorted_as_asked(self, agreements):
        sort = {"sortBy": "StartTime", "sortOrder": "DESCENDING"}
        assert found(agreements, sort=sort) == [self.alerts, self.streams, self.team]

    def test_the_last_update_sorts_a_changed_one_last(self, shop, agreements):
        shop.change(self.team, plan="business")
        assert found(agreements, sort={"sortBy": "LastUpdateTime"})[-1] == self.team

    @pytest.mark.parametrize("order", ["ASCENDING", "DESCENDING"])
    def test_pages_together_hold_every_agreement_once(self, agreements, order):
        ids = found(agreements, sort={"sortBy": "EndTime", "sortOrder": order}, size=1)
        assert sorted(ids) == sorted([self.team, self.streams, self.alerts])

    def test_a_buyer_and_a_product_narrow_it(self, agreements):
        assert found(agreements, AcceptorAccountId=GLOBEX) == [self.alerts]
        assert found(agreements, ResourceIdentifier="prod-tidemarkanaly1") == [self.team]
        assert found(agreements, AcceptorAccountId=GLOBEX, ResourceIdentifier="prod-tidemarkanaly1") == []

    def test_times_narrow_it(self, agreements):
        in_a_year = (datetime.now(UTC) + timedelta(days=365)).strftime("%Y-%m-%dT%H:%M:%SZ")
        assert found(agreements, BeforeEndTime=in_a_year) == [self.streams]
        assert found(agreements, AfterEndTime=in_a_year) == [self.team, self.alerts]
        assert found(agreements, AfterLastUpdateTime=in_a_year) == []

    def test_what_happens_at_the_end_narrows_it(self, agreements):
        assert found(agreements, EndTimeBehaviorType="RENEW") == [self.streams]
        assert found(agreements, EndTimeBehaviorReasonCode="ACCEPTOR_RENEW_OPTED_OUT") == [self.team]
        assert found(agreements, EndTimeBehaviorReasonCode="NO_RENEWAL_TERM") == []

    def test_a_chain_is_found_by_its_first(self, shop, agreements):
        new = shop.renew(self.streams)["agreement_id"]
        assert sorted(found(agreements, Status="", InitialAgreementId=self.streams)) == sorted([self.streams, new])

    def test_a_seller_accepts_nothing_and_sells_saas(self, agreements):
        assert found(agreements, PartyType="Acceptor") == []
        assert found(agreements, ResourceType="AmiProduct") == []
        assert len(found(agreements, ResourceType="SaaSProduct")) == 3


def purchase_filter(**more: str) -> dict:
    names = {"AgreementType": "PurchaseAgreement", **more}
    return {"filters": [{"name": name, "values": [value]} for name, value in names.items()]}


@pytest.mark.parametrize(
    ("request_members", "reason"),
    [
        ({}, "INVALID_FILTERS"),
        ({"filters": [{"name": "PartyType", "values": ["Proposer"]}]}, "MISSING_FILTER_NAME"),
        (purchase_filter(Colour="red"), "INVALID_FILTER_NAME"),
        ({"filters": [{"name": "AgreementType", "values": ["a", "b"]}]}, "INVALID_FILTER_VALUES"),
        (purchase_filter(AfterEndTime="soon"), "INVALID_FILTER_VALUES"),
        (purchase_filter() | {"maxResults": 51}, "INVALID_MAX_RESULTS"),
        (purchase_filter() | {"nextToken": "bWFkZSB1cA=="}, "INVALID_NEXT_TOKEN"),
        (purchase_filter() | {"sort": {"sortBy": "Price"}}, "INVALID_SORT_BY"),
        (purchase_filter() | {"sort": {"sortOrder": "SIDEWAYS"}}, "INVALID_SORT_ORDER"),
        (purchase_filter() | {"catalog": "Sears"}, "INVALID_CATALOG"),
    ],
)
def test_what_aws_refuses_is_a_validation_exception_with_its_reason(shop, agreements, request_members, reason):
    with pytest.raises(agreements.exceptions.ValidationException) as refused:
        agreements.search_agreements(**request_members)
    assert refused.value.response["reason"] == reason


def test_a_token_of_another_search_is_refused(shop, agreements):
    shop.buy_many(ALERTS, 2, quietly=True)
    token = agreements.search_agreements(**purchase_filter(), maxResults=1)["nextToken"]
    with pytest.raises(agreements.exceptions.ValidationException):
        agreements.search_agreements(**purchase_filter(Status="ACTIVE"), maxResults=1, nextToken=token)


def test_an_unknown_agreement_is_not_found(shop, agreements):
    for ask in (agreements.describe_agreement, agreements.get_agreement_entitlements):
        with pytest.raises(agreements.exceptions.ResourceNotFoundException) as refused:
            ask(agreementId="agmt-none")
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_an_entitlement_is_provisioned_until_the_end(shop, agreements):
    purchase = shop.buy(ANALYTICS, ACME, plan="team")

    def entitlement() -> dict:
        [one] = agreements.get_agreement_entitlements(agreementId=purchase["agreement_id"])["agreementEntitlements"]
        return one

    assert entitlement() == {
        "resource": {"id": "prod-tidemarkanaly1", "type": "SaaSProduct"},
        "type": "License",
        "status": "PROVISIONED",
        "licenseArn": purchase["license_arn"],
    }
    shop.cancel(purchase["agreement_id"])
    assert (entitlement()["status"], entitlement()["statusReasonCode"]) == ("DEPROVISIONED", "AGREEMENT_INACTIVE")


@pytest.mark.parametrize(
    ("fault", "error", "status"),
    [
        ("AccessDeniedException", "AccessDeniedException", 403),
        ("ThrottlingException", "ThrottlingException", 429),
        ("InternalServiceErrorException", "InternalServerException", 500),
    ],
)
def test_faults_look_as_this_service_makes_them(shop, agreements, fault, error, status):
    shop.fail("SearchAgreements", fault)
    with pytest.raises(ClientError) as refused:
        agreements.search_agreements(**purchase_filter())
    assert refused.value.response["Error"]["Code"] == error
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
