"""A contract's history."""

from collections.abc import Callable

from portal.contracts.history import HISTORY_SHOWN, changes_of, write_change
from portal.contracts.models import Cause, Contract
from portal.database import db, transaction


def test_the_newest_line_comes_first(open_contract: Callable[..., Contract]):
    contract = open_contract(agreement_id="agmt-1")
    with transaction():
        write_change(contract, Cause.REFRESH, "first")
        db.session.flush()
        write_change(contract, Cause.REFRESH, "second")
    assert [change.subject for change in changes_of(contract.id)] == ["second", "first", "opened"]


def test_a_long_history_is_cut_where_people_stop_reading(open_contract: Callable[..., Contract]):
    contract = open_contract(agreement_id="agmt-1")
    with transaction():
        for number in range(HISTORY_SHOWN + 5):
            write_change(contract, Cause.REFRESH, f"change {number}")
    assert len(changes_of(contract.id)) == HISTORY_SHOWN


def test_another_contract_s_history_is_not_ours(open_contract: Callable[..., Contract]):
    ours, _theirs = open_contract(agreement_id="agmt-1"), open_contract(agreement_id="agmt-2")
    assert {change.contract_id for change in changes_of(ours.id)} == {ours.id}


def test_a_name_of_any_length_fits(open_contract: Callable[..., Contract]):
    contract = open_contract(agreement_id="agmt-1")
    with transaction():
        write_change(contract, Cause.REFRESH, "dimension:" + "d" * 400, detail="x" * 400)
    assert len(changes_of(contract.id)) == 2
