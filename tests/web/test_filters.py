"""How times are written."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from portal.database import utcnow
from portal.web.filters import ago, day, iso, when

NOON_IN_TOKYO = datetime(2026, 11, 22, 12, 5, tzinfo=timezone(timedelta(hours=9)))


def test_a_moment_is_written_in_utc():
    assert when(NOON_IN_TOKYO) == "22 November 2026, 03:05 UTC"


def test_a_day_is_the_day_in_utc():
    assert day(datetime(2026, 11, 22, 1, tzinfo=timezone(timedelta(hours=9)))) == "21 November 2026"


def test_a_machine_reads_it_to_the_second():
    assert iso(NOON_IN_TOKYO.replace(microsecond=999)) == "2026-11-22T03:05:00+00:00"


@pytest.mark.parametrize(
    ("past", "words"),
    [
        (timedelta(0), "just now"),
        (timedelta(seconds=1.5), "1 second ago"),
        (timedelta(seconds=12.5), "12 seconds ago"),
        (timedelta(seconds=61), "1 minute ago"),
        (timedelta(minutes=59, seconds=30), "59 minutes ago"),
        (timedelta(hours=1, seconds=1), "1 hour ago"),
        (timedelta(days=2, hours=3), "2 days ago"),
        (timedelta(seconds=-30), "just now"),
    ],
)
def test_how_long_ago_is_said_in_words(past: timedelta, words: str):
    assert ago(utcnow() - past) == words


def test_a_moment_may_come_from_any_zone():
    assert ago((datetime.now(UTC) - timedelta(hours=2)).astimezone(NOON_IN_TOKYO.tzinfo)) == "2 hours ago"
