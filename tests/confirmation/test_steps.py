"""The three use cases, judged by evidence alone."""

from dataclasses import replace

from portal.confirmation.evidence import Said, Shown
from portal.confirmation.marks import Mark
from portal.confirmation.steps import use_cases
from tests.confirmation.conftest import at
from tests.confirmation.shapes import (
    ALICE,
    CHANGED,
    NOTHING,
    OLD_ALICE,
    SIGNED_UP,
    TOLD,
    arrival,
    journey,
    seen,
    step,
)

CHANGING = journey(changes=(CHANGED,), heard=(TOLD,), shown=(Shown(at(41), 7, 4), Shown(at(110), 7, 5)))


def marks(evidence, case: str) -> list[str]:
    (found,) = [one for one in use_cases(evidence) if one.id == case]
    return [str(each.mark) for each in found.steps]


def test_the_lists_have_the_steps_of_the_manual_one():
    assert [len(one.steps) for one in use_cases(NOTHING)] == [5, 5, 4]


def test_at_first_every_step_is_open():
    assert {each.mark for one in use_cases(NOTHING) for each in one.steps} == {Mark.OPEN}


def test_every_open_step_says_what_is_expected_and_what_may_be_wrong():
    steps = [each for one in use_cases(NOTHING) for each in one.steps if not each.id.endswith(".1")]
    assert [each.id for each in steps if not each.expected or not each.suspects or not each.press] == []


def test_every_step_has_a_picture():
    assert [each.id for one in use_cases(NOTHING) for each in one.steps if each.screen is None] == []


def test_a_new_account_is_use_case_1_and_not_2():
    evidence = seen(journey())
    assert (marks(evidence, "signup"), marks(evidence, "signin")) == (["done"] * 5, ["open"] * 5)


def test_an_account_older_than_the_arrival_is_use_case_2_and_not_1():
    come = arrival(steps=(("choice", 11), ("sign-in page", 12), ("signed in", 35)))
    evidence = seen(journey(people=(OLD_ALICE,), arrivals=(come,)))
    assert (marks(evidence, "signup"), marks(evidence, "signin")) == (["open"] * 5, ["done"] * 5)


def test_an_arrival_alone_ticks_the_purchase():
    come = arrival(steps=(("choice", 11),))
    evidence = seen(journey(arrivals=(come,), linked_at=None, linked_by=None, people=(), shown=()))
    assert marks(evidence, "signup") == ["done", "done", "open", "open", "open"]


def test_the_sign_up_page_ticks_the_third_step():
    come = arrival(steps=(("choice", 11), ("sign-up page", 12)))
    evidence = seen(journey(arrivals=(come,), linked_at=None, linked_by=None, people=(), shown=()))
    assert marks(evidence, "signup") == ["done", "done", "done", "open", "open"]


def test_an_account_without_a_sign_in_is_not_enough():
    quiet = replace(ALICE, signed_in=())
    evidence = seen(journey(people=(quiet,), linked_at=None, shown=()))
    assert step(use_cases(evidence), "signup.4").mark is Mark.OPEN


def test_a_page_shown_before_the_link_does_not_count():
    evidence = seen(journey(shown=(Shown(at(39), 7, 3),)))
    assert step(use_cases(evidence), "signup.5").mark is Mark.OPEN


def test_a_page_without_what_aws_grants_does_not_count():
    assert step(use_cases(seen(journey(granted=()))), "signup.5").mark is Mark.OPEN


def test_a_contract_that_has_ended_since_was_seen_all_the_same():
    first = replace(CHANGED, at=at(10), cause="landing", before=None, after="10")
    gone = replace(CHANGED, at=at(300), before="10", after=None)
    evidence = seen(journey(granted=(), changes=(first, gone), state="ended"))
    found = step(use_cases(evidence), "signup.5")
    assert (found.mark, "seats 10" in found.facts[1].text) == (Mark.DONE, True)


def test_a_change_that_aws_told_of_and_a_page_after_it_are_use_case_3():
    back = replace(ALICE, signed_in=(at(35), at(105)))
    evidence = seen(replace(CHANGING, people=(back,)))
    assert marks(evidence, "change") == ["done"] * 4


def test_a_change_tells_how_long_it_took():
    found = step(use_cases(seen(CHANGING)), "change.4")
    assert "From message to page: 8.0 s." in [fact.text for fact in found.facts]


def test_who_is_signed_in_still_need_not_sign_in_again():
    found = step(use_cases(seen(CHANGING)), "change.3")
    assert (found.mark, found.facts[0].text) == (Mark.DONE, "Was still signed in when the change came.")


def test_what_a_landing_found_is_no_change():
    landed = replace(CHANGED, cause="landing", notification_id=None)
    assert marks(seen(replace(CHANGING, changes=(landed,))), "change") == ["open"] * 4


def test_a_first_grant_is_no_change():
    granted = replace(CHANGED, before=None)
    assert marks(seen(replace(CHANGING, changes=(granted,))), "change") == ["open"] * 4


def test_a_page_from_before_the_change_does_not_show_it():
    evidence = seen(replace(CHANGING, shown=(Shown(at(41), 7, 4),)))
    assert step(use_cases(evidence), "change.4").mark is Mark.OPEN


def test_what_somebody_says_they_did_is_told_as_that():
    found = step(use_cases(replace(NOTHING, said=(Said("change.1", at(90), "a member of staff"),))), "change.1")
    assert (found.mark, found.facts[0].text) == (Mark.DONE, "Opened, says a member of staff.")


def test_to_say_that_a_contract_was_changed_is_not_to_have_seen_it():
    evidence = seen(journey(), said=(Said("change.2", at(90), "a member of staff"),))
    assert step(use_cases(evidence), "change.2").mark is Mark.OPEN


def test_the_linked_purchase_is_looked_at_rather_than_one_that_was_broken_off():
    broken = journey(contract_id="d", linked_at=None, linked_by=None, shown=(), people=(), arrivals=(arrival(90),))
    assert marks(seen(journey(), broken), "signup") == ["done"] * 5


def test_a_registration_that_was_taken_up_again_counts():
    first = arrival(5, steps=(("choice", 6),))
    assert marks(seen(journey(arrivals=(first, SIGNED_UP))), "signup") == ["done"] * 5
