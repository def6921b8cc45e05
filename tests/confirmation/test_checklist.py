"""AWS's own checklist, judged by evidence alone."""

from dataclasses import replace

import pytest

from portal.confirmation.checklist import aws_checklist
from portal.confirmation.evidence import LEGACY, Change, Heard, Refusal, Shown
from portal.confirmation.marks import Mark, Step
from tests.confirmation.conftest import at
from tests.confirmation.shapes import ALICE, NOTHING, SIGNED_UP, answered, arrival, journey, seen, step


def line(evidence, name: str) -> Step:
    return step((aws_checklist(evidence),), f"aws.{name}")


def test_at_first_nothing_is_done():
    assert {each.mark for each in aws_checklist(NOTHING).steps} <= {Mark.OPEN, Mark.PERSON, Mark.NOT_APPLICABLE}


def test_https_needs_a_post_and_an_answer_of_the_address():
    assert [line(seen(journey(), landing=probe), "https").mark for probe in (None, answered(200), answered(502))] == [
        Mark.OPEN,
        Mark.DONE,
        Mark.OPEN,
    ]


def test_without_https_it_stays_open():
    found = line(seen(journey(), landing=answered(), https=False), "https")
    assert (found.mark, "HTTPS is false" in found.suspects[0]) == (Mark.OPEN, True)


def test_a_token_in_no_cookie_is_proven_by_the_answers():
    found = line(seen(journey()), "cookie")
    assert (found.mark, "__Host-arrival" in found.facts[0].text) == (Mark.DONE, True)


def test_a_token_in_a_cookie_is_wrong_whichever_answer_set_it():
    leaking = arrival(leaks=("purchase",))
    refused = Refusal(at(5), 400, "TokenInvalid", leaks=("purchase",))
    for evidence in (seen(journey(arrivals=(SIGNED_UP, leaking))), seen(journey(), refusals=(refused,))):
        assert line(evidence, "cookie").mark is Mark.FAILED


def test_all_three_members_are_asked_of_resolve_customer():
    short = arrival(named=("product_code", "aws_account_id"))
    assert [line(seen(journey(arrivals=(one,))), "resolve").mark for one in (SIGNED_UP, short)] == [
        Mark.DONE,
        Mark.OPEN,
    ]


def test_an_older_product_has_a_customer_identifier_instead():
    old = arrival(named=("product_code", "aws_account_id", "customer_identifier"))
    found = line(seen(journey(arrivals=(old,), dialect=LEGACY)), "resolve")
    assert (found.mark, "No LicenseArn" in found.facts[1].text) == (Mark.DONE, True)


def test_a_token_that_had_to_wait_is_no_proof_of_no_delay():
    waited = arrival(resolved=False)
    assert line(seen(journey(arrivals=(waited,))), "delay").mark is Mark.OPEN


def test_a_token_resolved_slowly_is_wrong():
    assert line(seen(journey(arrivals=(arrival(milliseconds=12_000),))), "delay").mark is Mark.FAILED


def test_two_arrivals_before_the_link_are_a_registration_taken_up_again():
    twice = journey(arrivals=(arrival(5), SIGNED_UP))
    assert (line(seen(twice), "incomplete").mark, line(seen(journey()), "incomplete").mark) == (Mark.DONE, Mark.OPEN)


def test_an_arrival_after_the_link_is_registering_again():
    again = journey(arrivals=(SIGNED_UP, arrival(80)))
    assert (line(seen(again), "again").mark, line(seen(journey()), "again").mark) == (Mark.DONE, Mark.OPEN)


def test_a_letter_that_waits_is_no_letter_sent():
    waiting = replace(ALICE, welcome_written=True)
    sent = replace(waiting, welcome_sent_at=at(33))
    assert [line(seen(journey(people=(one,))), "welcome").mark for one in (waiting, sent)] == [Mark.OPEN, Mark.DONE]


def test_an_end_needs_a_message_and_a_contract_that_ended():
    told = Heard(6, "License Deprovisioned", "ending", "eventbridge", at(200), "applied")
    ended = Change(at(201), "notification", "state", "active", "ended")
    both = journey(heard=(told,), changes=(ended,), shown=(Shown(at(41), 7, 4), Shown(at(205), 7, 6)))
    assert line(seen(both), "unsubscribe").mark is Mark.DONE
    assert line(seen(both), "cancelled").mark is Mark.DONE
    assert line(seen(replace(both, heard=())), "unsubscribe").mark is Mark.OPEN


def test_against_aws_an_end_may_be_left_open():
    assert line(NOTHING, "unsubscribe").optional
    assert not line(replace(NOTHING, way="sandbox"), "unsubscribe").optional


def test_an_arrival_before_anything_was_granted_is_seen():
    later = Change(at(60), "notification", "dimension:seats", None, "10")
    at_once = replace(later, at=at(10.1), cause="landing")
    found = [line(seen(journey(changes=(one,))), "nothing").mark for one in (later, at_once)]
    assert found == [Mark.DONE, Mark.OPEN]


@pytest.mark.parametrize(("pricing", "mark"), [("contract", Mark.NOT_APPLICABLE), ("subscription", Mark.PERSON)])
def test_metering_is_never_claimed(pricing: str, mark: Mark):
    found = line(replace(NOTHING, pricing=pricing), "hourly")
    assert (found.mark, "meter" in found.facts[0].text) == (mark, True)


def test_pay_as_you_go_has_no_entitlements_to_verify():
    assert line(replace(NOTHING, pricing="subscription"), "entitlements").mark is Mark.NOT_APPLICABLE
