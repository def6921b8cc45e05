"""SNS: the topics of older products, which AWS Marketplace owns and the seller's account subscribes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import exists, select
from sqlalchemy.exc import SQLAlchemyError

from portal.contracts.models import ContractName, NameKind
from portal.database import db
from portal.doctor.lines import Line, Thing
from portal.doctor.subject import Subject
from portal.marketplace.errors import AccessRefused, MarketplaceError
from portal.marketplace.routing import QueueState, Routing, Subscription
from portal.products import Pricing, Product
from portal.sentences import Sentence, listed, sentence, together

TOPICS = Thing("notifications.topics", sentence("SNS topics"))

ENTITLEMENT = "aws-mp-entitlement-notification-"
SUBSCRIPTION = "aws-mp-subscription-notification-"
MAY_LOOK = sentence("To let the doctor look, allow sns:ListSubscriptions; the portal itself does not need it.")


@dataclass(frozen=True)
class Topics:
    """The queue's subscriptions; or why nothing is known of them."""

    subscriptions: list[Subscription] = field(default_factory=list)
    problem: MarketplaceError | None = None

    def hears(self, product: Product) -> bool:
        """Whether the queue hears everything that is said about a product."""
        return not self.missing(product)

    def missing(self, product: Product) -> list[str]:
        """The topics of a product that the queue does not hear (user guide, "SNS notifications")."""
        heard = {one.topic for one in self.subscriptions if one.confirmed}
        return [topic for topic in topics_of(product) if topic not in heard]


def topics_of(product: Product) -> list[str]:
    """The topics that AWS makes for an older product."""
    entitlement = [] if product.pricing is Pricing.SUBSCRIPTION else [ENTITLEMENT + product.code]
    return [*entitlement, SUBSCRIPTION + product.code]


def read(routing: Routing, queue: QueueState) -> Topics:
    """Ask SNS."""
    try:
        return Topics(routing.subscriptions_of(queue.arn))
    except MarketplaceError as error:
        return Topics(problem=error)


def line(heard: Topics, subject: Subject, *, others_have_a_rule: bool) -> Line:
    """Nothing tells from outside whether a product is an older one: what it is subscribed to tells, and its buyers'
    names."""
    if heard.problem:
        refused = isinstance(heard.problem, AccessRefused)
        why = sentence("AWS does not let it look") if refused else str(heard.problem)
        return TOPICS.unknown(sentence("The doctor cannot see SNS’s subscriptions (%(why)s).", why=why), MAY_LOOK)
    waiting = [one.topic for one in heard.subscriptions if not one.confirmed]
    if waiting:
        return TOPICS.wrong(
            sentence("Subscribed, but not confirmed: %(topics)s.", topics=listed(waiting)),
            sentence("Confirm the subscription, or make it anew."),
        )
    missing = {product.title: heard.missing(product) for product in subject.products}
    half = {
        product.title: missing[product.title]
        for product in subject.products
        if missing[product.title] and len(missing[product.title]) < len(topics_of(product))
    }
    if half:
        return TOPICS.wrong(
            sentence("Only half is heard of %(missing)s is missing.", missing=_by_product(half)), _subscribe(half)
        )
    silent = {product.title: topics_of(product) for product in subject.products if missing[product.title]}
    old = {
        product.title: silent[product.title]
        for product in subject.products
        if product.title in silent and _is_old(product)
    }
    if old:
        return TOPICS.warning(
            sentence(
                "%(products)s: buyers have the identifiers of older products, and no topic is heard.",
                products=listed(old),
            ),
            together(_subscribe(old), sentence("Products that have moved to Concurrent Agreements need none.")),
        )
    heard_titles = [title for title, topics in missing.items() if not topics]
    if not heard_titles:
        return TOPICS.ok(sentence("None, which is right for products under Concurrent Agreements."))
    told = sentence("Heard: %(products)s.", products=listed(heard_titles))
    return TOPICS.ok(together(told, sentence("The others speak through the rule.")) if others_have_a_rule else told)


def _by_product(missing: Mapping[str, list[str]]) -> str:
    return "; ".join(f"{title}: {', '.join(topics)}" for title, topics in missing.items())


def _subscribe(missing: Mapping[str, list[str]]) -> Sentence:
    return sentence(
        "In us-east-1, with the account that published the product, subscribe the queue to %(topics)s.",
        topics=listed(topic for several in missing.values() for topic in several),
    )


def _is_old(product: Product) -> bool:
    named = exists().where(
        ContractName.kind == NameKind.CUSTOMER, ContractName.key.startswith(f"{product.code}/", autoescape=True)
    )
    try:
        return bool(db.session.scalar(select(named)))
    except SQLAlchemyError:
        return False
