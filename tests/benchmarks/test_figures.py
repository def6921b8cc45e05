"""The figures that are told: what they are of, and how they are written."""

import pytest

from benchmarks.figures import in_words, median, p99, ratio


def test_the_median_is_the_middle_one_whatever_the_order():
    assert median([9, 1, 5]) == 5


def test_between_two_in_the_middle_the_median_is_half_way():
    assert median([1, 2, 4, 100]) == 3


def test_of_a_hundred_one_may_be_slower_than_p99():
    assert p99([*range(1, 100), 10_000]) == 99


def test_of_a_thousand_ten_may_be_slower_than_p99():
    assert p99(list(range(1000, 0, -1))) == 990


@pytest.mark.parametrize("count", [1, 2, 50, 99])
def test_of_fewer_than_a_hundred_p99_is_the_slowest(count: int):
    assert p99(list(range(count))) == count - 1


def test_a_ratio_to_nothing_is_none():
    assert (ratio(6, 3), ratio(6, 0), ratio(None, 3), ratio(6, None)) == (2, None, None, None)


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (None, "–"),
        ("bare loop", "bare loop"),
        (0, "0"),
        (10_000, "10,000"),
        (1234.6, "1,235"),
        (99.94, "99.9"),
        (0.5, "0.50"),
        (-12.34, "-12.3"),
    ],
)
def test_a_figure_is_written_with_the_digits_that_mean_something(cell: object, words: str):
    assert in_words(cell) == words
