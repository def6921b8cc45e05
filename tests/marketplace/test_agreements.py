"""The Agreement API at the seam: protocol facts 9. The sandbox answers what AWS would; `aws` says the rest."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from portal.marketplace.agreements import AgreementPage, Agreements, MayNot
from portal.marketplace.errors import MarketplaceRefused, MarketplaceUnavailable
from portal.marketplace.values import Agreement
from tests.cast import ACME_AWS, ALERTS, ANALYTICS, GLOBEX_AWS
from tests.marketplace.conftest import Aws
from tests.sandbox_client import SandboxClient

PRODUCT_ID, ALERTS_ID = "prod-tidemarkanaly1", "prod-tidemarkalert4"
Buy = Callable[..., dict[str, Any]]


def found(agreements: Agreements, product_id: str = PRODUCT_ID) -> dict[str, Agreement]:
    """All agreements of a product by id, and each once."""
    pages = list(agreements.pages(product_id))
    assert all(isinstance(page, AgreementPage) for page in pages)
    listed = [one for page in pages if isinstance(page, AgreementPage) for one in page.agreements]
    assert len({one.agreement_id for one in listed}) == len(listed)
    return {one.agreement_id: one for one in listed}


def test_an_agreement_is_told_with_its_buyer_product_and_licence(agreements_at_sandbox: Agreements, buy: Buy):
    bought = buy()
    one = found(agreements_at_sandbox)[bought["agreement_id"]]
    assert (one.status, one.aws_account_id, one.product_ids, one.license_arns) == (
        "ACTIVE",
        ACME_AWS,
        (PRODUCT_ID,),
        (bought["license_arn"],),
    )


def test_its_times_are_utc_and_cut_to_the_second(agreements_at_sandbox: Agreements, buy: Buy):
    bought = buy()
    one = found(agreements_at_sandbox)[bought["agreement_id"]]
    assert one.starts_at is not None
    assert one.ends_at is not None
    assert one.updated_at is not None
    assert {time.tzinfo for time in (one.starts_at, one.ends_at, one.updated_at)} == {UTC}
    assert {time.microsecond for time in (one.starts_at, one.ends_at, one.updated_at)} == {0}


@pytest.mark.parametrize("auto_renew", [True, False])
def test_what_happens_at_the_end_tells_whether_it_renews(agreements_at_sandbox: Agreements, buy: Buy, auto_renew: bool):
    bought = buy(auto_renew=auto_renew)
    assert found(agreements_at_sandbox)[bought["agreement_id"]].auto_renew is auto_renew


def test_pay_as_you_go_has_no_end_and_does_not_say_whether_it_renews(agreements_at_sandbox: Agreements, buy: Buy):
    bought = buy(ALERTS)
    one = found(agreements_at_sandbox, ALERTS_ID)[bought["agreement_id"]]
    assert (one.ends_at, one.auto_renew) == (None, None)


def test_a_renewal_names_the_first_of_its_chain(agreements_at_sandbox: Agreements, buy: Buy, sandbox: SandboxClient):
    first = buy()["agreement_id"]
    second = sandbox.renew(first)["agreement_id"]
    listed = found(agreements_at_sandbox)
    assert (listed[first].status, listed[second].status) == ("RENEWED", "ACTIVE")
    assert listed[second].initial_agreement_id == first
    sandbox.cancel(second)


def test_all_pages_are_read(agreements_at_sandbox: Agreements, sandbox: SandboxClient):
    bought = sandbox.buy_many(ANALYTICS, 60, plan="team", quietly=True)
    assert {one["agreement_id"] for one in bought} <= found(agreements_at_sandbox).keys()


def test_a_search_goes_on_where_it_stopped(agreements_at_sandbox: Agreements, sandbox: SandboxClient):
    sandbox.buy_many(ANALYTICS, 60, plan="team", quietly=True)
    first, *others = agreements_at_sandbox.pages(PRODUCT_ID)
    assert isinstance(first, AgreementPage)
    again = list(agreements_at_sandbox.pages(PRODUCT_ID, token=first.next_token))
    assert [page.agreements for page in again] == [page.agreements for page in others]


def test_a_product_without_agreements_has_one_empty_page(agreements_at_sandbox: Agreements):
    (page,) = agreements_at_sandbox.pages("prod-of-nobody")
    assert isinstance(page, AgreementPage)
    assert (page.agreements, page.next_token) == ([], None)


def test_an_account_that_may_not_ask_is_told_so_and_nothing_fails(
    agreements_at_sandbox: Agreements, sandbox: SandboxClient
):
    sandbox.fail("SearchAgreements", "AccessDeniedException")
    sandbox.fail("DescribeAgreement", "AccessDeniedException")
    assert list(agreements_at_sandbox.pages(PRODUCT_ID)) == [MayNot.ASK]
    assert agreements_at_sandbox.describe("agmt-1") is MayNot.ASK


def test_one_agreement_is_described(agreements_at_sandbox: Agreements, buy: Buy):
    bought = buy(account_id=GLOBEX_AWS, auto_renew=True)
    one = agreements_at_sandbox.describe(bought["agreement_id"])
    assert isinstance(one, Agreement)
    assert (one.status, one.aws_account_id, one.auto_renew) == ("ACTIVE", GLOBEX_AWS, True)


def test_an_agreement_that_aws_does_not_know_is_none(agreements_at_sandbox: Agreements):
    assert agreements_at_sandbox.describe("agmt-of-nobody") is None


def test_a_fault_of_aws_is_for_later(agreements_at_sandbox: Agreements, sandbox: SandboxClient):
    sandbox.fail("SearchAgreements", "InternalServiceErrorException")
    with pytest.raises(MarketplaceUnavailable):
        list(agreements_at_sandbox.pages(PRODUCT_ID))


def test_one_throttled_call_is_made_again(agreements_at_sandbox: Agreements, sandbox: SandboxClient):
    sandbox.fail("SearchAgreements", "ThrottlingException", times=1)
    assert all(isinstance(page, AgreementPage) for page in agreements_at_sandbox.pages(PRODUCT_ID))


def test_a_wrong_question_is_refused(agreements_at_sandbox: Agreements):
    with pytest.raises(MarketplaceRefused):
        list(agreements_at_sandbox.pages(PRODUCT_ID, token="bm90aGluZw=="))


# --- What the sandbox would not say ------------------------------------------------------------------------------


def test_a_page_may_be_empty_and_yet_not_the_last(agreements: Agreements, aws: Aws):
    aws.answer({"nextToken": "more"})
    aws.answer({"agreementViewSummaries": [{"agreementId": "agmt-1", "status": "ACTIVE"}]})
    first, second = agreements.pages(PRODUCT_ID)
    assert (first, second) == (
        AgreementPage(first.asked_at, [], "more"),
        AgreementPage(second.asked_at, [Agreement("agmt-1", "ACTIVE")]),
    )
    assert [question.get("nextToken") for question in aws.questions] == [None, "more"]


def test_a_token_that_stays_the_same_ends_the_search(agreements: Agreements, aws: Aws):
    aws.answer({"agreementViewSummaries": [], "nextToken": "more"})
    assert len(list(agreements.pages(PRODUCT_ID))) == 2


def test_a_status_that_is_new_is_kept_as_it_is(agreements: Agreements, aws: Aws):
    aws.answer({"agreementViewSummaries": [{"agreementId": "agmt-1", "status": "HIBERNATING"}]})
    (page,) = agreements.pages(PRODUCT_ID)
    assert page.agreements == [Agreement("agmt-1", "HIBERNATING")]


def test_an_agreement_without_an_id_is_left_out(agreements: Agreements, aws: Aws):
    aws.answer({"agreementViewSummaries": [{"status": "ACTIVE"}]})
    (page,) = agreements.pages(PRODUCT_ID)
    assert page.agreements == []


def test_a_time_may_have_parts_of_a_second(agreements: Agreements, aws: Aws):
    aws.answer({"agreementViewSummaries": [{"agreementId": "agmt-1", "lastUpdateTime": 1763720000.75}]})
    (page,) = agreements.pages(PRODUCT_ID)
    assert page.agreements[0].updated_at == datetime.fromtimestamp(1763720000, UTC)
