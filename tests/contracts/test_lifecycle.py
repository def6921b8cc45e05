"""The life of a contract, as a table: state, what AWS shows, what was said, and where that leads."""

from datetime import UTC, datetime, timedelta
from itertools import permutations, product

import pytest

from portal.contracts.lifecycle import MOVES, Signal, State, Word, after_reading, later_word, signal_of, while_unsure

ENTITLED = {
    (state, signal): State.ENDING if signal in {Signal.ENDING, Signal.ENDED} else State.ACTIVE
    for state in set(State) - {State.SUPERSEDED}
    for signal in Signal
}
NOTHING = {
    (State.WAITING, Signal.NONE): State.WAITING,
    (State.WAITING, Signal.GRANTED): State.WAITING,
    (State.WAITING, Signal.CONTINUED): State.WAITING,
    (State.WAITING, Signal.ENDING): State.ENDED,  # over before its buyer landed
    (State.WAITING, Signal.ENDED): State.ENDED,
    (State.ACTIVE, Signal.NONE): State.ENDED,
    (State.ACTIVE, Signal.GRANTED): State.ENDED,
    (State.ACTIVE, Signal.ENDED): State.ENDED,
    (State.ACTIVE, Signal.ENDING): State.ENDED,
    (State.ACTIVE, Signal.CONTINUED): State.CHANGING,  # renewed, and what follows is not to be seen yet
    (State.CHANGING, Signal.NONE): State.ENDED,
    (State.CHANGING, Signal.GRANTED): State.ENDED,
    (State.CHANGING, Signal.CONTINUED): State.CHANGING,
    (State.ENDING, Signal.NONE): State.ENDED,
    (State.ENDING, Signal.CONTINUED): State.CHANGING,
    (State.ENDED, Signal.NONE): State.ENDED,
    (State.ENDED, Signal.GRANTED): State.ENDED,
    (State.ENDED, Signal.CONTINUED): State.CHANGING,
}
SUBSCRIPTION = {
    (State.WAITING, Signal.NONE): State.WAITING,
    (State.WAITING, Signal.GRANTED): State.ACTIVE,
    (State.WAITING, Signal.ENDED): State.ENDED,
    (State.ACTIVE, Signal.NONE): State.ACTIVE,
    (State.ACTIVE, Signal.ENDING): State.ENDING,
    (State.CHANGING, Signal.NONE): State.ACTIVE,
    (State.ENDING, Signal.NONE): State.ENDING,
    (State.ENDING, Signal.GRANTED): State.ACTIVE,  # re-subscribed before the end, which is then never told
    (State.ENDING, Signal.ENDED): State.ENDED,
    (State.ENDED, Signal.NONE): State.ENDED,
    (State.ENDED, Signal.ENDING): State.ENDED,  # the last hour for metering, told after the end
    (State.ENDED, Signal.GRANTED): State.ACTIVE,
    (State.ACTIVE, Signal.CONTINUED): State.CHANGING,
    (State.ENDING, Signal.CONTINUED): State.CHANGING,
}
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def word(signal: Signal, minutes: int = 0) -> Word:
    return Word(signal, NOON + timedelta(minutes=minutes))


# --- States --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("before", "after"), ENTITLED.items())
def test_what_aws_grants_is_active_unless_its_end_is_announced(before: tuple[State, Signal], after: State):
    state, signal = before
    assert after_reading(state, entitled=True, by_entitlements=True, signal=signal) is after


@pytest.mark.parametrize(("before", "after"), NOTHING.items())
def test_what_aws_grants_no_more_has_ended(before: tuple[State, Signal], after: State):
    state, signal = before
    assert after_reading(state, entitled=False, by_entitlements=True, signal=signal) is after


@pytest.mark.parametrize("signal", Signal)
@pytest.mark.parametrize("state", State)
def test_what_another_contract_goes_on_for_is_superseded_once_nothing_is_granted(state: State, signal: Signal):
    after = after_reading(state, entitled=False, by_entitlements=True, signal=signal, continued=True)
    assert after is State.SUPERSEDED


@pytest.mark.parametrize(("before", "after"), SUBSCRIPTION.items())
def test_a_subscription_has_only_what_was_said(before: tuple[State, Signal], after: State):
    state, signal = before
    assert after_reading(state, entitled=False, by_entitlements=False, signal=signal) is after


def test_should_aws_show_rows_for_a_subscription_they_begin_it():
    assert after_reading(State.WAITING, entitled=True, by_entitlements=False) is State.ACTIVE


@pytest.mark.parametrize("signal", [Signal.ENDING, Signal.ENDED])
def test_and_do_not_keep_it_from_ending(signal: Signal):
    assert after_reading(State.ACTIVE, entitled=True, by_entitlements=False, signal=signal) is not State.ACTIVE


def test_the_table_holds_every_move_that_can_happen_and_no_other():
    taken = {
        (state, after_reading(state, entitled=one, by_entitlements=two, signal=signal, continued=three))
        for state, signal, one, two, three in product(State, Signal, *[(True, False)] * 3)
    } | {(state, while_unsure(state)) for state in State}
    taken |= {(State.ENDING, State.ENDED)}  # the clock's: the last hour is over
    moves = {(before, after) for before, after in taken if before is not after}
    assert moves == {(before, after) for before, others in MOVES.items() for after in others}


# --- Words ---------------------------------------------------------------------------------------------------------


def test_while_a_renewal_is_promised_the_end_of_what_it_renews_is_a_hand_over():
    assert signal_of([word(Signal.ENDING, 5), word(Signal.PROMISED, 1)]) is Signal.CONTINUED


def test_an_early_renewal_that_is_cancelled_leaves_what_is_granted():
    assert signal_of([word(Signal.GRANTED), word(Signal.ENDED, 5)]) is Signal.GRANTED


def test_a_promise_gives_way_to_whatever_else_is_said():
    assert later_word(word(Signal.PROMISED, 5), word(Signal.GRANTED, 1), of_agreement=True).signal is Signal.GRANTED


@pytest.mark.parametrize("of_agreement", [True, False])
def test_the_order_in_which_words_are_heard_does_not_matter(of_agreement: bool):
    words = [word(signal, minute) for minute, signal in product((0, 1), set(Signal) - {Signal.NONE})]
    for some in permutations(words, 3):
        heard = None
        for one in (*some, *some):
            heard = later_word(heard, one, of_agreement=of_agreement)
        again = None
        for one in sorted(some, key=lambda each: (each.at, each.signal)):
            again = later_word(again, one, of_agreement=of_agreement)
        assert heard == again


def test_a_late_grant_does_not_resurrect():
    assert later_word(word(Signal.ENDED, 5), word(Signal.GRANTED, 4), of_agreement=False).signal is Signal.ENDED


def test_a_late_end_does_not_kill():
    assert later_word(word(Signal.GRANTED, 5), word(Signal.ENDING, 4), of_agreement=True).signal is Signal.GRANTED


def test_an_agreement_that_is_over_stays_over():
    assert later_word(word(Signal.ENDED, 5), word(Signal.ENDING, 9), of_agreement=True).signal is Signal.ENDED


def test_a_customer_may_subscribe_anew():
    assert later_word(word(Signal.ENDED, 5), word(Signal.GRANTED, 9), of_agreement=False).signal is Signal.GRANTED


def test_of_one_second_the_end_stands():
    assert later_word(word(Signal.ENDING), word(Signal.GRANTED), of_agreement=True).signal is Signal.ENDING


def test_what_is_granted_under_one_name_is_granted():
    assert signal_of([word(Signal.ENDED, 9), word(Signal.GRANTED, 1)]) is Signal.GRANTED


def test_a_renewal_that_has_ended_in_turn_has_ended():
    assert signal_of([word(Signal.CONTINUED, 1), word(Signal.ENDED, 2)]) is Signal.ENDED


def test_of_a_renewal_whose_grant_is_not_told_yet_the_end_of_the_old_one_is_a_hand_over():
    assert signal_of([word(Signal.CONTINUED), word(Signal.ENDED)]) is Signal.CONTINUED


def test_where_nothing_was_said_nothing_is_known():
    assert signal_of([]) is Signal.NONE
