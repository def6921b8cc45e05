"""The list of contracts: what its filters take, in which order, page by page."""

from collections.abc import Sequence
from typing import Any

import pytest
from flask_sqlalchemy import SQLAlchemy

from portal.contracts.lifecycle import State
from portal.contracts.models import Contract
from portal.database import utcnow
from portal.staff.overview.contracts_list import MOST_COUNTED, Filters, count, filters_from, page
from portal.staff.overview.places import Place, Sort
from tests.cast import ANALYTICS, ARCHIVE
from tests.staff.making import days_ago, make, organisation

pytestmark = pytest.mark.usefixtures("database")


def shown(**filters: Any) -> set[Any]:
    return {line.id for line in page(Filters(**filters), None, utcnow()).lines}


def walked(sort: Sort, size: int) -> list[Any]:
    """Every contract of the list, read page by page by the addresses of the places."""
    found: list[Any] = []
    place: Place | None = None
    while True:
        part = page(Filters(sort=sort), place, utcnow(), size)
        found += [line.id for line in part.lines]
        if part.following is None:
            return found
        place = Place.from_text(part.following.as_text())
        assert place == part.following


def test_several_states_may_be_asked_for():
    wanted = {make(state=State.WAITING).id, make(state=State.ENDED).id}
    make(state=State.ACTIVE)
    assert shown(states=(State.WAITING, State.ENDED)) == wanted


def test_a_product_may_be_asked_for():
    wanted = make(product_code=ARCHIVE).id
    make(product_code=ANALYTICS)
    assert shown(product_code=ARCHIVE) == {wanted}


def test_what_ends_soon_or_should_have_ended_is_ending_within():
    wanted = {make(ends_in=5).id, make(ends_in=-5).id}
    make(ends_in=40)
    make(ends_in=None)
    make(ends_in=5, state=State.ENDED)
    assert shown(ending_within=30) == wanted


def test_stale_is_what_gives_access_unconfirmed():
    wanted = make(confirmed_at=days_ago(3)).id
    make(confirmed_at=days_ago(1))
    make(confirmed_at=days_ago(3), state=State.ENDED)
    assert shown(stale=True) == {wanted}


def test_nobodys_contracts_may_be_asked_for():
    acme = organisation("Acme")
    wanted = make().id
    make(organisation_id=acme)
    assert shown(unlinked=True) == {wanted}


def test_the_contracts_of_an_organisation_may_be_asked_for():
    acme, globex = organisation("Acme"), organisation("Globex")
    wanted = make(organisation_id=acme).id
    make(organisation_id=globex)
    assert shown(organisation_id=acme) == {wanted}


def test_filters_narrow_together():
    wanted = make(product_code=ARCHIVE, state=State.WAITING).id
    make(product_code=ARCHIVE)
    make(state=State.WAITING)
    assert shown(product_code=ARCHIVE, states=(State.WAITING,), unlinked=True) == {wanted}


def test_a_contract_that_was_joined_to_another_is_not_listed():
    kept = make().id
    make(merged_into_id=kept)
    assert shown() == {kept}


def test_a_line_tells_whose_it_is():
    make(organisation_id=organisation("Acme"))
    (line,) = page(Filters(), None, utcnow()).lines
    assert line.organisation == "Acme"


@pytest.fixture
def many(database: SQLAlchemy) -> Sequence[Contract]:
    """Contracts of which some share a moment, and some have no end and were never confirmed."""
    at = days_ago(10)
    return [
        make(
            created_at=at if number % 3 == 0 else days_ago(number),
            until_at=None if number % 4 == 0 else at if number % 2 else days_ago(-number),
            confirmed_at=None if number % 5 == 0 else at if number % 3 else days_ago(number),
        )
        for number in range(23)
    ]


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("size", [1, 4, 23, 50])
def test_every_contract_is_on_exactly_one_page(many: Sequence[Contract], sort: Sort, size: int):
    walk = walked(sort, size)
    assert (len(walk), set(walk)) == (len(many), {contract.id for contract in many})


@pytest.mark.parametrize("sort", [Sort.ENDING_FIRST, Sort.ENDING_LAST])
def test_what_has_no_end_comes_last(many: Sequence[Contract], sort: Sort):
    without = {contract.id for contract in many if contract.until_at is None}
    assert set(walked(sort, 50)[-len(without) :]) == without


def test_the_soonest_end_comes_first(many: Sequence[Contract]):
    ends = [line.until_at for line in page(Filters(sort=Sort.ENDING_FIRST), None, utcnow()).lines if line.until_at]
    assert ends == sorted(ends)


def test_the_newest_comes_first(many: Sequence[Contract]):
    times = [line.created_at for line in page(Filters(), None, utcnow()).lines]
    assert times == sorted(times, reverse=True)


def test_counting_stops_when_it_says_enough():
    for _ in range(3):
        make()
    assert (count(Filters(), utcnow()), MOST_COUNTED) == (3, 1000)


def test_an_address_says_what_the_filters_say():
    told = Filters((State.ACTIVE, State.ENDING), ANALYTICS, 30, True, True, 7, Sort.ENDING_LAST)
    arguments = {
        name: [str(v) for v in value] if isinstance(value, list) else [str(value)]
        for name, value in told.arguments().items()
    }
    assert filters_from(arguments) == (told, [])


def test_without_filters_the_address_is_bare():
    assert Filters().arguments() == {}


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"state": ["alive"]}, "There is no status “alive”."),
        ({"within": ["soon"]}, "The number of days must be a whole number from 1 to 3,650, not “soon”."),
        ({"within": ["99999"]}, "The number of days must be a whole number from 1 to 3,650, not “99999”."),
        (
            {"organisation": ["-1"]},
            "The number of an organisation must be a whole number from 1 to 2,147,483,647, not “-1”.",
        ),
        ({"sort": ["colour"]}, "Contracts cannot be sorted by “colour”."),
    ],
)
def test_what_an_address_cannot_mean_is_said(arguments: dict[str, list[str]], problem: str):
    assert filters_from(arguments) == (Filters(), [problem])


@pytest.mark.parametrize(
    "text", ["", "~", "yesterday~x", "2026-01-01~nobody", "2026-01-01T00:00:00~0d9c4f4e-93a7-4a64-8f39-2f9f9e2f7c11"]
)
def test_an_address_without_a_place_begins_at_the_beginning(text: str):
    assert Place.from_text(text) is None
