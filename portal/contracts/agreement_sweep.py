"""One page of a product's agreements against our contracts.

SearchAgreements tells what GetEntitlements cannot: that something was bought whose licence is not granted yet, that a
renewal's event was lost, that pay as you go was agreed or is over. What it tells is kept as AWS's words and terms are
kept from events; what follows from them, the ordinary check decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from portal.contracts import book, checks, findings, sync
from portal.contracts.agreement_words import ACTIVE, HANDED_OVER, OVER, hear_status, keep_reason, keep_terms, own_keys
from portal.contracts.continuation import go_on
from portal.contracts.entitlement_sweep import GRANTED
from portal.contracts.findings import FindingKind, Found
from portal.contracts.lifecycle import State
from portal.contracts.models import Contract, NameKind
from portal.contracts.names import agreement_key, can_be_asked_for, license_key
from portal.database import db
from portal.marketplace.values import Agreement
from portal.products import Product, Products
from portal.sentences import sentence

LAG = timedelta(minutes=65)
"""An end may take so long to show: usage may be metered for one hour more (user guide, "SaaS subscriptions")."""


@dataclass(frozen=True)
class Taken:
    """What became of a page: how many contracts changed, and how many are to be asked about."""

    written: int
    to_check: int


def take(
    agreements: Sequence[Agreement], product: Product, products: Products, started_at: datetime, now: datetime
) -> Taken:
    """Write what a page of agreements tells. Inside a transaction.

    Args:
        started_at: when the sweep began: what was confirmed since, GetEntitlements still grants.
    """
    for one in agreements:
        _join(one, product)
    owners = book.owners(key for one in agreements for key in _keys(one))
    contracts = sync.lock(set(owners.values()))
    latest = _latest_told(agreements, owners)
    found, told, again, written = list[Found](), dict[UUID, Contract](), set[UUID](), 0
    for one in agreements:
        contract = _meant(one, owners, contracts, product)
        if contract is None:
            found += _never_landed(one, owners, product)
            continue
        version = contract.version
        if _learn(contract, one) | hear_status(contract, one, _is_shown(contract, products, started_at), now):
            again.add(contract.id)
        keep_terms(contract, one, latest)
        keep_reason(contract, one)
        written += contract.version != version
        told[contract.id] = contract
    to_check = checks.look_again(sorted(again), now)
    fresh = {one.agreement_id for one in agreements if one.updated_at is None or one.updated_at > now - LAG}
    without = [one for one in told.values() if _has_no_agreement(one, fresh, products, started_at)]
    without_ids = {one.id for one in without}
    findings.resolve_about(sorted(told.keys() - without_ids), FindingKind.ACCESS_WITHOUT_AGREEMENT, now)
    findings.note(found + [_without_agreement(one) for one in without], now)
    return Taken(written, to_check)


def _keys(one: Agreement) -> list[book.Key]:
    """Its own, then that of the first agreement of its chain."""
    first = one.initial_agreement_id
    return own_keys(one) + ([(NameKind.AGREEMENT, agreement_key(first))] if first else [])


def _join(one: Agreement, product: Product) -> None:
    """Let a contract go on for the one its chain began with, where the event that would have told is lost.

    Where the chain goes on in another contract already, which one it follows is not to be known from its beginning.
    """
    if one.initial_agreement_id in {None, one.agreement_id}:
        return
    owners = book.owners(_keys(one))
    first = owners.get(_keys(one)[-1])
    later = next((owners[key] for key in own_keys(one) if key in owners), None)
    if first and later and first != later:
        both = [db.session.get_one(Contract, id_, populate_existing=True) for id_ in (later, first)]
        is_open = both[0].continues_id is None and not sync.is_continued(first)
        if is_open and {contract.product_code for contract in both} == {product.code}:
            go_on(both[0], str(one.initial_agreement_id))


def _meant(
    one: Agreement, owners: dict[book.Key, UUID], contracts: dict[UUID, Contract], product: Product
) -> Contract | None:
    """The contract an agreement is about; one agreement may be over several products.

    One whose chain goes on in a contract of its own is not meant by the chain's beginning alone.
    """
    own = own_keys(one)
    for key in _keys(one):
        contract = contracts.get(owners[key]) if key in owners else None
        if contract is None or contract.product_code != product.code or contract.merged_into_id is not None:
            continue
        if key in own or not sync.is_continued(contract.id):
            return contract
    return None


def _learn(contract: Contract, one: Agreement) -> bool:
    """Note the agreement's names and its status; whether a name was new."""
    names = [book.Names(agreement_id=one.agreement_id)]
    if one.status == ACTIVE and len(one.product_ids) <= 1:
        # Of an agreement over several products it is not told which licence is for which.
        names += [book.Names(license_arn=arn) for arn in one.license_arns]
    new = [book.learn_names(contract, each) for each in names if not _is_borne(contract, each)]
    if any(new):
        db.session.flush()
        db.session.refresh(contract, ["names"])
    contract.aws_account_id = contract.aws_account_id or one.aws_account_id
    for name in contract.names:
        if name.kind == NameKind.AGREEMENT and name.key == agreement_key(one.agreement_id):
            name.agreement_status = one.status[:32]
    return any(new)


def _is_borne(contract: Contract, names: book.Names) -> bool:
    """Whether the contract bears a name already, in a spelling that AWS may be asked by."""
    borne = {(name.kind, name.key): name.text for name in contract.names}
    ((kind, key, _text),) = names.all()
    text = borne.get((kind, key))
    return text is not None and (kind != NameKind.LICENSE or can_be_asked_for(text))


def _latest_told(agreements: Sequence[Agreement], owners: dict[book.Key, UUID]) -> set[str]:
    """Of each contract the agreement in force that was changed last; of two at one moment, the later one to begin."""
    latest: dict[UUID | str, Agreement] = {}
    for one in agreements:
        contract_id = next((owners[key] for key in _keys(one) if key in owners), one.agreement_id)
        before = latest.get(contract_id)
        if one.status == ACTIVE and one.updated_at and not (before and _changed_at(before) > one.updated_at):
            latest[contract_id] = one
    return {one.agreement_id for one in latest.values()}


def _changed_at(one: Agreement) -> datetime:
    return one.updated_at or datetime.min.replace(tzinfo=UTC)


def _has_no_agreement(contract: Contract, fresh: set[str], products: Products, started_at: datetime) -> bool:
    """Whether a contract gives access though every agreement of it is over, and not only since a moment ago."""
    names = [name for name in contract.names if name.kind == NameKind.AGREEMENT]
    statuses = {name.agreement_status for name in names}
    if not statuses & OVER or statuses - OVER - HANDED_OVER or any(name.text in fresh for name in names):
        return False
    states = {State.ACTIVE, State.CHANGING} if sync.is_subscription(contract, products) else GRANTED
    return contract.state in states and _is_shown(contract, products, started_at)


def _is_shown(contract: Contract, products: Products, started_at: datetime) -> bool:
    """Whether this sweep has seen AWS grant it something; pay as you go, it may be granted without being shown."""
    if sync.is_subscription(contract, products):
        return True
    return bool(contract.entitlements) and contract.confirmed_at is not None and contract.confirmed_at >= started_at


def _without_agreement(contract: Contract) -> Found:
    last = max((name for name in contract.names if name.kind == NameKind.AGREEMENT), key=lambda name: name.id)
    return Found(
        FindingKind.ACCESS_WITHOUT_AGREEMENT,
        contract.product_code,
        last.key,
        contract.aws_account_id,
        contract.id,
        sentence(findings.AGREEMENT_OVER, state=contract.state, status=str(last.agreement_status)),
    )


def _never_landed(one: Agreement, owners: dict[book.Key, UUID], product: Product) -> list[Found]:
    is_known = any(key in owners for key in _keys(one)[1:])
    if one.status != ACTIVE or any((NameKind.LICENSE, license_key(arn)) in owners for arn in one.license_arns):
        return []
    if is_known and not one.license_arns:
        return []  # a renewal to come
    # The licence is the name under which GetEntitlements finds the same purchase.
    name = license_key(one.license_arns[0]) if one.license_arns else one.agreement_id
    detail = sentence(findings.AGREEMENT, name=one.agreement_id)
    return [Found(FindingKind.NEVER_LANDED, product.code, name, one.aws_account_id, detail=detail)]
