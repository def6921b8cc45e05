"""The search box against a database."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from portal.accounts.models import Organisation
from portal.contracts import book, findings
from portal.contracts.findings import FindingKind, Found
from portal.contracts.models import Cause, Contract
from portal.database import db, transaction, utcnow
from portal.marketplace.queue import Delivery
from portal.marketplace.values import Purchase
from portal.notifications import intake
from portal.products import Products
from portal.staff.searching.search import SHOWN, Answer, Target, search
from tests.cast import ANALYTICS, ARCHIVE, Somebody
from tests.notifications import shapes

LICENCE = "arn:aws:license-manager::123456789012:license:l-0123456789abcdef0123456789abcdef"
AGREEMENT = "agmt-7f3k9q2m4x8c1v5b6n0z7y2w1"


@pytest.fixture
def find(app: Flask, database: SQLAlchemy) -> Callable[[str], Answer]:
    products: Products = app.extensions["products"]
    return lambda text: search(text, products)


@pytest.fixture
def contract(database: SQLAlchemy) -> Contract:
    return opened()


def opened(**names: Any) -> Contract:
    usual = {
        "product_code": ANALYTICS,
        "aws_account_id": "444455556666",
        "license_arn": LICENCE,
        "agreement_id": AGREEMENT,
        "customer_identifier": "X01EXAMPLEX",
    }
    with transaction():
        return book.open_contract(Purchase(**(usual | names)), offer_type=None, cause=Cause.LANDING)


def organisation(name: str) -> int:
    with transaction():
        founded = Organisation(name=name)
        db.session.add(founded)
        db.session.flush()
        return founded.id


@pytest.mark.parametrize(
    "in_hand",
    [
        AGREEMENT,
        "7F3K 9Q2M 4X8C 1V5B 6N0Z 7Y2W 1",
        "agmt dash 7f3k9q2m4x8c1v5b6n0z7y2w1",
        LICENCE,
        "aws:license-manager:us-east-1:123456789012:l-0123456789abcdef0123456789abcdef",
        "lic-0123456789ABCDEF0123456789abcdef",
        "x01examplex",
        "4444-5555-6666",
    ],
)
def test_a_contract_is_found_by_each_of_its_names(find: Callable[[str], Answer], contract: Contract, in_hand: str):
    assert find(in_hand).target == Target("contract", contract.id)


def test_a_contract_is_found_by_its_address(find: Callable[[str], Answer], contract: Contract):
    assert find(f"https://portal.example/contracts/{contract.id}").target == Target("contract", contract.id)


def test_the_beginning_of_an_agreement_shows_what_begins_so(find: Callable[[str], Answer], contract: Contract):
    (found,) = find("agmt-7f3k9").contracts
    assert (found.line.id, found.exact, found.why) == (contract.id, False, f"agreement {AGREEMENT} begins so")


def test_an_account_with_two_contracts_leads_to_neither_at_once(find: Callable[[str], Answer], contract: Contract):
    opened(license_arn=None, agreement_id="agmt-another", customer_identifier=None, product_code=ARCHIVE)
    answer = find("444455556666")
    assert (len(answer.contracts), answer.target) == (2, None)


def test_a_contract_that_was_joined_to_another_leads_there(find: Callable[[str], Answer], contract: Contract):
    with transaction():
        joined = Contract(product_code=ANALYTICS, merged_into_id=contract.id)
        db.session.add(joined)
    assert find(str(joined.id)).target == Target("contract", contract.id)


def test_a_person_is_found_by_the_address(find: Callable[[str], Answer], alice: Somebody):
    assert find("Alice <ALICE@acme.example>").target == Target("person", alice.id)


def test_a_person_is_found_by_the_beginning_of_the_address(find: Callable[[str], Answer], alice: Somebody):
    (found,) = find("alice@").people
    assert (found.id, found.organisations, found.exact) == (alice.id, ("Acme",), False)


@pytest.mark.parametrize("words", ["Blue", "mountain", "COFF", "mount blue", "  blue   moun ", "Blue-Mountain"])
def test_an_organisation_is_found_by_the_beginnings_of_words(find: Callable[[str], Answer], words: str):
    known = organisation("Blue Mountain-Coffee Ltd")
    organisation("Green Mountain Tea")
    assert known in [found.id for found in find(words).organisations]


def test_every_word_must_be_in_the_name(find: Callable[[str], Answer]):
    known = organisation("Blue Mountain Coffee")
    organisation("Green Mountain Tea")
    assert [found.id for found in find("blue mountain").organisations] == [known]


def test_the_whole_name_of_an_organisation_leads_there(find: Callable[[str], Answer]):
    known = organisation("Straße & Söhne")
    organisation("Strasse & Söhne Nord")
    assert find("STRASSE & söhne").target == Target("organisation", known)


def test_a_renamed_organisation_is_found_by_its_new_name(find: Callable[[str], Answer]):
    known = organisation("Initech")
    with transaction():
        db.session.get_one(Organisation, known).name = "Initrode Systems"
    assert [len(find(words).organisations) for words in ("initech", "initrode", "systems")] == [0, 1, 1]


def test_an_organisation_is_shown_with_what_it_has(find: Callable[[str], Answer], contract: Contract, alice: Somebody):
    with transaction():
        db.session.get_one(Contract, contract.id).organisation_id = alice.organisation_id
    (found,) = find("acm").organisations
    assert (found.contracts, found.members) == (1, 1)


@pytest.mark.parametrize("in_hand", [ANALYTICS, ANALYTICS.upper(), "prod-tidemarkanaly1", "tidemark analytics"])
def test_a_product_is_found_by_code_id_and_title(find: Callable[[str], Answer], in_hand: str):
    assert find(in_hand).target == Target("product", ANALYTICS)


def receive(*bodies: str) -> None:
    deliveries = [
        Delivery(f"5a0c1de2-0000-4000-8000-00000000000{n}", "", body, utcnow()) for n, body in enumerate(bodies)
    ]
    intake.receive(deliveries, utcnow())


@pytest.mark.parametrize(
    "identity",
    [
        "5A0C1DE2-0000-4000-8000-000000000000",
        "01234567-0123-0123-0123-0123456789xy",
        "3d4f0f5c-request",
        "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
    ],
    ids=["sqs", "eventbridge", "request", "sns"],
)
def test_a_message_is_found_by_any_id_aws_has_for_it(find: Callable[[str], Answer], identity: str):
    receive(shapes.wrapped(shapes.event()))
    answer = find(identity)
    assert answer.target == Target("message", answer.messages[0].id)


def test_a_message_is_found_by_its_number(find: Callable[[str], Answer]):
    receive("rubbish")
    assert find("#999999").target is None
    (found,) = find("5a0c1de2-0000-4000-8000-000000000000").messages
    assert find(f"message {found.id}").target == Target("message", found.id)


def test_what_was_bought_and_never_brought_is_told(find: Callable[[str], Answer]):
    with transaction():
        findings.note([Found(FindingKind.NEVER_LANDED, ANALYTICS, AGREEMENT, "444455556666")], utcnow())
    assert [one.name for one in find("7F3K9Q2M4X8C1V5B6N0Z7Y2W1").unlanded] == [AGREEMENT]


def test_of_very_many_some_are_shown_and_more_is_said(find: Callable[[str], Answer]):
    with transaction():
        db.session.add_all([Organisation(name=f"Common Name {n}") for n in range(SHOWN + 5)])
    answer = find("common")
    assert (len(answer.organisations), answer.more) == (SHOWN, {"organisations"})


@pytest.mark.parametrize(
    "unknown",
    [
        "",
        "zzz-nobody",
        "nobody@nowhere.example",
        "999999999999",
        "173b2d18-f6cb-4331-b287-a00dd1c76305",
        "'; DROP TABLE people",
        "%",
        "_" * 50,
        "\x00\ud800",
    ],
)
def test_what_nobody_knows_is_not_found(find: Callable[[str], Answer], contract: Contract, unknown: str):
    assert not find(unknown).found


def test_what_is_exactly_one_thing_and_the_beginning_of_another_leads_to_the_one(find: Callable[[str], Answer]):
    short, long = "agmt-7f3k9", "agmt-7f3k9q2m4"
    opened(license_arn=None, customer_identifier=None, agreement_id=long, aws_account_id=None)
    known = opened(license_arn=None, customer_identifier=None, agreement_id=short, aws_account_id=None)
    assert find(short).target == Target("contract", known.id)


def test_the_end_of_a_contract_is_the_latest_expiry(find: Callable[[str], Answer], contract: Contract):
    assert find(AGREEMENT).contracts[0].line.end_at is None
    end = utcnow() + timedelta(days=9)
    with transaction():
        db.session.get_one(Contract, contract.id).until_at = end
    assert find(AGREEMENT).contracts[0].line.end_at == end
