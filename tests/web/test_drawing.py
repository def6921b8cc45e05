"""Where bars and steps stand."""

import pytest

from portal.web.drawing import (
    BOTTOM,
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    Column,
    columns,
    funnel,
    in_short,
    round_up,
    shares,
)


@pytest.mark.parametrize(
    ("value", "end"),
    [(0, 1), (1, 1), (3, 4), (7, 8), (9, 10), (10, 10), (11, 20), (41, 50), (650, 800), (999_999, 1_000_000)],
)
def test_a_scale_ends_at_a_round_number(value: float, end: int):
    assert round_up(value) == end


@pytest.mark.parametrize(
    ("value", "words"), [(0, "0"), (1200, "1,200"), (45_000, "45k"), (1_200_000, "1.2M"), (2_000_000, "2M")]
)
def test_a_scale_is_written_in_short(value: float, words: str):
    assert in_short(value) == words


def test_every_bar_stands_within_the_picture():
    chart = columns([Column(str(n), {"a": n, "b": 2 * n}) for n in range(60)])
    assert all(
        box.x >= LEFT
        and box.x + box.width <= WIDTH - RIGHT
        and box.y >= TOP - 0.1
        and box.y + box.height <= HEIGHT - BOTTOM + 0.1
        for box in chart.boxes
    )


def test_the_parts_of_a_column_stand_on_one_another():
    lower, upper = columns([Column("x", {"a": 10, "b": 10})]).boxes
    assert upper.y + upper.height == pytest.approx(lower.y, abs=0.05)


def test_the_highest_bar_is_as_high_as_its_share_of_the_scale():
    (box,) = columns([Column("x", {"a": 50})]).boxes
    assert box.height == pytest.approx(HEIGHT - TOP - BOTTOM)


def test_nothing_is_drawn_of_nothing():
    assert (columns([]).boxes, columns([Column("x", {"a": 0})]).boxes, shares({}), shares({"a": 0})) == ([], [], [], [])


def test_a_funnel_narrows_with_its_numbers():
    steps = funnel([("all", 200), ("half", 100), ("none", 0)], width=100)
    assert [(step.width, step.of_all, step.lost) for step in steps] == [(100, 100, 0), (50, 50, 100), (0, 0, 100)]


def test_a_funnel_that_nobody_entered_has_no_shares():
    assert [(step.width, step.of_all) for step in funnel([("all", 0), ("some", 0)])] == [(0, None), (0, None)]


def test_shares_fill_the_bar():
    boxes = shares({"a": 1, "b": 3}, width=100)
    assert [(box.x, box.width) for box in boxes] == [(0, 25), (25, 75)]
