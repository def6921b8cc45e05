"""Reconciliation: a product as AWS tells it, page by page, against our contracts.

A sweep has four stages. It reads all entitlements of the product and writes what differs; it has contracts asked about
that no page has shown; it reads the agreements, where the account may; it lists what people should look at. It repairs
only by reading again, and takes nothing away: whether a contract is over is for the ordinary check to decide.

Each step is one transaction that also notes how far the sweep has come, so it may be interrupted anywhere.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from portal.contracts import agreement_sweep, checks, entitlement_sweep, findings, sweeps
from portal.contracts.entitlement_sweep import Carried, confirm_unlisted, confirmed_before
from portal.contracts.findings import FindingKind, Found
from portal.contracts.models import Contract
from portal.contracts.sweeps import AgreementsRead, Stage, Sweep
from portal.database import db, transaction, utcnow
from portal.marketplace.agreements import AgreementPage, Agreements, MayNot
from portal.marketplace.client import Marketplace, Page
from portal.marketplace.errors import MarketplaceError, MarketplaceUnavailable
from portal.products import Pricing, Product, Products
from portal.sentences import sentence

logger = logging.getLogger(__name__)

EVERY = timedelta(hours=1)
PAUSE = timedelta(minutes=10)
"""At least so long between two sweeps, should one take more than its hour."""
AGAIN_AFTER = timedelta(minutes=1)
STALE_AFTER = timedelta(days=2)
MANY_TRIES = 8
"""A check that was tried so often keeps failing: some five minutes have passed by then."""
LONG_AGO = datetime.fromisoformat("2000-01-01T00:00:00+00:00")


@dataclass(frozen=True)
class Sources:
    """Where a sweep reads: AWS's entitlements and agreements, and what we sell."""

    marketplace: Marketplace
    agreements: Agreements
    products: Products


def run(sweep: Sweep, product: Product, sources: Sources) -> Iterator[None]:
    """Do what is left of a sweep that was taken, step by step; who stops in between gives it back by ``sweeps.leave``.

    What stands in its way is in ``sweep.problem`` at the end.

    Raises:
        LostSweep: a step took too long, and another goes on with the sweep.
    """
    try:
        while sweep.stage is not None:
            match Stage(sweep.stage):
                case Stage.ENTITLEMENTS:
                    yield from _read_entitlements(sweep, product, sources)
                case Stage.UNSEEN:
                    yield from _look_at_unseen(sweep, product)
                case Stage.AGREEMENTS:
                    yield from _read_agreements(sweep, product, sources)
                case Stage.CLOSING:
                    _close(sweep, product)
                    yield
    except MarketplaceUnavailable as error:
        logger.warning("The sweep of %s goes on later: %s", product.code, error)
        sweeps.leave(sweep, due_at=utcnow() + AGAIN_AFTER, problem=str(error))
    except MarketplaceError as error:
        # A page token that has grown too old is refused, too: so the next sweep begins at the beginning.
        logger.error("The sweep of %s is given up until the next: %s", product.code, error)
        with transaction():
            sweeps.keep(sweep)
            sweeps.end(sweep, due_at=utcnow() + EVERY, finished_at=None, problem=str(error))


def take_page(sweep: Sweep, product: Product, page: Page, carried: Carried, products: Products) -> Carried:
    """Write one page of entitlements: one step of a sweep.

    Args:
        carried: contracts of which the page before showed a part.

    Returns:
        Those of which this page showed a part.

    Raises:
        LostSweep: another goes on with the sweep, and nothing was written.
    """
    matched = entitlement_sweep.match(page, product, carried)
    with transaction():
        sweeps.keep(sweep)
        taken = entitlement_sweep.write(matched, product, products, utcnow())
        sweep.pages, sweep.rows = sweep.pages + 1, sweep.rows + len(page.rows)
        sweep.written, sweep.to_check = sweep.written + taken.written, sweep.to_check + taken.to_check
        sweeps.go_on(sweep, page.next_token, Stage.UNSEEN)
    return taken.carried


def _read_entitlements(sweep: Sweep, product: Product, sources: Sources) -> Iterator[None]:
    carried = Carried()
    for page in sources.marketplace.entitlement_pages(product.code, sweeping=True, token=sweep.cursor):
        carried = take_page(sweep, product, page, carried, sources.products)
        yield


def _look_at_unseen(sweep: Sweep, product: Product) -> Iterator[None]:
    """Have those asked about that give access and were not shown, or not in full."""
    started_at = _started(sweep)
    for batch in confirmed_before(product.code, started_at):
        with transaction():
            sweeps.keep(sweep)
            by_words = product.pricing is Pricing.SUBSCRIPTION
            unseen = confirm_unlisted(batch, started_at) if by_words else batch
            sweep.to_check += checks.look_again(unseen, utcnow())
        yield
    with transaction():
        sweeps.keep(sweep)
        sweeps.go_on(sweep, None, Stage.AGREEMENTS)


def _read_agreements(sweep: Sweep, product: Product, sources: Sources) -> Iterator[None]:
    if product.id is None:
        _end_agreements(sweep, AgreementsRead.NO_PRODUCT_ID)
        return
    pages = sources.agreements.pages(product.id, token=sweep.cursor)
    while sweep.stage == Stage.AGREEMENTS:
        try:
            page = next(pages)
        except MarketplaceError as error:
            # What the entitlements told stands; the agreements are read again by the next sweep.
            logger.warning("The agreements of %s could not be read: %s", product.code, error)
            _end_agreements(sweep, AgreementsRead.NO_ANSWER)
            return
        if isinstance(page, MayNot):
            _end_agreements(sweep, AgreementsRead.MAY_NOT)
            return
        _take_agreements(sweep, product, page, sources.products)
        yield


def _take_agreements(sweep: Sweep, product: Product, page: AgreementPage, products: Products) -> None:
    with transaction():
        sweeps.keep(sweep)
        taken = agreement_sweep.take(page.agreements, product, products, _started(sweep), utcnow())
        sweep.written, sweep.to_check = sweep.written + taken.written, sweep.to_check + taken.to_check
        sweep.pages += 1
        sweep.agreements = AgreementsRead.READ
        sweeps.go_on(sweep, page.next_token, Stage.CLOSING)


def _end_agreements(sweep: Sweep, became: AgreementsRead) -> None:
    with transaction():
        sweeps.keep(sweep)
        sweep.agreements = became
        sweeps.go_on(sweep, None, Stage.CLOSING)


def _close(sweep: Sweep, product: Product) -> None:
    """List what is stale, resolve what was not found again, and end the sweep."""
    now, started_at = utcnow(), _started(sweep)
    resolvable = {FindingKind.STALE, FindingKind.UNKNOWN_DIMENSION}
    if sweep.agreements == AgreementsRead.READ:
        resolvable |= {FindingKind.NEVER_LANDED, FindingKind.ACCESS_WITHOUT_AGREEMENT}
    elif product.pricing is not Pricing.SUBSCRIPTION and sweep.agreements != AgreementsRead.NO_ANSWER:
        # What only agreements tell stays open while they are not told.
        resolvable.add(FindingKind.NEVER_LANDED)
    for batch in confirmed_before(product.code, now - STALE_AFTER):
        with transaction():
            sweeps.keep(sweep)
            stale = db.session.scalars(select(Contract).where(Contract.id.in_(batch)))
            findings.note([_stale(contract, _since(contract)) for contract in stale], now)
    failing = db.session.scalars(
        select(Contract).where(
            Contract.check_due_at > LONG_AGO,
            Contract.check_attempts >= MANY_TRIES,
            Contract.product_code == product.code,
            Contract.merged_into_id.is_(None),
        )
    )
    tries = [_stale(one, sentence(findings.NO_ANSWER, number=one.check_attempts)) for one in failing]
    with transaction():
        sweeps.keep(sweep)
        findings.note(tries, now)
        findings.resolve(product.code, resolvable, started_at, now)
        due_at = max(started_at + EVERY, now + PAUSE)
        problem = "The agreements could not be read." if sweep.agreements == AgreementsRead.NO_ANSWER else None
        sweeps.end(sweep, due_at=due_at, finished_at=now, problem=problem)


def _stale(contract: Contract, detail: str) -> Found:
    return Found(
        FindingKind.STALE, contract.product_code, str(contract.id), contract.aws_account_id, contract.id, detail
    )


def _since(contract: Contract) -> str:
    since = f"{contract.confirmed_at:%Y-%m-%d %H:%M}"
    return sentence(findings.NOT_CONFIRMED, state=contract.state, since=since)


def _started(sweep: Sweep) -> datetime:
    if sweep.started_at is None:
        raise AssertionError("a sweep that was taken has begun")
    return sweep.started_at
