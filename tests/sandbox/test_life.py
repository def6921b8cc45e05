"""More of an agreement's life: later starts, payments that fail, replacements, renewals ahead of time."""

import pytest

from tests.sandbox.server import ACME, ALERTS, ANALYTICS, ARCHIVE, STREAMS
from tests.sandbox.test_get_entitlements import shown
from tests.sandbox.test_notifications import actions, events, eventually, names
from tests.sandbox.test_trading import refusal

CREATED = "Purchase Agreement Created - Proposer"
ENDED = "Purchase Agreement Ended - Proposer"
UPDATED = "License Updated - Manufacturer"
DEPROVISIONED = "License Deprovisioned - Manufacturer"


@pytest.fixture
def entitlement(aws):
    return aws("marketplace-entitlement")


@pytest.fixture
def status_of(aws):
    def status(purchase: dict) -> tuple[str, str | None]:
        answer = aws("marketplace-agreement").get_agreement_entitlements(agreementId=purchase["agreement_id"])
        [one] = answer["agreementEntitlements"]
        return one["status"], one.get("statusReasonCode")

    return status


class TestLaterStart:
    def test_it_is_created_at_once_and_licensed_on_its_day(self, shop, received, entitlement, status_of):
        purchase = shop.buy(ANALYTICS, ACME, plan="team", starts_in_seconds=3600)
        [created] = events(received())
        assert created["detail"]["agreement"]["status"] == "ACTIVE"
        assert created["detail"]["agreement"]["startTime"] == purchase["starts_at"][:19] + "Z"
        assert purchase["starts_at"] > purchase["accepted_at"]
        assert shown(entitlement) == []
        assert status_of(purchase) == ("SCHEDULED", "FUTURE_START_DATE")
        shop.start(purchase["agreement_id"])
        assert names(received()) == [UPDATED]
        assert shown(entitlement) == [(ACME, "team", 1)]
        assert status_of(purchase) == ("PROVISIONED", None)

    def test_the_clock_starts_it(self, shop, received, entitlement):
        shop.buy(ANALYTICS, ACME, plan="team", starts_in_seconds=0.5)
        assert names(received()) == [CREATED]
        assert names(eventually(received)) == [UPDATED]
        assert shown(entitlement) == [(ACME, "team", 1)]

    def test_a_legacy_product_says_nothing_before_its_day(self, shop, received):
        purchase = shop.buy(ARCHIVE, ACME, dimensions={"users": 3}, starts_in_seconds=3600)
        assert received() == []
        shop.start(purchase["agreement_id"])
        assert actions(received()) == ["subscribe-success", "entitlement-updated"]

    def test_a_change_before_its_day_is_amended_but_not_licensed(self, shop, received, entitlement):
        purchase = shop.buy(ANALYTICS, ACME, plan="team", starts_in_seconds=3600)
        received()
        shop.change(purchase["agreement_id"], plan="business")
        assert names(received()) == ["Purchase Agreement Amended - Proposer"]
        assert shown(entitlement) == []

    def test_cancelled_before_its_day_it_had_no_licence_to_lose(self, shop, received, status_of):
        purchase = shop.buy(ANALYTICS, ACME, plan="team", starts_in_seconds=3600)
        received()
        shop.cancel(purchase["agreement_id"])
        assert names(received()) == [ENDED]
        assert status_of(purchase) == ("DEPROVISIONED", "AGREEMENT_INACTIVE")

    @pytest.mark.parametrize(
        "terms",
        [
            {"product": ANALYTICS, "plan": "team", "starts_in_seconds": -1},
            {"product": ANALYTICS, "plan": "team", "starts_in_seconds": "tomorrow"},
            {"product": ANALYTICS, "plan": "team", "starts_in_seconds": 60, "payment": "pending"},
            {"product": ALERTS, "starts_in_seconds": 60},
            {"product": STREAMS, "plan": "base", "free_trial": True, "starts_in_seconds": 60},
        ],
    )
    def test_what_cannot_start_later_is_refused(self, shop, terms):
        assert refusal(shop.buy, account_id=ACME, **terms)[0] == 400


class TestPayment:
    def test_while_it_is_pending_there_is_no_licence(self, shop, received, entitlement, status_of):
        purchase = shop.buy(ANALYTICS, ACME, plan="team", payment="pending")
        assert names(received()) == [CREATED]
        assert shown(entitlement) == []
        assert status_of(purchase) == ("PENDING", "PROVISIONING_IN_PROGRESS")
        shop.pay(purchase["agreement_id"])
        assert names(received()) == [UPDATED]
        assert shown(entitlement) == [(ACME, "team", 1)]

    def test_a_failure_is_silent_under_concurrent_agreements(self, shop, received, status_of):
        purchase = shop.buy(ANALYTICS, ACME, plan="team", payment="pending")
        received()
        shop.fail_payment(purchase["agreement_id"])
        assert received() == []
        assert status_of(purchase) == ("FAILED", "INVALID_PAYMENT_INSTRUMENT")

    def test_a_failure_is_told_by_legacy_products_and_may_be_made_good(self, shop, received):
        purchase = shop.buy(ARCHIVE, ACME, dimensions={"users": 3}, payment="fails")
        [body] = received()
        assert actions([body]) == ["subscribe-fail"]
        assert purchase["offer_id"] in body
        shop.pay(purchase["agreement_id"])
        assert actions(received()) == ["subscribe-success", "entitlement-updated"]

    def test_a_buyer_lands_before_the_payment_is_through(self, shop, aws):
        purchase = shop.buy(ANALYTICS, ACME, plan="team", payment="pending")
        token = shop.token(purchase["agreement_id"])["token"]
        resolved = aws("meteringmarketplace").resolve_customer(RegistrationToken=token)
        assert resolved["Metadata"]["AgreementId"] == purchase["agreement_id"]

    def test_what_has_been_paid_cannot_fail(self, shop):
        purchase = shop.buy(ANALYTICS, ACME, plan="team")
        assert refusal(shop.fail_payment, purchase["agreement_id"])[0] == 409
        assert refusal(shop.pay, purchase["agreement_id"])[0] == 409

    @pytest.mark.parametrize("verb", ["renew", "replace"])
    def test_what_has_not_been_paid_cannot_be_continued(self, shop, verb):
        purchase = shop.buy(ANALYTICS, ACME, plan="team", payment="pending")
        assert refusal(getattr(shop, verb), purchase["agreement_id"])[0] == 409

    def test_an_unknown_way_to_pay_is_refused(self, shop):
        assert refusal(shop.buy, ANALYTICS, ACME, plan="team", payment="in shells")[0] == 400


class TestReplacement:
    @pytest.mark.parametrize("new_license", [False, True])
    def test_a_new_agreement_takes_the_place_of_the_old(self, shop, received, entitlement, new_license):
        old = shop.buy(ANALYTICS, ACME, plan="team", dimensions={"seats": 3})
        received()
        new = shop.replace(old["agreement_id"], new_license=new_license, plan="business", months=24)
        assert (new["intent"], new["dimensions"], new["months"]) == ("REPLACE", {"business": 1, "seats": 3}, 24)
        assert new["previous_agreement_id"] == old["agreement_id"]
        assert new["initial_agreement_id"] == old["initial_agreement_id"]
        assert new["offer_id"] != old["offer_id"]
        assert (new["license_arn"] != old["license_arn"]) is new_license
        old = shop.purchase(old["agreement_id"])
        assert (old["status"], old["next_agreement_id"]) == ("REPLACED", new["agreement_id"])
        assert shown(entitlement) == [(ACME, "business", 1), (ACME, "seats", 3)]
        bodies = received()
        created, _, ended, *rest = events(bodies)
        assert names(bodies)[:3] == [CREATED, UPDATED, ENDED]
        assert created["detail"]["agreement"]["intent"] == "REPLACE"
        assert "previousAgreementId" not in created["detail"]["agreement"]
        assert ended["detail"]["agreement"] == {"id": old["agreement_id"], "status": "REPLACED"}
        assert [event["detail-type"] for event in rest] == ([DEPROVISIONED] if new_license else [])

    def test_a_legacy_product_subscribes_again_with_the_new_offer(self, shop, received):
        old = shop.buy(ARCHIVE, ACME, dimensions={"users": 3})
        received()
        new = shop.replace(old["agreement_id"], dimensions={"users": 9})
        bodies = received()
        assert actions(bodies) == ["subscribe-success", "entitlement-updated"]
        assert new["offer_id"] in bodies[0]


class TestRenewalAheadOfTime:
    @pytest.fixture(autouse=True)
    def signed(self, shop, received):
        self.old = shop.buy(ANALYTICS, ACME, plan="team", months=1)
        received()
        self.new = shop.renew(self.old["agreement_id"], early=True, plan="business")

    def test_it_is_announced_and_changes_nothing_yet(self, shop, received, entitlement):
        [created] = events(received())
        assert created["detail"]["agreement"]["previousAgreementId"] == self.old["agreement_id"]
        assert self.new["starts_at"] == self.old["ends_at"]
        assert shop.purchase(self.old["agreement_id"])["status"] == "ACTIVE"
        assert shown(entitlement) == [(ACME, "team", 1)]

    def test_its_start_ends_the_old(self, shop, received, entitlement):
        received()
        shop.start(self.new["agreement_id"])
        assert names(received()) == [UPDATED, ENDED]
        assert shop.purchase(self.old["agreement_id"])["status"] == "RENEWED"
        assert shown(entitlement) == [(ACME, "business", 1)]

    def test_the_old_can_neither_expire_nor_be_continued_twice(self, shop):
        for verb in (shop.expire, shop.renew, shop.replace):
            assert refusal(verb, self.old["agreement_id"])[0] == 409

    def test_after_the_old_was_cancelled_it_starts_alone(self, shop, received):
        shop.cancel(self.old["agreement_id"])
        received()
        shop.start(self.new["agreement_id"])
        assert names(received()) == [UPDATED]

    def test_if_it_is_cancelled_the_old_can_be_renewed_again(self, shop):
        shop.cancel(self.new["agreement_id"])
        assert shop.renew(self.old["agreement_id"])["status"] == "ACTIVE"


def test_a_termination_is_by_aws(shop, received):
    purchase = shop.buy(ANALYTICS, ACME, plan="team")
    received()
    shop.terminate(purchase["agreement_id"])
    ended, licence = events(received())
    assert ended["detail"]["agreement"]["status"] == "TERMINATED"
    assert licence["detail-type"] == DEPROVISIONED
