"""A contract's history in people's words."""

from typing import Any

import pytest
from flask import Flask

from portal.contracts.models import ContractChange
from portal.database import utcnow
from portal.language import speaking
from portal.products import Dimension, Product
from portal.web.history import history_lines

PRODUCT = Product(
    "abc",
    "Thing",
    dimensions={"seats": Dimension("seats", "Seats", "users"), "team": Dimension("team", "Team plan")},
)
DECEMBER, JANUARY = "2026-12-01T00:00:00+00:00", "2027-01-01T00:00:00+00:00"


def amount(value: str, value_type: str = "integer", expires_at: str | None = DECEMBER) -> dict[str, Any]:
    return {"value": value, "type": value_type, "expires_at": expires_at}


def told(subject: str, before: Any = None, after: Any = None, cause: str = "refresh", detail: str | None = None) -> str:
    change = ContractChange(at=utcnow(), cause=cause, subject=subject, before=before, after=after, detail=detail)
    (line,) = history_lines([change], PRODUCT)
    return line.sentence


@pytest.mark.parametrize(
    ("subject", "before", "after", "sentence"),
    [
        ("opened", None, {"value": "waiting"}, "The purchase reached us from AWS Marketplace."),
        ("organisation", None, {"value": "Acme"}, "Linked to Acme."),
        ("state", {"value": "waiting"}, {"value": "active"}, "Status: Waiting for AWS → Active."),
        ("state", {"value": "active"}, {"value": "ended"}, "Status: Active → Ended."),
        ("dimension:seats", None, amount("10"), "Seats: 10 users."),
        ("dimension:seats", amount("10"), amount("12500"), "Seats: 10 users → 12,500 users."),
        ("dimension:seats", amount("10"), None, "Seats: no longer included (was 10 users)."),
        ("dimension:team", None, amount("1"), "Team plan: Included."),
        ("dimension:mystery", None, amount("1"), "mystery: 1."),
        (
            "dimension:seats",
            amount("10"),
            amount("10", expires_at=JANUARY),
            "Seats, valid until: 1 December 2026 → 1 January 2027.",
        ),
        ("ends_at", {"value": DECEMBER}, {"value": JANUARY}, "End: 1 December 2026 → 1 January 2027."),
        ("auto_renew", {"value": True}, {"value": False}, "Automatic renewal: On → Off."),
        ("ended_because", None, {"value": "EXPIRED"}, "Reason for the end: Expired."),
        ("ended_because", None, {"value": "SOMETHING_NEW"}, "Reason for the end: SOMETHING_NEW."),
    ],
)
def test_a_change_is_said_in_a_sentence(subject: str, before: Any, after: Any, sentence: str):
    assert told(subject, before, after) == sentence


def test_our_support_is_said_in_the_reader_s_language(app: Flask):
    with app.app_context(), speaking("ja"):
        assert "サポート" in told("organisation", after={"value": "Acme"}, cause="move", detail="our support")


def test_who_linked_it_is_said():
    assert told("organisation", after={"value": "Acme"}, cause="link", detail="Alice") == "Linked to Acme by Alice."


@pytest.mark.parametrize("subject", ["", "something new", "dimension:", "dimension:a:b"])
def test_a_subject_of_any_kind_can_be_told(subject: str):
    after = amount("1") if subject.startswith("dimension") else {"value": "x"}
    assert told(subject, after=after)


@pytest.mark.parametrize("subject", ["starts_at", "ends_at"])
def test_a_date_heard_of_for_the_first_time_is_no_change(subject: str):
    change = ContractChange(at=utcnow(), cause="notification", subject=subject, after={"value": DECEMBER})
    assert history_lines([change], PRODUCT) == []


def test_a_date_that_moved_within_its_day_is_no_change():
    later = {"value": "2026-12-01T09:00:00+00:00"}
    change = ContractChange(
        at=utcnow(), cause="notification", subject="ends_at", before={"value": DECEMBER}, after=later
    )
    assert history_lines([change], PRODUCT) == []


def test_that_it_was_taken_off_is_said():
    said = told("organisation", before={"value": "Acme"}, cause="move", detail="our support")
    assert said == "No longer linked to Acme."
