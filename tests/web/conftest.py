"""What tests of the pages' machinery share."""

import pytest
from flask import Flask

from portal.contracts.models import Contract
from portal.database import db, transaction, utcnow
from tests.cast import ANALYTICS, Somebody


@pytest.fixture
def contract_page(app: Flask, alice: Somebody) -> str:
    """The address of the page of a contract that Alice has linked."""
    with app.app_context(), transaction():
        contract = Contract(
            product_code=ANALYTICS,
            organisation_id=alice.organisation_id,
            linked_by_id=alice.id,
            linked_at=utcnow(),
            confirmed_at=utcnow(),
        )
        db.session.add(contract)
        db.session.flush()
        return f"/contracts/{contract.id}"
