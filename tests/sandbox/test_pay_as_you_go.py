"""What only pay as you go can do: be subscribed to again while it ends, and show rows nobody has promised."""

import pytest

from tests.sandbox.server import ACME, ALERTS, RELAY
from tests.sandbox.test_notifications import actions
from tests.sandbox.test_trading import refusal


@pytest.fixture
def entitlement(aws):
    return aws("marketplace-entitlement")


class TestSubscribingAgain:
    def test_before_the_end_is_complete_it_is_never_told(self, shop, received):
        shop.settings(final_window_seconds=1)
        old = shop.buy(RELAY, ACME)
        shop.cancel(old["agreement_id"])
        received()
        new = shop.resubscribe(old["agreement_id"])
        assert new["agreement_id"] != old["agreement_id"]
        assert actions(received()) == ["subscribe-success"]
        assert all(each["sent_at"] for each in shop.notifications()[:3])
        told = [each["name"] for each in shop.call("GET", f"/api/notifications?agreement_id={old['agreement_id']}")]
        assert told == ["unsubscribe-pending", "subscribe-success"]

    def test_buying_again_is_the_same(self, shop, received):
        shop.settings(final_window_seconds=600)
        shop.cancel(shop.buy(RELAY, ACME)["agreement_id"])
        shop.buy(RELAY, ACME)
        assert actions(received()) == ["subscribe-success", "unsubscribe-pending", "subscribe-success"]
        assert "unsubscribe-success" not in [each["name"] for each in shop.notifications()[:3]]

    def test_after_the_end_it_is_too_late(self, shop):
        old = shop.buy(RELAY, ACME)
        assert refusal(shop.resubscribe, old["agreement_id"])[0] == 409
        shop.cancel(old["agreement_id"])
        assert refusal(shop.resubscribe, old["agreement_id"])[0] == 409


class TestSubscriptionRows:
    def test_they_can_be_switched_on_and_have_no_expiry(self, shop, entitlement):
        purchase = shop.buy(ALERTS, ACME)
        shop.settings(subscription_rows=True)
        [row] = entitlement.get_entitlements(ProductCode=ALERTS)["Entitlements"]
        assert row == {
            "ProductCode": ALERTS,
            "Dimension": "alerts_sent",
            "CustomerAWSAccountId": ACME,
            "LicenseArn": purchase["license_arn"],
            "Value": {"BooleanValue": True},
        }
        shop.cancel(purchase["agreement_id"])
        assert "Entitlements" not in entitlement.get_entitlements(ProductCode=ALERTS)

    def test_legacy_products_never_have_them(self, shop, entitlement):
        shop.settings(subscription_rows=True)
        shop.buy(RELAY, ACME)
        assert "Entitlements" not in entitlement.get_entitlements(ProductCode=RELAY)
