"""How times are written, and words stressed."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from portal.web.filters import clock, day, iso, stressed, when

NOON_IN_TOKYO = datetime(2026, 11, 22, 12, 5, tzinfo=timezone(timedelta(hours=9)))


def test_a_moment_is_written_in_utc():
    assert when(NOON_IN_TOKYO) == "22 November 2026, 03:05 UTC"


def test_a_day_is_the_day_in_utc():
    assert day(datetime(2026, 11, 22, 1, tzinfo=timezone(timedelta(hours=9)))) == "21 November 2026"


def test_a_machine_reads_it_to_the_second():
    assert iso(NOON_IN_TOKYO.replace(microsecond=999)) == "2026-11-22T03:05:00+00:00"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("press *Sign in* now", "press <strong>Sign in</strong> now"),
        ("set `page_url`", "set <code>page_url</code>"),
        ("<b> & *<i>*", "&lt;b&gt; &amp; <strong>&lt;i&gt;</strong>"),
        ("2 * 3 = 6", "2 * 3 = 6"),
        ("**", "**"),
        ("", ""),
    ],
)
def test_words_are_stressed_and_nothing_else_is_markup(text: str, html: str):
    assert str(stressed(text)) == html


def test_a_time_of_another_day_says_its_day():
    noon = datetime(2026, 11, 25, 12, 0, 5, tzinfo=UTC)
    assert (clock(noon, noon), clock(noon + timedelta(days=1), noon)) == ("12:00:05", "26 Nov 12:00:05")
