"""Finding, opening and naming contracts."""

from collections.abc import Callable
from typing import Any

import pytest
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import func, select

from portal.contracts import book
from portal.contracts.book import Names
from portal.contracts.history import changes_of
from portal.contracts.models import Cause, Contract, ContractName
from portal.database import transaction
from portal.marketplace.values import Purchase
from tests.cast import ACME_AWS, ANALYTICS, ARCHIVE
from tests.contracts.test_names import SPELLINGS

Open = Callable[..., Contract]
ARN = SPELLINGS[1]


def names_in(database: SQLAlchemy) -> list[tuple[str, str]]:
    return sorted(tuple(row) for row in database.session.execute(select(ContractName.kind, ContractName.key)))


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_contract_is_found_by_any_spelling_of_its_licence(open_contract: Open, spelling: str):
    contract = open_contract(license_arn=ARN)
    assert book.find(Names(license_arn=spelling)) == [contract]


def test_a_contract_is_found_by_its_agreement(open_contract: Open):
    contract = open_contract(license_arn=ARN, agreement_id="agmt-1")
    assert book.find(Names(agreement_id="agmt-1")) == [contract]


def test_a_legacy_contract_is_found_by_its_customer(open_contract: Open):
    contract = open_contract(ARCHIVE, customer_identifier="aCm3")
    assert book.find(Names(product_code=ARCHIVE, customer_identifier="aCm3")) == [contract]


def test_a_customer_of_another_product_is_not_found(open_contract: Open):
    open_contract(ARCHIVE, customer_identifier="aCm3")
    assert book.find(Names(product_code=ANALYTICS, customer_identifier="aCm3")) == []


def test_no_name_finds_nothing(open_contract: Open):
    open_contract(license_arn=ARN)
    assert book.find(Names()) == []


def test_names_of_two_contracts_find_both_the_surest_first(open_contract: Open):
    by_agreement = open_contract(agreement_id="agmt-1")
    by_license = open_contract(license_arn=ARN)
    assert book.find(Names(license_arn=ARN, agreement_id="agmt-1")) == [by_license, by_agreement]


def test_opening_writes_down_every_name(open_contract: Open, database: SQLAlchemy):
    open_contract(ARCHIVE, license_arn=ARN, agreement_id="agmt-1", customer_identifier="aCm3")
    assert names_in(database) == [
        ("agreement", "agmt-1"),
        ("customer", f"{ARCHIVE}/aCm3"),
        ("license", "0123456789abcdef"),
    ]


def test_opening_begins_the_history(open_contract: Open):
    (change,) = changes_of(open_contract(license_arn=ARN).id)
    assert (change.subject, change.cause) == ("opened", "landing")


def test_opening_again_gives_the_same_contract(open_contract: Open):
    assert open_contract(license_arn=ARN).id == open_contract(license_arn=ARN).id


def test_opening_again_adds_nothing_to_the_history(open_contract: Open):
    open_contract(license_arn=ARN)
    assert len(changes_of(open_contract(license_arn=ARN).id)) == 1


def test_a_purchase_that_has_a_new_name_is_known_by_it_from_then_on(open_contract: Open):
    contract = open_contract(license_arn=ARN)
    open_contract(license_arn=ARN, agreement_id="agmt-2")
    assert book.find(Names(agreement_id="agmt-2")) == [contract]


def test_a_second_purchase_of_one_account_is_a_second_contract(open_contract: Open):
    first = open_contract(license_arn=ARN, aws_account_id=ACME_AWS)
    second = open_contract(license_arn=f"{ARN}2", aws_account_id=ACME_AWS)
    assert first.id != second.id


def test_a_name_that_another_contract_bears_stays_there(open_contract: Open, database: SQLAlchemy):
    first, second = open_contract(agreement_id="agmt-1"), open_contract(agreement_id="agmt-2")
    with transaction():
        book.learn_names(second, Names(agreement_id="agmt-1"))
    assert book.find(Names(agreement_id="agmt-1")) == [first]


def test_a_spelling_that_aws_accepts_replaces_one_that_it_does_not(open_contract: Open, database: SQLAlchemy):
    contract = open_contract(license_arn=SPELLINGS[0])
    with transaction():
        book.learn_names(contract, Names(license_arn=ARN))
    assert database.session.scalar(select(ContractName.text)) == ARN


def test_a_spelling_that_aws_accepts_is_kept(open_contract: Open, database: SQLAlchemy):
    contract = open_contract(license_arn=ARN)
    with transaction():
        book.learn_names(contract, Names(license_arn=SPELLINGS[0]))
    assert database.session.scalar(select(ContractName.text)) == ARN


def test_a_trial_that_became_a_contract_arrives_without_the_word(open_contract: Open):
    open_contract(license_arn=ARN, offer_type="free-trial")
    assert open_contract(license_arn=ARN).offer_type is None


def test_an_account_that_comes_to_be_known_is_noted(open_contract: Open):
    open_contract(license_arn=ARN)
    assert open_contract(license_arn=ARN, aws_account_id=ACME_AWS).aws_account_id == ACME_AWS


def test_two_arrivals_at_once_open_one_contract(database: SQLAlchemy, at_once: Callable[..., list[Any]]):
    def arrive() -> object:
        with transaction():
            purchase = Purchase(ANALYTICS, license_arn=ARN, agreement_id="agmt-1")
            return book.open_contract(purchase, offer_type=None, cause=Cause.LANDING).id

    opened = at_once(*[arrive] * 6)
    assert (len(set(opened)), database.session.scalar(select(func.count(Contract.id)))) == (1, 1)


def test_and_each_of_its_names_is_there_once(database: SQLAlchemy, at_once: Callable[..., list[Any]]):
    def arrive() -> None:
        with transaction():
            purchase = Purchase(ARCHIVE, license_arn=ARN, agreement_id="agmt-1", customer_identifier="aCm3")
            book.open_contract(purchase, offer_type=None, cause=Cause.LANDING)

    problems = at_once(*[arrive] * 6)
    assert (problems, len(names_in(database))) == ([None] * 6, 3)


def test_one_agreement_over_two_products_is_two_contracts(open_contract: Open):
    first = open_contract(ANALYTICS, agreement_id="agmt-1", license_arn="arn:aws:x:l-1")
    second = open_contract(ARCHIVE, agreement_id="agmt-1", license_arn="arn:aws:x:l-2")
    assert first.id != second.id
