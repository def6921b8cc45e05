"""The life of a contract, as a table: state, what AWS shows, what was said, and where that leads."""

import pytest

from portal.contracts.lifecycle import Signal, State, after_reading

ENTITLED = {
    (state, signal): State.ENDING if signal is Signal.ENDING else State.ACTIVE
    for state in (State.WAITING, State.ACTIVE, State.ENDED)
    for signal in Signal
}
NOTHING = {
    (State.WAITING, Signal.NONE): State.WAITING,
    (State.WAITING, Signal.GRANTED): State.WAITING,
    (State.ACTIVE, Signal.NONE): State.ENDED,
    (State.ACTIVE, Signal.GRANTED): State.ENDED,
    (State.ACTIVE, Signal.ENDED): State.ENDED,
    (State.ACTIVE, Signal.ENDING): State.ENDED,
    (State.ENDING, Signal.NONE): State.ENDED,
    (State.ENDED, Signal.NONE): State.ENDED,
    (State.ENDED, Signal.GRANTED): State.ENDED,
    (State.ACTIVE, Signal.CONTINUED): State.SUPERSEDED,
    (State.ENDED, Signal.CONTINUED): State.SUPERSEDED,
}
SUBSCRIPTION = {
    (State.WAITING, Signal.NONE): State.WAITING,
    (State.WAITING, Signal.GRANTED): State.ACTIVE,
    (State.ACTIVE, Signal.NONE): State.ACTIVE,
    (State.ACTIVE, Signal.ENDING): State.ENDING,
    (State.ENDING, Signal.NONE): State.ENDING,
    (State.ENDING, Signal.GRANTED): State.ACTIVE,  # re-subscribed before the end, which is then never told
    (State.ENDING, Signal.ENDED): State.ENDED,
    (State.ENDED, Signal.NONE): State.ENDED,
    (State.ENDED, Signal.ENDING): State.ENDED,  # the last hour for metering, told after the end
    (State.ENDED, Signal.GRANTED): State.ACTIVE,
    (State.ACTIVE, Signal.CONTINUED): State.ACTIVE,
}


@pytest.mark.parametrize(("before", "after"), ENTITLED.items())
def test_what_aws_grants_is_active_whatever_was_said(before: tuple[State, Signal], after: State):
    state, signal = before
    assert after_reading(state, entitled=True, by_entitlements=True, signal=signal) is after


@pytest.mark.parametrize(
    ("signal", "after"),
    [(Signal.NONE, State.ENDING), (Signal.ENDING, State.ENDING), (Signal.GRANTED, State.ACTIVE)],
)
def test_an_announced_end_stands_until_a_new_grant(signal: Signal, after: State):
    assert after_reading(State.ENDING, entitled=True, by_entitlements=True, signal=signal) is after


@pytest.mark.parametrize(("before", "after"), NOTHING.items())
def test_what_aws_grants_no_more_has_ended(before: tuple[State, Signal], after: State):
    state, signal = before
    assert after_reading(state, entitled=False, by_entitlements=True, signal=signal) is after


@pytest.mark.parametrize(("before", "after"), SUBSCRIPTION.items())
def test_a_subscription_has_only_what_was_said(before: tuple[State, Signal], after: State):
    state, signal = before
    assert after_reading(state, entitled=False, by_entitlements=False, signal=signal) is after


@pytest.mark.parametrize("signal", Signal)
@pytest.mark.parametrize("entitled", [True, False])
@pytest.mark.parametrize("by_entitlements", [True, False])
def test_what_another_contract_continues_stays_so(signal: Signal, entitled: bool, by_entitlements: bool):
    after = after_reading(State.SUPERSEDED, entitled=entitled, by_entitlements=by_entitlements, signal=signal)
    assert after is State.SUPERSEDED
