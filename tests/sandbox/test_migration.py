"""A legacy product moves to concurrent agreements."""

import pytest

from tests.sandbox.server import ACME, ANALYTICS, ARCHIVE, clients_of, take_all
from tests.sandbox.test_get_entitlements import shown
from tests.sandbox.test_notifications import names
from tests.sandbox.test_trading import refusal


@pytest.fixture
def moved(own_server):
    """A sandbox whose Archive was moved with one contract sold, and restarted since."""
    own_server.purchase = own_server.client.buy(ARCHIVE, ACME, dimensions={"users": 3})
    take_all(clients_of(own_server), own_server.queue_url)
    assert own_server.client.migrate(ARCHIVE)["dialect"] == "concurrent"
    assert own_server.end() == 0
    own_server.start()
    return own_server


def test_agreements_and_licences_are_kept_and_nobody_has_an_identifier(moved):
    aws = clients_of(moved)
    after = moved.client.purchase(moved.purchase["agreement_id"])
    assert after["license_arn"] == moved.purchase["license_arn"]
    assert after["customer_identifier"] is None
    token = moved.client.token(after["agreement_id"])["token"]
    assert "CustomerIdentifier" not in aws("meteringmarketplace").resolve_customer(RegistrationToken=token)
    entitlement = aws("marketplace-entitlement")
    assert "CustomerIdentifier" not in entitlement.get_entitlements(ProductCode=ARCHIVE)["Entitlements"][0]
    assert shown(entitlement, ARCHIVE, CUSTOMER_IDENTIFIER=["aCm3Pr0cUr9"]) == []
    assert shown(entitlement, ARCHIVE, LICENSE_ARN=[after["license_arn"]]) == [(ACME, "users", 3)]


def test_eventbridge_tells_of_it_from_then_on(moved):
    moved.client.change(moved.purchase["agreement_id"], dimensions={"users": 4})
    moved.client.buy(ARCHIVE, ACME, dimensions={"users": 5})  # and it can be bought several times
    bodies = take_all(clients_of(moved), moved.queue_url)
    assert names(bodies)[1:3] == ["License Updated - Manufacturer", "Purchase Agreement Created - Proposer"]


def test_there_is_nowhere_else_to_move(shop):
    assert refusal(shop.migrate, ANALYTICS)[0] == 409
    assert refusal(shop.migrate, "nothing")[0] == 404
