"""A buyer arrives with a registration token: ask AWS what it stands for, and keep the purchase as a claim.

AWS is asked at once, because it lets the token expire within hours (user guide, "SaaS customer onboarding").
Only when AWS cannot be asked is it kept, sealed, and erased as soon as AWS has answered.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import update

from portal import audit
from portal.contracts import book, checks, sync
from portal.contracts.asking import read
from portal.contracts.lifecycle import State
from portal.contracts.models import FREE_TRIAL, Cause, Contract
from portal.database import db, transaction
from portal.marketplace.client import Marketplace
from portal.marketplace.errors import (
    MarketplaceError,
    MarketplaceRefused,
    MarketplaceUnavailable,
    TokenExpired,
    TokenInvalid,
)
from portal.marketplace.values import Purchase
from portal.products import Products
from portal.registration import unclear
from portal.registration.models import Claim, ClaimState
from portal.sealing import Seal, hash_secret, new_secret

logger = logging.getLogger(__name__)

LONGEST_TOKEN = 8192
"""AWS promises no format for the token; this only keeps rubbish out."""


class NotOurProduct(Exception):
    """There was a purchase of a product that this portal does not sell."""


class PurchaseUnclear(Exception):
    """There was a purchase whose names belong to several contracts; a person has to say which is meant."""


@dataclass(frozen=True)
class Desk:
    """What receiving a buyer takes: AWS, the products we sell, and how long and how safely a claim is kept."""

    marketplace: Marketplace
    products: Products
    seal: Seal
    lifetime: timedelta

    def arrive(self, token: str, offer_type: str | None, now: datetime) -> tuple[UUID, str]:
        """Turn a token into a claim.

        Returns:
            The claim's id, and the secret that the arriving browser is to hold.

        Raises:
            TokenInvalid, TokenExpired: the buyer needs a new token from AWS.
            NotOurProduct: AWS knows the purchase, but it is not of a product in our file.
            PurchaseUnclear: the purchase may be any of several contracts; it is kept for staff to decide.
            MarketplaceRefused: AWS does not let this portal ask; the seller must mend that.
        """
        if not token.strip() or len(token) > LONGEST_TOKEN:
            raise TokenInvalid("the token is empty or too long")
        # Anybody can post a form; AWS sends one word or none (user guide, "SaaS free trials").
        offer_type = FREE_TRIAL if (offer_type or "").strip() == FREE_TRIAL else None
        secret = new_secret()
        try:
            purchase = self._resolve(token)
        except MarketplaceUnavailable:
            with transaction():
                claim = self._claim(secret, offer_type, now)
                claim.state = ClaimState.UNRESOLVED
                claim.sealed_token = self.seal.close(token)
                claim.tried_at = now
                claim.attempts = 1
            return claim.id, secret
        with _keeping_unclear(purchase, now), transaction():
            contract = self._open(purchase, offer_type)
            claim = self._claim(secret, offer_type, now)
            claim.contract_id = contract.id
            unclear.settle(purchase, contract.id, now)
            _record(contract, claim.id, purchase)
        self._read_entitlements(contract)
        return claim.id, secret

    def try_again(self, claim_id: UUID, now: datetime) -> None:
        """Ask AWS again about a claim that could not be resolved on arrival.

        What AWS finally says is written on the claim, for the page that waits. A settled claim is left alone.

        Raises:
            MarketplaceUnavailable: AWS is still away; the claim stays for the next try.
        """
        claim = db.session.get(Claim, claim_id, populate_existing=True)
        if claim is None or claim.state != ClaimState.UNRESOLVED or claim.sealed_token is None:
            return
        token = self.seal.open(claim.sealed_token)
        db.session.commit()  # nothing stays open while AWS is asked
        try:
            if token is None:
                raise TokenExpired("the sealed token cannot be opened any more")
            purchase = self._resolve(token)
        except MarketplaceUnavailable:
            with transaction():
                _settle(claim_id, tried_at=now, attempts=Claim.attempts + 1)
            raise
        except (MarketplaceError, NotOurProduct) as error:
            _refuse(claim_id, error, now)
            return
        try:
            with _keeping_unclear(purchase, now), transaction():
                contract = self._open(purchase, claim.offer_type)
                _settle(claim_id, state=ClaimState.OPEN, sealed_token=None, contract_id=contract.id, tried_at=now)
                unclear.settle(purchase, contract.id, now)
                _record(contract, claim_id, purchase)
        except PurchaseUnclear as error:
            _refuse(claim_id, error, now)
            return
        self._read_entitlements(contract)

    def _resolve(self, token: str) -> Purchase:
        purchase = self.marketplace.resolve_customer(token)
        if self.products.get(purchase.product_code) is None:
            raise NotOurProduct(purchase.product_code)
        if not book.names_of(purchase).all():
            raise TokenInvalid("ResolveCustomer named no licence, agreement or customer")
        return purchase

    def _open(self, purchase: Purchase, offer_type: str | None) -> Contract:
        try:
            return book.open_contract(purchase, offer_type=offer_type, cause=Cause.LANDING)
        except book.Ambiguous as error:
            logger.error("A purchase bears names of several contracts, a person must decide: %s", error)
            raise PurchaseUnclear(str(error)) from None

    def _claim(self, secret: str, offer_type: str | None, now: datetime) -> Claim:
        claim = Claim(
            secret_hash=hash_secret(secret),
            state=ClaimState.OPEN,
            offer_type=offer_type,
            expires_at=now + self.lifetime,
        )
        db.session.add(claim)
        db.session.flush()
        return claim

    def _read_entitlements(self, contract: Contract) -> None:
        """Read at once, so that the next page can show what was bought; if AWS is away, the worker reads later."""
        try:
            reading = read(contract, self.marketplace)
        except MarketplaceError as error:
            logger.warning("The entitlements of contract %s are read later: %s", contract.id, error)
            with transaction():
                checks.request_check(contract.id)
            return
        with transaction():
            if reading.entitlements or not contract.entitlements:
                sync.write(contract.id, reading, self.products, cause=Cause.LANDING)
            if not reading.entitlements and contract.state != State.WAITING:
                # Perhaps bought or renewed a moment ago, and AWS is not that quick to show it.
                checks.request_check(contract.id)


def problem_of(error: Exception) -> str:
    """The name by which a claim and its page know what stood in the way; a refusal is one, whatever its reason."""
    return MarketplaceRefused.__name__ if isinstance(error, MarketplaceRefused) else type(error).__name__


@contextmanager
def _keeping_unclear(purchase: Purchase, now: datetime) -> Iterator[None]:
    """Keep a purchase that turns out to be unclear, after what was begun for it is rolled back."""
    try:
        yield
    except PurchaseUnclear:
        with transaction():
            unclear.keep(purchase, now)
        raise


def _record(contract: Contract, claim_id: UUID, purchase: Purchase) -> None:
    """Note the arrival, and which members AWS's answer had: not what they said."""
    named = ["product_code", "aws_account_id", "license_arn", "agreement_id", "customer_identifier"]
    given = [name for name in named if getattr(purchase, name)]
    audit.record("visitor", "arrived", f"contract:{contract.id}", claim=str(claim_id), named=given)


def _refuse(claim_id: UUID, error: Exception, now: datetime) -> None:
    with transaction():
        _settle(claim_id, state=ClaimState.REFUSED, problem=problem_of(error), sealed_token=None, tried_at=now)


def _settle(claim_id: UUID, **values: object) -> None:
    """Write on a claim that is still unresolved; another worker may have been faster."""
    db.session.execute(update(Claim).where(Claim.id == claim_id, Claim.state == ClaimState.UNRESOLVED).values(**values))
