"""What events tell of a renewal ahead."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from portal.staff.overview.lockout import renewal_word
from tests.notifications import shapes


def upcoming(**summary: Any) -> str:
    detail = shapes.agreement_detail(endTime="2027-01-31T00:00:00Z") | {"renewalSummary": summary}
    return shapes.event("Purchase Agreement Renewal Upcoming - Proposer", detail)


def test_the_lockout_is_read():
    word = renewal_word(upcoming(lockoutStartTime="2026-12-01T00:00:00+01:00", lockoutReached="true"))
    assert word is not None
    assert (word.lockout_starts_at, word.locked) == (datetime(2026, 11, 30, 23, tzinfo=UTC), True)


def test_who_switched_the_renewal_off_is_read():
    word = renewal_word(upcoming(disabledBy="ACCEPTOR", lockoutReached=False))
    assert word is not None
    assert (word.stopped_by, word.locked, word.lockout_starts_at) == ("ACCEPTOR", False, None)


def test_an_event_that_came_through_sns_says_the_same():
    plain = upcoming(lockoutStartTime="2026-12-01T00:00:00Z")
    assert renewal_word(shapes.wrapped(plain)) == renewal_word(plain)


@pytest.mark.parametrize(
    "body",
    [
        *shapes.ALL,
        "rubbish",
        "",
        "[]",
        shapes.event(detail={"renewalSummary": None}),
        shapes.event(detail={"renewalSummary": "soon"}),
        json.dumps({"detail-type": "x", "detail": "y"}),
    ],
)
def test_what_says_nothing_of_a_renewal_is_none(body: str):
    assert renewal_word(body) is None


@pytest.mark.parametrize("time", ["soon", 5, None, {}, ""])
def test_a_time_that_is_none_is_left_out(time: Any):
    word = renewal_word(upcoming(lockoutStartTime=time, lockoutReached=True))
    assert word is not None
    assert word.lockout_starts_at is None
