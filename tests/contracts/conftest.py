"""Contracts to work with."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from portal.contracts import book, sync
from portal.contracts.asking import read
from portal.contracts.models import Cause, Contract
from portal.database import transaction
from portal.marketplace.client import Marketplace
from portal.marketplace.values import Purchase
from portal.products import Products
from tests.cast import ANALYTICS


@pytest.fixture
def products(app: Flask) -> Products:
    return app.extensions["products"]


@pytest.fixture
def marketplace(app: Flask) -> Marketplace:
    return app.extensions["marketplace"]


@pytest.fixture
def open_contract(database: SQLAlchemy) -> Callable[..., Contract]:
    """Opens the contract of a purchase, given as ResolveCustomer would name it."""

    def open_it(product_code: str = ANALYTICS, offer_type: str | None = None, **names: Any) -> Contract:
        with transaction():
            return book.open_contract(Purchase(product_code, **names), offer_type=offer_type, cause=Cause.LANDING)

    return open_it


@pytest.fixture
def contract_for(open_contract: Callable[..., Contract]) -> Callable[[dict[str, Any]], Contract]:
    """Opens the contract of something bought in the sandbox."""

    def open_it(bought: dict[str, Any]) -> Contract:
        return open_contract(
            bought["product"],
            aws_account_id=bought["account_id"],
            license_arn=bought["license_arn"],
            agreement_id=bought["agreement_id"],
            customer_identifier=bought["customer_identifier"],
        )

    return open_it


@pytest.fixture
def check(marketplace: Marketplace, products: Products) -> Callable[[Contract], bool]:
    """Reads a contract from AWS and writes what has changed."""

    def read_and_write(contract: Contract) -> bool:
        reading = read(contract, marketplace)
        with transaction():
            return sync.write(contract.id, reading, products, cause=Cause.REFRESH)

    return read_and_write
