import json
from collections.abc import Callable

import pytest
from sqlalchemy.exc import OperationalError

from portal.database import utcnow
from portal.marketplace.queue import Delivery
from portal.notifications import intake
from portal.notifications.models import Fate
from tests.notifications import shapes
from tests.worker_fixtures import Bench


def test_a_second_delivery_changes_nothing(bench: Bench) -> None:
    assert bench.receive(shapes.event()) == 1
    assert bench.receive(shapes.event()) == 0
    assert bench.receive(shapes.event(), shapes.event(), shapes.wrapped(shapes.action())) == 1
    assert len(bench.notifications()) == 2


def test_a_message_is_stored_raw_with_what_it_was_read_as(bench: Bench) -> None:
    body = shapes.event()
    bench.receive(body)
    (row,) = bench.notifications()
    assert row.body == body
    assert (row.dialect, row.kind, row.name) == ("eventbridge", "granted", "License Updated - Manufacturer")
    assert (row.license_key, row.agreement_key) == ("0123456789abcdef0123456789abcdef", shapes.AGREEMENT)
    assert (row.product_code, row.aws_account_id) == (shapes.PRODUCT, shapes.ACCOUNT)
    assert row.fate == Fate.RECEIVED


@pytest.mark.parametrize(
    "body", ["", "{", "\0", "a\0b\ud800", '"\\u0000"', json.dumps(shapes.action("\0\ud800")), "x" * 262_144],
    ids=["empty", "half", "NUL", "NUL and half a character", "NUL in JSON", "NUL in an action", "256 KiB"],
)  # fmt: skip
def test_rubbish_is_kept_and_its_neighbours_too(bench: Bench, body: str) -> None:
    assert bench.receive(shapes.event(), body, shapes.wrapped(shapes.action())) == 3
    assert bench.fates() == [Fate.RECEIVED, Fate.NOT_UNDERSTOOD, Fate.RECEIVED]


def test_news_is_settled_at_once(bench: Bench) -> None:
    bench.receive(shapes.event(source="aws.marketplacecatalog"))
    (row,) = bench.notifications()
    assert row.fate == Fate.NEWS
    assert row.settled_at is not None


def test_all_that_is_stored_may_be_acknowledged_new_or_not(bench: Bench) -> None:
    deliveries = [Delivery("a", "", shapes.event()), Delivery("b", "", shapes.event()), Delivery("c", "", "rubbish")]
    stored, new = intake.receive(deliveries, utcnow())
    assert (stored, new) == (deliveries, 2)


def test_nothing_is_acknowledged_while_the_database_is_away(bench: Bench, make_app: Callable[..., object]) -> None:
    away = make_app(DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")
    with away.app_context(), pytest.raises(OperationalError):  # type: ignore[attr-defined]
        intake.receive([Delivery("a", "", shapes.event())], utcnow())
    assert bench.notifications() == []
