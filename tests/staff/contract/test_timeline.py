"""Everything that happened to a contract on one axis: bars for what lasts, events, stretches of what is long ago."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from portal.contracts.models import Cause, Contract, ContractChange
from portal.staff.contract.timeline import (
    MOST_SPANS,
    Bar,
    Day,
    Event,
    Lane,
    put_together,
    reads,
    spans,
    status_bars,
    term_bars,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def change(number: int, subject: str, after: dict[str, Any] | None, at: datetime = NOON) -> ContractChange:
    return ContractChange(
        id=number, contract_id=uuid4(), at=at, cause=Cause.NOTIFICATION, subject=subject, after=after, before=None
    )


def ends(*days: int) -> list[ContractChange]:
    return [change(n, "ends_at", {"value": (NOON + DAY * day).isoformat()}) for n, day in enumerate(days)]


def terms(*days: int, **contract: Any) -> list[tuple[int, int]]:
    """The terms in days from noon, of a contract whose ends were told in this order."""
    record = Contract(starts_at=NOON, created_at=NOON, **contract)
    return [
        ((bar.begins_at - NOON).days, (bar.ends_at - NOON).days)
        for bar in term_bars(record, ends(*days))
        if bar.ends_at
    ]


def test_each_status_lasts_until_the_next() -> None:
    lines = [
        change(1, "opened", {"value": "waiting"}),
        change(2, "dimension:seats", {"value": "1", "type": "integer", "expires_at": None}),
        change(3, "state", {"value": "active"}, NOON + DAY),
    ]
    found = [(bar.words, bar.begins_at, bar.ends_at) for bar in status_bars(lines, NOON + DAY * 3)]
    assert found == [("waiting", NOON, NOON + DAY), ("active", NOON + DAY, NOON + DAY * 3)]


def test_without_a_history_no_status_is_told() -> None:
    assert status_bars([], NOON) == []


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ((365,), [(0, 365)]),
        ((365, 730), [(0, 365), (365, 730)]),  # renewed
        ((365, 100), [(0, 100)]),  # cut short
        ((365, 730, 500), [(0, 365), (365, 500)]),
        ((365, 730, 300), [(0, 300)]),
        ((365, 365), [(0, 365)]),
    ],
)
def test_an_end_told_later_begins_another_term_and_an_earlier_one_cuts_it_short(
    told: tuple[int, ...], expected: list[tuple[int, int]]
) -> None:
    assert terms(*told) == expected


def test_without_an_agreement_the_terms_are_those_of_what_is_granted() -> None:
    until = {"value": "1", "type": "integer", "expires_at": (NOON + DAY * 30).isoformat()}
    (bar,) = term_bars(Contract(created_at=NOON), [change(1, "dimension:seats", until)])
    assert (bar.begins_at, bar.ends_at) == (NOON, NOON + DAY * 30)


def test_pay_as_you_go_has_no_fixed_end() -> None:
    (bar,) = term_bars(Contract(created_at=NOON), [])
    assert (bar.words, bar.ends_at) == ("no fixed end", None)


def test_changes_of_one_second_are_one_answer_of_aws() -> None:
    row = {"value": "1", "type": "integer", "expires_at": None}
    lines = [change(n, f"dimension:{n}", row, NOON + timedelta(milliseconds=n)) for n in range(3)]
    assert [event.count for event in reads(Contract(), lines)] == [3]


def test_the_last_answer_is_among_them() -> None:
    assert [event.anchor for event in reads(Contract(confirmed_at=NOON), [])] == ["last-answer"]


def test_what_is_long_ago_is_told_in_stretches_however_much_it_is() -> None:
    days = [Day(Lane.MESSAGES, NOON + DAY * n, NOON + DAY * n + timedelta(hours=1), 100) for n in range(1_000)]
    found = spans(days, "earlier messages")
    assert (len(found) <= MOST_SPANS, sum(event.count for event in found)) == (True, 100_000)


def test_a_stretch_says_how_much_it_is_and_until_when() -> None:
    (event,) = spans([Day(Lane.MESSAGES, NOON, NOON + DAY, 5_000)], "earlier messages")
    assert (event.words, event.until) == ("5,000 earlier messages", NOON + DAY)


def test_every_row_can_be_led_to() -> None:
    days = [Day(lane, NOON + DAY * n, NOON + DAY * n, 1) for n in range(100) for lane in (Lane.CHANGES,)]
    anchors = [event.anchor for event in spans(days, "earlier changes")]
    assert len(set(anchors)) == len(anchors)


def test_the_axis_begins_with_the_first_and_ends_with_the_last() -> None:
    bar = Bar(Lane.TERMS, NOON - DAY, NOON + DAY * 365, "term", "term")
    event = Event(Lane.MESSAGES, NOON - DAY * 9, "License Updated", "message-1")
    found = put_together(NOON, [bar], [event])
    assert (found.begins_at, found.ends_at) == (NOON - DAY * 9, NOON + DAY * 365)


def test_the_newest_comes_first() -> None:
    events = [Event(Lane.MESSAGES, NOON - DAY * n, "x", f"message-{n}") for n in (3, 1, 2)]
    assert [event.anchor for event in put_together(NOON, [], events).events] == ["message-1", "message-2", "message-3"]
