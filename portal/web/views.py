"""What pages show of a purchase and a contract, in people's words; templates only place it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from portal.contracts.lifecycle import State
from portal.contracts.models import FREE_TRIAL, Contract, ContractChange, Entitlement
from portal.contracts.names import mask_account
from portal.contracts.overview import Neighbour, Overview
from portal.database import utcnow
from portal.language import gettext as _
from portal.products import Pricing, Product, Products
from portal.web.filters import day
from portal.web.history import HistoryLine, history_lines
from portal.web.wording import (
    PAYMENT_FAILED,
    STATES,
    WAITING_FOR_PAYMENT,
    is_had,
    reason_in_words,
    value_in_words,
)


@dataclass(frozen=True)
class EntitlementLine:
    """One dimension as people read it."""

    key: str
    name: str
    value: str
    unit: str
    description: str
    known: bool
    is_had: bool
    """It counts nothing: the contract has it."""
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
    begins_later: bool
    """Agreed for a later date: AWS grants nothing before it."""
    ends_at: datetime | None
    ends_label: str
    offer_words: str
    masked_account: str | None
    organisation_name: str | None
    linked_by: str | None
    linked_at: datetime | None
    confirmed_at: datetime | None
    awaiting: bool
    """Something is expected to change: AWS is being asked, or has not confirmed the purchase yet."""
    checking: bool
    """AWS is being asked at this moment."""
    page_url: str | None
    subscription: bool
    summary: str
    """What it includes, on one line, to tell two contracts for one product apart."""
    history: list[HistoryLine] = field(default_factory=list)
    has_others: bool = False
    continues: NeighbourView | None = None
    continued_by: NeighbourView | None = None


def purchase_view(contract: Contract, products: Products) -> PurchaseView:
    """A purchase that waits for its person."""
    product = products.named(contract.product_code)
    return PurchaseView(
        product_title=product.title,
        entitlements=_lines(contract.entitlements, product),
        masked_account=mask_account(contract.aws_account_id),
        is_free_trial=contract.offer_type == FREE_TRIAL,
        confirmed=bool(contract.entitlements) or contract.state == State.ACTIVE,
        subscription=product.pricing is Pricing.SUBSCRIPTION,
    )


def contract_card(contract: Contract, products: Products, now: datetime | None = None) -> ContractPage:
    """A contract without its history, as lists show it; now, or as it stood at another moment."""
    product = products.named(contract.product_code)
    now = now or utcnow()
    words, explained = state_in_words(contract, now)
    lines = _lines(contract.entitlements, product)
    return ContractPage(
        id=contract.id,
        product_title=product.title,
        state=contract.state,
        state_words=words,
        state_explained=explained,
        entitlements=lines,
        starts_at=contract.starts_at,
        begins_later=_is_for_later(contract, now),
        ends_at=_end(contract),
        ends_label=_end_label(contract),
        offer_words=_offer(contract, product),
        masked_account=mask_account(contract.aws_account_id),
        organisation_name=contract.organisation.name if contract.organisation else None,
        linked_by=None,
        linked_at=contract.linked_at,
        confirmed_at=contract.confirmed_at,
        checking=contract.check_requested_at is not None,
        awaiting=contract.check_requested_at is not None
        or (contract.state in {State.WAITING, State.CHANGING} and not _is_for_later(contract, now)),
        page_url=product.page_url,
        subscription=product.pricing is Pricing.SUBSCRIPTION,
        summary=" · ".join(line.name if line.is_had else f"{line.value} {line.unit or line.name}" for line in lines),
    )


def state_in_words(contract: Contract, now: datetime) -> tuple[str, str]:
    """The state's name, and what it means for this contract."""
    state = State(contract.state) if contract.state in list(State) else None
    if state is None:
        return contract.state, _("AWS Marketplace uses a word here that we do not know yet.")
    words, explained = map(_, STATES[state])
    if state is State.ENDED and contract.ended_because:
        return words, _("%(reason)s on AWS Marketplace.", reason=reason_in_words(contract.ended_because))
    if state is State.WAITING and contract.ended_because == PAYMENT_FAILED:
        return words, _(WAITING_FOR_PAYMENT)
    if contract.starts_at and _is_for_later(contract, now):
        return _("Agreed"), _(
            "This contract begins on %(day)s. Until then AWS grants nothing.", day=day(contract.starts_at)
        )
    return words, explained


def _is_for_later(contract: Contract, now: datetime) -> bool:
    return contract.state == State.WAITING and contract.starts_at is not None and contract.starts_at > now


def contract_page(
    overview: Overview, changes: Sequence[ContractChange], products: Products, now: datetime | None = None
) -> ContractPage:
    """A contract with its history and neighbours; now, or as it stood at another moment."""
    contract = overview.contract
    product = products.named(contract.product_code)
    return replace(
        contract_card(contract, products, now),
        linked_by=contract.linked_by.name if contract.linked_by else None,
        history=history_lines(changes, product),
        has_others=overview.has_others,
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
        value=value_in_words(row.value, row.value_type, dimension.unit, dimension.known),
        unit=dimension.unit,
        description=dimension.description,
        known=dimension.known,
        is_had=is_had(row.value, row.value_type, dimension.unit, dimension.known),
        expires_at=row.expires_at,
    )


def _end(contract: Contract) -> datetime | None:
    if contract.state == State.ENDED:
        return contract.ended_at
    expiries = [row.expires_at for row in contract.entitlements if row.expires_at]
    return max(expiries) if expiries else contract.ends_at


def _end_label(contract: Contract) -> str:
    if contract.state == State.ENDED:
        return _("Ended on")
    if contract.state == State.ENDING or contract.auto_renew is False:
        return _("Ends on")
    return _("Renews on") if contract.auto_renew else _("Runs until")


def _offer(contract: Contract, product: Product) -> str:
    if contract.offer_type == FREE_TRIAL:
        return _("Free trial")
    return {
        Pricing.CONTRACT: _("Contract"),
        Pricing.CONTRACT_WITH_CONSUMPTION: _("Contract with pay-as-you-go usage"),
        Pricing.SUBSCRIPTION: _("Pay as you go"),
    }[product.pricing]
