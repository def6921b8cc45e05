"""A product moves from the legacy integration to Concurrent Agreements, and its contracts stay what they are."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask_sqlalchemy import SQLAlchemy

from portal.contracts import book, checks, findings, importing, reconciliation, sweeps
from portal.contracts.customer_file import Line
from portal.contracts.findings import FindingKind
from portal.contracts.lifecycle import State
from portal.contracts.models import Cause, Contract, NameKind
from portal.contracts.reconciliation import Sources
from portal.database import db, transaction, utcnow
from portal.marketplace.agreements import Agreements
from portal.marketplace.client import Marketplace
from portal.products import Products
from tests.cast import ACME_AWS, ARCHIVE
from tests.sandbox.server import Server


@dataclass
class Seller:
    """A seller with a sandbox of their own, in which one buyer has bought Archive."""

    server: Server
    sources: Sources
    bought: dict[str, Any] = field(default_factory=dict)

    def bring_in(self, **names: str) -> importing.Plan:
        made = importing.plan([Line(2, ARCHIVE, "Acme", **names)])
        importing.carry_out(made, utcnow())
        return made

    def move(self) -> None:
        self.server.client.migrate(ARCHIVE)

    def check(self) -> int:
        return checks.work_on_checks(self.sources.marketplace, self.sources.products, utcnow())

    def sweep(self) -> None:
        sweep = sweeps.take(ARCHIVE, utcnow(), anew=True)
        assert sweep is not None
        for _step in reconciliation.run(sweep, self.sources.products.named(ARCHIVE), self.sources):
            pass

    def land(self) -> Contract:
        token = self.server.client.token(self.bought["agreement_id"])["token"]
        purchase = self.sources.marketplace.resolve_customer(token)
        with transaction():
            return book.open_contract(purchase, offer_type=None, cause=Cause.LANDING)

    @property
    def contract(self) -> Contract:
        """The only one there is."""
        db.session.rollback()
        found = db.session.scalars(db.select(Contract).execution_options(populate_existing=True)).one()
        db.session.refresh(found, ["names", "entitlements"])
        return found

    @property
    def granted(self) -> dict[str, str]:
        return {row.dimension: row.value for row in self.contract.entitlements}


@pytest.fixture
def seller(tmp_path: Path, database: SQLAlchemy, products: Products) -> Iterator[Seller]:
    with Server(tmp_path) as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", server.url)
        agreements = Agreements()
        sources = Sources(Marketplace(), agreements, products)
        assert agreements._api  # made now, while the address is that one
        bought = server.client.buy(ARCHIVE, ACME_AWS, dimensions={"storage_tb": 5, "users": 3})
        yield Seller(server, sources, bought)


def test_a_contract_that_was_read_before_is_read_on_by_its_licence(seller: Seller):
    seller.bring_in(customer_identifier=seller.bought["customer_identifier"])
    seller.check()
    seller.move()
    seller.server.client.change(seller.bought["agreement_id"], dimensions={"users": 9})
    seller.sweep()
    assert seller.contract.state == State.ACTIVE
    assert seller.granted == {"storage_tb": "5", "users": "9"}


def test_and_a_check_of_it_alone_finds_it_too(seller: Seller):
    seller.bring_in(customer_identifier=seller.bought["customer_identifier"])
    seller.check()
    seller.move()
    with transaction():
        checks.request_check(seller.contract.id)
    seller.check()
    assert seller.contract.state == State.ACTIVE


def test_one_that_was_never_read_is_found_by_its_account(seller: Seller):
    seller.bring_in(customer_identifier=seller.bought["customer_identifier"], aws_account_id=ACME_AWS)
    seller.move()
    seller.check()
    contract = seller.contract
    assert contract.state == State.ACTIVE
    assert [name.text for name in contract.names if name.kind == NameKind.LICENSE] == [seller.bought["license_arn"]]


def test_or_by_a_sweep(seller: Seller):
    seller.bring_in(customer_identifier=seller.bought["customer_identifier"], aws_account_id=ACME_AWS)
    seller.move()
    with transaction():
        seller.contract.check_due_at = None
    seller.sweep()
    assert seller.check() == 1
    assert seller.contract.state == State.ACTIVE


def test_two_licences_of_its_account_are_never_guessed_between(seller: Seller):
    seller.bring_in(customer_identifier=seller.bought["customer_identifier"], aws_account_id=ACME_AWS)
    seller.move()
    seller.server.client.buy(ARCHIVE, ACME_AWS, dimensions={"users": 1})
    seller.check()
    seller.sweep()
    assert seller.contract.state == State.WAITING
    assert len(findings.open_findings([FindingKind.NEVER_LANDED])) == 2


def test_without_its_account_it_waits_and_what_was_bought_is_listed(seller: Seller):
    seller.bring_in(customer_identifier=seller.bought["customer_identifier"])
    seller.move()
    seller.check()
    seller.sweep()
    assert seller.contract.state == State.WAITING
    (finding,) = findings.open_findings([FindingKind.NEVER_LANDED])
    assert finding.aws_account_id == ACME_AWS


def test_until_the_list_is_brought_in_once_more_with_the_account(seller: Seller):
    seller.bring_in(customer_identifier=seller.bought["customer_identifier"])
    seller.move()
    seller.check()
    made = seller.bring_in(customer_identifier=seller.bought["customer_identifier"], aws_account_id=ACME_AWS)
    assert made.counts[importing.Outcome.COMPLETED] == 1
    seller.check()
    seller.sweep()
    assert seller.contract.state == State.ACTIVE
    assert findings.open_findings([FindingKind.NEVER_LANDED]) == []


def test_its_buyer_lands_with_the_same_contract_after_the_move(seller: Seller):
    seller.bring_in(customer_identifier=seller.bought["customer_identifier"], aws_account_id=ACME_AWS)
    seller.move()
    seller.check()
    assert seller.land().id == seller.contract.id


@pytest.mark.parametrize("known_by", ["account", "customer and account"])
def test_a_customer_who_landed_after_the_move_is_not_brought_in_twice(seller: Seller, known_by: str):
    seller.move()
    landed = seller.land()
    names = {"aws_account_id": ACME_AWS}
    if known_by != "account":
        names["customer_identifier"] = seller.bought["customer_identifier"]
    seller.bring_in(**names)
    assert seller.contract.id == landed.id
    assert seller.contract.organisation is not None
