"""Runs: who they are about, what is gathered of them, and that a finished one stays as it is."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from portal.audit import AuditEntry
from portal.confirmation import runs
from portal.confirmation.gather import Surroundings, arrivals_of_strangers, gather
from portal.confirmation.models import ConfirmationRun, Outcome, Way
from portal.confirmation.report import judge, kept
from portal.contracts.models import Contract
from portal.database import utcnow
from portal.products import Product
from tests.cast import ACME_AWS, ANALYTICS, ARCHIVE, GLOBEX_AWS

PRODUCT = Product(code=ANALYTICS, title="Tidemark Analytics", page_url="http://localhost/products/x")
Begin = Callable[..., ConfirmationRun]


def around() -> Surroundings:
    return Surroundings(utcnow(), https=False, listens=True, alive=Counter(jobs=1, consumer=1))


@pytest.fixture
def begin(database: SQLAlchemy) -> Begin:
    def do(*accounts: str) -> ConfirmationRun:
        return runs.begin(PRODUCT, Way.SANDBOX, accounts, by="person:1", version="0 (edition x)")

    return do


@pytest.fixture
def land(app: Flask, buy: Callable[..., Any], token_for: Callable[..., str]) -> Callable[..., None]:
    """Somebody arrives with a new purchase."""

    def do(account: str = ACME_AWS, **terms: Any) -> None:
        with app.app_context():
            app.extensions["desk"].arrive(token_for(buy(account_id=account, **terms)), None, utcnow())

    return do


def journeys(run: ConfirmationRun) -> int:
    return len(gather(run, PRODUCT, around()).journeys)


# --- Test buyers --------------------------------------------------------------------------------------------------


def test_only_what_a_test_buyer_does_counts(begin: Begin, land: Callable[..., None]):
    run = begin(ACME_AWS)
    land(ACME_AWS)
    land(GLOBEX_AWS)
    assert (journeys(run), len(arrivals_of_strangers(run))) == (1, 1)


def test_a_stranger_is_listed_masked(begin: Begin, land: Callable[..., None]):
    run = begin()
    land(GLOBEX_AWS)
    ((_contract, _at, account),) = arrivals_of_strangers(run)
    assert account == "•••• •••• 9999"


def test_a_stranger_without_an_account_is_listed_beside_named_buyers(
    begin: Begin, land: Callable[..., None], database: SQLAlchemy
):
    run = begin(ACME_AWS)
    land(GLOBEX_AWS)
    database.session.scalars(select(Contract)).one().aws_account_id = None
    database.session.commit()
    assert [account for _contract, _at, account in arrivals_of_strangers(run)] == [None]


def test_whoever_says_that_was_me_counts_from_the_start(begin: Begin, land: Callable[..., None]):
    run = begin()
    land(ACME_AWS)
    runs.that_was_me(run.id, arrivals_of_strangers(run)[0][0], by="person:1")
    run = runs.find(run.id)
    assert (journeys(run), arrivals_of_strangers(run)) == (1, [])


def test_an_arrival_whose_account_aws_does_not_name_counts_alone(
    begin: Begin, land: Callable[..., None], database: SQLAlchemy
):
    run = begin()
    land(ACME_AWS)
    contract = database.session.scalars(select(Contract)).one()
    contract.aws_account_id = None
    database.session.commit()
    runs.that_was_me(run.id, contract.id, by="person:1")
    run = runs.find(run.id)
    assert (run.aws_account_ids, journeys(run)) == ([], 1)


def test_another_product_is_another_matter(begin: Begin, land: Callable[..., None]):
    run = begin(ACME_AWS)
    land(ACME_AWS, product=ARCHIVE)
    assert (journeys(run), arrivals_of_strangers(run)) == (0, [])


def test_what_came_before_the_run_does_not_count(begin: Begin, land: Callable[..., None]):
    land(ACME_AWS)
    run = begin(ACME_AWS)
    assert [one.arrivals for one in gather(run, PRODUCT, around()).journeys] == []


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("444455556666", ["444455556666"]),
        (" 4444 5555 6666, 7777-8888-9999 ;012345678901", ["444455556666", "777788889999", "012345678901"]),
        ("444455556666,444455556666", ["444455556666"]),
        ("", []),
    ],
)
def test_accounts_are_read_as_people_type_them(typed: str, read: list[str]):
    assert runs.account_ids(typed) == read


@pytest.mark.parametrize("typed", ["44445555666", "4444555566667", "abc", "٤٤٤٤٥٥٥٥٦٦٦٦"])
def test_what_is_no_account_is_refused(typed: str):
    with pytest.raises(runs.NotAnAccount):
        runs.account_ids(typed)


# --- What is gathered ----------------------------------------------------------------------------------------------


def test_which_members_aws_answered_with_is_evidence(begin: Begin, land: Callable[..., None]):
    run = begin(ACME_AWS)
    land(ACME_AWS)
    (journey,) = gather(run, PRODUCT, around()).journeys
    assert {"product_code", "aws_account_id", "license_arn"} <= set(journey.arrivals[0].named)


def test_no_name_of_a_customer_or_full_identifier_is_evidence(
    begin: Begin, land: Callable[..., None], database: SQLAlchemy
):
    run = begin(ACME_AWS)
    land(ACME_AWS)
    said = repr(gather(run, PRODUCT, around()))
    names = [name.text for name in database.session.scalars(select(Contract)).one().names]
    assert [one for one in [ACME_AWS, *names] if one in said] == []


# --- Finishing -----------------------------------------------------------------------------------------------------


def test_a_finished_run_keeps_its_report(begin: Begin, land: Callable[..., None]):
    run = begin(ACME_AWS)
    land(ACME_AWS)
    report = runs.finish(run.id, PRODUCT, around(), by="person:1")
    assert (report.outcome, kept(runs.find(run.id))) == (Outcome.INCOMPLETE, report)


def test_what_happens_after_the_end_changes_nothing(begin: Begin, land: Callable[..., None]):
    run = begin(ACME_AWS)
    runs.finish(run.id, PRODUCT, around(), by="person:1")
    land(ACME_AWS)
    report = kept(runs.find(run.id))
    assert report is not None
    assert report.counts["done"] == 1  # the address in products.toml


def test_it_is_finished_once(begin: Begin):
    run = begin()
    runs.finish(run.id, PRODUCT, around(), by="person:1")
    with pytest.raises(runs.RunFinished):
        runs.finish(run.id, PRODUCT, around(), by="person:2")


def test_a_finished_run_takes_no_more_buyers(begin: Begin):
    run = begin()
    runs.finish(run.id, PRODUCT, around(), by="person:1")
    with pytest.raises(runs.RunFinished):
        runs.add_accounts(run.id, [ACME_AWS], by="person:1")


def test_the_report_is_plain_json(begin: Begin, land: Callable[..., None]):
    run = begin(ACME_AWS)
    land(ACME_AWS)
    plain = judge(run, gather(run, PRODUCT, around())).as_json()
    assert json.loads(json.dumps(plain)) == plain


def test_what_is_done_with_a_run_is_audited_without_accounts(begin: Begin, database: SQLAlchemy):
    run = begin()
    runs.add_accounts(run.id, [ACME_AWS], by="person:1")
    runs.finish(run.id, PRODUCT, around(), by="person:1")
    entries = list(database.session.scalars(select(AuditEntry).where(AuditEntry.thing == f"confirmation:{run.id}")))
    assert [one.action for one in entries] == ["began confirmation", "named test buyers", "finished confirmation"]
    assert ACME_AWS not in repr([one.detail for one in entries])
