"""Every line of a history that tells of an organisation is for that organisation alone, whoever writes it."""

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from portal.contracts import book, importing
from portal.contracts.continuation import go_on
from portal.contracts.customer_file import Line
from portal.contracts.models import Cause, Contract, ContractChange
from portal.database import db, transaction, utcnow
from portal.marketplace.values import Purchase
from tests.cast import ACME_AWS, ANALYTICS, Somebody


def told() -> list[tuple[str | None, int | None]]:
    lines = db.session.scalars(select(ContractChange).where(ContractChange.subject == "organisation"))
    return [((line.after or {}).get("value"), line.only_for_id) for line in lines]


def opened(agreement_id: str) -> Contract:
    with transaction():
        purchase = Purchase(ANALYTICS, aws_account_id=ACME_AWS, agreement_id=agreement_id)
        return book.open_contract(purchase, offer_type=None, cause=Cause.LANDING)


def test_an_import(database: SQLAlchemy, alice: Somebody):
    made = importing.plan([Line(2, ANALYTICS, "Acme", aws_account_id=ACME_AWS, agreement_id="agmt-1")])
    importing.carry_out(made, utcnow())
    assert told() == [("Acme", alice.organisation_id)]


def test_a_renewal_that_was_linked_first(database: SQLAlchemy, alice: Somebody):
    opened("agmt-1")
    later = opened("agmt-2")
    with transaction():
        later.organisation_id, later.linked_by_id, later.linked_at = alice.organisation_id, alice.id, utcnow()
    with transaction():
        go_on(later, "agmt-1")
    assert told() == [("Acme", alice.organisation_id)]
