"""How times are written."""

from datetime import datetime, timedelta, timezone

from portal.web.filters import day, iso, when

NOON_IN_TOKYO = datetime(2026, 11, 22, 12, 5, tzinfo=timezone(timedelta(hours=9)))


def test_a_moment_is_written_in_utc():
    assert when(NOON_IN_TOKYO) == "22 November 2026, 03:05 UTC"


def test_a_day_is_the_day_in_utc():
    assert day(datetime(2026, 11, 22, 1, tzinfo=timezone(timedelta(hours=9)))) == "21 November 2026"


def test_a_machine_reads_it_to_the_second():
    assert iso(NOON_IN_TOKYO.replace(microsecond=999)) == "2026-11-22T03:05:00+00:00"
