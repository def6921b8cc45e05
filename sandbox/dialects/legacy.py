"""Legacy products: SNS messages that name the buyer by CustomerIdentifier and say as little as AWS's do.

The entitlement topic has one message for everything; the subscription topic speaks of billing. A contract product
has both topics, a pay-as-you-go product the second only.
"""

from ..agreements import Agreement
from ..catalogue import Account, Product
from . import Notice

ENTITLEMENT_TOPIC = "aws-mp-entitlement-notification-"
SUBSCRIPTION_TOPIC = "aws-mp-subscription-notification-"


class Legacy:
    """The dialect of products from before concurrent agreements."""

    def started(self, product: Product, account: Account, agreement: Agreement) -> list[Notice]:
        success = _subscription("subscribe-success", product, account)
        success.body["offer-identifier"] = agreement.offer_id
        # A text, not a boolean: so the user guide shows it, and so integrations must read it.
        success.body["isFreeTrialTermPresent"] = "true" if agreement.free_trial else "false"
        return [success, *_entitlement(product, account)]

    def amended(
        self, product: Product, account: Account, agreement: Agreement, entitlements_changed: bool
    ) -> list[Notice]:
        return _entitlement(product, account) if entitlements_changed else []

    def renewed(self, product: Product, account: Account, old: Agreement, new: Agreement) -> list[Notice]:
        return _entitlement(product, account)

    def ended(self, product: Product, account: Account, agreement: Agreement) -> list[Notice]:
        return [
            _subscription("unsubscribe-pending", product, account),
            *_entitlement(product, account),
            _subscription("unsubscribe-success", product, account, at_window_end=True),
        ]


def topics_of(product: Product) -> list[str]:
    """The SNS topics AWS Marketplace makes for a legacy product."""
    names = [] if product.is_subscription else [ENTITLEMENT_TOPIC + product.code]
    return [*names, SUBSCRIPTION_TOPIC + product.code]


def _entitlement(product: Product, account: Account) -> list[Notice]:
    if product.is_subscription:
        return []
    return [_notice("entitlement-updated", ENTITLEMENT_TOPIC, product, account)]


def _subscription(action: str, product: Product, account: Account, at_window_end: bool = False) -> Notice:
    return _notice(action, SUBSCRIPTION_TOPIC, product, account, at_window_end)


def _notice(
    action: str, topic: str, product: Product, account: Account, at_window_end: bool = False
) -> Notice:
    body = {
        "action": action,
        "customer-identifier": account.customer_identifier,
        "product-code": product.code,
    }
    return Notice(name=action, body=body, topic=topic + product.code, at_window_end=at_window_end)
