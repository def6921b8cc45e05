"""What the doctor says of the products file, against what AWS answers."""

from dataclasses import replace

from portal.contracts import book
from portal.contracts.models import Cause
from portal.database import transaction
from portal.doctor.lines import Part, State
from portal.marketplace.values import Purchase
from portal.products import Dimension, Product, Products
from tests.cast import ANALYTICS


def test_the_demo_s_products_are_right(examine):
    assert {line.state for line in examine(Part.PRODUCTS).values()} == {State.OK}


def test_a_code_that_aws_does_not_know_is_wrong(examine, selling):
    line = examine(Part.PRODUCTS, products=selling("5nobodysells0000000000000"))["5nobodysells0000000000000"]
    assert line.state == State.WRONG
    assert "Copy the product code" in (line.fix or "")


def test_a_dimension_that_is_not_described_is_named(examine, buy):
    buy()
    known = {"never": Dimension("never", "Never sold")}  # which purchases stand on the page that is read, is chance
    products = Products([Product(ANALYTICS, "Analytics", id="prod-1", dimensions=known)])
    line = examine(Part.PRODUCTS, products=products)[ANALYTICS]
    assert (line.state, "does not describe:" in line.found) == (State.WARNING, True)


def test_a_product_without_its_id_is_a_warning(examine, subject):
    product = replace(subject.products.named(ANALYTICS), id=None)
    line = examine(Part.PRODUCTS, products=Products([product]))[ANALYTICS]
    assert (line.state, "agreements cannot be compared" in line.found) == (State.WARNING, True)


def test_an_aws_that_is_away_tells_nothing(examine, sandbox, selling, app):
    sandbox.settings(outage=True)
    line = examine(Part.PRODUCTS, products=selling())[ANALYTICS]
    app.extensions["jobs"].connection.flushdb()  # nobody need wait for AWS afterwards
    assert line.state == State.UNKNOWN


def test_one_that_refuses_tells_nothing_either(examine, sandbox, selling):
    sandbox.fail("GetEntitlements", "AccessDeniedException")
    assert examine(Part.PRODUCTS, products=selling())[ANALYTICS].state == State.UNKNOWN


def test_contracts_of_a_product_that_left_the_file_are_said(examine):
    with transaction():
        book.open_contract(Purchase("5gone00000000000000000000", "444455556666"), offer_type=None, cause=Cause.LANDING)
    line = examine(Part.PRODUCTS)["strangers"]
    assert (line.state, "5gone00000000000000000000" in line.found) == (State.WARNING, True)
