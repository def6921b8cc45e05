"""Legacy products: SNS messages that name the buyer by CustomerIdentifier and say as little as AWS's do.

The entitlement topic has one message for everything; the subscription topic speaks of billing. A contract product
has both topics, a pay-as-you-go product the second only.
"""

from sandbox.agreements import Agreement
from sandbox.catalogue import Product
from sandbox.dialects.notice import Notice, Sale

ENTITLEMENT_TOPIC = "aws-mp-entitlement-notification-"
SUBSCRIPTION_TOPIC = "aws-mp-subscription-notification-"
UNSUBSCRIBED = "unsubscribe-success"


class Legacy:
    """The dialect of products from before concurrent agreements."""

    def agreed(self, _sale: Sale, _previous: Agreement | None) -> list[Notice]:
        return []  # nothing is said before the right of use begins

    def began(self, sale: Sale, old: Agreement | None) -> list[Notice]:
        if old and old.status == "RENEWED":
            return _entitlement(sale)
        success = _subscription("subscribe-success", sale)
        # A text, not a boolean: so the user guide shows it, and so integrations must read it.
        success.body["isFreeTrialTermPresent"] = "true" if sale.agreement.free_trial else "false"
        return [success, *_entitlement(sale)]

    def failed(self, sale: Sale) -> list[Notice]:
        return [_subscription("subscribe-fail", sale)]

    def amended(self, sale: Sale, entitlements_changed: bool) -> list[Notice]:
        return _entitlement(sale) if entitlements_changed and sale.agreement.is_licensed else []

    def ended(self, sale: Sale) -> list[Notice]:
        if not sale.agreement.is_licensed:
            return []  # the seller never heard of it
        return [
            _subscription("unsubscribe-pending", sale),
            *_entitlement(sale),
            _subscription(UNSUBSCRIBED, sale, at_window_end=True),
        ]


def topics_of(product: Product) -> list[str]:
    """The SNS topics AWS Marketplace makes for a legacy product."""
    names = [] if product.is_subscription else [ENTITLEMENT_TOPIC + product.code]
    return [*names, SUBSCRIPTION_TOPIC + product.code]


def _entitlement(sale: Sale) -> list[Notice]:
    if sale.product.is_subscription:
        return []
    return [_notice("entitlement-updated", ENTITLEMENT_TOPIC, sale)]


def _subscription(action: str, sale: Sale, at_window_end: bool = False) -> Notice:
    notice = _notice(action, SUBSCRIPTION_TOPIC, sale, at_window_end)
    if action.startswith("subscribe-"):
        notice.body["offer-identifier"] = sale.agreement.offer_id
    return notice


def _notice(action: str, topic: str, sale: Sale, at_window_end: bool = False) -> Notice:
    body = {
        "action": action,
        "customer-identifier": sale.account.customer_identifier,
        "product-code": sale.product.code,
    }
    return Notice(name=action, body=body, topic=topic + sale.product.code, at_window_end=at_window_end)
