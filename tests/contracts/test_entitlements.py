"""What changed between two readings, and how a value is said."""

from datetime import UTC, datetime

import pytest

from portal.contracts.entitlements import Row, differences, in_words, rows_of
from portal.marketplace.values import EntitlementValue

SOON, LATER = datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 12, 1, tzinfo=UTC)
TEN, TWENTY = Row("10", "integer", SOON), Row("20", "integer", SOON)
SEATS = ("seats", "1")


def told(value: str = "10", expires_at: datetime | None = SOON, license_arn: str | None = None) -> EntitlementValue:
    return EntitlementValue("abc", "seats", value, "integer", expires_at, license_arn=license_arn)


def test_equal_readings_have_no_difference():
    assert list(differences({SEATS: TEN}, {SEATS: TEN})) == []


@pytest.mark.parametrize(
    ("before", "after", "difference"),
    [
        ({}, {SEATS: TEN}, (SEATS, None, TEN)),
        ({SEATS: TEN}, {}, (SEATS, TEN, None)),
        ({SEATS: TEN}, {SEATS: TWENTY}, (SEATS, TEN, TWENTY)),
        (
            {SEATS: TEN},
            {SEATS: Row("10", "integer", LATER)},
            (SEATS, TEN, Row("10", "integer", LATER)),
        ),
        ({SEATS: TEN}, {SEATS: Row("10", "string", SOON)}, (SEATS, TEN, Row("10", "string", SOON))),
    ],
    ids=["came", "went", "another value", "another date", "another type"],
)
def test_a_difference_has_a_before_and_an_after(before: dict, after: dict, difference: tuple):
    assert list(differences(before, after)) == [difference]


def test_another_plan_is_one_that_went_and_one_that_came():
    before, after = {("team", "1"): TEN}, {("business", "1"): TEN}
    assert list(differences(before, after)) == [(("business", "1"), None, TEN), (("team", "1"), TEN, None)]


def test_one_dimension_of_two_licences_is_two_rows():
    rows = rows_of([told("10", license_arn="arn:aws:l-1"), told("20", license_arn="arn:aws:l-2")])
    assert {key: row.value for key, row in rows.items()} == {("seats", "1"): "10", ("seats", "2"): "20"}


def test_one_licence_in_two_spellings_is_one_row():
    assert list(rows_of([told(license_arn="arn:aws:license/l-1"), told(license_arn="aws:l-1")])) == [("seats", "1")]


@pytest.mark.parametrize("order", [1, -1])
def test_told_twice_the_later_expiry_stands(order: int):
    rows = rows_of([told("10", SOON), told("20", LATER)][::order])
    assert rows[("seats", "")].value == "20"


def test_a_row_without_expiry_can_be_kept_in_the_history():
    assert Row("1", "integer").as_json() == {"value": "1", "type": "integer", "expires_at": None}


@pytest.mark.parametrize(
    ("value", "value_type", "words"),
    [
        ("12500", "integer", "12,500"),
        ("0", "integer", "0"),
        ("-3", "integer", "-3"),
        ("2.5", "double", "2.5"),
        ("3.0", "double", "3"),
        ("1234.5678", "double", "1,234.5678"),
        ("1e+20", "double", "100,000,000,000,000,000,000"),
        ("true", "boolean", "Included"),
        ("false", "boolean", "Not included"),
        ("gold", "string", "gold"),
        ("", "string", "Granted"),
        ("", "unknown", "Granted"),
    ],
)
def test_a_value_is_said_in_words(value: str, value_type: str, words: str):
    assert in_words(value, value_type) == words
