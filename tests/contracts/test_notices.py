"""What people are written to about their contracts: what, to whom, once, and never to anybody else."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from portal.accounts.models import Membership, Role
from portal.contracts.history import write_change
from portal.contracts.lifecycle import State
from portal.contracts.models import Cause, Contract, ContractChange, Entitlement
from portal.contracts.notices import LONGEST_QUIET, QUIET, Desk, is_still_theirs, tell_changes
from portal.database import db, transaction, utcnow
from portal.mail.letters import Sender
from portal.mail.models import Letter
from portal.products import Products
from tests.cast import ANALYTICS, Somebody

SENDER = Sender("Tidemark", "https://portal.example", "help@tidemark.example")
SOON = QUIET + timedelta(seconds=5)
TEN, MORE = ({"value": number, "type": "integer", "expires_at": None} for number in ("10", "25"))
Tell = Callable[..., list[Letter]]
Change = Callable[..., None]


@pytest.fixture
def contract(database: SQLAlchemy, alice: Somebody) -> Contract:
    """An active contract that Alice has linked to Acme."""
    with transaction():
        contract = Contract(
            product_code=ANALYTICS,
            state=State.ACTIVE,
            organisation_id=alice.organisation_id,
            linked_by_id=alice.id,
            linked_at=utcnow() - timedelta(days=1),
        )
        db.session.add(contract)
    return contract


@pytest.fixture
def change(contract: Contract) -> Change:
    """Writes a line into the history, as a message of AWS would."""

    def do(subject: str = "dimension:seats", before: Any = TEN, after: Any = MORE, **how: Any) -> None:
        with transaction():
            cause = how.pop("cause", Cause.NOTIFICATION)
            write_change(contract, cause, subject, before=before, after=after, **how)

    return do


@pytest.fixture
def tell(products: Products) -> Tell:
    """Has told what is due after a while; gives the letters there are then."""

    def do(later: timedelta = SOON) -> list[Letter]:
        tell_changes(Desk(SENDER, products), utcnow() + later)
        db.session.expire_all()
        return list(db.session.scalars(select(Letter).order_by(Letter.id)))

    return do


def text_of(letter: Letter) -> str:
    return " ".join(letter.text.split())


def value(of: Any) -> dict[str, Any]:
    return {"value": of}


def test_a_change_is_told_old_and_new(change: Change, tell: Tell):
    change()
    (letter,) = tell()
    assert (letter.kind, "Seats: 10 users → 25 users" in text_of(letter)) == ("contract_changed", True)


def test_it_is_told_in_the_language_of_its_reader(change: Change, tell: Tell, alice: Somebody, database: SQLAlchemy):
    with transaction():
        database.session.execute(database.text("UPDATE people SET language = 'ja'"))
    change()
    (letter,) = tell()
    assert letter.language == "ja"


def test_it_is_told_once(change: Change, tell: Tell):
    change()
    tell()
    assert len(tell()) == 1


def test_two_workers_tell_it_once(change: Change, products: Products, at_once: Callable[..., list[Any]]):
    change()
    now = utcnow() + SOON
    at_once(*[lambda: tell_changes(Desk(SENDER, products), now)] * 4)
    assert db.session.query(Letter).count() == 1


def test_it_is_not_told_before_it_is_quiet(change: Change, tell: Tell):
    change()
    assert tell(timedelta(seconds=1)) == []


def test_what_goes_on_changing_is_told_all_the_same(change: Change, tell: Tell, database: SQLAlchemy):
    change()
    with transaction():
        database.session.execute(database.update(ContractChange).values(at=utcnow() - LONGEST_QUIET))
    change("dimension:reports", None, MORE)
    assert len(tell(timedelta(seconds=1))) == 1


def test_several_changes_are_one_letter(change: Change, tell: Tell):
    change()
    change("ends_at", value("2027-03-31T00:00:00+00:00"), value("2028-03-31T00:00:00+00:00"))
    (letter,) = tell()
    assert "End: 31 March 2027 → 31 March 2028" in text_of(letter)


def test_several_steps_of_one_change_are_one_step(change: Change, tell: Tell):
    change(after={**TEN, "value": "12"})
    change(before={**TEN, "value": "12"}, after=MORE)
    (letter,) = tell()
    assert ("10 users → 25 users" in text_of(letter), "12 users" in letter.text) == (True, False)


def test_a_change_that_is_taken_back_is_not_told(change: Change, tell: Tell):
    change()
    change(before=MORE, after=TEN)
    assert tell() == []


def test_a_later_change_is_another_letter(change: Change, tell: Tell):
    change()
    tell()
    change(before=MORE, after=TEN)
    assert len(tell()) == 2


def test_members_who_may_not_link_are_not_written_to(change: Change, tell: Tell, bob: Somebody):
    change()
    assert [letter.to for letter in tell()] == ["alice@acme.example"]


def test_every_admin_is(change: Change, tell: Tell, bob: Somebody, database: SQLAlchemy):
    with transaction():
        database.session.execute(
            database.update(Membership).where(Membership.person_id == bob.id).values(role=Role.ADMIN)
        )
    change()
    assert {letter.to for letter in tell()} == {"alice@acme.example", "bob@acme.example"}


def test_nobody_elsewhere_is(change: Change, tell: Tell, mallory: Somebody):
    change()
    assert mallory.email not in [letter.to for letter in tell()]


def test_an_end_is_told_as_an_end_with_its_reason(change: Change, tell: Tell, contract: Contract):
    with transaction():
        contract.state, contract.ended_because = State.ENDED, "CANCELLED"
    change("state", value("active"), value("ended"))
    change("dimension:seats", TEN, None)
    (letter,) = tell()
    assert (letter.kind, "It was cancelled." in letter.text, "10 users → No longer included" in letter.text) == (
        "contract_ended",
        True,
        True,
    )


def test_a_renewal_that_is_switched_off_is_told_as_that(change: Change, tell: Tell, contract: Contract):
    change("auto_renew", value(True), value(False))
    (letter,) = tell()
    assert letter.kind == "auto_renew_off"


def test_and_with_other_changes_among_them(change: Change, tell: Tell):
    change()
    change("auto_renew", value(True), value(False))
    (letter,) = tell()
    assert (letter.kind, "Automatic renewal: On → Off" in letter.text) == ("contract_changed", True)


@pytest.mark.parametrize("cause", [Cause.LANDING, Cause.IMPORT, Cause.LINK, Cause.MOVE])
def test_what_people_do_themselves_is_not_told(change: Change, tell: Tell, cause: Cause):
    change(cause=cause)
    assert tell() == []


def test_terms_that_are_first_heard_are_not_told(change: Change, tell: Tell):
    change("auto_renew", None, value(True))
    change("ends_at", None, value("2027-03-31T00:00:00+00:00"))
    assert tell() == []


def test_what_is_found_first_for_customers_brought_in_is_not_told(change: Change, tell: Tell, contract: Contract):
    with transaction():
        contract.state, contract.linked_by_id = State.WAITING, None
    change("dimension:seats", None, TEN, cause=Cause.SWEEP)
    with transaction():
        contract.state = State.ACTIVE
    change("state", value("waiting"), value("active"), cause=Cause.SWEEP)
    assert tell() == []


def test_what_was_waited_for_is_told(change: Change, tell: Tell, contract: Contract):
    change("state", value("waiting"), value("active"))
    (letter,) = tell()
    assert "Status: Waiting for AWS → Active" in letter.text


def test_a_contract_of_nobody_tells_nobody(change: Change, tell: Tell, contract: Contract):
    with transaction():
        contract.organisation_id = None
    change()
    assert tell() == []


def test_what_another_contract_goes_on_for_is_not_told_as_an_end(change: Change, tell: Tell, contract: Contract):
    change("state", value("active"), value("ended"))
    with transaction():
        contract.state = State.SUPERSEDED
    assert tell() == []


def move_to(contract: Contract, organisation_id: int) -> None:
    with transaction():
        contract.organisation_id, contract.linked_at = organisation_id, utcnow()


def test_after_a_move_neither_side_is_told_what_was_before(
    change: Change, tell: Tell, contract: Contract, mallory: Somebody
):
    change()
    move_to(contract, mallory.organisation_id)
    assert tell() == []


def test_after_a_move_the_new_side_alone_is_told(change: Change, tell: Tell, contract: Contract, mallory: Somebody):
    move_to(contract, mallory.organisation_id)
    change()
    assert [letter.to for letter in tell()] == [mallory.email]


def test_a_letter_that_waits_through_a_move_is_not_for_the_old_side_any_more(
    change: Change, tell: Tell, contract: Contract, alice: Somebody, mallory: Somebody
):
    change()
    (letter,) = tell()
    assert isinstance(letter.contract_id, UUID)
    assert is_still_theirs(letter.contract_id, alice.organisation_id)
    move_to(contract, mallory.organisation_id)
    assert not is_still_theirs(letter.contract_id, alice.organisation_id)


def test_a_date_that_moves_with_the_same_amount_is_told_as_a_date(change: Change, tell: Tell):
    change(
        before={**TEN, "expires_at": "2027-03-31T00:00:00+00:00"},
        after={**TEN, "expires_at": "2028-03-31T00:00:00+00:00"},
    )
    (letter,) = tell()
    assert "End: 31 March 2027 → 31 March 2028" in letter.text


@pytest.mark.parametrize("amount", ["<b>evil.example</b>", "https://evil.example/", "x\r\nBcc: all@acme.example"])
def test_an_odd_value_stays_a_value(change: Change, tell: Tell, amount: str):
    change(after={"value": amount, "type": "string", "expires_at": None})
    (letter,) = tell()
    shown = letter.text + (letter.html or "")
    assert ("evil.example" in shown, "<b>" in shown, "\nBcc" in letter.text) == (False, False, False)


def test_a_change_on_aws_is_told(
    buy: Callable[..., dict[str, Any]],
    contract_for: Callable[[dict[str, Any]], Contract],
    check: Callable[[Contract], bool],
    tell: Tell,
    sandbox: Any,
    alice: Somebody,
):
    bought = buy(ANALYTICS)
    contract = contract_for(bought)
    check(contract)
    with transaction():
        contract = db.session.get_one(Contract, contract.id)
        contract.organisation_id, contract.linked_by_id = alice.organisation_id, alice.id
        contract.linked_at = utcnow()
    sandbox.change(bought["agreement_id"], dimensions={**bought["dimensions"], "seats": 77})
    check(contract)
    (letter,) = tell()
    assert "→ 77" in letter.text
    assert db.session.query(Entitlement).count() > 0
