"""What pages show of a purchase and a contract, in people's words; templates only place it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from portal.contracts.entitlements import in_words
from portal.contracts.lifecycle import State
from portal.contracts.models import Cause, Contract, ContractChange, Entitlement
from portal.contracts.overview import Neighbour, Overview
from portal.products import Pricing, Product, Products
from portal.web.filters import day

MARKETPLACE_URL = "https://console.aws.amazon.com/marketplace/home#/subscriptions"
"""Where a buyer manages subscriptions; *Set up your account* is there too."""

_STATES = {
    State.WAITING: (
        "Waiting for AWS",
        "AWS has not confirmed this purchase yet. That usually takes a few minutes; this page follows by itself.",
    ),
    State.ACTIVE: ("Active", "AWS confirms this contract."),
    State.ENDING: ("Ending", "This contract is about to end on AWS Marketplace."),
    State.ENDED: ("Ended", "AWS Marketplace shows no entitlement for this contract any more."),
    State.SUPERSEDED: ("Continued", "Another contract renews or replaces this one."),
}
_CAUSES = {
    Cause.LANDING: "Set up from AWS Marketplace",
    Cause.NOTIFICATION: "Changed on AWS Marketplace",
    Cause.REFRESH: "Found when checking with AWS",
    Cause.SWEEP: "Found when checking with AWS",
    Cause.LINK: "Linked",
}
_SUBJECTS = {
    "opened": "Purchase",
    "state": "Status",
    "organisation": "Organisation",
    "starts_at": "Start",
    "ends_at": "End",
    "auto_renew": "Automatic renewal",
    "ended_because": "Reason for the end",
}
_REASONS = {
    "CANCELLED": "Cancelled",
    "EXPIRED": "Expired",
    "TERMINATED": "Terminated by AWS",
    "RENEWED": "Renewed",
    "REPLACED": "Replaced",
}


@dataclass(frozen=True)
class EntitlementLine:
    """One dimension as people read it."""

    key: str
    name: str
    value: str
    unit: str
    description: str
    known: bool
    expires_at: datetime | None


@dataclass(frozen=True)
class PurchaseView:
    """What was bought, before it is linked."""

    product_title: str
    entitlements: list[EntitlementLine]
    masked_account: str | None
    is_free_trial: bool
    confirmed: bool
    subscription: bool
    aws_url: str = MARKETPLACE_URL


@dataclass(frozen=True)
class HistoryLine:
    """One change: old, new, and why."""

    at: datetime
    what: str
    before: str | None
    after: str | None
    cause: str
    detail: str | None
    sentence: str


@dataclass(frozen=True)
class NeighbourView:
    """A link to the contract before or after."""

    id: UUID
    product_title: str


@dataclass(frozen=True)
class ContractPage:
    """The contract page."""

    id: UUID
    product_title: str
    state: str
    state_words: str
    state_explained: str
    entitlements: list[EntitlementLine]
    starts_at: datetime | None
    ends_at: datetime | None
    ends_label: str
    offer_words: str
    masked_account: str | None
    organisation_name: str | None
    linked_by: str | None
    linked_at: datetime | None
    confirmed_at: datetime | None
    awaiting: bool
    page_url: str | None
    subscription: bool
    aws_url: str = MARKETPLACE_URL
    history: list[HistoryLine] = field(default_factory=list)
    continues: NeighbourView | None = None
    continued_by: NeighbourView | None = None


def mask_account(aws_account_id: str | None) -> str | None:
    """An AWS account by its last four digits."""
    return f"•••• •••• {aws_account_id[-4:]}" if aws_account_id else None


def purchase_view(contract: Contract, products: Products) -> PurchaseView:
    """A purchase that waits for its person."""
    product = products.named(contract.product_code)
    return PurchaseView(
        product_title=product.title,
        entitlements=_lines(contract.entitlements, product),
        masked_account=mask_account(contract.aws_account_id),
        is_free_trial=contract.offer_type == "free-trial",
        confirmed=bool(contract.entitlements) or contract.state == State.ACTIVE,
        subscription=product.pricing is Pricing.SUBSCRIPTION,
    )


def contract_card(contract: Contract, products: Products) -> ContractPage:
    """A contract without its history, as lists show it."""
    product = products.named(contract.product_code)
    words, explained = _STATES[State(contract.state)]
    if contract.ended_because and contract.state == State.ENDED:
        explained = f"{_reason(contract.ended_because)} on AWS Marketplace."
    return ContractPage(
        id=contract.id,
        product_title=product.title,
        state=contract.state,
        state_words=words,
        state_explained=explained,
        entitlements=_lines(contract.entitlements, product),
        starts_at=contract.starts_at,
        ends_at=_end(contract),
        ends_label=_end_label(contract),
        offer_words=_offer(contract, product),
        masked_account=mask_account(contract.aws_account_id),
        organisation_name=contract.organisation.name if contract.organisation else None,
        linked_by=None,
        linked_at=contract.linked_at,
        confirmed_at=contract.confirmed_at,
        awaiting=contract.check_requested_at is not None or contract.state == State.WAITING,
        page_url=product.page_url,
        subscription=product.pricing is Pricing.SUBSCRIPTION,
    )


def contract_page(overview: Overview, changes: list[ContractChange], products: Products) -> ContractPage:
    """A contract with its history and neighbours."""
    from dataclasses import replace

    contract = overview.contract
    product = products.named(contract.product_code)
    return replace(
        contract_card(contract, products),
        linked_by=contract.linked_by.name if contract.linked_by else None,
        history=[_history_line(change, product) for change in changes],
        continues=_neighbour(overview.continues, products),
        continued_by=_neighbour(overview.continued_by, products),
    )


def _neighbour(neighbour: Neighbour | None, products: Products) -> NeighbourView | None:
    return NeighbourView(neighbour.id, products.named(neighbour.product_code).title) if neighbour else None


def _lines(entitlements: list[Entitlement], product: Product) -> list[EntitlementLine]:
    order = {key: place for place, key in enumerate(product.dimensions)}
    rows = sorted(entitlements, key=lambda row: (order.get(row.dimension, len(order)), row.dimension))
    return [_line(row, product) for row in rows]


def _line(row: Entitlement, product: Product) -> EntitlementLine:
    dimension = product.dimension(row.dimension)
    return EntitlementLine(
        key=row.dimension,
        name=dimension.name,
        value=_value(row.value, row.value_type, dimension.unit, dimension.known),
        unit=dimension.unit,
        description=dimension.description,
        known=dimension.known,
        expires_at=row.expires_at,
    )


def _value(value: str, value_type: str, unit: str, known: bool) -> str:
    # A tier (a plan) is a known dimension that counts nothing: AWS sends 1 for "has it".
    return (
        "Included" if known and not unit and value_type == "integer" and value == "1" else in_words(value, value_type)
    )


def _end(contract: Contract) -> datetime | None:
    expiries = [row.expires_at for row in contract.entitlements if row.expires_at]
    return max(expiries) if expiries else contract.ends_at


def _end_label(contract: Contract) -> str:
    if contract.state == State.ENDED:
        return "Ended on"
    if contract.state == State.ENDING or contract.auto_renew is False:
        return "Ends on"
    return "Renews on" if contract.auto_renew else "Runs until"


def _offer(contract: Contract, product: Product) -> str:
    if contract.offer_type == "free-trial":
        return "Free trial"
    return {
        Pricing.CONTRACT: "Contract",
        Pricing.CONTRACT_WITH_CONSUMPTION: "Contract with pay-as-you-go usage",
        Pricing.SUBSCRIPTION: "Pay as you go",
    }[product.pricing]


def _history_line(change: ContractChange, product: Product) -> HistoryLine:
    what, before, after = _change_in_words(change, product)
    if change.subject == "opened":
        sentence = "The purchase reached us from AWS Marketplace."
    elif change.subject == "organisation":
        sentence = f"Linked to {after}" + (f" by {change.detail}." if change.detail else ".")
    elif before == after or (before is None and after is None):
        sentence = f"{what} changed."
    elif before is None:
        sentence = f"{what}: {after}."
    elif after is None:
        sentence = f"{what}: no longer included (was {before})."
    else:
        sentence = f"{what}: {before} → {after}."
    cause = _CAUSES.get(Cause(change.cause), "Changed")
    return HistoryLine(change.at, what, before, after, cause, change.detail, sentence)


def _change_in_words(change: ContractChange, product: Product) -> tuple[str, str | None, str | None]:
    kind, _, key = change.subject.partition(":")
    if kind != "dimension":
        return _SUBJECTS.get(kind, kind), _plain(kind, change.before), _plain(kind, change.after)
    dimension = product.dimension(key)

    def said(row: dict[str, Any] | None) -> str | None:
        if row is None:
            return None
        text = _value(row["value"], row["type"], dimension.unit, dimension.known)
        return f"{text} {dimension.unit}".rstrip()

    before, after = said(change.before), said(change.after)
    if before == after and change.before and change.after:
        # the amount stayed; the date moved
        return f"{dimension.name}, valid until", _date(change.before["expires_at"]), _date(change.after["expires_at"])
    return dimension.name, before, after


def _plain(kind: str, row: dict[str, Any] | None) -> str | None:
    if row is None:
        return None
    value = row["value"]
    if kind in {"state", "opened"}:
        return _STATES[State(value)][0] if value in list(State) else str(value)
    if kind in {"starts_at", "ends_at"}:
        return _date(value)
    if kind == "auto_renew":
        return "On" if value else "Off"
    return _reason(value) if kind == "ended_because" else str(value)


def _reason(word: str) -> str:
    return _REASONS.get(word, word)


def _date(value: str | None) -> str | None:
    return day(datetime.fromisoformat(value)) if value else None
