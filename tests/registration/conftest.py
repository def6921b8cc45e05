"""The desk at which buyers arrive, and purchases that have."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from portal.contracts import book
from portal.contracts.models import Cause
from portal.database import Base, transaction, utcnow
from portal.marketplace.values import Purchase
from portal.registration.arrival import Desk
from portal.registration.models import Claim, ClaimState
from tests.cast import ACME_AWS, ANALYTICS


@pytest.fixture
def desk(app: Flask, database: SQLAlchemy) -> Desk:
    return app.extensions["desk"]


@pytest.fixture
def arrive(desk: Desk) -> Callable[..., UUID]:
    """A buyer arrives with a token; gives the claim's id."""
    return lambda token, offer_type=None: desk.arrive(token, offer_type, utcnow())[0]


@pytest.fixture
def claim_of(database: SQLAlchemy) -> Callable[[UUID], Claim]:
    """A claim as it stands in the database now."""

    def read(claim_id: UUID) -> Claim:
        database.session.expire_all()  # forgets whatever this session has seen
        return database.session.get_one(Claim, claim_id)

    return read


@pytest.fixture
def add_claim(database: SQLAlchemy) -> Callable[..., Claim]:
    """Adds a claim on the purchase with this agreement, without asking AWS."""

    def add(agreement_id: str = "agmt-1", **values: Any) -> Claim:
        purchase = Purchase(ANALYTICS, aws_account_id=ACME_AWS, agreement_id=agreement_id)
        with transaction():
            contract = book.open_contract(purchase, offer_type=None, cause=Cause.LANDING)
            usual = {"state": ClaimState.OPEN, "expires_at": utcnow().replace(year=2100), "contract_id": contract.id}
            claim = Claim(**(usual | values))
            database.session.add(claim)
        return claim

    return add


@pytest.fixture
def everything_stored(database: SQLAlchemy) -> Callable[[], str]:
    """Every row of every table, as one text to look for secrets in."""

    def read() -> str:
        with database.engine.connect() as connection:
            return "\n".join(
                str(tuple(row)) for table in Base.metadata.sorted_tables for row in connection.execute(table.select())
            )

    return read
