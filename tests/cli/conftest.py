"""A terminal."""

from collections.abc import Callable

import pytest
from click.testing import Result
from flask import Flask

from portal.contracts import book
from portal.contracts.models import Cause, Contract
from portal.database import db, transaction
from portal.marketplace.values import Purchase
from tests.worker_fixtures import until

__all__ = ["until"]


@pytest.fixture
def flask(app: Flask, sandbox: object) -> Callable[..., Result]:
    """Runs ``flask …``."""
    usual = app.extensions["marketplace"].budget.patience
    runner = app.test_cli_runner()

    def run(*words: str) -> Result:
        result = runner.invoke(args=list(words))
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    yield run
    app.extensions["marketplace"].budget.patience = usual


@pytest.fixture
def land(app: Flask) -> Callable[..., None]:
    """Opens the contract of something bought in the sandbox, as its landing does."""

    def open_it(bought: dict[str, str]) -> None:
        with app.app_context(), transaction():
            purchase = Purchase(bought["product"], bought["account_id"], bought["license_arn"])
            book.open_contract(purchase, offer_type=None, cause=Cause.LANDING)

    return open_it


@pytest.fixture
def contracts(app: Flask) -> Callable[[], list[Contract]]:
    """All contracts there are."""

    def read() -> list[Contract]:
        with app.app_context():
            return list(db.session.scalars(db.select(Contract)))

    return read
