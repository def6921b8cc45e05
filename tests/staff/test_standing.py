"""How everything stands, counted."""

from datetime import timedelta

from portal.contracts.models import Contract, Entitlement
from portal.database import db, transaction
from portal.staff.standing import Standing, standing
from tests.cast import ANALYTICS
from tests.notifications import shapes
from tests.worker_fixtures import Bench


def now(bench: Bench) -> Standing:
    return standing(bench.products, bench.now() + timedelta(seconds=1))


def test_where_there_is_nothing_nothing_is_counted(bench: Bench) -> None:
    told = now(bench)
    assert (told.contracts, told.notifications, told.oldest_unfinished_at) == ({}, {}, None)


def test_messages_are_counted_by_what_became_of_them(bench: Bench) -> None:
    bench.receive(shapes.event(), "rubbish")
    assert now(bench).notifications == {"not understood": 1, "received": 1}


def test_what_was_not_understood_is_shown_raw(bench: Bench) -> None:
    bench.receive("rubbish")
    assert [strange.body for strange in now(bench).not_understood] == ["rubbish"]


def test_a_dimension_that_the_file_does_not_name_is_counted(bench: Bench) -> None:
    with transaction():
        row = Entitlement(dimension="mystery_box", value="1", value_type="integer")
        db.session.add(Contract(product_code=ANALYTICS, entitlements=[row]))
    assert [(one.dimension, one.contracts) for one in now(bench).unknown_dimensions] == [("mystery_box", 1)]


def test_a_contract_that_was_joined_to_another_is_counted_once(bench: Bench) -> None:
    with transaction():
        earlier = Contract(product_code=ANALYTICS)
        db.session.add(earlier)
        db.session.flush()
        db.session.add(Contract(product_code=ANALYTICS, merged_into_id=earlier.id))
    assert now(bench).contracts == {"waiting": 1}
