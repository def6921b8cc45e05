"""Messages as they came, made readable."""

import json

from portal.staff.payloads import LONGEST, pretty
from tests.notifications import shapes


def test_an_event_is_indented() -> None:
    assert '\n  "detail-type": ' in pretty(shapes.event())


def test_what_sns_wrapped_is_opened() -> None:
    assert '"action": "entitlement-updated"' in pretty(shapes.wrapped(shapes.action()))


def test_what_is_no_json_is_shown_as_it_is() -> None:
    assert pretty("{not json") == "{not json"


def test_text_that_only_looks_wrapped_stays() -> None:
    assert '"Message": "hello"' in pretty(json.dumps({"Message": "hello"}))


def test_a_very_long_one_is_cut_and_says_so() -> None:
    found = pretty("x" * (LONGEST + 1_234))
    assert found.endswith("… and 1,234 characters more")


def test_nothing_in_it_can_stop_the_page() -> None:
    assert pretty("[" * 100_000).startswith("[[[")
