"""Times become places: nothing leaves the picture, nothing stands on something else."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.staff.contract.timeline import Bar, Event, Lane, Timeline
from portal.web.timeline_picture import MARK, NARROW, TOGETHER, WIDE, Picture, draw

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2026, 11, 22)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001
sizes = st.sampled_from([WIDE, NARROW])


def event(at: datetime, number: int = 0, count: int = 1) -> Event:
    return Event(Lane.MESSAGES, at, "License Updated", f"message-{number}", count)


def drawn(*events: Event, bars: list[Bar] | None = None, width: int = WIDE) -> Picture:
    return draw(Timeline(NOON, bars or [], list(events)), "wide", width)


@given(at=st.lists(moments, max_size=60), width=sizes, years=st.integers(0, 5))
@settings(max_examples=60, deadline=None)
def test_everything_is_inside_and_marks_keep_apart(at: list[datetime], width: int, years: int) -> None:
    bar = Bar(Lane.TERMS, min([*at, NOON]), NOON + timedelta(days=365 * years), "term", "term")
    picture = drawn(*(event(moment, n) for n, moment in enumerate(at)), bars=[bar], width=width)
    marks = [mark for lane in picture.lanes for mark in lane.marks]
    assert all(picture.left <= mark.x <= picture.right for mark in marks)
    assert all(later.x - earlier.x >= TOGETHER - 2 * MARK for earlier, later in pairwise(marks))
    assert sum(mark.count for mark in marks) == len(at)
    for lane in picture.lanes:
        assert all(one.x >= picture.left and one.x + one.width <= picture.right + 2.1 for one in lane.bars)
    assert all(picture.left <= tick.x <= picture.right for tick in picture.ticks)


@pytest.mark.parametrize(
    "span", [timedelta(seconds=1), timedelta(minutes=20), timedelta(days=3), timedelta(days=400), timedelta(days=9_000)]
)
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_a_life_of_any_length_has_a_few_ticks_that_do_not_touch(span: timedelta, width: int) -> None:
    ticks = [tick for tick in drawn(event(NOON - span), width=width).ticks if tick.label != "now"]
    assert len(ticks) <= 14
    assert all(later.x - earlier.x > 40 for earlier, later in pairwise(ticks))


def test_marks_that_would_stand_on_one_another_are_one_with_a_number() -> None:
    picture = drawn(event(NOON - timedelta(days=100)), event(NOON - timedelta(minutes=2)), event(NOON, count=40))
    assert [mark.count for lane in picture.lanes for mark in lane.marks] == [1, 41]


def test_a_mark_leads_to_its_row_and_says_what_it_is() -> None:
    (mark,) = [mark for lane in drawn(event(NOON, 7)).lanes for mark in lane.marks]
    assert (mark.anchor, mark.title) == ("message-7", "22 Nov 2026, 12:00: License Updated")


def test_a_mark_for_many_names_a_few_of_them() -> None:
    (mark,) = [mark for lane in drawn(*(event(NOON, n) for n in range(9))).lanes for mark in lane.marks]
    assert mark.title.endswith("; and 5 more")


def test_what_is_still_to_come_has_a_place_of_its_own() -> None:
    year = Bar(Lane.TERMS, NOON - timedelta(hours=1), NOON + timedelta(days=365), "term", "term")
    picture = drawn(event(NOON - timedelta(minutes=30)), bars=[year])
    (mark,) = [mark for lane in picture.lanes for mark in lane.marks]
    assert (picture.coming, picture.left < mark.x < picture.now < picture.right) == (True, True)


def test_the_lanes_keep_their_order() -> None:
    assert [lane.name for lane in drawn(event(NOON)).lanes] == list(Lane)


def test_a_label_stands_only_where_it_fits() -> None:
    short = Bar(Lane.STATUS, NOON - timedelta(days=400), NOON - timedelta(days=399), "Waiting for AWS", "waiting")
    long = Bar(Lane.STATUS, NOON - timedelta(days=399), NOON, "Active", "active")
    bars = drawn(bars=[short, long]).lanes[0].bars
    assert [bar.label for bar in bars] == ["", "Active"]
